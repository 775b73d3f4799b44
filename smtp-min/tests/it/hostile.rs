//! Servers that mean harm: each limit is hit, and nothing is done twice.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use smtp_min::{Command, Connection, EhloName, Error, Event, Limits, LineEnds, Mail, State};

use crate::script::{feed, ready, show, streaming};

#[test]
fn endless_lines_and_replies_end_at_their_limits() {
    let mut connection = Connection::new(Limits::default());
    let line = vec![b'2'; 16 * 1024 + 2];
    assert!(connection.wants_input(&line[1..]));
    assert!(!connection.wants_input(&line));
    let error = connection.receive(&line, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, Error::TooLong { what: "a line of a reply", limit: 16384 }));
    assert_eq!(connection.state(), State::Broken);
    assert!(matches!(connection.receive(&line, &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.send(Command::Quit, &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.receive_eof(), Err(Error::Broken)));
    assert!(matches!(connection.respond(b"", &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.send_body(b"", &mut Vec::new()), Err(Error::Broken)));
    assert!(matches!(connection.tls_started(b""), Err(Error::Broken)));

    let flood = b"250-a\r\n".repeat(513);
    let error = feed(&mut Connection::new(Limits::default()), &[&flood]).unwrap_err();
    assert_eq!(error, "the number of lines of a reply is longer than the limit of 512");
    let line = [b"250-".as_slice(), &[b'a'; 994], b"\r\n"].concat();
    let error = feed(&mut Connection::new(Limits::default()), &[&line.repeat(66)]).unwrap_err();
    assert_eq!(error, "a reply is longer than the limit of 65536");
    let error = feed(&mut Connection::new(Limits::default()), &[&line.repeat(65), &[b'2'; 600]]).unwrap_err();
    assert_eq!(error, "a reply is longer than the limit of 65536");
}

#[test]
fn one_byte_at_a_time_is_linear() {
    let mut limits = Limits::default();
    (limits.line, limits.reply, limits.lines) = (1 << 22, 1 << 22, 1 << 20);
    for line in [[b"250-".as_slice(), &[b'a'; 1 << 21]].concat(), b"250-a\r\n".repeat(1 << 18)] {
        let mut connection = Connection::new(limits.clone());
        let start = Instant::now();
        for end in 0..line.len() {
            assert!(connection.wants_input(&line[..end]));
        }
        // Quadratic work would be two billion bytes scanned a thousand times over: hours, not seconds.
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_challenge_has_a_limit_of_its_own() {
    let mut limits = Limits::default();
    limits.challenge = 30;
    let mut connection = ready(limits, "AUTH X");
    let login = Command::Authenticate { mechanism: "X", initial_response: None };
    connection.send(login, &mut Vec::new()).unwrap();
    let line = format!("334 {}\r\n", "YWFh".repeat(11));
    assert_eq!(
        feed(&mut connection, &[line.as_bytes()]).unwrap(),
        ["Challenge ! a SASL challenge is longer than the limit of 30"]
    );
}

#[test]
fn eof_at_every_byte_is_an_error_until_the_session_ended() {
    let name = EhloName::new("c").unwrap();
    let answers = [
        &b"220-hello\r\n220 there\r\n"[..],
        b"250-x\r\n250 PIPELINING\r\n",
        b"250 ok\r\n354 go\r\n",
        b"221 bye\r\n",
    ];
    let whole: usize = answers.iter().map(|answer| answer.len()).sum();
    for end in 0..=whole {
        let mut connection = Connection::new(Limits::default());
        let mut left = end;
        for (at, answer) in answers.iter().enumerate() {
            let out = &mut Vec::new();
            match at {
                0 => {}
                1 => drop(connection.send(Command::Ehlo(&name), out).unwrap()),
                2 => {
                    connection.send(Command::Mail(Mail::new(None)), out).unwrap();
                    connection.send(Command::Data { line_ends: LineEnds::Normalise }, out).unwrap();
                }
                _ => {
                    connection.finish_body(out).unwrap();
                    feed(&mut connection, &[b"250 sent\r\n"]).unwrap();
                    connection.send(Command::Quit, out).unwrap();
                }
            }
            let part = left.min(answer.len());
            let mut input = answer[..part].to_vec();
            while let Some((used, _)) = connection.receive(&input, out).unwrap() {
                input.drain(..used);
            }
            left -= part;
            if part < answer.len() {
                break;
            }
        }
        let eof = connection.receive_eof();
        assert_eq!(eof.is_ok(), end == whole, "at {end}: {eof:?}");
    }
}

#[test]
fn a_421_ends_the_session_wherever_it_comes() {
    let name = EhloName::new("c").unwrap();
    type Prepare<'a> = &'a dyn Fn() -> Connection;
    let idle: Prepare<'_> = &|| ready(Limits::default(), "PIPELINING");
    let greeting: Prepare<'_> = &|| Connection::new(Limits::default());
    let ehlo: Prepare<'_> = &|| {
        let mut connection = ready(Limits::default(), "X");
        connection.send(Command::Ehlo(&name), &mut Vec::new()).unwrap();
        connection
    };
    let flight: Prepare<'_> = &|| {
        let mut connection = ready(Limits::default(), "PIPELINING");
        connection.send(Command::Rset, &mut Vec::new()).unwrap();
        connection.send(Command::Rset, &mut Vec::new()).unwrap();
        connection
    };
    let challenged: Prepare<'_> = &|| {
        let mut connection = ready(Limits::default(), "AUTH X");
        let login = Command::Authenticate { mechanism: "X", initial_response: None };
        connection.send(login, &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"334 \r\n"]).unwrap();
        connection
    };
    let body: Prepare<'_> = &|| streaming(LineEnds::Normalise);
    let end: Prepare<'_> = &|| {
        let mut connection = streaming(LineEnds::Normalise);
        connection.finish_body(&mut Vec::new()).unwrap();
        connection
    };
    let pieces: Prepare<'_> = &|| {
        let mut connection = ready(Limits::default(), "PIPELINING,CHUNKING");
        for last in [false, true] {
            let bdat = Command::Bdat { chunk: b"a", last, line_ends: LineEnds::Normalise };
            connection.send(bdat, &mut Vec::new()).unwrap();
        }
        connection
    };
    for (prepare, what) in [
        (pieces, "Completed"),
        (idle, "Closing"),
        (greeting, "Completed"),
        (ehlo, "Completed"),
        (flight, "Completed"),
        (challenged, "Completed"),
        (body, "Completed"),
        (end, "Completed"),
    ] {
        let mut connection = prepare();
        let events = feed(&mut connection, &[b"421 4.3.2 shutting down\r\n"]).unwrap();
        assert_eq!(events, [format!("{what} 421 [4.3.2] shutting down")]);
        assert_eq!((connection.state(), connection.pending()), (State::Ended, 0));
        assert!(matches!(connection.send(Command::Quit, &mut Vec::new()), Err(Error::Misuse { .. })));
        assert!(matches!(connection.send_body(b"", &mut Vec::new()), Err(Error::Misuse { .. })));
        assert!(connection.receive_eof().is_ok());
    }
}

