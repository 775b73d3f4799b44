//! The attacks on mail clients that are known, by the numbers of their collection: one test for each.
//!
//! S7 (certificates), S13 to S15 (logs, redirects, hosts) belong to those who bring TLS and tokens; that no token gets
//! into `Debug` and errors is tested in `commands` and `client`.

use std::time::{Duration, Instant};

use smtp_min::{Address, Command, Connection, EhloName, Error, Limits, LineEnds, Mail, Rcpt, State};

use crate::script::{feed, needles, ready, streaming};

macro_rules! attacks {
    ($($number:literal $name:ident: $what:literal,)*) => {
        /// Number, attack, test.
        const ATTACKS: &[(&str, &str, fn())] = &[$(($number, $what, $name)),*];
    };
}

attacks! {
    "S1" s1_bytes_behind_the_answer_to_starttls: "plaintext behind the 220 is taken for the TLS session's",
    "S2" s2_starttls_is_not_stripped: "STARTTLS is taken out of the list, refused, or answered before it was sent",
    "S3" s3_no_greeting_logs_in: "a session that says it is logged in already",
    "S4" s4_nothing_is_kept_from_before_tls: "values from the plaintext live on inside TLS",
    "S5" s5_capabilities_are_asked_again: "the list of before TLS is used for the login",
    "S6" s6_a_connection_has_one_identity: "a connection is used again for somebody else",
    "S8" s8_no_argument_is_two_commands: "CR, LF, NUL and `>` in arguments",
    "S9" s9_no_message_ends_early: "line ends that one server takes for an end and another does not",
    "S10" s10_floods_end: "endless lines and replies",
    "S11" s11_nesting_means_nothing: "a million brackets",
    "S12" s12_a_login_is_what_was_asked_for: "another mechanism, another answer, the token twice",
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

/// A machine whose STARTTLS was accepted.
fn handshaking(answer: &[u8]) -> (Connection, Result<Vec<String>, String>) {
    let mut connection = ready(Limits::default(), "STARTTLS,AUTH XOAUTH2");
    connection.send(Command::StartTls, &mut Vec::new()).unwrap();
    let events = feed(&mut connection, &[answer]);
    (connection, events)
}

#[test]
fn s1_bytes_behind_the_answer_to_starttls() {
    // In the same segment, in the next, half a line, and what looks like an answer to a command inside TLS.
    for injected in [&b"250 injected\r\n"[..], b"2", b"\r\n", b"235 in\r\n", b"\x16\x03"] {
        let whole = [b"220 go\r\n", injected].concat();
        let (mut connection, events) = handshaking(&whole);
        assert!(events.unwrap_err().contains("before TLS"));
        assert!(matches!(connection.tls_started(b""), Err(Error::Broken)));
        let (mut connection, events) = handshaking(b"220 go\r\n");
        events.unwrap();
        assert!(feed(&mut connection, &[injected]).unwrap_err().contains("before TLS"));
        let (mut connection, _) = handshaking(b"220 go\r\n");
        assert!(matches!(connection.tls_started(injected), Err(Error::Protocol { .. })));
        assert_eq!(connection.state(), State::Broken);
    }
}

#[test]
fn s2_starttls_is_not_stripped() {
    let mut out = Vec::new();
    let mut connection = ready(Limits::default(), "SIZE");
    assert!(matches!(connection.send(Command::StartTls, &mut out), Err(Error::Lacks { what: "STARTTLS" })));
    assert!(out.is_empty());
    for refusal in [&b"454 not now\r\n"[..], b"501 no\r\n"] {
        let (mut connection, _) = handshaking(refusal);
        assert_eq!(connection.state(), State::Ready);
        assert!(matches!(connection.tls_started(b""), Err(Error::Misuse { .. })));
    }
    for other in [&b"250 ok\r\n"[..], b"334 \r\n", b"354 go\r\n"] {
        assert!(handshaking(other).1.is_err(), "{}", other.escape_ascii());
    }
    // The answer comes before the command.
    let mut connection = ready(Limits::default(), "STARTTLS");
    assert!(feed(&mut connection, &[b"220 go\r\n"]).is_err());
}

#[test]
fn s3_no_greeting_logs_in() {
    let name = EhloName::new("c").unwrap();
    for greeting in [&b"235 2.7.0 you are in\r\n"[..], b"250 ok\r\n", b"354 go\r\n"] {
        assert!(feed(&mut Connection::new(Limits::default()), &[greeting]).is_err());
    }
    let mut connection = Connection::new(Limits::default());
    feed(&mut connection, &[b"220 PREAUTH you are in\r\n"]).unwrap();
    let mail = Command::Mail(Mail::new(None));
    assert!(matches!(connection.send(mail, &mut Vec::new()), Err(Error::Misuse { .. })));
    // Nor does a 235 that nobody has asked for.
    connection.send(Command::Ehlo(&name), &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"250 x\r\n"]).unwrap();
    assert!(feed(&mut connection, &[b"235 in\r\n"]).is_err());
}

