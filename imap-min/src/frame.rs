//! Bytes to one complete response, or to the part of one that stands before a streamed body.
//!
//! A response ends at a line end that no literal covers (RFC 9051 section 2.2.1). Only data responses can announce a
//! literal, so that `* OK ... {5}` is what it seems; and where a body begins is seen from what stands before its
//! length, so that nothing else of the response need be understood to find its end.

use memchr::{memchr, memrchr};

use crate::error::Error;
use crate::limits::Limits;
use crate::parse::token::blanks;
use crate::reader::quick_start;

/// Looks for the end of a response, and remembers how far it has looked.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    /// Where the search goes on; beyond the input while a literal's bytes are still to come.
    scanned: usize,
    /// Where the current line begins: 0, or behind the last literal.
    line: usize,
    /// What the lengths at the ends of its lines mean, once that has mattered: a response may have very many.
    lengths: Option<Lengths>,
}

/// What a length in braces at the end of a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lengths {
    /// Text that looks like one.
    Nothing,
    /// A literal.
    Literal,
    /// A literal, which may be a body.
    Body,
}

/// A run of input that can be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Octets, with the line end.
    pub(crate) len: usize,
    /// Octets without the line end.
    pub(crate) text: usize,
    pub(crate) end: End,
}

/// What stands at the end of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The response ends here.
    Response,
    /// A body of this length begins here; the name of its item stands at this offset.
    Body { size: u64, name_at: usize },
}

impl Framer {
    /// The segment at the front of `input`, or `None` when its end is not there yet. `in_fetch` says that the input
    /// goes on after a body.
    pub(crate) fn find(
        &mut self,
        input: &[u8],
        limits: &Limits,
        in_fetch: bool,
    ) -> Result<Option<Segment>, Error> {
        loop {
            let unseen = input.get(self.scanned..).unwrap_or_default();
            let Some(at) = memchr(b'\n', unseen) else {
                self.scanned = self.scanned.max(input.len());
                self.check(input.len(), limits)?;
                return Ok(None);
            };
            let lf = self.scanned + at;
            self.scanned = lf + 1;
            self.check(lf, limits)?;
            let line = input.get(self.line..lf).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let lengths = || Lengths::of(input, in_fetch);
            let literal = announced(line).map(|found| (found, *self.lengths.get_or_insert_with(lengths)));
            let text = self.line + line.len();
            let Some(((before, size), lengths @ (Lengths::Literal | Lengths::Body))) = literal else {
                *self = Framer::default();
                return Ok(Some(Segment { len: lf + 1, text, end: End::Response }));
            };
            if lengths == Lengths::Body
                && let Some(name) = body_name(before)
            {
                if size > limits.body {
                    let limit = usize::try_from(limits.body).unwrap_or(usize::MAX);
                    return Err(Error::TooLong { what: "a body", limit });
                }
                let name_at = self.line + name;
                *self = Framer::default();
                return Ok(Some(Segment { len: lf + 1, text, end: End::Body { size, name_at } }));
            }
            let room = limits.response.saturating_sub(self.scanned);
            let size = usize::try_from(size).ok().filter(|size| *size <= room);
            let size = size.ok_or(Error::TooLong { what: "a literal", limit: limits.response })?;
            self.scanned += size;
            self.line = self.scanned;
        }
    }

    /// Nothing of the next response has been looked at yet.
    pub(crate) fn reset(&mut self) {
        *self = Framer::default();
    }

    fn check(&self, end: usize, limits: &Limits) -> Result<(), Error> {
        if end.saturating_sub(self.line) > limits.line {
            return Err(Error::TooLong { what: "a line of a response", limit: limits.line });
        }
        if end > limits.response {
            return Err(Error::TooLong { what: "a response", limit: limits.response });
        }
        Ok(())
    }
}

impl Lengths {
    fn of(input: &[u8], in_fetch: bool) -> Self {
        if in_fetch || is_fetch(input) {
            Lengths::Body
        } else if takes_literals(input) {
            Lengths::Literal
        } else {
            Lengths::Nothing
        }
    }
}

/// How a response begins, as far as it decides how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// `* SEARCH`, whose numbers stream.
    Search,
    /// `* ESEARCH`, whose sets stream.
    Esearch,
    Other,
}

/// How a response begins; `None` when the input is too short to tell.
pub(crate) fn lead(input: &[u8]) -> Option<Lead> {
    // Most responses are of numbers, and few of the others have such an initial.
    if input.get(2).is_some_and(|initial| !matches!(initial, b'S' | b's' | b'E' | b'e')) {
        return Some(Lead::Other);
    }
    for (name, lead) in [(&b"* SEARCH"[..], Lead::Search), (b"* ESEARCH", Lead::Esearch)] {
        let start = input.get(..name.len()).unwrap_or(input);
        if start.eq_ignore_ascii_case(name.get(..start.len()).unwrap_or_default()) {
            return match input.get(name.len()) {
                None => None,
                Some(b' ' | b'\r' | b'\n') => Some(lead),
                Some(_) => Some(Lead::Other),
            };
        }
    }
    Some(Lead::Other)
}

fn is_fetch(input: &[u8]) -> bool {
    if quick_start(input).is_some() {
        return true;
    }
    let Some(rest) = input.strip_prefix(b"*").map(blanks) else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = rest.get(digits..).map(blanks).and_then(|rest| rest.get(..5));
    digits > 0 && word.is_some_and(|word| word.eq_ignore_ascii_case(b"FETCH"))
}

