//! The smallest parts: numbers, strings, values of unknown meaning (RFC 9051 section 9).

use std::borrow::Cow;

use memchr::memchr2;
use nom::IResult;
use nom::bytes::complete::{take, take_till, take_while, take_while1};
use nom::character::complete::char;
use nom::error::{ErrorKind, ParseError};

use crate::quirk::{Quirk, QuirkSet};
use crate::types::Ranges;

pub(crate) type Parsed<'i, T> = IResult<&'i [u8], T, Fault>;

/// Why something cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) &'static str);

impl<'i> ParseError<&'i [u8]> for Fault {
    fn from_error_kind(_: &'i [u8], _: ErrorKind) -> Self {
        Fault("something is missing")
    }

    fn append(_: &'i [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

pub(crate) fn fault<T>(why: &'static str) -> Parsed<'static, T> {
    Err(nom::Err::Error(Fault(why)))
}

/// The same for what begins and has no end: whatever stands behind it is a part of it.
pub(crate) fn endless<T>(why: &'static str) -> Parsed<'static, T> {
    Err(nom::Err::Failure(Fault(why)))
}

/// The reason of a failure.
pub(crate) fn reason(error: nom::Err<Fault>) -> &'static str {
    match error {
        nom::Err::Error(Fault(why)) | nom::Err::Failure(Fault(why)) => why,
        nom::Err::Incomplete(_) => "it is cut",
    }
}

/// Any number of blanks.
pub(crate) fn blanks(i: &[u8]) -> &[u8] {
    let count = i.iter().take_while(|byte| **byte == b' ').count();
    i.get(count..).unwrap_or_default()
}

/// `number64`; a sign, decimals or an exponent are read, and so is a number too large, as the nearest possible.
pub(crate) fn number<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, u64> {
    let mut value: u64 = 0;
    let mut digits = 0;
    for byte in i.iter().take(19).take_while(|byte| byte.is_ascii_digit()) {
        value = value * 10 + u64::from(byte - b'0');
        digits += 1;
    }
    let rest = i.get(digits..).unwrap_or_default();
    if digits > 0 && !rest.first().is_some_and(|next| next.is_ascii_digit() || b".eE".contains(next)) {
        return Ok((rest, value));
    }
    odd_number(i, quirks)
}

#[cold]
fn odd_number<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, u64> {
    let odd = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    let (rest, token) = take_while1(odd)(i)?;
    let value = std::str::from_utf8(token).ok().and_then(|token| token.parse::<f64>().ok());
    let Some(value) = value else { return fault("a number is none") };
    quirks.insert(Quirk::OddNumber);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    Ok((rest, value as u64))
}

/// `number`, up to 32 bits; a larger one is read as the largest.
pub(crate) fn number32<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, u32> {
    let (rest, value) = number(i, quirks)?;
    let value = u32::try_from(value).unwrap_or_else(|_| {
        quirks.insert(Quirk::OddNumber);
        u32::MAX
    });
    Ok((rest, value))
}

/// `nz-number`; 0 is read.
pub(crate) fn nz_number<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, u32> {
    let (rest, value) = number32(i, quirks)?;
    if value == 0 {
        quirks.insert(Quirk::ZeroNumber);
    }
    Ok((rest, value))
}

/// `sequence-set` as a server may send it: also empty, and backward.
pub(crate) fn ranges<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Ranges<'i>> {
    let (rest, raw) = take_while(|byte: u8| byte.is_ascii_digit() || b",:*".contains(&byte))(i)?;
    let ranges = Ranges::new(raw);
    if raw.is_empty() {
        quirks.insert(Quirk::EmptySet);
    } else if ranges.iter().count() != raw.split(|byte| *byte == b',').count() {
        return fault("a set of messages has something that is no range");
    }
    Ok((rest, ranges))
}

/// A string's octets, before its escapes are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'i> {
    pub(crate) octets: &'i [u8],
    pub(crate) escaped: bool,
}

impl<'i> Raw<'i> {
    /// The octets that are meant; copied only when there is something to undo.
    pub(crate) fn unpack(self) -> Cow<'i, [u8]> {
        if !self.escaped {
            return Cow::Borrowed(self.octets);
        }
        let mut octets = Vec::with_capacity(self.octets.len());
        let mut bytes = self.octets.iter();
        while let Some(byte) = bytes.next() {
            let byte = if *byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte };
            octets.push(*byte);
        }
        Cow::Owned(octets)
    }
}

/// `nstring`; `()` is read as `NIL`, and a word without quotes as a string.
pub(crate) fn nstring<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Option<Raw<'i>>> {
    match i.first() {
        Some(b'"') => quoted(i).map(|(rest, raw)| (rest, Some(raw))),
        Some(b'{' | b'~') => literal(i).map(|(rest, raw)| (rest, Some(raw))),
        Some(b'(') => {
            let (rest, _) = char(')')(blanks(i.get(1..).unwrap_or_default()))?;
            quirks.insert(Quirk::EmptyList);
            Ok((rest, None))
        }
        Some(_) => {
            let (rest, word) = word(i)?;
            if word.eq_ignore_ascii_case(b"NIL") {
                return Ok((rest, None));
            }
            quirks.insert(Quirk::UnquotedString);
            Ok((rest, Some(Raw { octets: word, escaped: false })))
        }
        None => fault("a string is missing"),
    }
}

