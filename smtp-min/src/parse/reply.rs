//! Replies (RFC 5321 section 4.2, RFC 2034 section 4).

use memchr::memchr;

use crate::frame::Frame;
use crate::reply::EnhancedCode;

/// What a reply says, beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) code: u16,
    pub(crate) enhanced: Option<EnhancedCode>,
    /// The lines had different codes.
    pub(crate) mixed: bool,
}

/// `Reply-line`: what a whole reply says. `None` where its last line has no code; all others have one.
pub(crate) fn reply(frame: &Frame<'_>) -> Option<Parsed> {
    Some(Parsed { code: code(frame.last)?, enhanced: text(frame.enhanced).0, mixed: frame.mixed })
}

/// The lines of a reply, without their line ends.
pub(crate) fn lines(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, next) = first_line(rest);
        rest = next;
        Some(line)
    })
}

/// The first line, without its line end, and what is behind it.
pub(crate) fn first_line(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr(b'\n', raw).unwrap_or(raw.len());
    let line = raw.get(..end).unwrap_or_default();
    (line.strip_suffix(b"\r").unwrap_or(line), raw.get(end + 1..).unwrap_or_default())
}

/// The enhanced code and the text of a line.
pub(crate) fn text(line: &[u8]) -> (Option<EnhancedCode>, &[u8]) {
    let text = line.get(4..).unwrap_or_default();
    match enhanced(text) {
        Some((code, rest @ ([] | [b' ', ..]))) => (Some(code), rest.trim_ascii_start()),
        _ => (None, text),
    }
}

/// `Reply-code`, and that it ends. The second digit is not looked at: servers use all ten.
fn code(line: &[u8]) -> Option<u16> {
    let [hundreds @ b'2'..=b'5', tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = line else {
        return None;
    };
    if !matches!(rest, [] | [b' ' | b'-' | b'\t', ..]) {
        return None;
    }
    let digit = |byte: &u8| u16::from(byte - b'0');
    Some(digit(hundreds) * 100 + digit(tens) * 10 + digit(ones))
}

/// `status-code = class "." subject "." detail` (RFC 3463 section 2), and what stands behind it. By hand: nearly every
/// reply has one.
fn enhanced(text: &[u8]) -> Option<(EnhancedCode, &[u8])> {
    let [class @ (b'2' | b'4' | b'5'), b'.', rest @ ..] = text else { return None };
    let (subject, rest) = digits(rest)?;
    let (detail, rest) = digits(rest.strip_prefix(b".")?)?;
    Some((EnhancedCode { class: class - b'0', subject, detail }, rest))
}

/// One to three digits.
fn digits(text: &[u8]) -> Option<(u16, &[u8])> {
    let digit = |byte: &u8| u16::from(byte - b'0');
    Some(match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            (digit(a) * 100 + digit(b) * 10 + digit(c), rest)
        }
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => (digit(a) * 10 + digit(b), rest),
        [a @ b'0'..=b'9', rest @ ..] => (digit(a), rest),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Parsed, text};
    use crate::Limits;
    use crate::frame::ReplyScan;
    use crate::reply::EnhancedCode;

    fn reply(raw: &[u8]) -> Option<Parsed> {
        let mut scan = ReplyScan::default();
        super::reply(&scan.reply(raw, &Limits::default()).unwrap().unwrap())
    }

    fn parsed(code: u16, enhanced: Option<(u8, u16, u16)>, mixed: bool) -> Option<Parsed> {
        let enhanced = enhanced.map(|(class, subject, detail)| EnhancedCode { class, subject, detail });
        Some(Parsed { code, enhanced, mixed })
    }

    #[test]
    fn replies() {
        let table: &[(&[u8], Option<Parsed>)] = &[
            (b"250 ok\r\n", parsed(250, None, false)),
            (b"250\r\n", parsed(250, None, false)),
            (b"250 \n", parsed(250, None, false)),
            (b"250-a\r\n250 b\r\n", parsed(250, None, false)),
            (b"250-a\r\n550 b\r\n", parsed(550, None, true)),
            (b"535 5.7.139 no\r\n", parsed(535, Some((5, 7, 139)), false)),
            (b"535-5.7.8 no\r\n535 5.7.8 really\r\n", parsed(535, Some((5, 7, 8)), false)),
            (b"535-5.7.8 no\r\n535 really\r\n", parsed(535, Some((5, 7, 8)), false)),
            (b"432 4.3.2\r\n", parsed(432, Some((4, 3, 2)), false)),
            (b"250-a\r\n250-b\r\n250 c\r\n", parsed(250, None, false)),
            (b"250-a\r\n251-b\r\n251-c\r\n250 d\r\n", parsed(250, None, true)),
            (b"535 5.71.139 no\r\n", parsed(535, Some((5, 71, 139)), false)),
            (b"250 2..1 x\r\n", parsed(250, None, false)),
            (b"250 2.1.\r\n", parsed(250, None, false)),
            (b"250 2.\r\n", parsed(250, None, false)),
            (b"250 2.1\r\n", parsed(250, None, false)),
            (b"250 2.1.1000 x\r\n", parsed(250, None, false)),
            (b"250 3.1.1 x\r\n", parsed(250, None, false)),
            (b"250 2.1.1x\r\n", parsed(250, None, false)),
            (b"199 x\r\n", None),
            (b"600 x\r\n", None),
            (b"25 x\r\n", None),
            (b"2500 x\r\n", None),
            (b"250x\r\n", None),
            (b"\r\n", None),
            (b"hello\r\n", None),
            (b"250-a\r\nb\r\n", None),
        ];
        for (raw, expected) in table {
            assert_eq!(&reply(raw), expected, "{}", raw.escape_ascii());
        }
    }

    #[test]
    fn texts() {
        assert_eq!(text(b"250 2.0.0  ok then").1, b"ok then");
        assert_eq!(text(b"250").1, b"");
        assert_eq!(text(b"250-10 ways").1, b"10 ways");
    }
}
