//! Dot-unstuffing against an oracle that goes byte by byte.

use pop3_min::{Command, Event, Limits};
use proptest::prelude::*;

use crate::script::{feed, logged_in};

/// How a server makes a body of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Server {
    /// RFC 1939 section 3: lines end in CRLF, and bare LFs of the mail pass as they are.
    Strict,
    /// All its lines end in LF alone.
    LfOnly,
    /// Ends its own lines in CRLF, the final dot excepted.
    LfBehindDot,
}

impl Server {
    fn line_end(self) -> &'static str {
        if self == Server::LfOnly { "\n" } else { "\r\n" }
    }

    /// The message as this server has it: its last line is complete.
    fn complete(self, mut message: Vec<u8>) -> Vec<u8> {
        let end = self.line_end().as_bytes();
        if !message.is_empty() && !message.ends_with(end) {
            message.extend_from_slice(end);
        }
        message
    }

    /// The first line, the body, and the final dot. The slow way: byte by byte.
    fn answer(self, message: &[u8]) -> Vec<u8> {
        let end = self.line_end().as_bytes();
        let mut out = [b"+OK", end].concat();
        for (at, byte) in message.iter().enumerate() {
            if *byte == b'.' && (at == 0 || message[..at].ends_with(end)) {
                out.push(b'.');
            }
            out.push(*byte);
        }
        out.push(b'.');
        out.extend_from_slice(if self == Server::LfBehindDot { b"\n" } else { end });
        out
    }
}

/// The bytes that matter, often.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let piece =
        prop::sample::select(vec!["\r\n", ".", "\r", "\n", "ab", "\r\n.\r", "..", "\n.\n", "\n.\r\n"]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|index| index.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn a_message_comes_back_as_it_was_from_any_server(
        message in message(),
        server in prop::sample::select(vec![Server::Strict, Server::LfOnly, Server::LfBehindDot]),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let message = server.complete(message);
        let mut connection = logged_in(Limits::default());
        // The answer to the next command shows that nothing was taken for it, and nothing of it for the message.
        let wire = [server.answer(&message), b"+OK next\r\n".to_vec()].concat();
        connection.send(Command::Retr { number: 1 }, &mut Vec::new()).unwrap();
        connection.send(Command::Noop, &mut Vec::new()).unwrap();
        let mut events = feed(&mut connection, &cut(&wire, &places)).unwrap();
        events.retain(|event| !event.starts_with("Quirk"));
        let mut expected = vec!["BodyStart +OK".to_owned()];
        if !message.is_empty() {
            expected.push(format!("Body {}", message.escape_ascii()));
        }
        expected.extend(["BodyEnd".to_owned(), "Completed +OK next".to_owned()]);
        prop_assert_eq!(events, expected);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_pieces_do_not_matter(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'.'), Just(b'+'), any::<u8>()], 0..200),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        which in 0..11,
    ) {
        let command = [
            Command::Capa, Command::Stat, Command::Uidl, Command::List, Command::Retr { number: 1 }, Command::Noop, Command::Quit,
            Command::Languages, Command::UidlOne { number: 1 }, Command::ListOne { number: 1 }, Command::Top { number: 1, lines: 1 },
        ][usize::try_from(which).unwrap()];
        let run = |pieces: &[&[u8]]| {
            let mut connection = logged_in(Limits::default());
            connection.send(command, &mut Vec::new()).unwrap();
            let (mut input, mut out, mut events) = (Vec::new(), Vec::new(), String::new());
            for piece in pieces {
                input.extend_from_slice(piece);
                loop {
                    match connection.receive(&input, &mut out) {
                        Ok(None) => break,
                        Ok(Some((used, event))) => {
                            match event {
                                Event::Body(bytes) => events.push_str(&bytes.escape_ascii().to_string()),
                                event => events.push_str(&crate::script::show(&event)),
                            }
                            input.drain(..used);
                        }
                        Err(error) => return format!("{events}! {error}"),
                    }
                }
            }
            events
        };
        prop_assert_eq!(run(&[&bytes]), run(&cut(&bytes, &places)));
    }
}

#[test]
fn runs_are_borrowed_and_long() {
    let mut connection = logged_in(Limits::default());
    connection.send(Command::Retr { number: 1 }, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+OK\r\n"]).unwrap();
    let line = b"a line without anything special at its front\r\n".repeat(1000);
    let (used, event) = connection.receive(&line, &mut Vec::new()).unwrap().unwrap();
    assert_eq!(used, line.len());
    assert!(
        matches!(event, Event::Body(bytes) if bytes.as_ptr() == line.as_ptr() && bytes.len() == line.len())
    );
}
