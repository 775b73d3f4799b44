//! What is said before TLS never counts, and never leads past it (S1 to S5).

use mail_oauth::{Account, Error, Protocol, Provider, Security, TlsProblem};

use crate::bed::{ADELE, account};
use crate::peer::{Bed, Met, Peer};

/// Up to the answer to STARTTLS; gives the tag of IMAP's command.
async fn until_starttls(peer: &mut Peer, protocol: Protocol, greeting: &str, ehlo: &str) -> String {
    let usual = match protocol {
        Protocol::Imap => "* OK ready\r\n",
        Protocol::Pop3 => "+OK ready\r\n",
        _ => "220 ready\r\n",
    };
    peer.say(if greeting.is_empty() { usual } else { greeting }).await;
    if protocol == Protocol::Smtp {
        peer.line().await;
        peer.say(if ehlo.is_empty() { "250-here\r\n250 STARTTLS\r\n" } else { ehlo }).await;
    }
    peer.tag().await
}

fn yes(protocol: Protocol, tag: &str) -> String {
    match protocol {
        Protocol::Imap => format!("{tag} OK begin\r\n"),
        Protocol::Pop3 => "+OK begin\r\n".to_owned(),
        _ => "220 begin\r\n".to_owned(),
    }
}

/// What an attacker puts behind the answer: capabilities, an untagged answer, half a line.
fn injections(protocol: Protocol) -> [&'static str; 3] {
    match protocol {
        Protocol::Imap => ["* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "A2 OK done\r\n", "* OK hal"],
        Protocol::Pop3 => ["+OK\r\nSASL PLAIN\r\n.\r\n", "+OK done\r\n", "+O"],
        _ => ["250-here\r\n250 AUTH PLAIN\r\n", "235 done\r\n", "250-hal"],
    }
}

fn assert_nothing_was_said_under_tls(met: &Met, case: &str) {
    assert!(met.told.error.is_some(), "{case}: {met:?}");
    assert!(met.tls.is_empty(), "{case}: {met:?}");
}

#[tokio::test]
async fn what_is_injected_behind_starttls_ends_the_connection() {
    let bed = Bed::new().await;
    for protocol in Protocol::ALL {
        for injection in injections(protocol) {
            // In the segment of the answer: seen at once, and told for what it is.
            let met = bed
                .meet(protocol, Security::StartTls, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        let tag = until_starttls(peer, protocol, "", "").await;
                        peer.say(yes(protocol, &tag) + injection).await;
                        peer.secure(&good).await;
                    })
                })
                .await;
            let case = format!("{protocol} {injection:?} in the same segment");
            assert_nothing_was_said_under_tls(&met, &case);
            assert!(is_breach(met.told.error.as_ref()), "{case}: {met:?}");
            // In the next segment, before the client's hello is heard.
            let met = bed
                .meet(protocol, Security::StartTls, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        let tag = until_starttls(peer, protocol, "", "").await;
                        peer.say(yes(protocol, &tag)).await;
                        peer.say(injection).await;
                        peer.secure(&good).await;
                    })
                })
                .await;
            let case = format!("{protocol} {injection:?} in the next segment");
            assert_nothing_was_said_under_tls(&met, &case);
            // Before the question: the answer is there when nobody has asked.
            let met = bed
                .meet(protocol, Security::StartTls, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        let greeting = format!("{}{injection}", greeting_of(protocol));
                        let tag = until_starttls(peer, protocol, &greeting, "").await;
                        peer.say(yes(protocol, &tag)).await;
                        peer.secure(&good).await;
                    })
                })
                .await;
            // An untagged line may stand there; it must lead to nothing. The others are errors.
            if !injection.starts_with("* CAP") {
                assert_nothing_was_said_under_tls(&met, &format!("{protocol} {injection:?} before it"));
            }
        }
        // Behind the client's hello: it is not TLS.
        let met = bed
            .meet(protocol, Security::StartTls, |peer| {
                Box::pin(async move {
                    let tag = until_starttls(peer, protocol, "", "").await;
                    peer.say(yes(protocol, &tag)).await;
                    peer.octet().await;
                    peer.say(injections(protocol)[0]).await;
                })
            })
            .await;
        let problem = met.told.error.as_ref();
        assert!(matches!(problem, Some(Error::Tls { problem: TlsProblem::NotTls, .. })), "{met:?}");
    }
}

fn greeting_of(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "* OK ready\r\n",
        Protocol::Pop3 => "+OK ready\r\n",
        _ => "220 ready\r\n",
    }
}

