//! Dot-stuffing against an oracle that goes byte by byte.

use proptest::prelude::*;
use smtp_min::{BodyType, Command, Error, Limits, LineEnds, Mail, State};

use crate::script::{ready, streaming};

/// RFC 5321 section 4.5.2, the slow way; `None` where a CR or LF stands alone and that is refused.
fn oracle(message: &[u8], line_ends: LineEnds) -> Option<Vec<u8>> {
    let proper = proper(message, line_ends)?;
    let mut stuffed = Vec::new();
    for line in proper.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend(line);
    }
    stuffed.extend(b".\r\n");
    Some(stuffed)
}

/// The message with proper line ends.
fn proper(message: &[u8], line_ends: LineEnds) -> Option<Vec<u8>> {
    let mut proper = Vec::new();
    let mut bytes = message.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' if bytes.peek() == Some(&b'\n') => {
                bytes.next();
                proper.extend(b"\r\n");
            }
            b'\r' | b'\n' if line_ends == LineEnds::Refuse => return None,
            b'\r' | b'\n' => proper.extend(b"\r\n"),
            other => proper.push(other),
        }
    }
    if !proper.is_empty() && !proper.ends_with(b"\r\n") {
        proper.extend(b"\r\n");
    }
    Some(proper)
}

/// Odd in every line, or usual and longer than what is looked at as a whole, with one oddity at most.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let odd = vec!["\r\n", ".", "\r", "\n", "ab", "\r\n.", "\n.\n", "\r.\r", "\n.\r\n", "..", "\u{e4}", "\0"];
    let long = "x".repeat(1500);
    let usual = vec!["\r\n".to_owned(), "\r\n.".to_owned(), ".".to_owned(), "ab".to_owned(), long];
    let one = prop::sample::select(vec!["", "", "\r", "\n", "\n.\r\n"]);
    let usual =
        (prop::collection::vec(prop::sample::select(usual), 0..20), one, any::<prop::sample::Index>());
    prop_oneof![
        prop::collection::vec(prop::sample::select(odd), 0..40)
            .prop_map(|pieces| pieces.concat().into_bytes()),
        usual.prop_map(|(mut pieces, one, at)| {
            pieces.insert(at.index(pieces.len() + 1), one.to_owned());
            pieces.concat().into_bytes()
        }),
    ]
}

fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|index| index.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn as_the_oracle_says_at_every_cut(message in message(), strict in any::<bool>(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let line_ends = if strict { LineEnds::Refuse } else { LineEnds::Normalise };
        let mut connection = streaming(line_ends);
        let mut out = Vec::new();
        let mut sent = Ok(());
        for piece in cut(&message, &places) {
            sent = sent.and_then(|()| connection.send_body(piece, &mut out));
        }
        sent = sent.and_then(|()| connection.finish_body(&mut out));
        match oracle(&message, line_ends) {
            Some(expected) => {
                prop_assert!(sent.is_ok());
                prop_assert_eq!(&out, &expected);
                // No CR and no LF alone, and the only line of one dot is the last.
                for (at, byte) in out.iter().enumerate() {
                    match byte {
                        b'\r' => prop_assert_eq!(out[at + 1], b'\n'),
                        b'\n' => prop_assert_eq!(out[at - 1], b'\r'),
                        _ => {}
                    }
                }
                let end = out.windows(3).position(|window| window == b".\r\n" ).unwrap();
                let first_dot_line = (0..out.len()).find(|at| out[*at..].starts_with(b".\r\n") && (*at == 0 || out[at - 1] == b'\n')).unwrap();
                prop_assert!(end <= first_dot_line && first_dot_line + 3 == out.len());
            }
            None => {
                let refused = matches!(sent, Err(Error::Invalid { what: "the message", .. }));
                prop_assert!(refused);
                prop_assert_eq!(connection.state(), State::Broken);
                // The server cannot have accepted what never ended.
                prop_assert!(!out.ends_with(b"\r\n.\r\n") && out != b".\r\n");
            }
        }
    }
}

