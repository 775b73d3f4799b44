//! Too long, too many, too deep: an error within moments, whatever is sent (S10, S11).

use std::time::{Duration, Instant};

use mail_oauth::{Action, Error, Protocol, Security, imap_min, pop3_min, smtp_min};

use crate::before_tls::is_breach;
use crate::peer::Bed;

/// In a debug build on a busy machine. What is not linear takes minutes.
const MOMENTS: Duration = Duration::from_secs(15);

fn is_too_long(error: &Error) -> bool {
    matches!(
        error,
        Error::Imap(imap_min::Error::TooLong { .. })
            | Error::Pop3(pop3_min::Error::TooLong { .. })
            | Error::Smtp(smtp_min::Error::TooLong { .. })
    )
}

/// In place of the first answer to the job, behind a sign-in that went well.
async fn assert_bomb_is_refused(bed: &Bed, protocol: Protocol, name: &str, bomb: Vec<u8>) {
    let since = Instant::now();
    let met = bed
        .meet(protocol, Security::Tls, |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                peer.secure(&good).await;
                peer.until_job(protocol).await;
                peer.say(bomb).await;
            })
        })
        .await;
    assert!(since.elapsed() < MOMENTS, "{name}: {:?}", since.elapsed());
    let error = met.told.error.as_ref().unwrap();
    // A value that is too deep is left out, and the rest of the answer read.
    if !name.starts_with("nesting") {
        assert!(is_too_long(error) || is_breach(Some(error)), "{name}: {error:?}");
        assert_eq!(error.action(), Action::Permanent, "{name}: {error:?}");
    }
    assert_eq!(met.told.fetched, None, "{name}");
}

#[tokio::test]
async fn imap_bombs() {
    let bed = Bed::new().await;
    let fetch = |data: &str| format!("* 1 FETCH ({data}").into_bytes();
    let million = 1_000_000;
    for (name, bomb) in [
        ("a line without end", [b"* OK ".to_vec(), vec![b'a'; 3 << 20]].concat()),
        ("a quoted string without end", [fetch("ENVELOPE (\""), vec![b'a'; 3 << 20]].concat()),
        ("a literal of 2^64-1", fetch("UID 1 BODY[] {18446744073709551615}\r\n")),
        ("a literal of 2^64", fetch("UID 1 BODY[] {18446744073709551616}\r\n")),
        ("an envelope of 2^63", fetch("ENVELOPE ({9223372036854775808}\r\n")),
        ("a million literals", [fetch("ENVELOPE ("), b"{0}\r\n ".repeat(million)].concat()),
        ("many literals of one octet", [fetch("FLAGS ("), b"{1}\r\na ".repeat(million / 2)].concat()),
        ("parentheses without end", [fetch("BODYSTRUCTURE "), b"(".repeat(2 * million)].concat()),
        ("nesting in an envelope", [fetch("ENVELOPE "), b"(".repeat(million), b"\r\n".to_vec()].concat()),
        ("nesting in a body", [fetch("BODYSTRUCTURE "), b"(".repeat(5_000), b"\r\n".to_vec()].concat()),
        ("nesting in an unknown item", [fetch("X-ODD "), b"((".repeat(5_000), b"\r\n".to_vec()].concat()),
        ("nesting in a thread", [b"* THREAD ".to_vec(), b"(".repeat(million), b"\r\n".to_vec()].concat()),
        ("nesting in a search", [b"* SEARCH ".to_vec(), b"(".repeat(million), b"\r\n".to_vec()].concat()),
        ("nesting in a listing", [b"* LIST ".to_vec(), b"(".repeat(million), b"\r\n".to_vec()].concat()),
        ("flags without end", [b"* FLAGS (".to_vec(), b"\\Seen ".repeat(million)].concat()),
        (
            "capabilities without end",
            [b"* OK [CAPABILITY".to_vec(), b" X".repeat(million), b"] x\r\n".to_vec()].concat(),
        ),
    ] {
        assert_bomb_is_refused(&bed, Protocol::Imap, name, bomb).await;
    }
}

