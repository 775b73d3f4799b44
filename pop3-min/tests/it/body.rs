//! Dot-unstuffing against an oracle that goes byte by byte.

use pop3_min::{Command, Event, Limits};
use proptest::prelude::*;

use crate::script::{feed, logged_in};

/// RFC 1939 section 3, line by line: a dot goes in front of each line that begins with one.
fn stuff(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out
}

/// The bytes that matter, often.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec!["\r\n", ".", "\r", "\n", "ab", "\r\n.\r", ".."]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| {
        let mut message = pieces.concat().into_bytes();
        // A server ends what does not end in a line end; the message is compared as the server sends it.
        if !message.is_empty() && !message.ends_with(b"\n") {
            message.extend_from_slice(b"\r\n");
        }
        message
    })
}

fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|index| index.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn a_message_comes_back_as_it_was(message in message(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let mut connection = logged_in(Limits::default());
        let mut wire = b"+OK\r\n".to_vec();
        wire.extend(stuff(&message));
        wire.extend_from_slice(b".\r\n");
        connection.send(Command::Retr { number: 1 }, &mut Vec::new()).unwrap();
        let events = feed(&mut connection, &cut(&wire, &places)).unwrap();
        let mut expected = vec!["BodyStart +OK".to_owned()];
        if !message.is_empty() {
            expected.push(format!("Body {}", message.escape_ascii()));
        }
        expected.push("BodyEnd".to_owned());
        prop_assert_eq!(events, expected);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_pieces_do_not_matter(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'.'), Just(b'+'), any::<u8>()], 0..200),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        which in 0..7,
    ) {
        let command = [
            Command::Capa, Command::Stat, Command::Uidl, Command::List, Command::Retr { number: 1 }, Command::Noop, Command::Quit,
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
