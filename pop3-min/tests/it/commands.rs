//! What goes out, and when it may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pop3_min::{Command, CommandId, Connection, Error, Event, Limits, State};
use proptest::prelude::*;

use crate::script::{feed, logged_in};

fn greeted() -> Connection {
    let mut connection = Connection::new(Limits::default());
    feed(&mut connection, &[b"+OK hi\r\n"]).unwrap();
    connection
}

#[test]
fn a_text_for_people_commands_no_terminal_and_shows_no_token() {
    let mut connection = Connection::new(Limits::default());
    let line = format!("+OK \x1b]0;hi\x07 {} \r\n", "QUJD".repeat(20));
    let (_, event) = connection.receive(line.as_bytes(), &mut Vec::new()).unwrap().unwrap();
    let Event::Greeting(greeting) = event else { panic!("{event:?}") };
    assert_eq!(greeting.reply.text_lossy(), "\\u{1b}]0;hi\\u{7} [80 octets]");
}

#[test]
fn an_initial_response_fits_its_line_or_is_refused() {
    // "AUTH X " + 4n + CRLF <= 255: n = 61, which is 183 raw bytes.
    let mut out = Vec::new();
    let fits = Command::Authenticate { mechanism: "X", initial_response: Some(&[b'a'; 183]) };
    greeted().send(fits, &mut out).unwrap();
    assert_eq!(out.len(), 253);
    out.clear();
    let mut connection = greeted();
    let long = Command::Authenticate { mechanism: "X", initial_response: Some(&[b'a'; 184]) };
    let error = connection.send(long, &mut out).unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 255, .. }));
    assert!(error.to_string().contains("send no initial response"));
    assert!(out.is_empty());
    assert_eq!((connection.state(), connection.pending()), (State::Authorization, 0));
    connection.send(Command::Authenticate { mechanism: "X", initial_response: Some(b"") }, &mut out).unwrap();
    assert_eq!(out, b"AUTH X =\r\n");
}

#[test]
fn commands_have_their_time() {
    let allowed = |connection: &mut Connection, command| connection.send(command, &mut Vec::new()).is_ok();
    let auth = Command::Authenticate { mechanism: "X", initial_response: None };
    let needs_login = [
        Command::Stat,
        Command::Uidl,
        Command::List,
        Command::UidlOne { number: 1 },
        Command::ListOne { number: 1 },
        Command::Top { number: 1, lines: 0 },
        Command::Retr { number: 1 },
        Command::Dele { number: 1 },
        Command::Rset,
        Command::Noop,
    ];
    for command in needs_login {
        assert!(!allowed(&mut greeted(), command), "{command:?}");
        assert!(allowed(&mut logged_in(Limits::default()), command), "{command:?}");
    }
    for command in [auth, Command::Stls, Command::User { name: "a" }, Command::Utf8] {
        assert!(allowed(&mut greeted(), command), "{command:?}");
        assert!(!allowed(&mut logged_in(Limits::default()), command), "{command:?}");
    }
    // AUTH without a token may be on its way before the greeting; STLS may not.
    assert!(allowed(&mut Connection::new(Limits::default()), auth));
    for command in [Command::Stls, Command::User { name: "a" }, Command::Utf8, Command::Languages] {
        assert!(
            !allowed(&mut Connection::new(Limits::default()), command),
            "{command:?} before the greeting"
        );
    }
    // Nothing follows the last of a flight.
    for last in [auth, Command::Stls, Command::Quit] {
        let mut connection = greeted();
        assert!(allowed(&mut connection, Command::Capa) && allowed(&mut connection, last));
        assert!(!allowed(&mut connection, Command::Capa), "{last:?}");
    }
    let mut zero = logged_in(Limits::default());
    assert!(matches!(zero.send(Command::Retr { number: 0 }, &mut Vec::new()), Err(Error::Invalid { .. })));
}

