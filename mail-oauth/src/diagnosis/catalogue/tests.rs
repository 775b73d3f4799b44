//! The table as a whole: that it is complete, that each entry says what it must, and that each can come first.

use std::collections::BTreeSet;

use super::super::cause::{Lang, Mark, Pattern, Sight, Words};
use super::super::signal::{Fact, Signal};
use super::super::{Facts, causes, diagnose};

/// The simulator's faults, with the rows that each stands for.
const FAULTS: &str = include_str!("../../../../mail-oauth-sim/docs/faults.md");

fn top(signals: &[Signal]) -> Vec<&'static str> {
    let found = diagnose(signals);
    let best = found.first().map(|first| first.percent);
    found.iter().filter(|one| Some(one.percent) == best).map(|one| one.cause.id).collect()
}

fn ids(signals: &[Signal]) -> Vec<&'static str> {
    diagnose(signals).iter().map(|one| one.cause.id).collect()
}

fn facts(facts: &[Fact]) -> Vec<Signal> {
    facts.iter().map(|fact| Signal::Fact(*fact)).collect()
}

#[test]
fn numbers_and_ids_are_complete_and_unique() {
    let numbers: Vec<u16> = causes().map(|cause| cause.number).collect();
    let expected: Vec<u16> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "ascending, without a gap");
    assert!(numbers.len() >= 105);
    let ids: BTreeSet<&str> = causes().map(|cause| cause.id).collect();
    assert_eq!(ids.len(), numbers.len());
    for id in ids {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(id.chars().all(kebab) && !id.starts_with('-') && !id.ends_with('-'), "{id}");
        assert_eq!(super::super::cause(id).unwrap().id, id);
    }
}

#[test]
fn texts_are_there_in_both_languages() {
    for cause in causes() {
        for (what, words) in [("title", cause.title), ("why", cause.why), ("fix", cause.fix)] {
            let (en, de) = (words.of(Lang::En), words.of(Lang::De));
            assert!(en.len() > 9 && de.len() > 9 && en != de, "{}: {what}", cause.id);
            assert_eq!(placeholders(en), placeholders(de), "{}: {what}", cause.id);
            for text in [en, de] {
                let whole = text.trim() == text && !text.contains("  ") && !text.contains('\n');
                assert!(whole, "{}: {what}", cause.id);
            }
        }
        assert!(!cause.title.en.ends_with('.') && !cause.title.de.ends_with('.'), "{}", cause.id);
        assert!(cause.link.is_empty() || cause.link.starts_with("https://"), "{}", cause.id);
    }
}

#[test]
fn exit_codes_are_of_their_groups() {
    use super::super::cause::{Area, Severity};
    for cause in causes() {
        let groups: &[u8] = match cause.area {
            // Scopes and password-only providers are settings that a sign-in or a server would refuse.
            Area::Settings | Area::Warnings => &[0, 2, 3],
            Area::Network | Area::Tls => &[1, 2, 3],
            Area::Tenant | Area::Registration | Area::SignIn => &[2],
            Area::Capabilities | Area::Sasl => &[3],
            Area::Token => &[2, 3],
            Area::Mailbox | Area::Sending => &[2, 3, 4],
        };
        let later = cause.severity == Severity::Temporary && [20, 60].contains(&cause.exit);
        assert!(later || groups.contains(&(cause.exit / 10)), "{}: {}", cause.id, cause.exit);
    }
}

#[test]
fn placeholders_are_known() {
    for cause in causes() {
        for text in [cause.title, cause.why, cause.fix].iter().flat_map(|Words { en, de }| [en, de]) {
            for name in placeholders(text) {
                assert!(Facts::NAMES.contains(&name), "{}: {{{name}}}", cause.id);
            }
        }
    }
}

/// Sorted, since the languages have their own order, and once each.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn what_is_seen_has_marks_and_what_is_hidden_has_none() {
    for cause in causes() {
        assert_eq!(cause.sight == Sight::Seen, !cause.marks.is_empty(), "{}", cause.id);
        for Mark { all, weight } in cause.marks {
            assert!((1..=100).contains(weight) && !all.is_empty(), "{}", cause.id);
        }
    }
    let hidden: Vec<u16> =
        causes().filter(|cause| cause.sight == Sight::Hidden).map(|cause| cause.number).collect();
    assert_eq!(hidden, [7, 103, 137, 138, 139, 140]);
}

/// Causes that cannot come first, and what comes before them: the wire tells them apart in no way.
const SECOND: [(&str, &str); 1] = [
    // A name that differs from the token's is more often another person's than an alias of the same.
    ("alias-address", "token-of-other-user"),
];

