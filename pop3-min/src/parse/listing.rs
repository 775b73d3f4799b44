//! The lines of `STAT`, `LIST` and `UIDL` (RFC 1939 sections 5 and 7).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{digit1, space0, space1, u32 as number, u64 as octets};
use nom::combinator::{eof, opt, peek};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser as _};

/// The octets that a line gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Octets(u64),
    Negative,
    Missing,
}

/// A line of `UIDL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UidlLine<'i> {
    Item { number: u32, unique_id: &'i str },
    NoId,
    Broken,
}

/// `+OK` is gone: `nn mm`, and anything behind.
pub(crate) fn stat(text: &[u8]) -> Option<(u32, Size)> {
    numbered(text).ok().map(|(_, found)| found)
}

/// A scan listing: `nn mm`, and anything behind. Messages count from 1.
pub(crate) fn list_item(line: &[u8]) -> Option<(u32, Size)> {
    numbered(line).ok().map(|(_, found)| found).filter(|(number, _)| *number > 0)
}

/// A unique-id listing: `nn id`. The id is the rest of the line, so that a server which puts a space into it is not
/// cut to ids that many messages share.
pub(crate) fn uidl_item(line: &[u8], limit: usize) -> UidlLine<'_> {
    let Some((number, rest)) = leading_number(line.trim_ascii_start()) else { return UidlLine::Broken };
    let id = rest.trim_ascii();
    if number == 0 || !matches!(rest, [] | [b' ' | b'\t', ..]) {
        return UidlLine::Broken;
    }
    match std::str::from_utf8(id) {
        Ok("") => UidlLine::NoId,
        Ok(unique_id) if id.len() <= limit && is_printable(unique_id) => UidlLine::Item { number, unique_id },
        _ => UidlLine::Broken,
    }
}

/// By hand, because a mailbox may have a million lines.
fn leading_number(line: &[u8]) -> Option<(u32, &[u8])> {
    let (mut value, mut digits) = (0_u64, 0);
    for byte in line.iter().take_while(|byte| byte.is_ascii_digit()).take(11) {
        value = value * 10 + u64::from(byte - b'0');
        digits += 1;
    }
    let number = u32::try_from(value).ok().filter(|_| digits > 0)?;
    Some((number, line.get(digits..)?))
}

/// Whether there is no control character. Nearly all ids are ASCII, which is looked at without a branch per byte: a
/// mailbox may have a million.
fn is_printable(text: &str) -> bool {
    let plain = text.bytes().fold(true, |plain, byte| plain & (0x20..0x7f).contains(&byte));
    plain || !text.chars().any(char::is_control)
}

/// A line of `LANG`: `tag description` (RFC 6856 section 3.2).
pub(crate) fn language(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line.trim_ascii()).ok()?;
    let (tag, description) = line.split_once(' ').unwrap_or((line, ""));
    let printable = !line.chars().any(char::is_control);
    (!tag.is_empty() && printable).then_some((tag, description.trim_start()))
}

fn numbered(text: &[u8]) -> IResult<&[u8], (u32, Size)> {
    let end = || peek(alt((space1, eof)));
    let negative = preceded(tag("-"), digit1).map(|_: &[u8]| Size::Negative);
    // A size that no u64 holds is as little of a size as none.
    let huge = take_while1(|byte: u8| byte.is_ascii_digit()).map(|_: &[u8]| Size::Missing);
    let size = preceded(space1, terminated(alt((octets.map(Size::Octets), negative, huge)), end()));
    let (rest, found) = preceded(space0, number).parse(text)?;
    let (rest, size) = opt(size).parse(rest)?;
    let (rest, _) = end().parse(rest)?;
    Ok((rest, (found, size.unwrap_or(Size::Missing))))
}

#[cfg(test)]
mod tests {
    use super::{Size, UidlLine, language, list_item, stat, uidl_item};

    #[test]
    fn languages() {
        assert_eq!(language(b"en English"), Some(("en", "English")));
        assert_eq!(language("fr fran\u{e7}ais".as_bytes()), Some(("fr", "fran\u{e7}ais")));
        assert_eq!(language(b"de"), Some(("de", "")));
        for broken in [&b""[..], b" ", b"en \xff", b"en a\x1bb"] {
            assert_eq!(language(broken), None, "{}", broken.escape_ascii());
        }
    }

    #[test]
    fn sizes() {
        type Case<'a> = (&'a [u8], Option<(u32, Size)>);
        let table: &[Case<'_>] = &[
            (b"2 320", Some((2, Size::Octets(320)))),
            (b"2 320 octets", Some((2, Size::Octets(320)))),
            (b"2  320", Some((2, Size::Octets(320)))),
            (b"2", Some((2, Size::Missing))),
            (b"2 messages", Some((2, Size::Missing))),
            (b"2 -1294967296", Some((2, Size::Negative))),
            (b"2 99999999999999999999999", Some((2, Size::Missing))),
            (b"0 0", Some((0, Size::Octets(0)))),
            (b"-2 0", None),
            (b"2x 0", None),
            (b"4294967296 1", None),
            (b"", None),
        ];
        for (text, expected) in table {
            assert_eq!(&stat(text), expected, "{}", text.escape_ascii());
        }
        assert_eq!(list_item(b"0 10"), None);
        assert_eq!(list_item(b"1 10"), Some((1, Size::Octets(10))));
    }

    #[test]
    fn unique_ids() {
        let item = |number, unique_id| UidlLine::Item { number, unique_id };
        assert_eq!(uidl_item(b"1 whqtswO00WBw418f9t5JxYwZ", 70), item(1, "whqtswO00WBw418f9t5JxYwZ"));
        assert_eq!(uidl_item(b"12  a b ", 70), item(12, "a b"));
        assert_eq!(uidl_item(b"1 \xc3\xa4", 70), item(1, "\u{e4}"));
        assert_eq!(uidl_item(b"1", 70), UidlLine::NoId);
        assert_eq!(uidl_item(b"1 ", 70), UidlLine::NoId);
        assert_eq!(uidl_item(b"4294967295 a", 70), item(u32::MAX, "a"));
        assert_eq!(uidl_item(b" 0000000007 a", 70), item(7, "a"));
        for broken in [
            &b""[..],
            b"x",
            b"0 a",
            b"-1 a",
            b"1a",
            b"1 \xff",
            b"1 a\x1bb",
            b"4294967296 a",
            b"99999999999999999999 a",
            b"1 abcdefgh",
        ] {
            assert_eq!(uidl_item(broken, 7), UidlLine::Broken, "{}", broken.escape_ascii());
        }
    }
}