/// Data responses; `resp-text` (RFC 9051 section 9) has no literal.
fn takes_literals(input: &[u8]) -> bool {
    let Some(rest) = input.strip_prefix(b"*").map(blanks) else { return false };
    let word = rest.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    ![&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status))
}

/// `literal` and `literal8` at the end of a line (RFC 9051 section 9): what stands before it, and its length.
fn announced(line: &[u8]) -> Option<(&[u8], u64)> {
    let inner = line.strip_suffix(b"}")?;
    let inner = inner.strip_suffix(b"+").unwrap_or(inner);
    let digits = inner.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, number) = inner.split_at_checked(inner.len() - digits).unwrap_or_default();
    let head = head.strip_suffix(b"{")?;
    let head = head.strip_suffix(b"~").unwrap_or(head);
    if digits == 0 || !matches!(head.last(), None | Some(b' ' | b'(')) {
        return None;
    }
    // Twenty digits can be more than 64 bits; no such length is within any limit.
    let number = crate::digits::number(number).unwrap_or(u64::MAX);
    Some((head.trim_ascii_end(), number))
}

/// Where the name of a body's item begins, when that is what stands before a literal.
fn body_name(before: &[u8]) -> Option<usize> {
    // Nearly always it is this one.
    if let Some(head) = before.strip_suffix(b" BODY[]") {
        return Some(head.len() + 1);
    }
    let section = match before.strip_suffix(b">") {
        Some(head) => head.get(..memrchr(b'<', head)?)?,
        None => before,
    };
    let (head, names): (_, &[&[u8]]) = match section.strip_suffix(b"]") {
        Some(section) => (section.get(..memrchr(b'[', section)?)?, &[b"BODY", b"BINARY"]),
        None => (section, &[b"RFC822", b"RFC822.HEADER", b"RFC822.TEXT"]),
    };
    let start = head.iter().rposition(|byte| matches!(byte, b' ' | b'(')).map_or(0, |at| at + 1);
    let name = head.get(start..)?;
    names.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::{End, Framer, Lead, body_name, lead};
    use crate::limits::Limits;

    #[test]
    fn bodies_are_told_from_other_literals() {
        assert_eq!(body_name(b"* 1 FETCH (BODY[]"), Some(11));
        assert_eq!(body_name(b" body[1.2.MIME]<0>"), Some(1));
        assert_eq!(body_name(b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (TO CC)]"), Some(17));
        assert_eq!(body_name(b"(RFC822.HEADER"), Some(1));
        assert_eq!(body_name(b"* 1 FETCH (ENVELOPE (NIL"), None);
        assert_eq!(body_name(b"X-BODY[]"), None);
    }

    #[test]
    fn literals_are_taken_where_they_can_be() {
        let find = |input: &[u8]| Framer::default().find(input, &Limits::default(), false);
        assert_eq!(find(b"* OK now {5}\r\n").unwrap().unwrap().len, 14);
        assert_eq!(find(b"A1 OK now {5}\r\n").unwrap().unwrap().len, 15);
        assert_eq!(find(b"* LIST () \"/\" {5}\r\n").unwrap(), None);
        assert_eq!(find(b"* LIST () \"/\" {5}\r\na\r\nbc\r\n").unwrap().unwrap().len, 26);
        let body = find(b"* 1 FETCH (BODY[] ~{5}\r\n").unwrap().unwrap();
        assert_eq!((body.len, body.text), (24, 22));
        assert_eq!(body.end, End::Body { size: 5, name_at: 11 });
        assert!(find(b"* LIST () \"/\" {18446744073709551615}\r\n").is_err());
        assert!(find(b"* 1 FETCH (BODY[] {99999999999999999999999}\r\n").is_err());
    }

    /// Work is counted, not timed: what a call searches is what lies behind `scanned`.
    #[test]
    fn one_octet_at_a_time_each_is_looked_at_once() {
        for text in [
            format!("* OK {}\r\n", "x".repeat(20_000)),
            format!("* LIST ({})\r\n", "{1}\r\nx ".repeat(5_000)),
            format!("* LIST () \"/\" {{20000}}\r\n{}\r\n", "x\n".repeat(10_000)),
            format!("* 1 FETCH (ENVELOPE ({}))\r\n", "(NIL {3}\r\na\r\n) ".repeat(2_000)),
        ] {
            let (mut framer, mut looked, limits) = (Framer::default(), 0, Limits::default());
            for end in 1..=text.len() {
                looked += end.saturating_sub(framer.scanned);
                let found = framer.find(&text.as_bytes()[..end], &limits, false).unwrap();
                assert_eq!(found.map(|segment| segment.len), (end == text.len()).then_some(end));
            }
            assert!(looked <= text.len(), "{looked} of {}", text.len());
        }
    }

    #[test]
    fn a_search_is_seen_early() {
        assert_eq!(lead(b"* SEA"), None);
        assert_eq!(lead(b"* search\r"), Some(Lead::Search));
        assert_eq!(lead(b"* ESEARCH "), Some(Lead::Esearch));
        assert_eq!(lead(b"* ESEARCH"), None);
        assert_eq!(lead(b"* SEARCHRES"), Some(Lead::Other));
        assert_eq!(lead(b"* 1"), Some(Lead::Other));
    }
}