#[test]
fn every_cause_can_come_first() {
    let mut never = Vec::new();
    for cause in causes().filter(|cause| cause.sight == Sight::Seen) {
        let signals: Vec<Signal> = cause.marks[0].all.iter().filter_map(example).collect();
        let best = top(&signals);
        let before = SECOND.iter().find(|(id, _)| *id == cause.id).map(|(_, before)| *before);
        if !best.contains(&before.unwrap_or(cause.id)) {
            never.push((cause.id, diagnose_short(&signals)));
        }
    }
    assert!(never.is_empty(), "{never:#?}");
}

#[test]
fn every_mark_leads_to_its_cause_or_to_a_proven_one() {
    for cause in causes() {
        for mark in cause.marks {
            let signals: Vec<Signal> = mark.all.iter().filter_map(example).collect();
            let found = diagnose(&signals);
            let there = found.iter().any(|one| one.cause.id == cause.id || one.percent == 100);
            assert!(there, "{}: {:?}", cause.id, mark.all);
        }
    }
}

/// A signal that the pattern matches.
fn example(pattern: &Pattern) -> Option<Signal> {
    let smtp = |code: u16, enhanced: Option<&str>, text: &str| Signal::Smtp {
        code,
        enhanced: enhanced.map(ToOwned::to_owned),
        text: text.to_owned(),
    };
    let oauth = |error: &str, suberror: Option<&str>| Signal::OAuth {
        error: error.to_owned(),
        suberror: suberror.map(ToOwned::to_owned),
    };
    match pattern {
        Pattern::Aadsts(numbers) => numbers.first().map(|number| Signal::Aadsts(*number)),
        Pattern::OAuth(error) => Some(oauth(error, None)),
        Pattern::Suberror(suberror) => Some(oauth("", Some(suberror))),
        Pattern::Enhanced(enhanced) => Some(smtp(0, Some(enhanced), "")),
        Pattern::Reply(code) => Some(smtp(*code, None, "")),
        Pattern::Phrase(phrase) => Some(Signal::Told((*phrase).to_owned())),
        Pattern::PhraseIn(protocol, phrase) => {
            Some(Signal::Said { protocol: *protocol, text: (*phrase).to_owned() })
        }
        Pattern::Tls(problem) => Some(Signal::Tls(*problem)),
        Pattern::Fact(fact) => Some(Signal::Fact(*fact)),
        Pattern::Any(patterns) => patterns.first().and_then(example),
        Pattern::Not(_) | Pattern::NoneOf(_) | Pattern::NoNumber => None,
    }
}

fn diagnose_short(signals: &[Signal]) -> Vec<(&'static str, u8)> {
    diagnose(signals).iter().map(|one| (one.cause.id, one.percent)).collect()
}

#[test]
fn every_number_of_the_simulator_leads_to_one_of_its_rows() {
    let mut seen = 0;
    for (number, rows) in simulated_numbers() {
        let found = diagnose(&[Signal::Aadsts(number)]);
        let first = found.first().unwrap_or_else(|| panic!("AADSTS{number} has no cause"));
        assert!(first.percent >= 40, "AADSTS{number}: {}", first.cause.id);
        let fits = rows.is_empty() || rows.contains(&first.cause.number) || first.cause.number > 105;
        // A refresh token that the provider does not know is revoked more often than it was used elsewhere.
        assert!(fits || number == 70000, "AADSTS{number}: {}", first.cause.id);
        seen += 1;
    }
    assert!(seen > 90, "{seen}");
}

fn simulated_numbers() -> impl Iterator<Item = (u64, Vec<u16>)> {
    FAULTS.lines().filter_map(|line| line.strip_prefix("| `aadsts-")).map(|line| {
        let mut columns = line.split('|');
        let number = columns.next().unwrap().trim().trim_matches('`').parse().unwrap();
        let rows = columns.next().unwrap().split(',').filter_map(|row| row.trim().parse().ok()).collect();
        (number, rows)
    })
}

#[test]
fn a_number_stands_in_one_cause_unless_it_has_several_meanings() {
    let several = [53003, 70000, 700005, 700016, 700024, 7000215, 7000218];
    let mut seen = BTreeSet::new();
    for (number, cause) in causes().flat_map(|cause| cause.aadsts().into_iter().map(move |n| (n, cause))) {
        assert!(seen.insert(number) || several.contains(&number), "AADSTS{number}: {}", cause.id);
    }
}

#[test]
fn percents_are_sensible() {
    for cause in causes() {
        for mark in cause.marks {
            let signals: Vec<Signal> = mark.all.iter().filter_map(example).collect();
            let percents: Vec<u8> = diagnose(&signals).iter().map(|one| one.percent).collect();
            assert!(percents.is_sorted_by(|a, b| a >= b), "{percents:?}");
            assert!(percents.iter().all(|percent| (1..=100).contains(percent)));
            if percents.len() > 1 && percents[0] < 100 {
                let sum: u32 = percents.iter().map(|percent| u32::from(*percent)).sum();
                assert!((100..=105).contains(&sum), "{}: {percents:?}", cause.id);
            }
        }
    }
}

