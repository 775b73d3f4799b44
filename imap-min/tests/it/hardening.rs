//! The attacks on mail clients that are known, by the numbers of their collection: one test for each.
//!
//! S7 (certificates) and S13 to S15 (logs, redirects, hosts) belong to those who bring TLS and tokens; that no token gets
//! into `Debug` and errors is tested in `secrets`. S9 is SMTP's.

use imap_min::{
    Command, Connection, Error, Event, FetchAttribute, Limits, Mailbox, SearchKey, SequenceSet, State, UidSet,
};

use crate::bad_input::{greeted, heard};
use crate::commands::selected;

macro_rules! attacks {
    ($($number:literal $name:ident: $what:literal,)*) => {
        /// Number, attack, test; each test runs by itself.
        const ATTACKS: &[(&str, &str, fn())] = &[$(($number, $what, $name)),*];
    };
}

attacks! {
    "S1" s1_bytes_behind_the_answer_to_starttls: "plaintext behind the OK is taken for the TLS session's",
    "S2" s2_starttls_is_not_stripped: "STARTTLS is refused, or answered before it was sent",
    "S3" s3_no_greeting_logs_in: "a session that says it is logged in already",
    "S4" s4_nothing_is_kept_from_before_tls: "values from the plaintext live on inside TLS",
    "S5" s5_capabilities_are_asked_again: "the list of before TLS is used for the log-in",
    "S6" s6_a_connection_has_one_identity: "a connection is used again for somebody else",
    "S8" s8_no_argument_is_two_commands: "CR, LF and NUL in arguments",
    "S10" s10_floods_end: "endless lines, announced sizes, sets that span everything",
    "S11" s11_nesting_ends: "a million parentheses",
    "S12" s12_a_log_in_is_what_was_asked_for: "another answer, the token twice, a password instead",
}

#[test]
fn each_attack_has_its_test() {
    let numbers: Vec<&str> = ATTACKS.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, ["S1", "S2", "S3", "S4", "S5", "S6", "S8", "S10", "S11", "S12"]);
}

/// A machine that has heard everything that a plaintext server can say, and whose STARTTLS was answered.
fn handshaking(answer: &[u8]) -> (Connection, Result<Vec<String>, Error>) {
    let mut connection = greeted(
        b"* OK [CAPABILITY IMAP4rev1 STARTTLS SASL-IR LITERAL+ UTF8=ACCEPT LOGINDISABLED] hi\r\n\
          * ENABLED UTF8=ACCEPT\r\n* 7 EXISTS\r\n* FLAGS (\\Seen)\r\n* LIST () \"/\" INBOX\r\n\
          * STATUS INBOX (MESSAGES 7)\r\n* OK [UIDVALIDITY 3] v\r\n* OK [ALERT] call us\r\n\
          * 1 FETCH (UID 1 FLAGS ())\r\n",
    );
    connection.send(Command::StartTls, &mut Vec::new()).unwrap();
    let events = heard(&mut connection, answer);
    (connection, events)
}

fn inside_tls() -> Connection {
    let (mut connection, events) = handshaking(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA1 OK go\r\n");
    events.unwrap();
    connection.tls_started(b"").unwrap();
    connection
}

#[test]
fn s1_bytes_behind_the_answer_to_starttls() {
    // In the same segment, in the next, half a line, and what looks like an answer to a command inside TLS.
    for injected in [&b"* OK injected\r\n"[..], b"*", b"\r\n", b"A2 OK [CAPABILITY X]", b"\x16\x03", b"\0"] {
        let whole = [b"A1 OK go\r\n", injected].concat();
        let (mut connection, events) = handshaking(&whole);
        assert!(events.unwrap_err().to_string().contains("before TLS"));
        assert!(matches!(connection.tls_started(b""), Err(Error::Broken)));
        let (mut connection, events) = handshaking(b"A1 OK go\r\n");
        events.unwrap();
        assert!(heard(&mut connection, injected).unwrap_err().to_string().contains("before TLS"));
        let (mut connection, _) = handshaking(b"A1 OK go\r\n");
        assert!(matches!(connection.tls_started(injected), Err(Error::Protocol { .. })));
        assert_eq!(connection.state(), State::Broken);
    }
}

#[test]
fn s2_starttls_is_not_stripped() {
    // It is not offered.
    let mut connection = greeted(b"* OK [CAPABILITY IMAP4rev1] hi\r\n");
    assert!(matches!(connection.send(Command::StartTls, &mut Vec::new()), Err(Error::Lacks { .. })));
    // It is refused: no TLS, and the caller is told.
    for answer in [&b"A1 NO no\r\n"[..], b"A1 BAD no\r\n"] {
        let (mut connection, events) = handshaking(answer);
        events.unwrap();
        assert_eq!(connection.state(), State::NotAuthenticated);
        assert!(matches!(connection.tls_started(b""), Err(Error::Misuse { .. })));
    }
    // Another command's answer, an untagged one, a continuation: none of them is the go-ahead.
    for other in [&b"A2 OK go\r\n"[..], b"a1 OK go\r\n", b"* OK go\r\n", b"+ go\r\n"] {
        let (connection, events) = handshaking(other);
        assert!(events.is_err() || connection.state() == State::NotAuthenticated, "{}", other.escape_ascii());
    }
    // The answer comes before the command, of this and of any other.
    for early in [&b"A1 OK go\r\n"[..], b"A1 NO no\r\n", b"A2 OK in\r\n"] {
        let error = heard(&mut greeted(b"* OK hi\r\n"), early).unwrap_err();
        assert!(error.to_string().contains("not sent"), "{error}");
    }
}

#[test]
fn s3_no_greeting_logs_in() {
    let mut connection = greeted(b"* PREAUTH trust me\r\n");
    let mut out = Vec::new();
    let refused = connection.send(Command::StartTls, &mut out);
    assert!(matches!(refused, Err(Error::Protocol { .. })) && out.is_empty());
    assert_eq!(connection.state(), State::Broken);
    // Not a word more goes over it.
    let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"secret") };
    assert!(matches!(connection.send(login, &mut out), Err(Error::Broken)) && out.is_empty());
    // Later it is no greeting.
    assert!(heard(&mut greeted(b"* OK hi\r\n"), b"* PREAUTH in\r\n").is_err());
}

