//! Dot-stuffing against an oracle that goes byte by byte.

use proptest::prelude::*;
use smtp_min::{Error, LineEnds, State};

use crate::script::streaming;

/// RFC 5321 section 4.5.2, the slow way; `None` where a CR or LF stands alone and that is refused.
fn oracle(message: &[u8], line_ends: LineEnds) -> Option<Vec<u8>> {
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

fn message() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        vec!["\r\n", ".", "\r", "\n", "ab", "\r\n.", "\n.\n", "\r.\r", "\n.\r\n", "..", "\u{e4}", "\0"];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat().into_bytes())
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
