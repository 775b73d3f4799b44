//! The items of an `ESEARCH` response, whose sets stream (RFC 4731).

use super::{Found, Place, Reader};
use crate::digits::nz_digits;
use crate::error::Error;
use crate::event::{Event, SearchItem, Unreadable};
use crate::frame::Segment;
use crate::limits::Limits;
use crate::parse::token::{blanks, number, quoted, reason, value};
use crate::quirk::{Quirk, QuirkSet};
use crate::types::Ranges;

/// What of an `ESEARCH` response stands before its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head<'i> {
    /// It is one, and so long.
    Known {
        used: usize,
        /// The tag of the search that it answers.
        tag: Option<&'i [u8]>,
        /// Its numbers are UIDs.
        uid: bool,
    },
    /// It is something else.
    Unknown,
}

/// How far an `ESEARCH` response was read.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Line {
    /// Octets left, with the line end; 0 while it is not seen.
    left: usize,
    /// Of these, the line end.
    tail: usize,
    /// The highest `MODSEQ` of the messages found.
    mod_seq: Option<u64>,
}

impl Line {
    pub(super) fn is_known(self) -> bool {
        self.left > 0
    }

    pub(super) fn known(self, segment: Segment) -> Self {
        Line { left: segment.len, tail: segment.len - segment.text, ..self }
    }

    fn used(self, octets: usize) -> Self {
        Line { left: self.left.saturating_sub(octets), ..self }
    }
}

/// Octets in which a head, or an item that is a number, must come to its end; no such thing is as long. A line that
/// has more is waited for.
const LOOK: usize = 256;

impl Head<'_> {
    /// The head of `* ESEARCH`; `None` when more input is needed to tell.
    pub(crate) fn of(input: &[u8]) -> Option<Head<'_>> {
        const NAME: usize = b"* ESEARCH".len();
        let look = input.get(..LOOK.min(input.len())).unwrap_or_default();
        let unsure = if look.len() == LOOK { Some(Head::Unknown) } else { None };
        let start = blanks(look.get(NAME..).unwrap_or_default());
        let (tag, rest) = match start.strip_prefix(b"(") {
            None => (None, look.get(NAME..).unwrap_or_default()),
            Some(inner) => {
                let Some(end) = memchr::memchr(b')', inner) else { return unsure };
                let (inner, rest) = inner.split_at_checked(end).unwrap_or_default();
                let Some(tag) = correlated(inner) else { return Some(Head::Unknown) };
                (Some(tag), rest.get(1..).unwrap_or_default())
            }
        };
        let item = blanks(rest);
        let Some(end) = item.iter().position(|byte| matches!(byte, b' ' | b'\r' | b'\n' | b'(')) else {
            return unsure;
        };
        let (word, behind) = item.split_at_checked(end).unwrap_or_default();
        let uid = word.eq_ignore_ascii_case(b"UID");
        let used = look.len() - if uid { behind.len() } else { rest.len() };
        Some(Head::Known { used, tag, uid })
    }
}

/// `"TAG" SP tag-string`.
fn correlated(i: &[u8]) -> Option<&[u8]> {
    let (name, rest) = blanks(i).split_at_checked(3)?;
    let rest = blanks(rest);
    let tag = match quoted(rest) {
        Ok((_, raw)) => raw.octets,
        Err(_) => rest.trim_ascii_end(),
    };
    name.eq_ignore_ascii_case(b"TAG").then_some(tag)
}

/// Whether there is enough to read on before the end of the line is seen.
pub(super) fn is_ready(input: &[u8], set: bool) -> bool {
    if set { set_is_ready(input) } else { look(input).is_some() }
}

/// An item that need not wait for the end of its line.
enum Short<'i> {
    End { used: usize, bare: bool },
    Set { used: usize },
    Number { used: usize, name: &'i [u8], digits: &'i [u8] },
}

fn look(input: &[u8]) -> Option<Short<'_>> {
    let near = input.get(..LOOK.min(input.len())).unwrap_or_default();
    let start = blanks(near);
    let used = |rest: &[u8]| near.len() - rest.len();
    if let Some(rest) = start.strip_prefix(b"\r\n") {
        return Some(Short::End { used: used(rest), bare: false });
    }
    if let Some(rest) = start.strip_prefix(b"\n") {
        return Some(Short::End { used: used(rest), bare: true });
    }
    let end = start.iter().position(|byte| matches!(byte, b' ' | b'\r' | b'\n' | b'('))?;
    let (name, rest) = start.split_at_checked(end)?;
    let data = blanks(rest);
    if name.eq_ignore_ascii_case(b"ALL") && data.first()?.is_ascii_digit() {
        let used = used(data);
        return set_is_ready(input.get(used..)?).then_some(Short::Set { used });
    }
    let digits = data.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let known =
        [&b"MIN"[..], b"MAX", b"COUNT", b"MODSEQ"].iter().any(|known| name.eq_ignore_ascii_case(known));
    if !known || digits == 0 || !matches!(data.get(digits)?, b' ' | b'\r' | b'\n') {
        return None;
    }
    let (digits, rest) = data.split_at_checked(digits)?;
    Some(Short::Number { used: used(rest), name, digits })
}