/// What `check` sees when the sign-in is refused, besides what the row adds.
const REFUSED: [Fact; 2] = [Fact::Microsoft, Fact::SignInRefused];

#[test]
fn a_token_that_was_looked_into_decides() {
    use Fact::*;
    for (fact, id) in [
        (AudienceGraph, "audience-graph"),
        (AudienceOther, "audience-graph"),
        (ScopeMissing, "scope-missing"),
        (RoleMissing, "role-missing"),
        (ForeignTenant, "foreign-tenant"),
        (TokenExpired, "token-expired"),
        (AppTokenWithoutRoles, "permission-of-wrong-kind"),
    ] {
        for protocol in [InImap, InPop3, InSmtp] {
            let signals = facts(&[&REFUSED[..], &[protocol, fact]].concat());
            assert_eq!(ids(&signals), [id], "{fact:?} in {protocol:?}");
        }
    }
}

#[test]
fn a_good_token_rules_its_causes_out() {
    use Fact::*;
    let of_token = [
        "audience-graph",
        "scope-missing",
        "role-missing",
        "permission-of-wrong-kind",
        "foreign-tenant",
        "token-expired",
    ];
    for context in [&[Delegated, OwnMailbox][..], &[Delegated, OtherMailbox], &[AppOnly, OtherMailbox]] {
        for place in [
            &[InImap, SignInRefused][..],
            &[InImap, NotConnected],
            &[InPop3, SignInRefused],
            &[InSmtp, SignInRefused],
        ] {
            let found = ids(&facts(&[&[Microsoft], context, place].concat()));
            assert!(!found.is_empty(), "{context:?} {place:?}");
            assert!(!found.iter().any(|id| of_token.contains(id)), "{context:?} {place:?}: {found:?}");
        }
    }
    // Without a token to look into, they are all there.
    let bare = ids(&facts(&[InImap, SignInRefused, TokenUnseen]));
    for id in ["audience-graph", "scope-missing", "foreign-tenant", "token-expired", "protocol-off"] {
        assert!(bare.contains(&id), "{id}: {bare:?}");
    }
}

#[test]
fn the_context_chooses_among_causes_of_one_text() {
    use Fact::*;
    let cases: &[(&[Fact], &str)] = &[
        (&[InImap, NotConnected, Delegated, OwnMailbox], "protocol-off"),
        (&[InPop3, SignInRefused, Delegated, OwnMailbox], "protocol-off"),
        (&[InImap, NotConnected, Delegated, OtherMailbox], "no-full-access"),
        (&[InPop3, SignInRefused, Delegated, OtherMailbox], "no-full-access"),
        (&[InImap, NotConnected, Delegated, OtherMailbox, WorksElsewhere], "protocol-off"),
        (&[InImap, NotConnected, AppOnly], "app-without-mailbox-permission"),
        (&[InImap, SignInRefused, AppOnly], "service-principal-wrong"),
        (&[InImap, NotConnected, Delegated, OwnMailbox, OtherPerson], "token-of-other-user"),
        (&[InSmtp, SignInRefused, Delegated, UpnDiffers, WorksElsewhere], "smtp-user-not-upn"),
        (&[InSmtp, SignInRefused, Delegated, OtherMailbox, SmtpUserShared], "shared-mailbox-as-smtp-user"),
        (&[InSmtp, SignInRefused, Delegated, OwnMailbox, WorksElsewhere], "smtp-auth-off-mailbox"),
    ];
    for (context, id) in cases {
        let signals = facts(&[&[Microsoft], *context].concat());
        assert_eq!(top(&signals), [*id], "{context:?}: {:?}", diagnose_short(&signals));
    }
    let google = facts(&[Google, InImap, SignInRefused, Delegated, OwnMailbox, TokenOpaque]);
    assert_eq!(top(&google), ["workspace-imap-off"], "{:?}", diagnose_short(&google));
    let consumer = facts(&[Consumer, InImap, NotConnected, Delegated, OwnMailbox, TokenOpaque]);
    assert_eq!(top(&consumer), ["consumer-protocol-off"], "{:?}", diagnose_short(&consumer));
}

#[test]
fn a_healthy_account_has_no_cause() {
    use Fact::*;
    for healthy in [
        &[Microsoft, Delegated, OwnMailbox, InImap, SignedIn][..],
        &[Microsoft, AppOnly, OtherMailbox, InSmtp, SignedIn, WorksElsewhere],
        &[Google, Delegated, OwnMailbox, InPop3, SignedIn, HostOfProvider, ClockRight, WebWorks, SecretSet],
        &[Microsoft, Delegated, OtherMailbox, OtherSender, InSmtp, SecretNotId, InRefresh],
    ] {
        assert_eq!(ids(&facts(healthy)), [""; 0], "{healthy:?}");
    }
    assert!(diagnose(&[]).is_empty());
}