proptest! {
    #[test]
    fn pieces_of_bdat_are_the_message(message in message(), strict in any::<bool>(), binary in any::<bool>(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let line_ends = if strict { LineEnds::Refuse } else { LineEnds::Normalise };
        let mut connection = ready(Limits::default(), "PIPELINING,CHUNKING,BINARYMIME,8BITMIME");
        let mut mail = Mail::new(None);
        mail.body = Some(if binary { BodyType::BinaryMime } else { BodyType::EightBitMime });
        connection.send(Command::Mail(mail), &mut Vec::new()).unwrap();
        let mut out = Vec::new();
        let pieces = cut(&message, &places);
        let mut sent = Ok(());
        for (index, chunk) in pieces.iter().enumerate() {
            let last = index + 1 == pieces.len();
            let command = Command::Bdat { chunk, last, line_ends };
            sent = sent.and_then(|()| connection.send(command, &mut out).map(|_| ()));
        }
        // What a server reads: as many octets as each line says.
        let (mut got, mut rest, mut ended) = (Vec::new(), &out[..], false);
        while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
            prop_assert!(!ended);
            let words: Vec<&str> = std::str::from_utf8(&rest[..at]).unwrap().split(' ').collect();
            prop_assert_eq!(words[0], "BDAT");
            let octets: usize = words[1].parse().unwrap();
            ended = words.get(2) == Some(&"LAST");
            got.extend_from_slice(&rest[at + 2..at + 2 + octets]);
            rest = &rest[at + 2 + octets..];
        }
        prop_assert!(rest.is_empty());
        match if binary { Some(message.clone()) } else { proper(&message, line_ends) } {
            Some(expected) => {
                prop_assert!(sent.is_ok() && ended);
                prop_assert_eq!(got, expected);
            }
            None => {
                prop_assert!(sent.is_err() && !ended);
                prop_assert_eq!(connection.state(), State::Broken);
            }
        }
    }

    #[test]
    fn long_lines_are_counted_at_every_cut(lengths in prop::collection::vec(prop_oneof![Just(997_usize), Just(998), Just(999), 0_usize..2100], 0..6), end in prop::sample::select(vec!["\n", "\r\n", "\r"]), places in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let message: String = lengths.iter().map(|length| format!("{}{end}", ".".repeat(*length))).collect();
        let mut connection = streaming(LineEnds::Normalise);
        let mut out = Vec::new();
        for piece in cut(message.as_bytes(), &places) {
            connection.send_body(piece, &mut out).unwrap();
        }
        connection.finish_body(&mut out).unwrap();
        let expected = lengths.iter().filter(|length| **length > 998).count();
        prop_assert_eq!(connection.long_lines(), u64::try_from(expected).unwrap());
    }
}

/// Around the limit, in front of lines that are all short: what is looked at as a whole may begin within the long one.
#[test]
fn a_long_line_before_short_ones_counts_wherever_it_is_cut() {
    for length in 996..1001 {
        let message = format!("{}\r\n{}", "a".repeat(length), "short\r\n".repeat(300));
        for at in 0..length + 10 {
            let mut connection = streaming(LineEnds::Refuse);
            for piece in [&message.as_bytes()[..at], &message.as_bytes()[at..]] {
                connection.send_body(piece, &mut Vec::new()).unwrap();
            }
            connection.finish_body(&mut Vec::new()).unwrap();
            assert_eq!(connection.long_lines(), u64::from(length > 998), "{length}, cut at {at}");
        }
    }
}

#[test]
fn smuggled_ends_never_reach_the_wire() {
    for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r\n.\r\n", "\r.\r\n", "\n.\r"] {
        let message = format!("a{end}MAIL FROM:<evil@example.org>\r\n");
        for at in 0..message.len() {
            let mut connection = streaming(LineEnds::Normalise);
            let mut out = Vec::new();
            connection.send_body(&message.as_bytes()[..at], &mut out).unwrap();
            connection.send_body(&message.as_bytes()[at..], &mut out).unwrap();
            connection.finish_body(&mut out).unwrap();
            assert_eq!(
                out,
                b"a\r\n..\r\nMAIL FROM:<evil@example.org>\r\n.\r\n",
                "{} at {at}",
                end.escape_debug()
            );
        }
    }
}

#[test]
fn an_empty_message_is_a_lone_dot() {
    let mut connection = streaming(LineEnds::Refuse);
    let mut out = Vec::new();
    connection.send_body(b"", &mut out).unwrap();
    connection.finish_body(&mut out).unwrap();
    assert_eq!(out, b".\r\n");
    assert!(matches!(connection.send_body(b"more", &mut out), Err(Error::Misuse { .. })));
    assert!(matches!(connection.finish_body(&mut out), Err(Error::Misuse { .. })));
}
