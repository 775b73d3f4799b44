//! What goes out, and when it may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pop3_min::{Command, CommandId, Connection, Error, Limits, State};
use proptest::prelude::*;

use crate::script::{feed, logged_in};

fn greeted() -> Connection {
    let mut connection = Connection::new(Limits::default());
    feed(&mut connection, &[b"+OK hi\r\n"]).unwrap();
    connection
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
        Command::Retr { number: 1 },
        Command::Dele { number: 1 },
        Command::Rset,
        Command::Noop,
    ];
    for command in needs_login {
        assert!(!allowed(&mut greeted(), command), "{command:?}");
        assert!(allowed(&mut logged_in(Limits::default()), command), "{command:?}");
    }
    for command in [auth, Command::Stls] {
        assert!(allowed(&mut greeted(), command), "{command:?}");
        assert!(!allowed(&mut logged_in(Limits::default()), command), "{command:?}");
    }
    // AUTH without a token may be on its way before the greeting; STLS may not.
    assert!(allowed(&mut Connection::new(Limits::default()), auth));
    assert!(!allowed(&mut Connection::new(Limits::default()), Command::Stls));
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

proptest! {
    #[test]
    fn any_argument_is_one_command_or_none(mechanism in any::<String>(), message in prop::collection::vec(any::<u8>(), 0..300), number in any::<u32>()) {
        let mut out = Vec::new();
        let _ = greeted().send(Command::Authenticate { mechanism: &mechanism, initial_response: Some(&message) }, &mut out);
        one_line_or_nothing(&out)?;
        out.clear();
        let _ = logged_in(Limits::default()).send(Command::Dele { number }, &mut out);
        one_line_or_nothing(&out)?;
        out.clear();
        let mut connection = greeted();
        connection.send(Command::Authenticate { mechanism: "X", initial_response: None }, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"+ \r\n"]).unwrap();
        connection.respond(&message, &mut out).unwrap();
        prop_assert_eq!(out.strip_suffix(b"\r\n").map(|text| STANDARD.decode(text).unwrap()), Some(message));
        one_line_or_nothing(&out)?;
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