/// Whether the end of a range is to be seen; none is as long as this.
fn set_is_ready(input: &[u8]) -> bool {
    input.iter().take(LOOK).any(|byte| !byte.is_ascii_digit() && !matches!(byte, b':' | b'*'))
}

/// Octets of good ranges at the front whose ends are to be seen.
fn good_ranges(input: &[u8]) -> usize {
    let (mut good, mut start) = (0, 0);
    loop {
        let mut at = start + point(input.get(start..).unwrap_or_default());
        if at == start {
            return good;
        }
        if input.get(at) == Some(&b':') {
            let last = point(input.get(at + 1..).unwrap_or_default());
            if last == 0 {
                return good;
            }
            at += 1 + last;
        }
        match input.get(at) {
            Some(b',') => (good, start) = (at, at + 1),
            Some(b':' | b'*') | None => return good,
            Some(_) => return at,
        }
    }
}

/// Octets of the number, or `*`, at the front; 0 when it is none.
#[inline]
fn point(i: &[u8]) -> usize {
    if i.first() == Some(&b'*') { 1 } else { nz_digits(i) }
}

impl Reader {
    /// The next item; or, of a set, that it begins.
    pub(super) fn items<'i>(
        &mut self,
        input: &'i [u8],
        line: Line,
        limits: &Limits,
    ) -> Result<Option<Found<'i>>, Error> {
        let mut quirks = QuirkSet::default();
        match look(input) {
            Some(Short::End { used, bare }) => {
                if used > if bare { 1 } else { 2 } {
                    quirks.insert(Quirk::TrailingSpace);
                }
                if bare {
                    quirks.insert(Quirk::BareLf);
                }
                if let Some(quirk) = self.tell(quirks) {
                    return Ok(Some((0, Event::Quirk(quirk))));
                }
                self.framer.reset();
                self.leave_response();
                Ok(Some((used, Event::SearchEnd(line.mod_seq))))
            }
            Some(Short::Set { used }) => {
                let found = self.set(input.get(used..).unwrap_or_default(), line.used(used));
                Ok(found.map(|(more, event)| (used + more, event)))
            }
            Some(Short::Number { used, name, digits }) => {
                let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
                let found = number(digits, &mut quirks).map(|(_, number)| number);
                let found = found.map_err(|error| Error::protocol(reason(error), input))?;
                let small = u32::try_from(found).unwrap_or_else(|_| {
                    quirks.insert(Quirk::OddNumber);
                    u32::MAX
                });
                let item = match name.len() {
                    3 if is("MIN") => SearchItem::Min(small),
                    3 => SearchItem::Max(small),
                    5 => SearchItem::Count(small),
                    _ => SearchItem::ModSeq(found),
                };
                if matches!(item, SearchItem::ModSeq(_)) {
                    quirks = QuirkSet::default();
                }
                if let Some(quirk) = self.tell(quirks) {
                    return Ok(Some((0, Event::Quirk(quirk))));
                }
                let mod_seq = if is("MODSEQ") { Some(found) } else { line.mod_seq };
                self.go_on(used, Line { mod_seq, ..line }, false);
                Ok(Some((used, Event::SearchItem(item))))
            }
            None => Ok(Some(self.long_item(input, line, limits))),
        }
    }

    /// An item of unknown kind; the end of the line is known.
    fn long_item<'i>(&mut self, input: &'i [u8], line: Line, limits: &Limits) -> Found<'i> {
        let text = input.get(..line.left - line.tail.min(line.left)).unwrap_or_default();
        let start = blanks(text);
        let end = start.iter().position(|byte| matches!(byte, b' ' | b'(')).unwrap_or(start.len());
        let (name, rest) = start.split_at_checked(end).unwrap_or_default();
        if let Ok((after, raw)) = value(rest, limits.nesting)
            && !name.is_empty()
        {
            let used = text.len() - after.len();
            self.go_on(used, line, false);
            return (used, Event::SearchItem(SearchItem::Unknown { name, raw: blanks(raw) }));
        }
        self.go_on(text.len(), line, false);
        let reason = "an item of a search cannot be read";
        (text.len(), Event::Unreadable(Unreadable { reason, line: start }))
    }

    /// Ranges at the front of the input; or the first of them, when it is none. So it is told alike however it is cut.
    pub(super) fn set<'i>(&mut self, input: &'i [u8], line: Line) -> Option<Found<'i>> {
        if !set_is_ready(input) {
            return None;
        }
        let good = good_ranges(input);
        let piece = || input.iter().position(|byte| !byte.is_ascii_digit() && !matches!(byte, b':' | b'*'));
        let length = if good > 0 { good } else { piece().unwrap_or_default() };
        let (found, behind) = input.split_at_checked(length).unwrap_or_default();
        let more = behind.first() == Some(&b',');
        let used = length + usize::from(more);
        self.go_on(used, line, more);
        let event = match found {
            [] => Event::Quirk(Quirk::EmptySet),
            _ if good > 0 => Event::SearchItem(SearchItem::All(Ranges::new(found))),
            _ => Event::Unreadable(Unreadable { reason: "a range of a search is none", line: found }),
        };
        Some((used, event))
    }

    fn go_on(&mut self, used: usize, line: Line, set: bool) {
        self.framer.reset();
        let line = line.used(used);
        self.place = if set { Place::Set(line) } else { Place::Items(line) };
    }
}
