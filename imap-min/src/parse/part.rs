//! One part of a body structure, in whatever shape it is (RFC 9051 section 9).

use std::borrow::Cow;

use super::envelope::envelope;
use super::token::{Raw, blanks, nstring, number, quoted, value};
use crate::quirk::{Quirk, QuirkSet};
use crate::types::Envelope;

/// The elements of one part, as they were found.
#[derive(Debug, Default)]
pub(crate) struct RawPart<'a> {
    pub(crate) shape: Shape,
    /// The parts inside, one behind the other; of a message the one body.
    pub(crate) children: &'a [u8],
    pub(crate) media_type: Option<Raw<'a>>,
    pub(crate) subtype: Option<Raw<'a>>,
    pub(crate) parameters: &'a [u8],
    pub(crate) id: Option<Raw<'a>>,
    pub(crate) description: Option<Raw<'a>>,
    pub(crate) encoding: Option<Raw<'a>>,
    pub(crate) octets: Option<u64>,
    pub(crate) lines: Option<u64>,
    pub(crate) envelope: Option<Envelope<'a>>,
    pub(crate) md5: Option<Raw<'a>>,
    pub(crate) disposition: Option<RawDisposition<'a>>,
    pub(crate) languages: &'a [u8],
    pub(crate) location: Option<Raw<'a>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Multipart,
    Message,
    Text,
    #[default]
    Basic,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RawDisposition<'a> {
    pub(crate) kind: Raw<'a>,
    pub(crate) parameters: &'a [u8],
}

/// Elements that are looked at; what stands behind them is extension.
const MOST: usize = 16;

/// The part whose list, with its parentheses, this is.
pub(crate) fn part<'a>(list: &'a [u8], quirks: &mut QuirkSet) -> RawPart<'a> {
    let mut rest = blanks(inside(list));
    let start = rest;
    while rest.first() == Some(&b'(')
        && let Ok((after, _)) = value(rest, usize::MAX)
    {
        rest = blanks(after);
    }
    let children = start.get(..start.len() - rest.len()).unwrap_or_default();
    let (found, count) = elements(rest);
    let found = found.get(..count).unwrap_or_default();
    if !children.is_empty() {
        return multipart(children, found, quirks);
    }
    let sized = found.iter().take(7).any(|element| is_number(element));
    match found {
        [] => {
            quirks.insert(Quirk::EmptyPart);
            RawPart::default()
        }
        [first, rest @ ..] if !sized && is_text(first) && !rest.first().is_some_and(|e| is_text(e)) => {
            quirks.insert(Quirk::ChildlessMultipart);
            multipart(&[], found, quirks)
        }
        [first, rest @ ..] if !sized && is_nil(first) && rest.first().is_some_and(|e| is_text(e)) => {
            quirks.insert(Quirk::ChildlessMultipart);
            multipart(&[], rest, quirks)
        }
        [first, second, ..] if is_text(first) && second.first() == Some(&b'(') => {
            quirks.insert(Quirk::MissingType);
            leaf(None, found, quirks)
        }
        [first, rest @ ..] => leaf(Some(first), rest, quirks),
    }
}

