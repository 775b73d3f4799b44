//! `msg-att`, one item at a time (RFC 9051 section 9).

use super::date::date_time;
use super::envelope::envelope;
use super::flags::flags;
use super::token::{self, Parsed, blanks, fault, literal_length, number, nz_number, value};
use crate::event::FetchItem;
use crate::quirk::{Quirk, QuirkSet};
use crate::types::Section;

/// One item of a `FETCH` response.
#[derive(Debug)]
pub(crate) enum Item<'i> {
    Data(FetchItem<'i>),
    /// The input that is left begins with what [`BodyValue`] says.
    Body {
        section: Section<'i>,
        origin: Option<u32>,
        value: BodyValue,
    },
}

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyValue {
    /// Not at all.
    Nil,
    /// As a quoted string; its first octet is next.
    Quoted { size: u64 },
    /// As a literal; its first octet is next.
    Literal { size: u64 },
}

/// The item at the front of a segment.
pub(crate) fn item<'i>(i: &'i [u8], nesting: usize, quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let (rest, name) = item_name(i)?;
    let data = blanks(rest);
    if rest.first() == Some(&b'[') {
        return match name.len() {
            4 if name.eq_ignore_ascii_case(b"BODY") => body(rest, quirks),
            6 if name.eq_ignore_ascii_case(b"BINARY") => body(rest, quirks),
            _ => unknown(name, rest, nesting),
        };
    }
    let known = |keyword: &str| name.eq_ignore_ascii_case(keyword.as_bytes());
    match name.len() {
        3 if known("UID") => {
            nz_number(data, quirks).map(|(rest, uid)| (rest, Item::Data(FetchItem::Uid(uid))))
        }
        5 if known("FLAGS") => {
            flags(data, false, quirks).map(|(rest, flags)| (rest, Item::Data(FetchItem::Flags(flags))))
        }
        6 if known("RFC822") => body_value(data, Section::Full, None, quirks),
        8 if known("ENVELOPE") => {
            let (rest, envelope) = envelope(data, nesting, quirks)?;
            Ok((rest, Item::Data(FetchItem::Envelope(envelope))))
        }
        11 if known("RFC822.SIZE") => {
            number(data, quirks).map(|(rest, size)| (rest, Item::Data(FetchItem::Rfc822Size(size))))
        }
        11 if known("RFC822.TEXT") => body_value(data, Section::Text, None, quirks),
        12 if known("INTERNALDATE") => {
            date_time(data, quirks).map(|(rest, date)| (rest, Item::Data(FetchItem::InternalDate(date))))
        }
        13 if known("RFC822.HEADER") => body_value(data, Section::Header, None, quirks),
        _ => unknown(name, rest, nesting),
    }
}

fn item_name(i: &[u8]) -> Parsed<'_, &[u8]> {
    nom::bytes::complete::take_while1(|byte| {
        !matches!(byte, b' ' | b'(' | b')' | b'[' | b'"' | b'{' | b'\r' | b'\n')
    })(i)
}

fn unknown<'i>(name: &'i [u8], i: &'i [u8], nesting: usize) -> Parsed<'i, Item<'i>> {
    let i = match i.first() {
        Some(b'[') => match memchr::memchr(b']', i) {
            Some(end) => i.get(end + 1..).unwrap_or_default(),
            None => return fault("a section has no end"),
        },
        _ => i,
    };
    let (rest, raw) = value(i, nesting)?;
    Ok((rest, Item::Data(FetchItem::Unknown { name, raw: blanks(raw) })))
}

/// `section ["<" number ">"] SP (nstring / literal8)`.
fn body<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let Some(end) = section_end(i) else { return fault("a section has no end") };
    let section = Section::from_wire(i.get(1..end).unwrap_or_default());
    let rest = i.get(end + 1..).unwrap_or_default();
    let Some(origin) = rest.strip_prefix(b"<") else {
        return body_value(blanks(rest), section, None, quirks);
    };
    let (rest, origin) = token::number32(origin, quirks)?;
    // Some servers repeat the length as well.
    let Some(close) = memchr::memchr(b'>', rest) else { return fault("an origin has no end") };
    let rest = rest.get(close + 1..).unwrap_or_default();
    body_value(blanks(rest), section, Some(origin), quirks)
}

/// The bracket that ends a section; names of header fields may be quoted.
fn section_end(i: &[u8]) -> Option<usize> {
    let mut quoted = false;
    i.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b']' && !quoted
    })
}

fn body_value<'i>(
    i: &'i [u8],
    section: Section<'i>,
    origin: Option<u32>,
    quirks: &mut QuirkSet,
) -> Parsed<'i, Item<'i>> {
    let body = |value| Item::Body { section, origin, value };
    match i.first() {
        Some(b'{' | b'~') => literal_length(i).map(|(rest, size)| (rest, body(BodyValue::Literal { size }))),
        Some(b'"') => {
            let (_, raw) = token::quoted(i)?;
            let size = u64::try_from(raw.unpack().len()).unwrap_or(u64::MAX);
            Ok((i.get(1..).unwrap_or_default(), body(BodyValue::Quoted { size })))
        }
        None | Some(b')' | b'\r' | b'\n') => {
            quirks.insert(Quirk::MissingValue);
            Ok((i, body(BodyValue::Nil)))
        }
        Some(_) => {
            let (rest, word) = token::word(i)?;
            if !word.eq_ignore_ascii_case(b"NIL") {
                return fault("a body is no string");
            }
            Ok((rest, body(BodyValue::Nil)))
        }
    }
}