#[test]
fn s4_nothing_is_kept_from_before_tls() {
    let connection = inside_tls();
    assert_eq!(connection.state(), State::NotAuthenticated);
    assert!(connection.capabilities().is_none() && connection.selected().is_none());
    assert_eq!(connection.enabled().to_string(), "");
    assert_eq!(connection.oldest_open(), None);
    // Also what would show only later: names in UTF-8, literals without a go-ahead.
    let fresh = format!("{:?}", greeted(b"* OK hi\r\n"));
    let shown = format!("{connection:?}");
    for kept in ["SASL-IR", "UTF8=ACCEPT", "PLAIN", "Seen", "UidValidity: Some"] {
        assert!(!shown.contains(kept), "{kept} in {shown}, not in {fresh}");
    }
}

#[test]
fn s5_capabilities_are_asked_again() {
    let mut connection = inside_tls();
    // LOGINDISABLED and all else were said by nobody: what goes out depends on what TLS says.
    let mut out = Vec::new();
    connection.send(Command::Capability, &mut out).unwrap();
    heard(&mut connection, b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nA2 OK\r\n").unwrap();
    let known = connection.capabilities().unwrap();
    assert!(known.has_mechanism("XOAUTH2") && !known.has_mechanism("PLAIN") && !known.has("SASL-IR"));
    // And again after the log-in.
    let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: None };
    connection.send(login, &mut out).unwrap();
    heard(&mut connection, b"+ \r\n").unwrap();
    connection.respond(b"x", &mut out).unwrap();
    heard(&mut connection, b"A3 OK in\r\n").unwrap();
    assert!(connection.capabilities().is_none());
}

#[test]
fn s6_a_connection_has_one_identity() {
    let mut connection = selected();
    for login in [
        Command::Authenticate { mechanism: "X", initial_response: None },
        Command::Login { user: "bob", password: "b" },
    ] {
        assert!(matches!(connection.send(login, &mut Vec::new()), Err(Error::Misuse { .. })), "{login:?}");
    }
    // Nor can TLS be begun under a session.
    assert!(connection.send(Command::StartTls, &mut Vec::new()).is_err());
    // Referrals are text.
    let mut connection = greeted(b"* OK [REFERRAL imap://evil.example/] go there\r\n");
    let login = Command::Authenticate { mechanism: "X", initial_response: None };
    connection.send(login, &mut Vec::new()).unwrap();
    let events = heard(&mut connection, b"A1 NO [REFERRAL imap://bob@evil.example/] go there\r\n").unwrap();
    assert_eq!((events.len(), connection.state()), (1, State::NotAuthenticated));
}

#[test]
fn s8_no_argument_is_two_commands() {
    for evil in ["\r", "\n", "\r\n", "\0", "\r\nA2 DELETE x\r\n"] {
        for text in [format!("{evil}a"), format!("a{evil}"), format!("a{evil}b")] {
            let mut out = Vec::new();
            let mut connection = greeted(b"* OK hi\r\n");
            for command in [
                Command::Login { user: &text, password: "b" },
                Command::Login { user: "a", password: &text },
                Command::Authenticate { mechanism: &text, initial_response: None },
                Command::Raw { line: &text },
            ] {
                assert!(connection.send(command, &mut out).is_err(), "{command:?}");
            }
            assert!(Mailbox::new(&text).is_err() && Mailbox::from_wire(&text).is_err(), "{text:?}");
            let mut connection = selected();
            for key in [SearchKey::Subject(&text), SearchKey::Keyword(&text), SearchKey::Header("a", &text)] {
                assert!(connection.send(Command::UidSearch { keys: &[key] }, &mut out).is_err(), "{text:?}");
            }
            assert!(out.is_empty());
        }
    }
    // A trailing literal's head would swallow the next command.
    for text in ["a {5}", "a {5+}", "a ~{5}", "{5+}"] {
        let mut out = Vec::new();
        let mailbox = Mailbox::new(text).unwrap();
        selected().send(Command::Examine { mailbox: &mailbox }, &mut out).unwrap();
        assert!(out.ends_with(b"}\"\r\n"), "{}", out.escape_ascii());
        assert!(selected().send(Command::Raw { line: text }, &mut out).is_err(), "{text}");
    }
}