/// `media-subtype [SP body-ext-mpart]`.
fn multipart<'a>(children: &'a [u8], found: &[&'a [u8]], quirks: &mut QuirkSet) -> RawPart<'a> {
    let mut elements = found.iter().copied();
    let subtype = text(elements.next(), quirks);
    if subtype.is_none() {
        quirks.insert(Quirk::MissingType);
    }
    let parameters = list(elements.next(), quirks);
    let mut part = RawPart { shape: Shape::Multipart, children, subtype, parameters, ..RawPart::default() };
    extensions(&mut part, elements.next(), elements.next(), quirks);
    part.location = text(elements.next(), quirks);
    part
}

/// `body-type-1part`, whose media type is apart, or missing.
fn leaf<'a>(first: Option<&'a [u8]>, found: &[&'a [u8]], quirks: &mut QuirkSet) -> RawPart<'a> {
    let mut elements = found.iter().copied().peekable();
    let media_type = text(first, quirks);
    let subtype = text(elements.next(), quirks);
    if media_type.is_none() || subtype.is_none() {
        quirks.insert(Quirk::MissingType);
    }
    let mut part = RawPart { media_type, subtype, ..RawPart::default() };
    part.parameters = list(elements.next(), quirks);
    part.id = text(elements.next(), quirks);
    part.description = text(elements.next(), quirks);
    part.encoding = encoding(elements.next(), quirks);
    part.octets = size(elements.next(), quirks);
    let is = |raw: Option<Raw<'_>>, name: &str| {
        raw.is_some_and(|raw| raw.octets.eq_ignore_ascii_case(name.as_bytes()))
    };
    if is(media_type, "multipart") {
        quirks.insert(Quirk::MultipartAsPart);
        part.shape = Shape::Multipart;
    } else if is(media_type, "text") {
        part.shape = Shape::Text;
        let short = found.len() <= 10;
        part.lines = match elements.peek() {
            Some(lines) if is_number(lines) => size(elements.next(), quirks),
            Some(lines) if is_nil(lines) && !short => size(elements.next(), quirks),
            _ => size(None, quirks),
        };
    } else if is(media_type, "message") && (is(subtype, "rfc822") || is(subtype, "global")) {
        message(&mut part, &mut elements, quirks);
    }
    part.md5 = text(elements.next(), quirks);
    let (disposition, languages) = (elements.next(), elements.next());
    extensions(&mut part, disposition, languages, quirks);
    part.location = text(elements.next(), quirks);
    part
}

/// `envelope SP body SP body-fld-lines`, unless the message is told as a single part.
fn message<'a>(
    part: &mut RawPart<'a>,
    elements: &mut std::iter::Peekable<impl Iterator<Item = &'a [u8]>>,
    quirks: &mut QuirkSet,
) {
    // A disposition would be third, and is no envelope: that has ten fields.
    let Some(list) = elements.next_if(|element| element.first() == Some(&b'(')) else {
        quirks.insert(Quirk::BasicMessage);
        return;
    };
    part.shape = Shape::Message;
    match envelope(list, usize::MAX, quirks) {
        Ok((_, envelope)) => part.envelope = Some(envelope),
        Err(_) => quirks.insert(Quirk::OddBodyStructure),
    }
    match elements.next_if(|element| element.first() == Some(&b'(')) {
        Some(body) => part.children = body,
        None => quirks.insert(Quirk::EmptyPart),
    }
    part.lines = size(elements.next_if(|element| is_number(element)), quirks);
}

/// `body-fld-dsp` and `body-fld-lang`, which some servers swap.
fn extensions<'a>(
    part: &mut RawPart<'a>,
    disposition: Option<&'a [u8]>,
    languages: Option<&'a [u8]>,
    quirks: &mut QuirkSet,
) {
    let is_disposition = |element: Option<&[u8]>| {
        element.is_some_and(|element| {
            let (found, count) = elements(inside(element));
            element.first() == Some(&b'(')
                && matches!(found.get(..count), Some([kind, parameters, ..])
                    if is_text(kind) && (is_nil(parameters) || parameters.first() == Some(&b'(')))
        })
    };
    let (disposition, languages) = if is_disposition(languages) && !is_disposition(disposition) {
        quirks.insert(Quirk::OddDisposition);
        (languages, disposition)
    } else {
        (disposition, languages)
    };
    part.disposition = disposition_of(disposition, quirks);
    part.languages = match languages {
        Some(list) if list.first() == Some(&b'(') => inside(list),
        Some(one) if !is_nil(one) => one,
        _ => &[],
    };
}

fn disposition_of<'a>(element: Option<&'a [u8]>, quirks: &mut QuirkSet) -> Option<RawDisposition<'a>> {
    let element = element.filter(|element| !is_nil(element))?;
    if element.first() != Some(&b'(') {
        let kind = text(Some(element), quirks)?;
        let known =
            [&b"inline"[..], b"attachment"].iter().any(|known| kind.octets.eq_ignore_ascii_case(known));
        quirks.insert(if known { Quirk::BareDisposition } else { Quirk::OddDisposition });
        return known.then_some(RawDisposition { kind, parameters: &[] });
    }
    let (found, count) = elements(inside(element));
    let mut found = found.get(..count).unwrap_or_default().iter().copied();
    let Some(kind) = text(found.next(), quirks) else {
        quirks.insert(Quirk::OddDisposition);
        return None;
    };
    Some(RawDisposition { kind, parameters: list(found.next(), quirks) })
}

