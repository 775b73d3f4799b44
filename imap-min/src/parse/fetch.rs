//! `msg-att`, one item at a time (RFC 9051 section 9).

use super::body::body_structure;
use super::date::date_time;
use super::envelope::envelope;
use super::flags::flags;
use super::token::{self, Parsed, blanks, endless, fault, literal_length, number, nz_number, value};
use crate::event::{FetchItem, Labels};
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
        binary: bool,
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
            4 if name.eq_ignore_ascii_case(b"BODY") => body(rest, false, quirks),
            6 if name.eq_ignore_ascii_case(b"BINARY") => body(rest, true, quirks),
            11 if name.eq_ignore_ascii_case(b"BINARY.SIZE") => binary_size(rest, quirks),
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
        4 if known("BODY") => structure(data, nesting, quirks),
        6 if known("RFC822") => body_value(data, Section::Full, None, false, quirks),
        6 if known("MODSEQ") => mod_seq(data, quirks),
        10 if known("X-GM-MSGID") => {
            number(data, quirks).map(|(rest, id)| (rest, Item::Data(FetchItem::GmailMessageId(id))))
        }
        10 if known("X-GM-THRID") => {
            number(data, quirks).map(|(rest, id)| (rest, Item::Data(FetchItem::GmailThreadId(id))))
        }
        11 if known("X-GM-LABELS") => labels(data, nesting, quirks),
        8 if known("ENVELOPE") => {
            let (rest, envelope) = envelope(data, nesting, quirks)?;
            Ok((rest, Item::Data(FetchItem::Envelope(envelope))))
        }
        11 if known("RFC822.SIZE") => {
            number(data, quirks).map(|(rest, size)| (rest, Item::Data(FetchItem::Rfc822Size(size))))
        }
        11 if known("RFC822.TEXT") => body_value(data, Section::Text, None, false, quirks),
        12 if known("INTERNALDATE") => {
            date_time(data, quirks).map(|(rest, date)| (rest, Item::Data(FetchItem::InternalDate(date))))
        }
        13 if known("BODYSTRUCTURE") => structure(data, nesting, quirks),
        13 if known("RFC822.HEADER") => body_value(data, Section::Header, None, false, quirks),
        _ => unknown(name, rest, nesting),
    }
}

fn structure<'i>(i: &'i [u8], nesting: usize, quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let (rest, structure) = body_structure(i, nesting, quirks)?;
    Ok((rest, Item::Data(FetchItem::BodyStructure(structure))))
}

/// `"(" mod-sequence-value ")"` (RFC 7162 section 7).
fn mod_seq<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let Some(inner) = i.strip_prefix(b"(") else { return fault("a modification sequence is no list") };
    let (rest, number) = number(inner, quirks)?;
    if number == 0 {
        quirks.insert(Quirk::ZeroNumber);
    }
    let Some(rest) = blanks(rest).strip_prefix(b")") else { return fault("a list has no end") };
    Ok((rest, Item::Data(FetchItem::ModSeq(number))))
}

/// Gmail's labels: a list of `astring`, or `NIL`.
fn labels<'i>(i: &'i [u8], nesting: usize, quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let (rest, raw) = value(i, nesting)?;
    let raw = match raw.strip_prefix(b"(").and_then(|raw| raw.strip_suffix(b")")) {
        Some(raw) => raw,
        None if raw.eq_ignore_ascii_case(b"NIL") => {
            quirks.insert(Quirk::UnexpectedNil);
            b""
        }
        None => return fault("labels are no list"),
    };
    let mut labels = blanks(raw);
    while !labels.is_empty() {
        labels = blanks(token::nstring(labels, &mut QuirkSet::default())?.0);
    }
    Ok((rest, Item::Data(FetchItem::GmailLabels(Labels { raw }))))
}

/// `section-binary SP number`.
fn binary_size<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let Some(end) = section_end(i) else { return endless("a section has no end") };
    let section = Section::from_wire(i.get(1..end).unwrap_or_default());
    let (rest, size) = number(blanks(i.get(end + 1..).unwrap_or_default()), quirks)?;
    Ok((rest, Item::Data(FetchItem::BinarySize { section, size })))
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
            None => return endless("a section has no end"),
        },
        _ => i,
    };
    let (rest, raw) = value(i, nesting)?;
    Ok((rest, Item::Data(FetchItem::Unknown { name, raw: blanks(raw) })))
}

/// Octets in which the end of an origin must come; two numbers are not as long.
const ORIGIN: usize = 32;

/// `section ["<" number ">"] SP (nstring / literal8)`.
fn body<'i>(i: &'i [u8], binary: bool, quirks: &mut QuirkSet) -> Parsed<'i, Item<'i>> {
    let Some(end) = section_end(i) else { return endless("a section has no end") };
    let section = Section::from_wire(i.get(1..end).unwrap_or_default());
    let rest = i.get(end + 1..).unwrap_or_default();
    let Some(origin) = rest.strip_prefix(b"<") else {
        return body_value(blanks(rest), section, None, binary, quirks);
    };
    let (rest, origin) = token::number32(origin, quirks)?;
    // Some servers repeat the length as well.
    let close = rest.iter().take(ORIGIN).position(|byte| *byte == b'>');
    let Some(close) = close else { return fault("an origin has no end") };
    let rest = rest.get(close + 1..).unwrap_or_default();
    body_value(blanks(rest), section, Some(origin), binary, quirks)
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
    binary: bool,
    quirks: &mut QuirkSet,
) -> Parsed<'i, Item<'i>> {
    let body = |value| Item::Body { section, origin, binary, value };
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
