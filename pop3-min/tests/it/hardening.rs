//! The attacks on mail clients that are known, by the numbers of their collection: one test for each.
//!
//! S7 (certificates), S13 to S15 (logs, redirects, hosts) belong to those who bring TLS and tokens; that no token gets
//! into `Debug` and errors is tested in `commands` and `client`.

use std::time::{Duration, Instant};

use pop3_min::{Command, Connection, Error, Limits, State};

use crate::commands::needles;
use crate::script::{feed, logged_in};

macro_rules! attacks {
    ($($number:literal $name:ident: $what:literal,)*) => {
        /// Number, attack, test.
        const ATTACKS: &[(&str, &str, fn())] = &[$(($number, $what, $name)),*];
    };
}

attacks! {
    "S1" s1_bytes_behind_the_answer_to_stls: "plaintext behind the +OK is taken for the TLS session's",
    "S2" s2_stls_is_not_stripped: "STLS is refused, or answered before it was sent",
    "S3" s3_no_greeting_logs_in: "a session that says it is logged in already",
    "S4" s4_nothing_is_kept_from_before_tls: "values from the plaintext live on inside TLS",
    "S5" s5_capabilities_are_asked_again: "the list of before TLS is used for the login",
    "S6" s6_a_connection_has_one_identity: "a connection is used again for somebody else",
    "S8" s8_no_argument_is_two_commands: "CR, LF and NUL in arguments",
    "S9" s9_no_message_ends_early: "line ends that one server takes for an end and another does not",
    "S10" s10_floods_end: "endless lines, listings and messages",
    "S11" s11_nesting_means_nothing: "a million brackets",
    "S12" s12_a_login_is_what_was_asked_for: "another answer, the token twice, a password instead",
}

#[test]
fn each_attack_has_its_test() {
    let numbers: Vec<&str> = ATTACKS.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, ["S1", "S2", "S3", "S4", "S5", "S6", "S8", "S9", "S10", "S11", "S12"]);
    for (number, what, attack) in ATTACKS {
        println!("{number}: {what}");
        attack();
    }
}

fn greeted() -> Connection {
    let mut connection = Connection::new(Limits::default());
    feed(&mut connection, &[b"+OK hi\r\n"]).unwrap();
    connection
}

/// A machine that knows what a plaintext server offers, and whose STLS was answered.
fn handshaking(answer: &[u8]) -> (Connection, Result<Vec<String>, String>) {
    let mut connection = greeted();
    connection.send(Command::Capa, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+OK\r\nSTLS\r\nPIPELINING\r\nSASL XOAUTH2\r\n.\r\n"]).unwrap();
    connection.send(Command::Stls, &mut Vec::new()).unwrap();
    let events = feed(&mut connection, &[answer]);
    (connection, events)
}

#[test]
fn s1_bytes_behind_the_answer_to_stls() {
    // In the same segment, in the next, half a line, and what looks like an answer to a command inside TLS.
    for injected in [&b"+OK injected\r\n"[..], b"+", b"\r\n", b".\r\n", b"\x16\x03"] {
        let whole = [b"+OK go\r\n", injected].concat();
        let (mut connection, events) = handshaking(&whole);
        assert!(events.unwrap_err().contains("before TLS"));
        assert!(matches!(connection.tls_started(b""), Err(Error::Broken)));
        let (mut connection, events) = handshaking(b"+OK go\r\n");
        events.unwrap();
        assert!(feed(&mut connection, &[injected]).unwrap_err().contains("before TLS"));
        let (mut connection, _) = handshaking(b"+OK go\r\n");
        assert!(matches!(connection.tls_started(injected), Err(Error::Protocol { .. })));
        assert_eq!(connection.state(), State::Broken);
    }
}

#[test]
fn s2_stls_is_not_stripped() {
    // STLS is sent whether it is offered or not: a list without it proves nothing in plaintext.
    let (mut connection, _) = handshaking(b"-ERR no\r\n");
    assert_eq!(connection.state(), State::Authorization);
    assert!(matches!(connection.tls_started(b""), Err(Error::Misuse { .. })));
    for other in [&b"+ \r\n"[..], b"* OK\r\n", b".\r\n"] {
        assert!(handshaking(other).1.is_err(), "{}", other.escape_ascii());
    }
    // The answer comes before the command.
    assert!(feed(&mut greeted(), &[b"+OK go\r\n"]).is_err());
}

#[test]
fn s3_no_greeting_logs_in() {
    let mut connection = Connection::new(Limits::default());
    feed(&mut connection, &[b"+OK PREAUTH you are in\r\n"]).unwrap();
    assert_eq!(connection.state(), State::Authorization);
    assert!(matches!(connection.send(Command::Stat, &mut Vec::new()), Err(Error::Misuse { .. })));
    for greeting in [&b"* PREAUTH\r\n"[..], b"+ \r\n", b"235 in\r\n"] {
        assert!(feed(&mut Connection::new(Limits::default()), &[greeting]).is_err());
    }
}

fn inside_tls() -> Connection {
    let (mut connection, events) = handshaking(b"+OK go\r\n");
    events.unwrap();
    connection.tls_started(b"").unwrap();
    connection
}

#[test]
fn s4_nothing_is_kept_from_before_tls() {
    let connection = inside_tls();
    assert!(connection.capabilities().is_none());
    assert_eq!((connection.state(), connection.pending()), (State::Authorization, 0));
    // A name that was given, and accepted, in plaintext is forgotten as well.
    let mut connection = greeted();
    for command in [Command::User { name: "ann" }, Command::Stls] {
        connection.send(command, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"+OK\r\n"]).unwrap();
    }
    connection.tls_started(b"").unwrap();
    let pass = Command::Pass { password: "secret" };
    assert!(matches!(connection.send(pass, &mut Vec::new()), Err(Error::Misuse { .. })));
}

