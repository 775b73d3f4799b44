//! What to change: flags of messages, and messages to add.

use std::num::NonZeroU32;

use super::{DateTime, Flag, Mailbox, UidSet};

/// How flags of messages change (`STORE`, RFC 9051 section 6.4.6).
///
/// ```
/// use imap_min::{Flag, Store};
/// let read = Store::add(&[Flag::Seen]);
/// assert!(!read.silent && read.unchanged_since.is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Store<'a> {
    /// What happens to the flags that a message has.
    pub mode: StoreMode,
    /// The flags. Empty with [`StoreMode::Replace`] only: then the messages have none.
    pub flags: &'a [Flag<'a>],
    /// The server need not tell the new flags (`.SILENT`).
    pub silent: bool,
    /// Leave messages alone that were changed after this modification sequence (RFC 7162); their numbers are told by
    /// [`Code::Modified`](crate::Code::Modified). Needs `CONDSTORE`.
    pub unchanged_since: Option<u64>,
}

/// What happens to the flags that a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreMode {
    /// They are replaced.
    Replace,
    /// They stay; these are added.
    Add,
    /// These are removed.
    Remove,
}

impl<'a> Store<'a> {
    /// Adds flags.
    pub fn add(flags: &'a [Flag<'a>]) -> Self {
        Store { mode: StoreMode::Add, flags, silent: false, unchanged_since: None }
    }

    /// Removes flags.
    pub fn remove(flags: &'a [Flag<'a>]) -> Self {
        Store { mode: StoreMode::Remove, ..Store::add(flags) }
    }

    /// Replaces all flags.
    pub fn replace(flags: &'a [Flag<'a>]) -> Self {
        Store { mode: StoreMode::Replace, ..Store::add(flags) }
    }

    /// The same, without the server's telling the new flags.
    #[must_use]
    pub fn silently(self) -> Self {
        Store { silent: true, ..self }
    }

    /// The same, for messages that were not changed after a modification sequence.
    #[must_use]
    pub fn unchanged_since(self, mod_seq: u64) -> Self {
        Store { unchanged_since: Some(mod_seq), ..self }
    }
}

/// A message to add to a mailbox (`APPEND`, RFC 9051 section 6.3.12). Its octets follow by
/// [`send_body`](crate::Connection::send_body).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Append<'a> {
    /// Where to.
    pub mailbox: &'a Mailbox,
    /// Its flags.
    pub flags: &'a [Flag<'a>],
    /// When it counts as received; now when `None`.
    pub date: Option<DateTime>,
    /// Its octets. All must follow, and no more.
    pub size: u64,
    /// How its octets are announced.
    pub form: AppendForm,
}

/// How the octets of a new message are announced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum AppendForm {
    /// As text without NUL, which every server takes.
    #[default]
    Text,
    /// As octets that may have NUL (`literal8`, RFC 3516). Needs `BINARY`.
    Binary,
    /// As a message with UTF-8 in its header (RFC 6855 section 4). Needs `UTF8=ACCEPT`, enabled.
    Utf8,
}

impl<'a> Append<'a> {
    /// A message without flags, received now.
    pub fn new(mailbox: &'a Mailbox, size: u64) -> Self {
        Append { mailbox, flags: &[], date: None, size, form: AppendForm::Text }
    }

    /// The same, with these flags.
    #[must_use]
    pub fn flags(self, flags: &'a [Flag<'a>]) -> Self {
        Append { flags, ..self }
    }

    /// The same, received at this time.
    #[must_use]
    pub fn date(self, date: DateTime) -> Self {
        Append { date: Some(date), ..self }
    }

    /// The same, announced in another way.
    #[must_use]
    pub fn form(self, form: AppendForm) -> Self {
        Append { form, ..self }
    }
}

/// What [`Command::SelectWith`](crate::Command::SelectWith) asks for (RFC 7162).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectParameter<'a> {
    /// Tell modification sequences from now on. Needs `CONDSTORE`.
    CondStore,
    /// Tell what has changed and what is gone since this mailbox was open last. Needs `QRESYNC`, enabled.
    Resync {
        /// The value under which the UIDs that are known are valid; under another one the server tells nothing.
        uid_validity: NonZeroU32,
        /// The modification sequence up to which everything is known. Not 0.
        mod_seq: u64,
        /// UIDs that are known; `None` is all.
        known: Option<&'a UidSet>,
    },
}