#[test]
fn a_second_answer_is_an_error() {
    for extra in ["250 again\r\n", "550 no\r\n", "354 go\r\n", "334 \r\n", "235 in\r\n"] {
        let mut connection = ready(Limits::default(), "X");
        connection.send(Command::Rset, &mut Vec::new()).unwrap();
        let error = feed(&mut connection, &[b"250 ok\r\n", extra.as_bytes()]).unwrap_err();
        assert!(error.contains("answers no command"), "{error}");
    }
}

#[test]
fn a_server_that_never_reads_is_told_nothing_twice() {
    // A failed send leaves no trace: neither bytes nor an answer that is waited for.
    let mut connection = ready(Limits::default(), "X");
    let mut out = b"before".to_vec();
    let mut mail = Mail::new(None);
    mail.smtputf8 = true;
    assert!(connection.send(Command::Mail(mail), &mut out).is_err());
    assert_eq!((out.as_slice(), connection.pending()), (&b"before"[..], 0));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_pieces_do_not_matter(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'-'), Just(b' '), b'0'..=b'9', any::<u8>()], 0..120),
        good in prop::collection::vec(prop::sample::select(vec!["250 ok\r\n", "250-a\r\n", "354 go\r\n", "334 \r\n", "421 x\r\n", "550-5.1.1 a\r\n", "550 b\n"]), 0..6),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bytes = [good.concat().into_bytes(), bytes].concat();
        let run = |pieces: &[&[u8]]| {
            let mut connection = ready(Limits::default(), "PIPELINING");
            for command in [Command::Rset, Command::Mail(Mail::new(None)), Command::Data { line_ends: LineEnds::Normalise }] {
                connection.send(command, &mut Vec::new()).unwrap();
            }
            let (mut input, mut out, mut events) = (Vec::new(), Vec::new(), String::new());
            for piece in pieces {
                input.extend_from_slice(piece);
                loop {
                    match connection.receive(&input, &mut out) {
                        Ok(None) => break,
                        Ok(Some((used, event))) => {
                            events.push_str(&show(&event));
                            if matches!(event, Event::Ready { .. }) {
                                connection.finish_body(&mut out).unwrap();
                            }
                            input.drain(..used);
                        }
                        Err(error) => return format!("{events}! {error}"),
                    }
                }
            }
            events
        };
        let mut cuts: Vec<usize> = places.iter().map(|index| index.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(run(&[&bytes]), run(&pieces));
    }
}