#[test]
fn s5_capabilities_are_asked_again() {
    let mut connection = inside_tls();
    // `UTF8 USER` is needed, and only a list of inside TLS can offer it.
    let user = Command::User { name: "b\u{fc}ro" };
    assert!(matches!(connection.send(user, &mut Vec::new()), Err(Error::Lacks { .. })));
    connection.send(Command::Capa, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+OK\r\nUTF8 USER\r\n.\r\n"]).unwrap();
    assert!(connection.capabilities().is_some_and(|offered| offered.mechanisms().next().is_none()));
    connection.send(user, &mut Vec::new()).unwrap();
}

#[test]
fn s6_a_connection_has_one_identity() {
    let mut connection = logged_in(Limits::default());
    for login in [
        Command::Authenticate { mechanism: "X", initial_response: None },
        Command::User { name: "bob" },
        Command::Stls,
    ] {
        assert!(matches!(connection.send(login, &mut Vec::new()), Err(Error::Misuse { .. })), "{login:?}");
    }
}

#[test]
fn s8_no_argument_is_two_commands() {
    for evil in ["\r", "\n", "\r\n", "\0", "\x1b", "\u{85}", "\r\nDELE 1\r\n"] {
        for text in [format!("{evil}a"), format!("a{evil}"), format!("a{evil}b")] {
            let mut connection = greeted();
            let mut out = Vec::new();
            for command in [
                Command::User { name: &text },
                Command::Apop { name: &text, digest: "c4c9334bac560ecc979e58001b3e22fb" },
                Command::Apop { name: "a", digest: &text },
                Command::Apop { name: "a", digest: &format!("{text:0<32}") },
                Command::Lang { tag: &text },
                Command::Authenticate { mechanism: &text, initial_response: None },
            ] {
                assert!(connection.send(command, &mut out).is_err(), "{command:?}");
            }
            assert!(out.is_empty() && connection.pending() == 0);
            connection.send(Command::User { name: "a" }, &mut Vec::new()).unwrap();
            feed(&mut connection, &[b"+OK\r\n"]).unwrap();
            assert!(connection.send(Command::Pass { password: &text }, &mut out).is_err());
            // What is a SASL message's own may hold anything: it goes as base64.
            let login = Command::Authenticate { mechanism: "X", initial_response: Some(text.as_bytes()) };
            connection.send(login, &mut out).unwrap();
            assert_eq!(out.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count(), 2);
        }
    }
}

#[test]
fn s9_no_message_ends_early() {
    // A mail may hold any of these; only a dot between two of the server's own line ends is the end.
    for inner in ["\n.\n", "\r.\r", "\n.\r", "\r.\r\n", "\r\n..\r\n", "\n\n.\n\n"] {
        let wire = format!("+OK\r\na{inner}b\r\n.\r\n+OK next\r\n");
        for cut in 0..=wire.len() {
            let mut connection = logged_in(Limits::default());
            connection.send(Command::Retr { number: 1 }, &mut Vec::new()).unwrap();
            connection.send(Command::Noop, &mut Vec::new()).unwrap();
            let pieces = [&wire.as_bytes()[..cut], &wire.as_bytes()[cut..]];
            let mut events = feed(&mut connection, &pieces).unwrap();
            events.retain(|event| !event.starts_with("Quirk"));
            let body = format!("a{}b\r\n", inner.replace("\r\n..", "\r\n."));
            let expected =
                ["BodyStart +OK".to_owned(), format!("Body {}", body.escape_default()), "BodyEnd".to_owned()];
            assert_eq!(events[..3], expected, "{inner:?} at {cut}");
            assert_eq!(events[3..], ["Completed +OK next"]);
        }
    }
}

#[test]
fn s10_floods_end() {
    let mut limits = Limits::default();
    (limits.body, limits.listing) = (1 << 20, 1 << 10);
    let floods: [(Command<'_>, Vec<u8>); 4] = [
        (Command::Noop, vec![b'+'; 1 << 20]),
        (Command::Uidl, [b"+OK\r\n".to_vec(), b"1 a\r\n".repeat(1 << 11)].concat()),
        (Command::Capa, [b"+OK\r\n".to_vec(), b"X\r\n".repeat(1 << 14)].concat()),
        (Command::Retr { number: 1 }, [b"+OK\r\n".to_vec(), b"no dot\r\n".repeat(1 << 18)].concat()),
    ];
    for (command, flood) in floods {
        let mut connection = logged_in(limits.clone());
        connection.send(command, &mut Vec::new()).unwrap();
        let error = feed(&mut connection, &[&flood]).unwrap_err();
        assert!(error.contains("longer than the limit"), "{error}");
        assert_eq!(connection.state(), State::Broken);
    }
    // A size that is announced is never believed, whatever it is.
    let mut connection = logged_in(limits);
    connection.send(Command::Stat, &mut Vec::new()).unwrap();
    let events = feed(&mut connection, &[b"+OK 1 18446744073709551616\r\n"]).unwrap();
    assert!(events.iter().any(|event| event == "Stat 1 None"), "{events:?}");
}

#[test]
fn s11_nesting_means_nothing() {
    let mut limits = Limits::default();
    limits.line = 1 << 21;
    let brackets = "(".repeat(1 << 20);
    let start = Instant::now();
    let mut connection = logged_in(limits);
    connection.send(Command::Noop, &mut Vec::new()).unwrap();
    feed(&mut connection, &[format!("+OK [{brackets}\r\n").as_bytes()]).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn s12_a_login_is_what_was_asked_for() {
    let token = b"a token that nobody else may see";
    let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: None };
    // In before anything was said: not a success.
    let mut connection = greeted();
    connection.send(login, &mut Vec::new()).unwrap();
    let events = feed(&mut connection, &[b"+OK in\r\n", b"+OK in\r\n"]);
    assert!(events.is_err() || connection.state() != State::Transaction, "{events:?}");
    // The token goes out once, also when the server asks again, and nothing else follows it by itself.
    let mut connection = greeted();
    let mut out = Vec::new();
    connection.send(login, &mut out).unwrap();
    feed(&mut connection, &[b"+ \r\n"]).unwrap();
    connection.respond(token, &mut out).unwrap();
    feed(&mut connection, &[b"+ e30=\r\n"]).unwrap();
    connection.respond(b"", &mut out).unwrap();
    feed(&mut connection, &[b"-ERR [AUTH] no\r\n"]).unwrap();
    assert_eq!(connection.state(), State::Authorization);
    let sent = String::from_utf8(out).unwrap();
    let times: usize = needles(token).iter().map(|needle| sent.matches(needle.as_str()).count()).sum();
    assert_eq!(times, 1, "{sent}");
    assert!(!sent.contains("USER") && !sent.contains("PASS"), "{sent}");
    // Cancelled, and yet a success: the server is out of step.
    let mut connection = greeted();
    connection.send(login, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+ \r\n"]).unwrap();
    connection.cancel(&mut Vec::new()).unwrap();
    assert!(feed(&mut connection, &[b"+OK in\r\n"]).is_err());
}
