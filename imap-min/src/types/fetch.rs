//! What to fetch of a message.

use std::fmt;
use std::num::NonZeroU32;

/// One thing to fetch of a message (RFC 9051 section 6.4.5).
///
/// `UID FETCH` answers with the UID whether or not it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchAttribute<'a> {
    /// The unique identifier.
    Uid,
    /// The flags.
    Flags,
    /// When the server received it.
    InternalDate,
    /// The size in octets.
    Rfc822Size,
    /// Date, subject, addresses and ids, as the server has read them.
    Envelope,
    /// Octets of the message itself, streamed. The message does not become `\Seen` by it (`BODY.PEEK`).
    Body {
        /// Which part.
        section: Section<'a>,
        /// Which octets of the part; all when `None`.
        partial: Option<Partial>,
    },
    /// The same; the message becomes `\\Seen` (`BODY`).
    BodyAndSeen {
        /// Which part.
        section: Section<'a>,
        /// Which octets of the part; all when `None`.
        partial: Option<Partial>,
    },
    /// A part with its transfer encoding undone by the server, streamed (`BINARY.PEEK`, RFC 3516). Needs `BINARY` or
    /// `IMAP4rev2`.
    Binary {
        /// Which part: numbers only.
        section: Section<'a>,
        /// Which octets of the part; all when `None`.
        partial: Option<Partial>,
    },
    /// The octets that [`Binary`](Self::Binary) would give. Needs `BINARY` or `IMAP4rev2`.
    BinarySize {
        /// Which part: numbers only.
        section: Section<'a>,
    },
    /// The parts of the message, with all that the server knows of them.
    BodyStructure,
    /// The parts of the message, without extension data (`BODY`).
    BodyStructureBasic,
    /// The modification sequence (RFC 7162). Needs `CONDSTORE`.
    ModSeq,
    /// Gmail's number of the message (`X-GM-MSGID`). Needs `X-GM-EXT-1`, as the next two.
    GmailMessageId,
    /// Gmail's number of the conversation (`X-GM-THRID`).
    GmailThreadId,
    /// Gmail's labels (`X-GM-LABELS`).
    GmailLabels,
}

impl<'a> FetchAttribute<'a> {
    /// Whether the answer is streamed.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_body(&self) -> bool {
        matches!(
            self,
            FetchAttribute::Body { .. } | FetchAttribute::BodyAndSeen { .. } | FetchAttribute::Binary { .. }
        )
    }

    /// The whole message.
    pub const MESSAGE: FetchAttribute<'static> =
        FetchAttribute::Body { section: Section::Full, partial: None };

    /// A part of the message, whole.
    pub fn body(section: Section<'a>) -> Self {
        FetchAttribute::Body { section, partial: None }
    }
}

/// A run of octets of a part (`partial`, RFC 9051 section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partial {
    /// The first octet, from 0.
    pub offset: u32,
    /// How many, at most.
    pub length: NonZeroU32,
}

/// A part of a message (`section`, RFC 9051 section 9).
///
/// ```
/// use imap_min::Section;
/// assert_eq!(Section::from_wire(b"header"), Section::Header);
/// assert_eq!(Section::from_wire(b"1.2.MIME"), Section::Other(b"1.2.MIME"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Section<'a> {
    /// All of it.
    Full,
    /// The header.
    Header,
    /// What follows the header.
    Text,
    /// Anything else, as it stands between the brackets: `1.2`, `1.MIME`, `HEADER.FIELDS (DATE FROM)`.
    Other(&'a [u8]),
}

impl<'a> Section<'a> {
    /// The section of what stands between the brackets.
    pub fn from_wire(raw: &'a [u8]) -> Self {
        match raw {
            [] => Section::Full,
            _ if raw.eq_ignore_ascii_case(b"HEADER") => Section::Header,
            _ if raw.eq_ignore_ascii_case(b"TEXT") => Section::Text,
            _ => Section::Other(raw),
        }
    }

    /// What stands between the brackets.
    pub fn wire(&self) -> &'a [u8] {
        match self {
            Section::Full => b"",
            Section::Header => b"HEADER",
            Section::Text => b"TEXT",
            Section::Other(raw) => raw,
        }
    }

    /// Whether a server means the same part, in whatever case it writes it.
    pub fn is_same(&self, other: &Section<'_>) -> bool {
        self.wire().eq_ignore_ascii_case(other.wire())
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Section[{}]", self.wire().escape_ascii())
    }
}