#[test]
fn ids_are_unique_and_answers_come_in_order() {
    let mut connection = logged_in(Limits::default());
    let mut out = Vec::new();
    let commands = [Command::Noop, Command::Dele { number: 2 }, Command::Stat];
    let ids: Vec<CommandId> =
        commands.iter().map(|command| connection.send(*command, &mut out).unwrap()).collect();
    assert_eq!(out, b"NOOP\r\nDELE 2\r\nSTAT\r\n");
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && !ids.contains(&CommandId::GREETING));
    let events = feed(&mut connection, &[b"+OK\r\n-ERR [IN-USE] no\r\n+OK 1 2\r\n"]).unwrap();
    assert_eq!(events, ["Completed +OK", "Completed -ERR [InUse] no", "Stat 1 Some(2)"]);
    assert_eq!(connection.pending(), 0);
}

#[test]
fn the_flight_has_a_bound() {
    let mut limits = Limits::default();
    limits.pipeline = 2;
    let mut connection = logged_in(limits);
    let mut out = Vec::new();
    connection.send(Command::Noop, &mut out).unwrap();
    connection.send(Command::Noop, &mut out).unwrap();
    assert!(matches!(connection.send(Command::Noop, &mut out), Err(Error::Misuse { .. })));
    assert_eq!(out, b"NOOP\r\nNOOP\r\n");
}

#[test]
fn debug_shows_no_token() {
    let token = b"user=ann@example.org\x01auth=Bearer ya29.secret-token\x01\x01";
    let command = Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(token) };
    assert_eq!(format!("{command:?}"), "AUTH \"XOAUTH2\" [redacted, 52 bytes]");
    let mut connection = greeted();
    let mut out = Vec::new();
    connection
        .send(Command::Authenticate { mechanism: "XOAUTH2", initial_response: None }, &mut out)
        .unwrap();
    feed(&mut connection, &[b"+ \r\n"]).unwrap();
    connection.respond(token, &mut out).unwrap();
    // A server that echoes the message does not get it into an error.
    let echo = [b"what is ", STANDARD.encode(token).as_bytes(), b"\r\n"].concat();
    let error = feed(&mut connection, &[&echo]).unwrap_err();
    let shown = format!("{connection:?} {error}");
    for needle in needles(b"ya29.secret-token") {
        assert!(!shown.contains(&needle), "{needle} in {shown}");
    }
}

/// A secret raw, and the part of its base64 that is the same whatever stands around it, at each alignment.
pub(crate) fn needles(secret: &[u8]) -> Vec<String> {
    let mut needles = vec![String::from_utf8(secret.to_vec()).unwrap()];
    for skip in 0..3 {
        let aligned = &secret[skip..skip + (secret.len() - skip) / 3 * 3];
        needles.push(STANDARD.encode(aligned));
    }
    needles
}

#[test]
fn a_password_is_never_shown_and_follows_its_name() {
    let password = "correct horse battery staple";
    assert_eq!(format!("{:?}", Command::Pass { password }), "PASS [redacted, 28 bytes]");
    let digest = "0".repeat(32);
    assert_eq!(format!("{:?}", Command::Apop { name: "ann", digest: &digest }), "APOP \"ann\" [redacted]");
    let mut connection = greeted();
    let mut out = Vec::new();
    assert!(matches!(connection.send(Command::Pass { password }, &mut out), Err(Error::Misuse { .. })));
    connection.send(Command::User { name: "ann" }, &mut out).unwrap();
    // Not in the flight of the name: that may be refused.
    assert!(matches!(connection.send(Command::Pass { password }, &mut out), Err(Error::Misuse { .. })));
    feed(&mut connection, &[b"+OK\r\n"]).unwrap();
    connection.send(Command::Pass { password }, &mut out).unwrap();
    assert_eq!(connection.state(), State::Authenticating);
    assert!(matches!(connection.send(Command::Capa, &mut out), Err(Error::Misuse { .. })));
    feed(&mut connection, &[b"-ERR no\r\n"]).unwrap();
    // A name is good for one password.
    assert!(matches!(connection.send(Command::Pass { password }, &mut out), Err(Error::Misuse { .. })));
    assert!(!format!("{connection:?}").contains("horse"));
    assert_eq!(out, b"USER ann\r\nPASS correct horse battery staple\r\n");
}