#[tokio::test]
async fn pop3_and_smtp_bombs() {
    let bed = Bed::new().await;
    for (protocol, name, bomb) in [
        (Protocol::Pop3, "a line without end", [b"+OK ".to_vec(), vec![b'a'; 1 << 20]].concat()),
        (Protocol::Pop3, "no line at all", vec![b'a'; 1 << 20]),
        (Protocol::Smtp, "a line without end", [b"250 ".to_vec(), vec![b'a'; 1 << 20]].concat()),
        (Protocol::Smtp, "a reply without end", b"250-more\r\n".repeat(100_000)),
        (Protocol::Smtp, "an empty reply without end", b"250-\r\n".repeat(100_000)),
    ] {
        assert_bomb_is_refused(&bed, protocol, name, bomb).await;
    }
}

#[tokio::test]
async fn a_message_without_an_end_is_none() {
    let bed = Bed::new().await;
    let message = b"Subject: for ever\r\n\r\n".to_vec().into_iter().chain(b"and on\r\n".repeat(500_000));
    let message: Vec<u8> = message.collect();
    for protocol in [Protocol::Imap, Protocol::Pop3] {
        let met = bed
            .meet(protocol, Security::Tls, |peer| {
                let (good, message) = (bed.good.clone(), message.clone());
                Box::pin(async move {
                    peer.secure(&good).await;
                    let tag = peer.until_job(protocol).await;
                    let start = match protocol {
                        Protocol::Imap => format!(
                            "* 1 EXISTS\r\n{tag} OK [READ-WRITE] x\r\n* 1 FETCH (UID 1 BODY[] {{4294967295}}\r\n"
                        ),
                        _ => "+OK\r\n".to_owned(),
                    };
                    peer.say(start).await;
                    peer.say(message).await;
                    peer.leave();
                })
            })
            .await;
        let error = met.told.error.as_ref().unwrap();
        assert_eq!(error.action(), Action::Reconnect, "{protocol}: {error:?}");
        assert_eq!(met.told.fetched, None, "{protocol}");
    }
}

#[tokio::test]
async fn a_flood_before_the_sign_in_is_refused() {
    let bed = Bed::new().await;
    for (protocol, flood) in [
        (Protocol::Imap, [b"* OK ".to_vec(), vec![b'a'; 3 << 20]].concat()),
        (Protocol::Pop3, [b"+OK ".to_vec(), vec![b'a'; 1 << 20]].concat()),
        (Protocol::Smtp, [b"220 ".to_vec(), vec![b'a'; 1 << 20]].concat()),
        (Protocol::Smtp, b"220-welcome\r\n".repeat(100_000)),
    ] {
        for security in [Security::Tls, Security::StartTls] {
            let met = bed
                .meet(protocol, security, |peer| {
                    let (good, flood) = (bed.good.clone(), flood.clone());
                    Box::pin(async move {
                        if security == Security::Tls {
                            peer.secure(&good).await;
                        }
                        peer.say(flood).await;
                    })
                })
                .await;
            let error = met.told.error.as_ref().unwrap();
            assert!(is_too_long(error), "{protocol} {security:?}: {error:?}");
            assert!(met.plain.is_empty() && met.tls.is_empty(), "{protocol} {security:?}");
        }
    }
    // A challenge that no mechanism has.
    for protocol in Protocol::ALL {
        let met = bed
            .meet(protocol, Security::Tls, |peer| {
                let good = bed.good.clone();
                Box::pin(async move {
                    peer.secure(&good).await;
                    peer.until_token(protocol, "250-here\r\n250 AUTH XOAUTH2\r\n").await;
                    let code = if protocol == Protocol::Smtp { "334" } else { "+" };
                    peer.say(format!("{code} {}\r\n", "QUJD".repeat(1 << 20))).await;
                    peer.line().await;
                })
            })
            .await;
        assert!(met.told.error.as_ref().is_some_and(is_too_long), "{protocol}: {:?}", met.told.error);
    }
}
