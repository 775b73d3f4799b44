//! Responses that are lists of names and values.

use std::borrow::Cow;
use std::fmt;

use crate::parse::token::{Raw, blanks, nstring, number, word};
use crate::quirk::QuirkSet;
use crate::types::MailboxName;

/// The limits of a quota root (`QUOTA` response, RFC 9208 section 4.2.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Quota<'i> {
    pub(crate) root: Cow<'i, [u8]>,
    pub(crate) resources: Cow<'i, [u8]>,
}

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaResource<'a> {
    /// What is counted, as the server writes it: `STORAGE` is in units of 1024 octets, `MESSAGE` in messages.
    pub name: Cow<'a, str>,
    /// How much is used.
    pub usage: u64,
    /// How much may be used.
    pub limit: u64,
}

impl Quota<'_> {
    /// The name of the quota root, which may be empty.
    pub fn root(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.root)
    }

    /// Each limit. None at all means that there is no limit.
    pub fn resources(&self) -> impl Iterator<Item = QuotaResource<'_>> {
        let mut rest: &[u8] = &self.resources;
        std::iter::from_fn(move || {
            let ignored = &mut QuirkSet::default();
            let (after, name) = word(blanks(rest)).ok()?;
            let (after, usage) = number(blanks(after), ignored).ok()?;
            let (after, limit) = number(blanks(after), ignored).ok()?;
            rest = after;
            Some(QuotaResource { name: String::from_utf8_lossy(name), usage, limit })
        })
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn octets(&self) -> usize {
        self.root.len() + self.resources.len()
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Quota<'static> {
        let owned = |part: Cow<'_, [u8]>| Cow::Owned(part.into_owned());
        Quota { root: owned(self.root), resources: owned(self.resources) }
    }
}

impl fmt::Debug for Quota<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quota(\"{}\" {})", self.root.escape_ascii(), self.resources.escape_ascii())
    }
}

/// The quota roots of a mailbox (`QUOTAROOT` response, RFC 9208 section 4.2.2).
#[derive(Clone, PartialEq, Eq)]
pub struct QuotaRoot<'i> {
    pub(crate) mailbox: MailboxName<'i>,
    pub(crate) roots: Cow<'i, [u8]>,
}

impl<'i> QuotaRoot<'i> {
    /// The mailbox.
    pub fn mailbox(&self) -> &MailboxName<'i> {
        &self.mailbox
    }

    /// The name of each quota root.
    pub fn roots(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let mut rest: &[u8] = &self.roots;
        std::iter::from_fn(move || {
            let (after, root) = nstring(blanks(rest), &mut QuirkSet::default()).ok()?;
            rest = after;
            Some(readable(root?.unpack()))
        })
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> QuotaRoot<'static> {
        QuotaRoot { mailbox: self.mailbox.into_owned(), roots: Cow::Owned(self.roots.into_owned()) }
    }
}

impl fmt::Debug for QuotaRoot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuotaRoot({:?} {})", self.mailbox, self.roots.escape_ascii())
    }
}

/// Who the server is (`ID` response, RFC 2971).
#[derive(Clone, PartialEq, Eq)]
pub struct IdFields<'i> {
    pub(crate) raw: Cow<'i, [u8]>,
}

impl IdFields<'_> {
    /// A server that does not tell.
    #[cfg(feature = "tokio")]
    pub(crate) fn none() -> IdFields<'static> {
        IdFields { raw: Cow::Borrowed(b"") }
    }

    /// Names and values. Octets that are not UTF-8 are replaced; a value that is `NIL` is empty.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let mut rest: &[u8] = &self.raw;
        std::iter::from_fn(move || {
            let (after, name, value) = pair(rest, &mut QuirkSet::default())?;
            rest = after;
            let value = value.map_or(Cow::Borrowed(""), |value| readable(value.unpack()));
            Some((readable(name.unpack()), value))
        })
    }

    /// The value of a field, by its name in any case.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> IdFields<'static> {
        IdFields { raw: Cow::Owned(self.raw.into_owned()) }
    }
}

impl fmt::Debug for IdFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Id")?;
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A name and a value at the front of a list.
pub(crate) fn pair<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Option<(&'i [u8], Raw<'i>, Option<Raw<'i>>)> {
    let (rest, name) = nstring(blanks(i), quirks).ok()?;
    let (rest, value) = nstring(blanks(rest), quirks).ok()?;
    Some((rest, name?, value))
}

fn readable(octets: Cow<'_, [u8]>) -> Cow<'_, str> {
    match octets {
        Cow::Borrowed(octets) => String::from_utf8_lossy(octets),
        Cow::Owned(octets) => Cow::Owned(String::from_utf8_lossy(&octets).into_owned()),
    }
}
