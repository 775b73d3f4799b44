//! What a message is made of.

use std::borrow::Cow;
use std::fmt;

use super::Envelope;
use crate::parse::part::{RawPart, Shape, parameter, part};
use crate::parse::token::{self, Raw, blanks};
use crate::quirk::QuirkSet;

/// The parts of a message (`body`, RFC 9051 section 7.5.2). They are read as they are iterated, in the order of the
/// message.
///
/// ```
/// # use imap_min::{Connection, Event, FetchItem, Limits, PartKind};
/// # let mut imap = Connection::new(Limits::default());
/// # let mut input = &b"* PREAUTH in\r\n* 1 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \
/// #     \"7bit\" 9 1)(\"image\" \"png\" NIL NIL NIL \"base64\" 9 NIL (\"attachment\" (\"filename\" \"a.png\"))) \"mixed\"))\r\n"[..];
/// # while let Some((used, event)) = imap.receive(input, &mut Vec::new())? {
/// #     input = &input[used..];
/// #     let Event::FetchItem(FetchItem::BodyStructure(structure)) = event else { continue };
/// // An item of a FETCH response: a text and a picture.
/// let attached = structure.parts().find(|part| part.filename().is_some()).unwrap();
/// assert_eq!((attached.section.as_str(), attached.filename().unwrap().as_ref()), ("2", &b"a.png"[..]));
/// assert_eq!(structure.parts().next().unwrap().kind, PartKind::Multipart);
/// # }
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BodyStructure<'a> {
    raw: Cow<'a, [u8]>,
}

impl<'a> BodyStructure<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        BodyStructure { raw: Cow::Borrowed(raw) }
    }

    /// Each part: a part before those inside it.
    pub fn parts(&self) -> Parts<'_> {
        Parts::new(&self.raw)
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> BodyStructure<'static> {
        BodyStructure { raw: Cow::Owned(self.raw.into_owned()) }
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn octets(&self) -> usize {
        self.raw.len()
    }

    /// Looks at every part for its quirks.
    pub(crate) fn note(&self, quirks: &mut QuirkSet) {
        let mut parts = self.parts();
        while parts.step(quirks).is_some() {}
    }
}

impl fmt::Debug for BodyStructure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyStructure({})", self.raw.escape_ascii())
    }
}

/// The parts of a message, one by one.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    open: Vec<Level<'a>>,
}

/// Parts that stand beside each other.
#[derive(Debug, Clone)]
struct Level<'a> {
    rest: &'a [u8],
    /// The number of the next one.
    next: u32,
    /// What stands before that number.
    prefix: String,
    /// They are the one body of a message, whose parts are numbered as the message is.
    whole: bool,
}

impl<'a> Parts<'a> {
    fn new(raw: &'a [u8]) -> Self {
        Parts { open: vec![Level { rest: raw, next: 1, prefix: String::new(), whole: true }] }
    }

    fn step(&mut self, quirks: &mut QuirkSet) -> Option<Part<'a>> {
        let (list, level) = loop {
            let level = self.open.last_mut()?;
            match token::value(blanks(level.rest), usize::MAX) {
                Ok((rest, list)) if list.first() == Some(&b'(') => {
                    level.rest = rest;
                    break (list, level);
                }
                _ => self.open.pop(),
            };
        };
        let raw = part(list, quirks);
        let numbered = !level.whole || raw.shape != Shape::Multipart;
        let dot = if level.prefix.is_empty() { "" } else { "." };
        let section =
            if numbered { format!("{}{dot}{}", level.prefix, level.next) } else { level.prefix.clone() };
        level.next = level.next.saturating_add(1);
        let depth = self.open.len() - 1;
        if !raw.children.is_empty() {
            let whole = raw.shape == Shape::Message;
            self.open.push(Level { rest: raw.children, next: 1, prefix: section.clone(), whole });
        }
        Some(Part::new(raw, section, depth))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        self.step(&mut QuirkSet::default())
    }
}