/// `quoted`.
pub(crate) fn quoted(i: &[u8]) -> Parsed<'_, Raw<'_>> {
    let (start, _) = char('"')(i)?;
    let mut end = 0;
    let mut escaped = false;
    loop {
        let Some(at) = start.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) else {
            return fault("a quoted string has no end");
        };
        end += at;
        if start.get(end) == Some(&b'"') {
            let octets = start.get(..end).unwrap_or_default();
            return Ok((start.get(end + 1..).unwrap_or_default(), Raw { octets, escaped }));
        }
        escaped = true;
        end += 2;
    }
}

/// The length of a `literal` or `literal8`; what follows are its octets.
pub(crate) fn literal_length(i: &[u8]) -> Parsed<'_, u64> {
    let i = i.strip_prefix(b"~").unwrap_or(i);
    let (i, _) = char('{')(i)?;
    let (i, length) = nom::character::complete::u64(i)?;
    let i = i.strip_prefix(b"+").unwrap_or(i);
    let (i, _) = char('}')(i)?;
    let i = i.strip_prefix(b"\r").unwrap_or(i);
    let (i, _) = char('\n')(i)?;
    Ok((i, length))
}

fn literal(i: &[u8]) -> Parsed<'_, Raw<'_>> {
    let (i, length) = literal_length(i)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (rest, octets) = take(length)(i)?;
    Ok((rest, Raw { octets, escaped: false }))
}

/// A word: everything up to a blank, a parenthesis or the line's end.
pub(crate) fn word(i: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(|byte| !matches!(byte, b' ' | b'(' | b')' | b'\r' | b'\n'))(i)
}

/// A value of unknown meaning: word, string, or list of them, nested no deeper than `nesting`.
pub(crate) fn value(i: &[u8], nesting: usize) -> Parsed<'_, &[u8]> {
    let mut rest = i;
    let mut depth = 0_usize;
    loop {
        rest = blanks(rest);
        match rest.first() {
            Some(b'(') => {
                depth += 1;
                if depth > nesting {
                    return fault("a list is nested too deep");
                }
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            Some(b')') if depth > 0 => {
                depth -= 1;
                rest = rest.get(1..).unwrap_or_default();
            }
            Some(b'"') => rest = quoted(rest)?.0,
            Some(b'{' | b'~') if literal_length(rest).is_ok() => rest = literal(rest)?.0,
            Some(_) => {
                rest =
                    take_till(|byte| matches!(byte, b' ' | b'(' | b')' | b'\r' | b'\n'))(rest)
                        .and_then(|(rest, word): (&[u8], &[u8])| {
                            if word.is_empty() { fault("a value is missing") } else { Ok((rest, word)) }
                        })?
                        .0
            }
            None => return fault("a list has no end"),
        }
        if depth == 0 {
            let used = i.len() - rest.len();
            return Ok((rest, i.get(..used).unwrap_or_default()));
        }
    }
}

/// Digits and letters of a keyword.
pub(crate) fn keyword(i: &[u8]) -> Parsed<'_, &[u8]> {
    take_while(|byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))(i)
}

#[cfg(test)]
mod tests {
    use super::{Raw, nstring, number, quoted, value};
    use crate::quirk::{Quirk, QuirkSet};

    #[test]
    fn numbers_of_every_kind() {
        for (text, expected, odd) in [
            ("0", 0, false),
            ("4294967296", 4_294_967_296, false),
            ("-1", 0, true),
            ("9.3736e+06", 9_373_600, true),
            ("99999999999999999999999", u64::MAX, true),
        ] {
            let mut quirks = QuirkSet::default();
            assert_eq!(number(text.as_bytes(), &mut quirks).unwrap().1, expected, "{text}");
            assert_eq!(quirks.pop(), odd.then_some(Quirk::OddNumber), "{text}");
        }
        assert!(number(b"-", &mut QuirkSet::default()).is_err());
        assert!(number(b"x", &mut QuirkSet::default()).is_err());
    }

    #[test]
    fn strings_of_every_kind() {
        let read = |i| nstring(i, &mut QuirkSet::default()).unwrap().1.map(Raw::unpack);
        assert_eq!(read(br#""a \"b\" \\""#).unwrap().as_ref(), br#"a "b" \"#);
        assert_eq!(read(b"{3}\r\na\"b rest").unwrap().as_ref(), b"a\"b");
        assert_eq!(read(b"~{2}\r\n\0b").unwrap().as_ref(), b"\0b");
        assert_eq!(read(b"word)").unwrap().as_ref(), b"word");
        assert_eq!(read(b"nil"), None);
        assert_eq!(read(b"()"), None);
        assert!(quoted(br#""no end\""#).is_err());
        assert!(nstring(b"{5}\r\nabc", &mut QuirkSet::default()).is_err());
    }

    #[test]
    fn values_end_where_they_do_and_nest_as_deep_as_allowed() {
        assert_eq!(value(b"(a (\"b)\" {1}\r\n)) c) d", 9).unwrap().1, b"(a (\"b)\" {1}\r\n)) c)");
        assert_eq!(value(b"word next", 9).unwrap().1, b"word");
        assert!(value(&b"(".repeat(1_000_000), 50).is_err());
        assert!(value(b"((a", 9).is_err());
    }
}