/// Whether the peer is said to have broken the protocol.
pub(crate) fn is_breach(error: Option<&Error>) -> bool {
    use mail_oauth::{imap_min, pop3_min, smtp_min};
    matches!(
        error,
        Some(
            Error::Imap(imap_min::Error::Protocol { .. })
                | Error::Pop3(pop3_min::Error::Protocol { .. })
                | Error::Smtp(smtp_min::Error::Protocol { .. })
        )
    )
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let bed = Bed::new().await;
    let refusals: [(Protocol, &[&str]); 3] = [
        (
            Protocol::Imap,
            &["{tag} NO not now\r\n", "{tag} BAD what\r\n", "A99 OK begin\r\n", "* OK begin\r\n"],
        ),
        (Protocol::Pop3, &["-ERR not now\r\n", "OK\r\n", "+ \r\n"]),
        (Protocol::Smtp, &["454 4.7.0 not now\r\n", "500 what\r\n", "250 begin\r\n", "235 begin\r\n"]),
    ];
    for (protocol, answers) in refusals {
        for answer in answers {
            let met = bed
                .meet(protocol, Security::StartTls, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        let tag = until_starttls(peer, protocol, "", "").await;
                        peer.say(answer.replace("{tag}", &tag)).await;
                        if answer.starts_with("* ") {
                            peer.say(format!("{tag} NO\r\n")).await;
                        }
                        peer.secure(&good).await;
                    })
                })
                .await;
            assert_nothing_was_said_under_tls(&met, &format!("{protocol} {answer:?}"));
        }
    }
    // A path that takes the offer away.
    let met = bed
        .meet(Protocol::Smtp, Security::StartTls, |peer| {
            Box::pin(async move {
                until_starttls(peer, Protocol::Smtp, "", "250-here\r\n250 AUTH PLAIN XOAUTH2\r\n").await;
            })
        })
        .await;
    assert_nothing_was_said_under_tls(&met, "no offer");
    assert!(!String::from_utf8_lossy(&met.plain).contains("AUTH"), "{met:?}");
    for protocol in [Protocol::Imap, Protocol::Pop3] {
        let (greeting, foreign) = match protocol {
            Protocol::Imap => ("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n", "{tag} BAD unknown\r\n"),
            _ => ("+OK ready\r\n", "-ERR unknown\r\n"),
        };
        let met = bed
            .meet(protocol, Security::StartTls, |peer| {
                Box::pin(async move {
                    let tag = until_starttls(peer, protocol, greeting, "").await;
                    peer.say(foreign.replace("{tag}", &tag)).await;
                })
            })
            .await;
        assert_nothing_was_said_under_tls(&met, "no offer");
    }
}

#[tokio::test]
async fn an_answer_before_its_question_is_an_error() {
    let bed = Bed::new().await;
    for (protocol, greeting) in [
        (Protocol::Imap, "* OK ready\r\nA1 OK done\r\n"),
        (Protocol::Imap, "A1 OK done\r\n* OK ready\r\n"),
        (Protocol::Pop3, "+OK ready\r\n+OK done\r\n"),
        (Protocol::Pop3, "+OK ready\r\n+ \r\n"),
        (Protocol::Smtp, "220 ready\r\n250 STARTTLS\r\n220 begin\r\n"),
    ] {
        for security in [Security::StartTls, Security::Tls] {
            let met = bed
                .meet(protocol, security, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        if security == Security::Tls {
                            peer.secure(&good).await;
                        }
                        peer.say(greeting).await;
                        peer.line().await;
                    })
                })
                .await;
            let case = format!("{protocol} {security:?} {greeting:?}: {met:?}");
            assert!(is_breach(met.told.error.as_ref()), "{case}");
            assert!(met.told.error.is_some() && met.told.done.is_empty(), "{case}");
            assert_eq!(bed.tokens(&met.tls), 0, "{case}");
        }
    }
}

#[tokio::test]
async fn preauth_before_tls_is_the_end() {
    let bed = Bed::new().await;
    for greeting in ["* PREAUTH welcome\r\n", "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n"] {
        for behind in ["", "* 3 EXISTS\r\n", "A1 OK begin\r\n"] {
            let met = bed
                .meet(Protocol::Imap, Security::StartTls, |peer| {
                    Box::pin(async move {
                        peer.say(format!("{greeting}{behind}")).await;
                        peer.line().await;
                    })
                })
                .await;
            assert!(is_breach(met.told.error.as_ref()), "{met:?}");
            assert!(met.plain.is_empty(), "commands after PREAUTH: {met:?}");
        }
    }
}