/// One part of a message. What the server does not tell is `None`, or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part<'a> {
    /// Its number for [`Section::Other`](super::Section): `1.2`. Empty for a message that is itself a multipart.
    pub section: String,
    /// How many parts it is inside of.
    pub depth: usize,
    /// What it is.
    pub kind: PartKind,
    /// Its media type: `text`. Servers write it in any case.
    pub media_type: Option<Cow<'a, [u8]>>,
    /// What stands behind the slash: `plain`.
    pub subtype: Option<Cow<'a, [u8]>>,
    /// Parameters of its media type.
    pub parameters: Parameters<'a>,
    /// Its `Content-ID`.
    pub id: Option<Cow<'a, [u8]>>,
    /// Its `Content-Description`.
    pub description: Option<Cow<'a, [u8]>>,
    /// Its transfer encoding.
    pub encoding: Option<Cow<'a, [u8]>>,
    /// Its octets, still encoded.
    pub octets: Option<u64>,
    /// Its lines, when it is a text or a message.
    pub lines: Option<u64>,
    /// The header of a message inside the message.
    pub envelope: Option<Envelope<'a>>,
    /// Its `Content-MD5`.
    pub md5: Option<Cow<'a, [u8]>>,
    /// How it is to be shown.
    pub disposition: Option<Disposition<'a>>,
    /// Its languages.
    pub languages: Languages<'a>,
    /// Its `Content-Location`.
    pub location: Option<Cow<'a, [u8]>>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// Several parts.
    Multipart,
    /// A message with its header.
    Message,
    /// A text.
    Text,
    /// Anything else.
    Basic,
}

/// How a part is to be shown (RFC 2183).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disposition<'a> {
    /// `inline` or `attachment`, in any case.
    pub kind: Cow<'a, [u8]>,
    /// Its parameters: `filename` and others.
    pub parameters: Parameters<'a>,
}

impl<'a> Part<'a> {
    /// The name that the part should have as a file: of its disposition, or of its media type. Encoded words and
    /// continuations (RFC 2047, RFC 2231) are left to a message parser.
    pub fn filename(&self) -> Option<Cow<'a, [u8]>> {
        let disposition =
            self.disposition.as_ref().and_then(|disposition| disposition.parameters.get("filename"));
        disposition.or_else(|| self.parameters.get("name"))
    }

    fn new(raw: RawPart<'a>, section: String, depth: usize) -> Self {
        let kind = match raw.shape {
            Shape::Multipart => PartKind::Multipart,
            Shape::Message => PartKind::Message,
            Shape::Text => PartKind::Text,
            Shape::Basic => PartKind::Basic,
        };
        let media_type = match kind {
            PartKind::Multipart => Some(Cow::Borrowed(&b"multipart"[..])),
            _ => RawPart::unpacked(raw.media_type),
        };
        Part {
            section,
            depth,
            kind,
            media_type,
            subtype: RawPart::unpacked(raw.subtype),
            parameters: Parameters { raw: raw.parameters },
            id: RawPart::unpacked(raw.id),
            description: RawPart::unpacked(raw.description),
            encoding: RawPart::unpacked(raw.encoding),
            octets: raw.octets,
            lines: raw.lines,
            envelope: raw.envelope,
            md5: RawPart::unpacked(raw.md5),
            disposition: raw.disposition.map(|disposition| Disposition {
                kind: disposition.kind.unpack(),
                parameters: Parameters { raw: disposition.parameters },
            }),
            languages: Languages { rest: raw.languages },
            location: RawPart::unpacked(raw.location),
        }
    }
}

/// Names and values. Read as they are iterated.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    raw: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Each name with its value; one that is `NIL` is empty.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'a, [u8]>, Cow<'a, [u8]>)> + use<'a> {
        let mut rest = self.raw;
        std::iter::from_fn(move || {
            let (after, name, value) = parameter(rest, &mut QuirkSet::default())?;
            rest = after;
            let unpack = |raw: Option<Raw<'a>>| raw.map(Raw::unpack).unwrap_or_default();
            Some((unpack(name), unpack(value)))
        })
    }

    /// The value of a name, in any case.
    pub fn get(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.raw.escape_ascii())
    }
}

/// Names of languages, one by one.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Languages<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Languages<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Cow<'a, [u8]>> {
        let (rest, raw) = token::nstring(blanks(self.rest), &mut QuirkSet::default()).ok()?;
        self.rest = rest;
        raw.map(Raw::unpack)
    }
}

impl fmt::Debug for Languages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.map(|language| language.escape_ascii().to_string())).finish()
    }
}