/// A machine that has started TLS after it has learned what a plaintext server offers.
fn inside_tls() -> Connection {
    let (mut connection, events) = handshaking(b"220 go\r\n");
    events.unwrap();
    connection.tls_started(b"").unwrap();
    connection
}

#[test]
fn s4_nothing_is_kept_from_before_tls() {
    let connection = inside_tls();
    assert!(connection.capabilities().is_none());
    assert_eq!((connection.state(), connection.pending()), (State::Greeted, 0));
    // Half a reply of before TLS is nothing's beginning: see S1.
}

#[test]
fn s5_capabilities_are_asked_again() {
    let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: None };
    let mut connection = inside_tls();
    assert!(matches!(connection.send(login, &mut Vec::new()), Err(Error::Misuse { .. })));
    let name = EhloName::new("c").unwrap();
    connection.send(Command::Ehlo(&name), &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"250-x\r\n250 AUTH PLAIN\r\n"]).unwrap();
    assert!(matches!(connection.send(login, &mut Vec::new()), Err(Error::Lacks { .. })));
}

#[test]
fn s6_a_connection_has_one_identity() {
    let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"ann") };
    let mut connection = ready(Limits::default(), "AUTH X");
    connection.send(login, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"235 in\r\n"]).unwrap();
    let other = Command::Authenticate { mechanism: "X", initial_response: Some(b"bob") };
    assert!(matches!(connection.send(other, &mut Vec::new()), Err(Error::Misuse { .. })));
}

#[test]
fn s8_no_argument_is_two_commands() {
    for evil in
        ["\r", "\n", "\r\n", "\0", "\u{85}", ">", "<", "\u{2028}", "\x7f", " RET=FULL", "\r\nDATA\r\n"]
    {
        for text in [format!("{evil}a@b"), format!("a{evil}@b"), format!("a@b{evil}"), format!("a@b{evil}c")]
        {
            assert!(Address::new(text.as_str()).is_err(), "{text:?}");
            assert!(EhloName::new(text.as_str()).is_err(), "{text:?}");
        }
        // Quotes make a space harmless, and nothing else.
        let quoted = Address::new(format!("\"a{evil}b\"@c"));
        assert_eq!(quoted.is_ok(), evil == " RET=FULL", "{evil:?}");
        let mut connection = ready(Limits::default(), "AUTH X,SMTPUTF8");
        let mut out = Vec::new();
        if evil.chars().any(char::is_control) {
            assert!(connection.send(Command::Vrfy { query: evil }, &mut out).is_err(), "{evil:?}");
        }
        let login = Command::Authenticate { mechanism: evil, initial_response: None };
        assert!(connection.send(login, &mut out).is_err(), "{evil:?}");
        assert!(out.is_empty() && connection.pending() == 0);
        // What is a SASL message's own may hold anything: it goes as base64.
        let login = Command::Authenticate { mechanism: "X", initial_response: Some(evil.as_bytes()) };
        connection.send(login, &mut out).unwrap();
        assert_eq!(out.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count(), 2);
    }
    // Nor is what the server offers, when the caller takes a name from its list.
    let mut connection = ready(Limits::default(), "AUTH X\rQUIT");
    let offered = connection.capabilities().unwrap().mechanisms().next().unwrap().to_owned();
    let login = Command::Authenticate { mechanism: &offered, initial_response: None };
    let mut out = Vec::new();
    assert!(matches!(connection.send(login, &mut out), Err(Error::Invalid { .. })));
    assert!(out.is_empty());
}

