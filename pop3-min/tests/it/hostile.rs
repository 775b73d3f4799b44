//! Servers that mean harm: each limit is hit, and nothing is done twice.

use std::time::{Duration, Instant};

use pop3_min::{Command, Connection, Error, Limits, State};

use crate::script::{feed, logged_in};

#[test]
fn an_endless_line_ends_at_its_limit() {
    let mut connection = Connection::new(Limits::default());
    let line = vec![b'+'; 16 * 1024 + 1];
    assert!(connection.wants_input(&line));
    let line = vec![b'+'; 16 * 1024 + 2];
    assert!(!connection.wants_input(&line));
    let error = connection.receive(&line, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, Error::TooLong { what: "a line of a reply", limit: 16384 }));
    assert_eq!(connection.state(), State::Broken);
    assert!(matches!(connection.receive(&line, &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.send(Command::Capa, &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.receive_eof(), Err(Error::Broken)));
    assert!(matches!(connection.cancel(&mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.tls_started(b""), Err(Error::Broken)));
}

#[test]
fn one_byte_at_a_time_is_linear() {
    let mut limits = Limits::default();
    limits.line = 4 * 1024 * 1024;
    let mut connection = Connection::new(limits);
    let mut line = vec![b'a'; 2 * 1024 * 1024];
    line[..4].copy_from_slice(b"+OK ");
    let start = Instant::now();
    for end in 0..line.len() {
        assert!(connection.wants_input(&line[..end]));
    }
    // Quadratic work would be two billion bytes scanned a thousand times over: hours, not seconds.
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_endless_message_ends_at_its_limit() {
    let mut limits = Limits::default();
    limits.body = 1000;
    let mut connection = logged_in(limits);
    connection.send(Command::Retr { number: 1 }, &mut Vec::new()).unwrap();
    let error = feed(&mut connection, &[b"+OK\r\n", &[b'a'; 1000], b"b"]).unwrap_err();
    assert_eq!(error, "the body of a message is longer than the limit of 1000");
}

#[test]
fn an_endless_listing_ends_at_its_limit() {
    let mut limits = Limits::default();
    limits.listing = 1000;
    for command in [Command::Uidl, Command::List, Command::Languages] {
        let mut connection = logged_in(limits.clone());
        connection.send(command, &mut Vec::new()).unwrap();
        let error = feed(&mut connection, &[b"+OK\r\n", &b"1 1\r\n".repeat(1001)]).unwrap_err();
        assert_eq!(error, "the number of lines of a listing is longer than the limit of 1000");
    }
    limits.list = 1000;
    let mut connection = logged_in(limits);
    connection.send(Command::Capa, &mut Vec::new()).unwrap();
    let error = feed(&mut connection, &[b"+OK\r\n", &b"XAAAAAAA\r\n".repeat(126)]).unwrap_err();
    assert_eq!(error, "the list of capabilities is longer than the limit of 1000");
}

#[test]
fn a_challenge_has_a_limit_of_its_own() {
    let mut limits = Limits::default();
    limits.challenge = 30;
    let mut connection = Connection::new(limits);
    let login = Command::Authenticate { mechanism: "X", initial_response: None };
    connection.send(login, &mut Vec::new()).unwrap();
    let line = format!("+OK\r\n+ {}\r\n", "YWFh".repeat(11));
    assert_eq!(
        feed(&mut connection, &[line.as_bytes()]).unwrap()[1],
        "Challenge ! a SASL challenge is longer than the limit of 30"
    );
}

#[test]
fn eof_at_every_byte_is_an_error_until_quit_is_answered() {
    let dialogue =
        b"+OK\r\nTOP\r\n.\r\n+OK 1 2\r\n+OK\r\nFrom: a\r\n..\r\n.\r\n+OK\r\n1 a\r\n.\r\n+OK\r\na\r\n.\r\n+OK 1 b\r\n+OK 1 7\r\n+OK\r\nen E\r\n.\r\n+OK bye\r\n";
    for end in 0..=dialogue.len() {
        let mut connection = logged_in(Limits::default());
        for command in [
            Command::Capa,
            Command::Stat,
            Command::Retr { number: 1 },
            Command::Uidl,
            Command::Top { number: 1, lines: 1 },
            Command::UidlOne { number: 1 },
            Command::ListOne { number: 1 },
            Command::Languages,
            Command::Quit,
        ] {
            connection.send(command, &mut Vec::new()).unwrap();
        }
        let mut input = dialogue[..end].to_vec();
        while let Some((used, _)) = connection.receive(&input, &mut Vec::new()).unwrap() {
            input.drain(..used);
        }
        let eof = connection.receive_eof();
        assert_eq!(eof.is_ok(), end == dialogue.len(), "at {end}: {eof:?}");
        assert_eq!(connection.state(), if eof.is_ok() { State::Ended } else { State::Broken });
    }
}

#[test]
fn a_second_answer_is_an_error() {
    for extra in [&b"+OK again\r\n"[..], b"-ERR again\r\n", b"+ \r\n", b"\r\n", b".\r\n"] {
        let mut connection = logged_in(Limits::default());
        connection.send(Command::Noop, &mut Vec::new()).unwrap();
        let error = feed(&mut connection, &[b"+OK\r\n", extra]).unwrap_err();
        assert!(error.contains("answers no command"), "{error}");
    }
}

#[test]
fn a_refused_greeting_answers_the_whole_flight() {
    let mut connection = Connection::new(Limits::default());
    connection.send(Command::Capa, &mut Vec::new()).unwrap();
    assert_eq!(feed(&mut connection, &[b"-ERR busy\r\n"]).unwrap(), ["Completed -ERR busy"]);
    assert_eq!((connection.state(), connection.pending()), (State::Ended, 0));
    let error = feed(&mut connection, &[b"+OK\r\n"]).unwrap_err();
    assert!(error.contains("answers no command"), "{error}");
}