#[test]
fn lines_have_255_octets() {
    for (fits, too_long) in [(248, 249), (5, 250)] {
        let (name, password) = ("a".repeat(fits), "a".repeat(too_long));
        let mut out = Vec::new();
        let mut connection = greeted();
        connection.send(Command::User { name: &name }, &mut out).unwrap();
        assert!(out.len() <= 255);
        feed(&mut connection, &[b"+OK\r\n"]).unwrap();
        let result = connection.send(Command::Pass { password: &password }, &mut out);
        assert!(matches!(result, Err(Error::TooLong { what: "the PASS line", limit: 255 })));
    }
}

/// The command with this text wherever text can stand.
fn with_text(text: &str) -> [(Command<'_>, String); 4] {
    [
        (Command::User { name: text }, format!("USER {text}\r\n")),
        (Command::Lang { tag: text }, format!("LANG {text}\r\n")),
        (
            Command::Apop { name: text, digest: "00112233445566778899aabbccddeeff" },
            format!("APOP {text} 00112233445566778899aabbccddeeff\r\n"),
        ),
        (Command::Apop { name: "ann", digest: text }, format!("APOP ann {text}\r\n")),
    ]
}

fn utf8_user() -> Connection {
    let mut connection = greeted();
    connection.send(Command::Capa, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+OK\r\nUTF8 USER\r\n.\r\n"]).unwrap();
    connection
}

proptest! {
    #[test]
    fn any_argument_is_one_command_or_none(text in any::<String>(), message in prop::collection::vec(any::<u8>(), 0..300), number in any::<u32>(), lines in any::<u32>()) {
        let mut out = Vec::new();
        let _ = greeted().send(Command::Authenticate { mechanism: &text, initial_response: Some(&message) }, &mut out);
        one_line_or_nothing(&out)?;
        for (command, expected) in with_text(&text) {
            out.clear();
            if utf8_user().send(command, &mut out).is_ok() {
                prop_assert_eq!(&out, expected.as_bytes());
            }
            one_line_or_nothing(&out)?;
        }
        out.clear();
        let mut connection = utf8_user();
        connection.send(Command::User { name: "ann" }, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"+OK\r\n"]).unwrap();
        if connection.send(Command::Pass { password: &text }, &mut out).is_ok() {
            let expected = format!("PASS {text}\r\n");
            prop_assert_eq!(&out, expected.as_bytes());
        }
        one_line_or_nothing(&out)?;
        for command in [
            Command::Dele { number }, Command::Retr { number }, Command::UidlOne { number }, Command::ListOne { number }, Command::Top { number, lines },
        ] {
            out.clear();
            let sent = logged_in(Limits::default()).send(command, &mut out);
            prop_assert_eq!(sent.is_ok(), number > 0);
            one_line_or_nothing(&out)?;
        }
        out.clear();
        let mut connection = greeted();
        connection.send(Command::Authenticate { mechanism: "X", initial_response: None }, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"+ \r\n"]).unwrap();
        connection.respond(&message, &mut out).unwrap();
        prop_assert_eq!(out.strip_suffix(b"\r\n").map(|text| STANDARD.decode(text).unwrap()), Some(message));
        one_line_or_nothing(&out)?;
    }

    #[test]
    fn an_injected_argument_is_refused(before in "[a-z]{1,4}", evil in prop::sample::select(vec!["\r", "\n", "\r\n", "\0", "\u{85}", "\x1b"]), after in "[a-z]{0,4}") {
        let text = format!("{before}{evil}{after}");
        for (command, _) in with_text(&text) {
            prop_assert!(utf8_user().send(command, &mut Vec::new()).is_err(), "{command:?}");
        }
        let mut connection = utf8_user();
        connection.send(Command::User { name: "ann" }, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"+OK\r\n"]).unwrap();
        let sent = connection.send(Command::Pass { password: &text }, &mut Vec::new());
        prop_assert!(sent.is_err());
    }
}

fn one_line_or_nothing(out: &[u8]) -> Result<(), TestCaseError> {
    if let Some(line) = out.strip_suffix(b"\r\n") {
        prop_assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    } else {
        prop_assert!(out.is_empty());
    }
    Ok(())
}
