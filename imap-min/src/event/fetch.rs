//! Data of messages.

use std::fmt;

use crate::command::CommandId;
use crate::parse::token::{blanks, nstring};
use crate::quirk::QuirkSet;
use crate::types::{BodyStructure, DateTime, Envelope, Flags, MailboxName, Section};

/// The beginning of a message's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchStart {
    /// The position of the message in the mailbox, from 1; some servers send 0.
    pub seq: u32,
    /// The oldest open `FETCH` that it can belong to; `None` when it cannot belong to any: nobody asked for it.
    /// Servers may also tell new flags of any message while a `FETCH` is open, so compare the UID.
    pub command: Option<CommandId>,
}

/// One item of a message's data (`msg-att`, RFC 9051 section 7.5.2).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchItem<'i> {
    /// The unique identifier.
    Uid(u32),
    /// The flags.
    Flags(Flags<'i>),
    /// When the server received it; `None` when the server has a date that is none.
    InternalDate(Option<DateTime>),
    /// The size in octets, as the server thinks. It may be wrong.
    Rfc822Size(u64),
    /// What the server has read from the header.
    Envelope(Envelope<'i>),
    /// The parts of the message.
    BodyStructure(BodyStructure<'i>),
    /// The octets of a part with its transfer encoding undone.
    BinarySize {
        /// Which part.
        section: Section<'i>,
        /// How many octets.
        size: u64,
    },
    /// The modification sequence (RFC 7162). Some servers send 0.
    ModSeq(u64),
    /// Gmail's number of the message.
    GmailMessageId(u64),
    /// Gmail's number of the conversation.
    GmailThreadId(u64),
    /// Gmail's labels.
    GmailLabels(Labels<'i>),
    /// Any other item.
    Unknown {
        /// Its name.
        name: &'i [u8],
        /// Its value, as the server sent it.
        raw: &'i [u8],
    },
}

impl fmt::Debug for FetchItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchItem::Uid(uid) => write!(f, "Uid({uid})"),
            FetchItem::Flags(flags) => write!(f, "Flags({flags:?})"),
            FetchItem::InternalDate(Some(date)) => write!(f, "InternalDate({date})"),
            FetchItem::InternalDate(None) => f.write_str("InternalDate(none)"),
            FetchItem::Rfc822Size(size) => write!(f, "Rfc822Size({size})"),
            FetchItem::Envelope(envelope) => envelope.fmt(f),
            FetchItem::BodyStructure(structure) => structure.fmt(f),
            FetchItem::BinarySize { section, size } => write!(f, "BinarySize({section:?}, {size})"),
            FetchItem::ModSeq(number) => write!(f, "ModSeq({number})"),
            FetchItem::GmailMessageId(number) => write!(f, "GmailMessageId({number})"),
            FetchItem::GmailThreadId(number) => write!(f, "GmailThreadId({number})"),
            FetchItem::GmailLabels(labels) => labels.fmt(f),
            FetchItem::Unknown { name, raw } => {
                write!(f, "Unknown({} = \"{}\")", name.escape_ascii(), raw.escape_ascii())
            }
        }
    }
}

/// The beginning of octets of a message.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyStart<'i> {
    /// Which part.
    pub section: Section<'i>,
    /// Which octet of the part is the first, when a partial fetch was asked for.
    pub origin: Option<u32>,
    /// How many octets follow; `None` is `NIL`: the server has no such part, and nothing follows.
    pub size: Option<u64>,
    /// Whether its transfer encoding is undone (`BINARY`).
    pub binary: bool,
}

impl fmt::Debug for BodyStart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.binary { "BinaryStart" } else { "BodyStart" };
        let mut parts = f.debug_struct(name);
        parts.field("section", &self.section).field("origin", &self.origin).field("size", &self.size).finish()
    }
}

/// Labels of a message in Gmail. Read as they are iterated.
#[derive(Clone, PartialEq, Eq)]
pub struct Labels<'i> {
    pub(crate) raw: &'i [u8],
}

impl<'i> Labels<'i> {
    /// Each label, in modified UTF-7; system labels begin with a backslash.
    pub fn iter(&self) -> impl Iterator<Item = MailboxName<'i>> {
        let mut rest = self.raw;
        std::iter::from_fn(move || {
            let ignored = &mut QuirkSet::default();
            let (after, label) = nstring(blanks(rest), ignored).ok()?;
            rest = after;
            Some(MailboxName::new(label?.unpack(), false))
        })
    }
}

impl fmt::Debug for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GmailLabels")?;
        f.debug_list().entries(self.iter()).finish()
    }
}
