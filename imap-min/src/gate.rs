//! What a server must be able to do before a command is sent to it.

use crate::command::Command;
use crate::error::Error;
use crate::types::{
    AppendForm, Capabilities, FetchAttribute, ListOptions, SearchKey, SearchOptions, SelectParameter,
};

/// What the server has said that it can do, and what was switched on.
#[derive(Clone, Copy)]
pub(crate) struct Abilities<'a> {
    /// `None` when it has not said, and may be able to do anything.
    pub(crate) known: Option<&'a Capabilities<'a>>,
    pub(crate) enabled: &'a Capabilities<'a>,
}

impl Abilities<'_> {
    /// Whether a command can be sent.
    pub(crate) fn check(self, command: &Command<'_>) -> Result<(), Error> {
        match command {
            Command::Login { .. } => self.login(),
            Command::StartTls => self.needs("STARTTLS", false),
            Command::Authenticate { initial_response: Some(_), .. } => self.needs("SASL-IR", true),
            Command::Id { .. } => self.needs("ID", false),
            Command::Enable { .. } => self.needs("ENABLE", true),
            Command::Compress => self.needs("COMPRESS=DEFLATE", false),
            Command::SelectWith { parameter: SelectParameter::CondStore, .. } => self.condstore(),
            Command::SelectWith { parameter: SelectParameter::Resync { .. }, .. } => self.resync(),
            Command::List { options, .. } => self.list(options),
            Command::Namespace => self.needs("NAMESPACE", true),
            Command::GetQuota { .. } | Command::GetQuotaRoot { .. } => self.quota(),
            Command::Append(append) => match append.form {
                AppendForm::Text => Ok(()),
                AppendForm::Binary => self.needs("BINARY", false),
                AppendForm::Utf8 => self.must_be_on("UTF8=ACCEPT", "switch UTF8=ACCEPT on first"),
            },
            Command::Idle => self.needs("IDLE", true),
            Command::Unselect => self.needs("UNSELECT", true),
            Command::UidExpunge { .. } => self.needs("UIDPLUS", true),
            Command::Move { .. } | Command::UidMove { .. } => self.needs("MOVE", true),
            Command::Search { keys } | Command::UidSearch { keys } => {
                self.search(keys, SearchOptions::default())
            }
            Command::SearchWith { keys, options } | Command::UidSearchWith { keys, options } => {
                self.search(keys, *options)
            }
            Command::Fetch { attributes, .. } | Command::UidFetch { attributes, .. } => {
                self.fetch(attributes)
            }
            Command::UidFetchChanged { attributes, vanished, .. } => {
                self.fetch(attributes)?;
                if *vanished { self.resync() } else { self.condstore() }
            }
            Command::Store { store, .. } | Command::UidStore { store, .. } => match store.unchanged_since {
                Some(_) => self.condstore(),
                None => Ok(()),
            },
            Command::Capability
            | Command::Noop
            | Command::Logout
            | Command::Authenticate { initial_response: None, .. }
            | Command::Select { .. }
            | Command::Examine { .. }
            | Command::Create { .. }
            | Command::Delete { .. }
            | Command::Rename { .. }
            | Command::Subscribe { .. }
            | Command::Unsubscribe { .. }
            | Command::Lsub { .. }
            | Command::MailboxStatus { .. }
            | Command::Check
            | Command::Close
            | Command::Expunge
            | Command::Copy { .. }
            | Command::UidCopy { .. }
            | Command::Raw { .. } => Ok(()),
        }
    }

    /// Whether names and texts are in UTF-8.
    pub(crate) fn utf8(self) -> bool {
        let only = |known: &Capabilities<'_>| known.has("IMAP4rev2") && !known.has("IMAP4rev1");
        self.enabled.has("UTF8=ACCEPT") || self.enabled.has("IMAP4rev2") || self.known.is_some_and(only)
    }

    /// The longest literal that needs no go-ahead, of those up to `most` (RFC 7888).
    pub(crate) fn literal(self, most: u64) -> u64 {
        match self.known {
            Some(known) if known.has("LITERAL+") => most,
            Some(known) if known.has("LITERAL-") || known.has("IMAP4rev2") => most.min(4096),
            Some(_) | None => 0,
        }
    }

    /// `LOGINDISABLED` must be looked for (RFC 9051 section 6.2.3), so the server must have spoken.
    fn login(self) -> Result<(), Error> {
        match self.known {
            None => Err(Error::Misuse { what: "ask for the capabilities first: LOGIN may be disabled" }),
            Some(known) if known.has("LOGINDISABLED") => Err(Error::Lacks { what: "LOGIN: it is disabled" }),
            Some(_) => Ok(()),
        }
    }

    fn condstore(self) -> Result<(), Error> {
        if self.has("QRESYNC") { Ok(()) } else { self.needs("CONDSTORE", false) }
    }

    fn resync(self) -> Result<(), Error> {
        self.must_be_on("QRESYNC", "switch QRESYNC on first")
    }

    fn quota(self) -> Result<(), Error> {
        let quota = |known: &Capabilities<'_>| known.iter().any(|name| name.starts_with("QUOTA"));
        if self.known.is_none_or(quota) { Ok(()) } else { Err(Error::Lacks { what: "QUOTA" }) }
    }

    fn list(self, options: &ListOptions<'_>) -> Result<(), Error> {
        if options.is_plain() {
            return Ok(());
        }
        if options.special_use || options.return_special_use {
            self.needs("SPECIAL-USE", true)?;
        }
        if !options.return_status.is_empty() {
            self.needs("LIST-STATUS", true)?;
        }
        if options.subscribed || options.remote || options.return_subscribed || options.return_children {
            self.needs("LIST-EXTENDED", true)?;
        }
        Ok(())
    }

    fn search(self, keys: &[SearchKey<'_>], options: SearchOptions) -> Result<(), Error> {
        if options.is_extended() {
            self.needs("ESEARCH", true)?;
        }
        keys.iter().try_for_each(|key| match key {
            SearchKey::ModSeq(_) => self.condstore(),
            SearchKey::Older(_) | SearchKey::Younger(_) => self.needs("WITHIN", false),
            SearchKey::GmailRaw(_)
            | SearchKey::GmailLabel(_)
            | SearchKey::GmailMessageId(_)
            | SearchKey::GmailThreadId(_) => self.needs("X-GM-EXT-1", false),
            _ => Ok(()),
        })
    }

    fn fetch(self, attributes: &[FetchAttribute<'_>]) -> Result<(), Error> {
        attributes.iter().try_for_each(|attribute| match attribute {
            FetchAttribute::Binary { .. } | FetchAttribute::BinarySize { .. } => self.needs("BINARY", true),
            FetchAttribute::ModSeq => self.condstore(),
            FetchAttribute::GmailMessageId | FetchAttribute::GmailThreadId | FetchAttribute::GmailLabels => {
                self.needs("X-GM-EXT-1", false)
            }
            _ => Ok(()),
        })
    }

    fn has(self, name: &str) -> bool {
        self.known.is_none_or(|known| known.has(name))
    }

    /// `rev2` says that the extension is part of `IMAP4rev2`.
    fn needs(self, name: &'static str, rev2: bool) -> Result<(), Error> {
        if self.has(name) || (rev2 && self.has("IMAP4rev2")) {
            Ok(())
        } else {
            Err(Error::Lacks { what: name })
        }
    }

    fn must_be_on(self, name: &'static str, what: &'static str) -> Result<(), Error> {
        if !self.has(name) {
            return Err(Error::Lacks { what: name });
        }
        if self.enabled.has(name) { Ok(()) } else { Err(Error::Misuse { what }) }
    }
}
