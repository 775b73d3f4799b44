//! What a server has read from the header of a message.

use std::borrow::Cow;
use std::fmt;

use crate::parse::token::{self, Raw, blanks};
use crate::quirk::QuirkSet;

/// Date, subject, addresses and ids of a message (`envelope`, RFC 9051 section 7.5.2).
///
/// Its shape has been checked; fields are looked for and unpacked when they are asked for. They are octets: header fields may
/// hold encoded words (RFC 2047), which are left to a message parser, and servers send 8-bit text as they have it.
/// A field that the message lacks is `None`, or an empty list.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    raw: Cow<'a, [u8]>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        Envelope { raw: Cow::Borrowed(raw) }
    }

    /// The `Date` field, as it stands in the message.
    pub fn date(&self) -> Option<Cow<'_, [u8]>> {
        self.string(0)
    }

    /// The `Subject` field.
    pub fn subject(&self) -> Option<Cow<'_, [u8]>> {
        self.string(1)
    }

    /// Who wrote it.
    pub fn from(&self) -> Addresses<'_> {
        self.addresses(2)
    }

    /// Who sent it; servers repeat [`from`](Self::from) when the message does not say.
    pub fn sender(&self) -> Addresses<'_> {
        self.addresses(3)
    }

    /// Where answers go; servers repeat [`from`](Self::from) when the message does not say.
    pub fn reply_to(&self) -> Addresses<'_> {
        self.addresses(4)
    }

    /// Who it is for.
    pub fn to(&self) -> Addresses<'_> {
        self.addresses(5)
    }

    /// Who gets a copy.
    pub fn cc(&self) -> Addresses<'_> {
        self.addresses(6)
    }

    /// Who gets a copy unseen.
    pub fn bcc(&self) -> Addresses<'_> {
        self.addresses(7)
    }

    /// The id of the message that this one answers.
    pub fn in_reply_to(&self) -> Option<Cow<'_, [u8]>> {
        self.string(8)
    }

    /// The id of the message.
    pub fn message_id(&self) -> Option<Cow<'_, [u8]>> {
        self.string(9)
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Envelope<'static> {
        Envelope { raw: Cow::Owned(self.raw.into_owned()) }
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn octets(&self) -> usize {
        self.raw.len()
    }

    fn field(&self, index: usize) -> &[u8] {
        let mut rest = self.raw.strip_prefix(b"(").unwrap_or_default();
        for _ in 0..index {
            let Ok((behind, _)) = token::value(rest, usize::MAX) else { return b"" };
            rest = behind;
        }
        token::value(rest, usize::MAX).map_or(b"", |(_, field)| blanks(field))
    }

    fn string(&self, index: usize) -> Option<Cow<'_, [u8]>> {
        let (_, raw) = token::nstring(self.field(index), &mut QuirkSet::default()).ok()?;
        raw.map(Raw::unpack)
    }

    fn addresses(&self, index: usize) -> Addresses<'_> {
        let field = self.field(index);
        Addresses { rest: field.strip_prefix(b"(").unwrap_or_default() }
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({})", self.raw.escape_ascii())
    }
}

/// The addresses of one field, one by one.
#[derive(Debug, Clone)]
pub struct Addresses<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Addresses<'a> {
    type Item = Address<'a>;

    fn next(&mut self) -> Option<Address<'a>> {
        let ignored = &mut QuirkSet::default();
        let (rest, address) = crate::parse::envelope::next_address(self.rest, ignored).ok()?;
        self.rest = rest;
        let [name, _route, mailbox, host] = address?;
        Some(Address {
            name: name.map(Raw::unpack),
            mailbox: mailbox.map(Raw::unpack),
            host: host.map(Raw::unpack),
        })
    }
}

/// One address (RFC 9051 section 7.5.2).
///
/// A group (RFC 5322 section 3.4) begins with an address that has a mailbox (the group's name) but no host, and ends
/// with one that has neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Address<'a> {
    /// The name of the person.
    pub name: Option<Cow<'a, [u8]>>,
    /// What stands before the `@`.
    pub mailbox: Option<Cow<'a, [u8]>>,
    /// What stands behind the `@`.
    pub host: Option<Cow<'a, [u8]>>,
}

impl Address<'_> {
    /// `mailbox@host`, with octets that are not UTF-8 replaced; `None` for the ends of a group.
    pub fn email(&self) -> Option<String> {
        let (mailbox, host) = (self.mailbox.as_deref()?, self.host.as_deref()?);
        Some(format!("{}@{}", String::from_utf8_lossy(mailbox), String::from_utf8_lossy(host)))
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |part: &Option<Cow<'_, [u8]>>| part.as_ref().map(|part| part.escape_ascii().to_string());
        f.debug_struct("Address")
            .field("name", &shown(&self.name))
            .field("mailbox", &shown(&self.mailbox))
            .field("host", &shown(&self.host))
            .finish()
    }
}