#[test]
fn s9_no_message_ends_early() {
    let ends = ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\r\n.\r\n", "\n\n.\n\n"];
    for end in ends {
        let message = format!("a{end}MAIL FROM:<evil@x>\r\n");
        for cut in 0..=message.len() {
            let mut connection = streaming(LineEnds::Normalise);
            let mut out = Vec::new();
            connection.send_body(&message.as_bytes()[..cut], &mut out).unwrap();
            connection.send_body(&message.as_bytes()[cut..], &mut out).unwrap();
            connection.finish_body(&mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.find("\r\n.\r\n"), Some(text.len() - 5), "{text:?}");
            let bare = text.replace("\r\n", "");
            assert!(!bare.contains(['\r', '\n']), "{text:?}");
        }
        let mut strict = streaming(LineEnds::Refuse);
        let sent = strict.send_body(message.as_bytes(), &mut Vec::new());
        assert_eq!(sent.is_ok(), end == "\r\n.\r\n", "{end:?}");
    }
}

#[test]
fn s10_floods_end() {
    for flood in [vec![b'2'; 1 << 20], b"250-a\r\n".repeat(1 << 17), b"\r\n".repeat(10), vec![b'\n'; 10]] {
        let mut connection = ready(Limits::default(), "X");
        connection.send(Command::Rset, &mut Vec::new()).unwrap();
        assert!(feed(&mut connection, &[&flood]).is_err());
        assert_eq!(connection.state(), State::Broken);
    }
    // So does one that comes octet by octet, and as soon as its limit is passed.
    let mut connection = ready(Limits::default(), "X");
    connection.send(Command::Rset, &mut Vec::new()).unwrap();
    let flood = b"250-a\r\n".repeat(1 << 14);
    let end = (0..flood.len()).find(|end| !connection.wants_input(&flood[..*end])).unwrap();
    assert!(end <= 513 * 7, "{end}");
}

#[test]
fn s11_nesting_means_nothing() {
    let mut limits = Limits::default();
    (limits.line, limits.reply) = (1 << 21, 1 << 22);
    let brackets = "(".repeat(1 << 20);
    let name = EhloName::new("c").unwrap();
    let start = Instant::now();
    let mut connection = Connection::new(limits);
    feed(&mut connection, &[format!("220 {brackets}\r\n").as_bytes()]).unwrap();
    connection.send(Command::Ehlo(&name), &mut Vec::new()).unwrap();
    feed(&mut connection, &[format!("250-x\r\n250-AUTH {brackets}\r\n250 {brackets}\r\n").as_bytes()])
        .unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn s12_a_login_is_what_was_asked_for() {
    let token = b"a token that nobody else may see";
    // Only what the server offers, and never another one instead.
    let mut connection = ready(Limits::default(), "AUTH PLAIN LOGIN");
    let mut out = Vec::new();
    let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(token) };
    assert!(matches!(connection.send(login, &mut out), Err(Error::Lacks { .. })));
    assert!(out.is_empty());
    // No answer but 235 is a success, and it must be the answer to this.
    for answer in ["250 ok\r\n", "220 ok\r\n", "354 go\r\n", "251 ok\r\n"] {
        let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
        connection.send(login, &mut Vec::new()).unwrap();
        assert!(feed(&mut connection, &[answer.as_bytes()]).is_err(), "{answer}");
    }
    let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
    let two_steps = Command::Authenticate { mechanism: "XOAUTH2", initial_response: None };
    connection.send(two_steps, &mut Vec::new()).unwrap();
    assert!(feed(&mut connection, &[b"235 in\r\n"]).is_err(), "in before anything was said");
    // The server asks, and does not wait for the answer.
    let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
    connection.send(two_steps, &mut Vec::new()).unwrap();
    assert!(feed(&mut connection, &[b"334 \r\n235 in\r\n"]).is_err(), "in before anything was said");
    // The token goes out once, also when the server asks again.
    let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
    let mut out = Vec::new();
    connection.send(login, &mut out).unwrap();
    feed(&mut connection, &[b"334 e30=\r\n"]).unwrap();
    connection.respond(b"", &mut out).unwrap();
    feed(&mut connection, &[b"535 5.7.8 no\r\n"]).unwrap();
    let sent = String::from_utf8(out).unwrap();
    let times: usize = needles(token).iter().map(|needle| sent.matches(needle.as_str()).count()).sum();
    assert_eq!(times, 1, "{sent}");
    // A recipient is no login either: nothing is read from its text.
    let to = Address::new("a@b").unwrap();
    connection.send(Command::Mail(Mail::new(None)), &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"235 in\r\n"]).unwrap();
    connection.send(Command::Rcpt(Rcpt::new(&to)), &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"530 5.7.0 log in first\r\n"]).unwrap();
}