/// The next pair of a list of parameters.
pub(crate) fn parameter<'a>(
    i: &'a [u8],
    quirks: &mut QuirkSet,
) -> Option<(&'a [u8], Option<Raw<'a>>, Option<Raw<'a>>)> {
    let (rest, name) = loose_string(blanks(i), quirks)?;
    let (rest, value) = loose_string(blanks(rest), quirks).unwrap_or((rest, None));
    if name.is_none() || value.is_none() {
        quirks.insert(Quirk::NilParameter);
    }
    Some((rest, name, value))
}

/// A string that may have quotes inside which nothing escapes: it ends at a quote with a blank behind it.
fn loose_string<'a>(i: &'a [u8], quirks: &mut QuirkSet) -> Option<(&'a [u8], Option<Raw<'a>>)> {
    if i.first() != Some(&b'"') {
        return nstring(i, quirks).ok();
    }
    let (rest, raw) = quoted(i).ok()?;
    if matches!(rest.first(), None | Some(b' ' | b')' | b'(')) {
        return Some((rest, Some(raw)));
    }
    quirks.insert(Quirk::UnescapedQuote);
    let more = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    let end = i.len() - rest.len() + more;
    let octets = i.get(1..end).unwrap_or_default();
    let octets = octets.strip_suffix(b"\"").unwrap_or(octets);
    Some((i.get(end..).unwrap_or_default(), Some(Raw { octets, escaped: false })))
}

/// The elements at the front of a list.
fn elements(i: &[u8]) -> ([&[u8]; MOST], usize) {
    let mut found = [&b""[..]; MOST];
    let mut count = 0;
    let mut rest = blanks(i);
    for element in &mut found {
        let Ok((after, one)) = value(rest, usize::MAX) else { break };
        *element = one;
        count += 1;
        rest = blanks(after);
    }
    (found, count)
}

/// What stands between the parentheses.
fn inside(list: &[u8]) -> &[u8] {
    let list = list.strip_prefix(b"(").unwrap_or(list);
    list.strip_suffix(b")").unwrap_or(list)
}

/// The interior of a list of parameters; they are looked at for their quirks.
fn list<'a>(element: Option<&'a [u8]>, quirks: &mut QuirkSet) -> &'a [u8] {
    let Some(element) = element.filter(|element| !is_nil(element)) else { return &[] };
    if element.first() != Some(&b'(') {
        quirks.insert(Quirk::OddBodyStructure);
        return &[];
    }
    let interior = inside(element);
    let mut rest = interior;
    if blanks(rest).is_empty() {
        quirks.insert(Quirk::EmptyList);
    }
    while let Some((after, ..)) = parameter(rest, quirks) {
        rest = after;
    }
    interior
}

fn text<'a>(element: Option<&'a [u8]>, quirks: &mut QuirkSet) -> Option<Raw<'a>> {
    match nstring(element?, quirks) {
        Ok((_, raw)) => raw,
        Err(_) => {
            quirks.insert(Quirk::OddBodyStructure);
            None
        }
    }
}

fn encoding<'a>(element: Option<&'a [u8]>, quirks: &mut QuirkSet) -> Option<Raw<'a>> {
    let Some(raw) = text(element, quirks) else {
        quirks.insert(Quirk::MissingEncoding);
        return None;
    };
    let octets = raw.octets.trim_ascii();
    if octets.len() != raw.octets.len() {
        quirks.insert(Quirk::SpaceInEncoding);
    }
    Some(Raw { octets, ..raw })
}

fn size(element: Option<&[u8]>, quirks: &mut QuirkSet) -> Option<u64> {
    let size = element.filter(|element| is_number(element)).and_then(|element| number(element, quirks).ok());
    if size.is_none() {
        quirks.insert(Quirk::MissingSize);
    }
    size.map(|(_, size)| size)
}

fn is_nil(element: &[u8]) -> bool {
    element.eq_ignore_ascii_case(b"NIL")
}

fn is_number(element: &[u8]) -> bool {
    let digits = element.strip_prefix(b"-").unwrap_or(element);
    digits.first().is_some_and(u8::is_ascii_digit)
}

fn is_text(element: &[u8]) -> bool {
    !is_nil(element) && !is_number(element) && element.first().is_some_and(|byte| *byte != b'(')
}

impl<'a> RawPart<'a> {
    /// What a part's string means.
    pub(crate) fn unpacked(raw: Option<Raw<'a>>) -> Option<Cow<'a, [u8]>> {
        raw.map(Raw::unpack)
    }
}
