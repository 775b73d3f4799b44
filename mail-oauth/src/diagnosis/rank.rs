//! Which causes fit what was observed, and how well.

use std::cmp::Reverse;

use crate::server::Protocol;

use super::cause::{Cause, Pattern};
use super::causes;
use super::signal::{Fact, Signal};

/// A cause that fits.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Candidate {
    /// The cause.
    pub cause: &'static Cause,
    /// How likely it is among those that share the signals: 1 to 100. An order that was weighed by hand, not measured;
    /// [`likelihood`](super::likelihood) has the words for people.
    pub percent: u8,
}

/// From this weight on a mark is proof.
const PROOF: u8 = 90;

/// The causes that fit the signals of one failure, the likeliest first. One that is proven leaves no room for those
/// that are merely possible.
///
/// Proven causes have 100 percent each. Several possible ones share 100; one that stands alone is as likely as its
/// mark is strong.
pub fn diagnose(signals: &[Signal]) -> Vec<Candidate> {
    let mut found: Vec<(&'static Cause, u8)> = causes()
        .filter_map(|cause| {
            let fits = cause.marks.iter().filter(|mark| mark.all.iter().all(|one| matches(one, signals)));
            fits.map(|mark| mark.weight).max().map(|weight| (cause, weight))
        })
        .collect();
    found.sort_by_key(|(cause, weight)| (Reverse(*weight), cause.number));
    if found.first().is_some_and(|(_, weight)| *weight >= PROOF) {
        found.retain(|(_, weight)| *weight >= PROOF);
    }
    let weights: Vec<u8> = found.iter().map(|(_, weight)| *weight).collect();
    found
        .into_iter()
        .zip(percents(&weights))
        .map(|((cause, _), percent)| Candidate { cause, percent })
        .collect()
}

/// The weights, which descend, as percents.
fn percents(weights: &[u8]) -> Vec<u8> {
    match weights {
        [alone] if *alone < PROOF => return vec![*alone],
        [first, ..] if *first >= PROOF => return vec![100; weights.len()],
        _ => {}
    }
    let total: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
    let share = |weight: u8| (u32::from(weight) * 100).checked_div(total).unwrap_or_default().max(1);
    let mut shares: Vec<u8> =
        weights.iter().map(|weight| u8::try_from(share(*weight)).unwrap_or(100)).collect();
    // What rounding took away goes to the likeliest.
    let sum: u32 = shares.iter().map(|share| u32::from(*share)).sum();
    if let Some(first) = shares.first_mut() {
        let rest = u8::try_from(100_u32.saturating_sub(sum)).unwrap_or_default();
        *first = first.saturating_add(rest);
    }
    shares
}

fn matches(pattern: &Pattern, signals: &[Signal]) -> bool {
    let seen = |fact: &Fact| signals.contains(&Signal::Fact(*fact));
    match pattern {
        Pattern::Fact(fact) => seen(fact),
        Pattern::Not(fact) => !seen(fact),
        Pattern::NoneOf(facts) => !facts.iter().any(seen),
        Pattern::Any(patterns) => patterns.iter().any(|one| matches(one, signals)),
        Pattern::NoNumber => {
            !signals.iter().any(|signal| matches!(signal, Signal::Aadsts(number) if known(*number)))
        }
        _ => signals.iter().any(|signal| matches_one(pattern, signal)),
    }
}

fn matches_one(pattern: &Pattern, signal: &Signal) -> bool {
    match (pattern, signal) {
        (Pattern::Aadsts(numbers), Signal::Aadsts(number)) => numbers.contains(number),
        (Pattern::OAuth(name), Signal::OAuth { error, .. }) => error == name,
        (Pattern::Suberror(name), Signal::OAuth { suberror, .. }) => suberror.as_deref() == Some(*name),
        (Pattern::Enhanced(wanted), Signal::Smtp { enhanced, .. }) => enhanced.as_deref() == Some(*wanted),
        (Pattern::Reply(wanted), Signal::Smtp { code, .. }) => code == wanted,
        (
            Pattern::Phrase(phrase),
            Signal::Smtp { text, .. } | Signal::Said { text, .. } | Signal::Told(text),
        ) => has(text, phrase),
        (Pattern::PhraseIn(Protocol::Smtp, phrase), Signal::Smtp { text, .. }) => has(text, phrase),
        (Pattern::PhraseIn(wanted, phrase), Signal::Said { protocol, text }) => {
            protocol == wanted && has(text, phrase)
        }
        (Pattern::Tls(wanted), Signal::Tls(problem)) => problem == wanted,
        _ => false,
    }
}

/// Whether a cause is recognised by this AADSTS number.
pub(super) fn known(number: u64) -> bool {
    causes().any(|cause| cause.knows(number))
}

fn has(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (text.as_bytes(), phrase.as_bytes());
    text.windows(phrase.len().max(1)).any(|part| part.eq_ignore_ascii_case(phrase))
}