#[test]
fn s10_floods_end() {
    for flood in [
        vec![b'*'; 3 << 20],
        [b"* OK ".to_vec(), vec![b'x'; 3 << 20]].concat(),
        b"* LIST () \"/\" {18446744073709551615}\r\n".to_vec(),
        b"* 1 FETCH (ENVELOPE ({18446744073709551615}\r\n".to_vec(),
        b"* 1 FETCH (BODY[] {18446744073709551615}\r\n".to_vec(),
        [b"* CAPABILITY".to_vec(), b" X".repeat(1 << 16), b"\r\n".to_vec()].concat(),
        [b"* FLAGS (".to_vec(), b" x".repeat(1 << 16), b")\r\n".to_vec()].concat(),
        [b"* LIST (".to_vec(), b"{1}\r\nx ".repeat(1_000_000)].concat(),
    ] {
        let mut connection = selected();
        let error = heard(&mut connection, &flood).unwrap_err();
        assert!(matches!(error, Error::TooLong { .. }), "{error}");
        assert_eq!(connection.state(), State::Broken);
    }
    // Sets stay ranges, whatever they span.
    let mut connection = selected();
    connection.send(Command::UidSearch { keys: &[SearchKey::All] }, &mut Vec::new()).unwrap();
    let line = b"* ESEARCH (TAG \"A2\") UID ALL 1:4294967295,*:1\r\n* VANISHED 1:4294967295\r\n";
    let events = heard(&mut connection, line).unwrap();
    assert!(events.iter().any(|event| event.contains("1:4294967295")), "{events:?}");
    assert_eq!(connection.selected().map(|view| view.exists), Some(0));
    assert_eq!(UidSet::try_from(1..=u32::MAX).unwrap().to_string(), "1:*");
}

#[test]
fn s11_nesting_ends() {
    let mut limits = Limits::default();
    limits.line = 2 << 20;
    let deep = "(".repeat(1 << 20);
    for start in ["* 1 FETCH (BODYSTRUCTURE ", "* 1 FETCH (ENVELOPE ", "* 1 FETCH ", "* THREAD ", "* SEARCH "]
    {
        let mut connection = Connection::new(limits.clone());
        heard(&mut connection, b"* PREAUTH in\r\n").unwrap();
        // It is told, and the session goes on.
        let events = heard(&mut connection, format!("{start}{deep}\r\n* 3 EXISTS\r\n").as_bytes()).unwrap();
        assert_eq!(events.last().map(String::as_str), Some("Exists(3)"), "{start}");
        assert!(events.len() < 64, "{start} {}", events.len());
    }
}

#[test]
fn s12_a_log_in_is_what_was_asked_for() {
    let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(b"a token") };
    // Success is the OK of this command only.
    for other in [&b"* OK in\r\n"[..], b"* 3 EXISTS\r\n", b"* BYE\r\n", b"A1 BYE\r\n", b"A1 NO\r\n"] {
        let mut connection = greeted(b"* OK hi\r\n");
        connection.send(login, &mut Vec::new()).unwrap();
        heard(&mut connection, other).unwrap();
        assert!(matches!(connection.state(), State::NotAuthenticated | State::Logout));
    }
    // The token goes out once, also when the server asks again, and no password follows it.
    let mut connection = greeted(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN] hi\r\n");
    let mut out = Vec::new();
    connection.send(login, &mut out).unwrap();
    let mut input = &b"+ e30=\r\n"[..];
    while let Some((used, event)) = connection.receive(input, &mut out).unwrap() {
        assert!(matches!(event, Event::Challenge(_)), "{event:?}");
        input = &input[used..];
    }
    connection.respond(b"", &mut out).unwrap();
    heard(&mut connection, b"A1 NO [AUTHENTICATIONFAILED] no\r\n").unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "A1 AUTHENTICATE XOAUTH2 YSB0b2tlbg==\r\n\r\n");
    assert_eq!(connection.state(), State::NotAuthenticated);
    // Before it is over, nothing of a mailbox can be asked for.
    let fetch = Command::Fetch {
        messages: &SequenceSet::from(UidSet::from(1)),
        attributes: &[FetchAttribute::Flags],
    };
    assert!(matches!(connection.send(fetch, &mut Vec::new()), Err(Error::Misuse { .. })));
}