#[tokio::test]
async fn nothing_that_was_learned_before_tls_is_kept() {
    let bed = Bed::new().await;
    let pretended = [
        "* OK [ALERT] call +1 555 0100\r\n",
        "* 9999 EXISTS\r\n",
        "* LIST () \"/\" Phished\r\n",
        "* STATUS INBOX (MESSAGES 9999)\r\n",
        "* FLAGS (\\Phished)\r\n",
        "* OK [REFERRAL imap://evil.example/] go there\r\n",
        "* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED PHISHED\r\n",
    ];
    for line in pretended {
        let met = bed
            .meet(Protocol::Imap, Security::StartTls, |peer| {
                let good = bed.good.clone();
                Box::pin(async move {
                    let tag = until_starttls(peer, Protocol::Imap, "", "").await;
                    peer.say(format!("{line}{tag} OK begin\r\n")).await;
                    peer.secure(&good).await;
                    let tag = peer.tag().await;
                    peer.say(format!("{tag} OK done\r\n")).await;
                    let (select, fetch) = (peer.tag().await, peer.tag().await);
                    peer.say(format!("* 0 EXISTS\r\n{select} OK [READ-WRITE] done\r\n{fetch} OK done\r\n"))
                        .await;
                })
            })
            .await;
        let case = format!("{line:?}: {met:?}");
        assert!(!format!("{met:?}").contains("evil.example"), "{case}");
        // To leave is as good as to go on with what TLS tells: here is no message, whatever was said before.
        assert!(met.tls.is_empty() || met.told.fetched.as_deref().is_none_or(<[u8]>::is_empty), "{case}");
    }
}

/// A provider of which nothing is known: what it can do, it tells.
pub(crate) fn custom(bed: &Bed) -> Account {
    let known = account(&bed.tenant);
    Account::new(Provider::Custom, ADELE, known.client_id())
        .and_then(|account| account.with_authority(&bed.tenant.authority()))
        .unwrap()
        .with_scopes(Protocol::Imap, known.scopes(Protocol::Imap).to_vec())
        .with_scopes(Protocol::Pop3, known.scopes(Protocol::Pop3).to_vec())
        .with_scopes(Protocol::Smtp, known.scopes(Protocol::Smtp).to_vec())
}

#[tokio::test]
async fn capabilities_count_from_tls_on() {
    let bed = Bed::new().await;
    // Before TLS one mechanism, under TLS another; wherever it is told.
    let before = "CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=XOAUTH2";
    for (greeting, line, code) in [
        (format!("* OK [{before}] ready\r\n"), String::new(), String::new()),
        (String::new(), format!("* {before}\r\n"), String::new()),
        (String::new(), String::new(), format!("[{before}] ")),
    ] {
        let met = bed
            .meet_as(Protocol::Imap, Security::StartTls, custom(&bed), |peer| {
                let good = bed.good.clone();
                Box::pin(async move {
                    let tag = until_starttls(peer, Protocol::Imap, &greeting, "").await;
                    peer.say(format!("{line}{tag} OK {code}begin\r\n")).await;
                    peer.secure(&good).await;
                    let tag = peer.tag().await;
                    peer.say(format!("* CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER\r\n{tag} OK done\r\n")).await;
                    peer.line().await;
                })
            })
            .await;
        // Whoever takes a line in between for an attack may end it there; nobody believes it.
        if met.tls.is_empty() {
            assert!(is_breach(met.told.error.as_ref()), "{met:?}");
            continue;
        }
        assert_eq!(met.count("CAPABILITY"), 1, "{met:?}");
        assert_eq!(met.count("AUTHENTICATE OAUTHBEARER"), 1, "{met:?}");
        assert_eq!(bed.tokens(&met.tls), 0, "no SASL-IR under TLS: {met:?}");
    }
    let met = bed
        .meet_as(Protocol::Smtp, Security::StartTls, custom(&bed), |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                until_starttls(peer, Protocol::Smtp, "", "250-here\r\n250-AUTH XOAUTH2\r\n250 STARTTLS\r\n")
                    .await;
                peer.say("220 begin\r\n").await;
                peer.secure(&good).await;
                peer.line().await;
                peer.say("250-here\r\n250 AUTH OAUTHBEARER\r\n").await;
                peer.line().await;
            })
        })
        .await;
    assert_eq!((met.count("EHLO"), met.count("AUTH OAUTHBEARER")), (1, 1), "{met:?}");
    let met = bed
        .meet_as(Protocol::Pop3, Security::StartTls, custom(&bed), |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                until_starttls(peer, Protocol::Pop3, "", "").await;
                peer.say("+OK begin\r\n").await;
                peer.secure(&good).await;
                peer.line().await;
                peer.say("+OK\r\nSASL OAUTHBEARER\r\n.\r\n").await;
                peer.line().await;
            })
        })
        .await;
    assert_eq!((met.count("CAPA"), met.count("AUTH OAUTHBEARER")), (1, 1), "{met:?}");
}
