//! What a server tells of mailboxes that need not be open.

use std::borrow::Cow;
use std::fmt;

use crate::parse::mailbox::next_namespace;
use crate::types::{Attributes, MailboxName};

/// A mailbox in a list (`LIST` and `LSUB` responses, RFC 9051 section 7.3.1).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct List<'i> {
    /// Whether it is told as one of those that are subscribed (`LSUB`).
    pub lsub: bool,
    /// What is said of it.
    pub attributes: Attributes<'i>,
    /// What stands between the levels of its name; `None` when there are no levels.
    pub delimiter: Option<char>,
    /// Its name. A delimiter at its end is left out, for no mailbox can be opened by it.
    pub name: MailboxName<'i>,
    /// Extended data (RFC 5258), as the server sent them; mostly empty.
    pub extended: Cow<'i, [u8]>,
}

impl List<'_> {
    /// A copy that borrows nothing.
    pub fn into_owned(self) -> List<'static> {
        List {
            lsub: self.lsub,
            attributes: self.attributes.into_owned(),
            delimiter: self.delimiter,
            name: self.name.into_owned(),
            extended: Cow::Owned(self.extended.into_owned()),
        }
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.lsub { "Lsub" } else { "List" };
        write!(f, "{kind}({:?} {:?} {:?}", self.attributes, self.delimiter, self.name)?;
        if !self.extended.is_empty() {
            write!(f, " {}", self.extended.escape_ascii())?;
        }
        f.write_str(")")
    }
}

/// Numbers of a mailbox (`STATUS` response, RFC 9051 section 7.3.4). A field is `None` when the server does not tell it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailboxStatus<'i> {
    /// Which.
    pub name: MailboxName<'i>,
    /// How many messages.
    pub messages: Option<u32>,
    /// How many of them are recent.
    pub recent: Option<u32>,
    /// The lowest UID that the next message can have. Some servers send 0.
    pub uid_next: Option<u32>,
    /// The value under which UIDs are valid. Some servers send 0.
    pub uid_validity: Option<u32>,
    /// How many are not read.
    pub unseen: Option<u32>,
    /// How many are marked for removal.
    pub deleted: Option<u32>,
    /// Octets of all messages.
    pub size: Option<u64>,
    /// The highest modification sequence.
    pub highest_mod_seq: Option<u64>,
    /// Items that this crate has no type for, as the server sent them from the first of them on.
    pub unknown: Cow<'i, [u8]>,
}

impl<'i> MailboxStatus<'i> {
    pub(crate) fn new(name: MailboxName<'i>) -> Self {
        MailboxStatus {
            name,
            messages: None,
            recent: None,
            uid_next: None,
            uid_validity: None,
            unseen: None,
            deleted: None,
            size: None,
            highest_mod_seq: None,
            unknown: Cow::Borrowed(b""),
        }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> MailboxStatus<'static> {
        MailboxStatus {
            name: self.name.into_owned(),
            messages: self.messages,
            recent: self.recent,
            uid_next: self.uid_next,
            uid_validity: self.uid_validity,
            unseen: self.unseen,
            deleted: self.deleted,
            size: self.size,
            highest_mod_seq: self.highest_mod_seq,
            unknown: Cow::Owned(self.unknown.into_owned()),
        }
    }
}

impl fmt::Debug for MailboxStatus<'_> {
    /// What the server has told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailboxStatus({:?}", self.name)?;
        let numbers = [
            ("messages", self.messages.map(u64::from)),
            ("recent", self.recent.map(u64::from)),
            ("uid_next", self.uid_next.map(u64::from)),
            ("uid_validity", self.uid_validity.map(u64::from)),
            ("unseen", self.unseen.map(u64::from)),
            ("deleted", self.deleted.map(u64::from)),
            ("size", self.size),
            ("highest_mod_seq", self.highest_mod_seq),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(f, " {name}: {number}")?;
            }
        }
        if !self.unknown.is_empty() {
            write!(f, " {}", self.unknown.escape_ascii())?;
        }
        f.write_str(")")
    }
}

/// How names of mailboxes begin (`NAMESPACE` response, RFC 9051 section 7.3.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Namespaces<'i> {
    pub(crate) parts: [Cow<'i, [u8]>; 3],
    pub(crate) utf8: bool,
}

/// One beginning of names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Namespace<'a> {
    /// How its names begin.
    pub prefix: MailboxName<'a>,
    /// What stands between the levels of a name; `None` when there are no levels.
    pub delimiter: Option<char>,
}

impl Namespaces<'_> {
    /// The user's own mailboxes.
    pub fn personal(&self) -> impl Iterator<Item = Namespace<'_>> {
        self.part(0)
    }

    /// Mailboxes of other users.
    pub fn other_users(&self) -> impl Iterator<Item = Namespace<'_>> {
        self.part(1)
    }

    /// Mailboxes for all.
    pub fn shared(&self) -> impl Iterator<Item = Namespace<'_>> {
        self.part(2)
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Namespaces<'static> {
        Namespaces { parts: self.parts.map(|part| Cow::Owned(part.into_owned())), utf8: self.utf8 }
    }

    fn part(&self, index: usize) -> impl Iterator<Item = Namespace<'_>> {
        let mut rest = self.parts.get(index).map_or(&b""[..], |part| part);
        std::iter::from_fn(move || {
            let (prefix, delimiter) = next_namespace(&mut rest)?;
            Some(Namespace { prefix: MailboxName::new(prefix, self.utf8), delimiter })
        })
    }
}

impl fmt::Debug for Namespaces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespaces")
            .field("personal", &self.personal().collect::<Vec<_>>())
            .field("other_users", &self.other_users().collect::<Vec<_>>())
            .field("shared", &self.shared().collect::<Vec<_>>())
            .finish()
    }
}
