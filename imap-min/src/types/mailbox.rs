//! Names of mailboxes.

use std::borrow::Cow;
use std::fmt;

use super::mutf7;
use crate::error::Error;

/// The name of a mailbox for a command (RFC 9051 section 5.1), kept in the modified UTF-7 of RFC 3501 section 5.1.3.
///
/// Where `UTF8=ACCEPT` or `IMAP4rev2` is enabled, commands carry it in UTF-8.
///
/// ```
/// use imap_min::Mailbox;
/// let name = Mailbox::new("Entwürfe & mehr")?;
/// assert_eq!(name.wire(), "Entw&APw-rfe &- mehr");
/// assert_eq!(name.name(), "Entwürfe & mehr");
/// assert!(Mailbox::new("INBOX\r\nA2 DELETE x").is_err());
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    wire: String,
}

impl Mailbox {
    /// A mailbox by the name that a person reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty, or has a control character.
    pub fn new(name: &str) -> Result<Self, Error> {
        check(name, char::is_control)?;
        Ok(Mailbox { wire: mutf7::encode(name) })
    }

    /// A mailbox by the name that a server uses, already encoded. There are servers with tabs in names.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty, not ASCII, or has a line end or NUL.
    pub fn from_wire(name: &str) -> Result<Self, Error> {
        check(name, |c| matches!(c, '\0' | '\r' | '\n'))?;
        if !name.is_ascii() {
            return Err(Error::Invalid { what: "a mailbox name", why: "it is not in modified UTF-7" });
        }
        Ok(Mailbox { wire: name.to_owned() })
    }

    /// The mailbox that every account has.
    pub fn inbox() -> Self {
        Mailbox { wire: "INBOX".to_owned() }
    }

    /// The name as commands carry it.
    pub fn wire(&self) -> &str {
        &self.wire
    }

    /// The name as a person reads it; as commands carry it, when that is no modified UTF-7.
    pub fn name(&self) -> Cow<'_, str> {
        mutf7::decode(&self.wire).map_or(Cow::Borrowed(&self.wire), Cow::Owned)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({:?})", self.wire)
    }
}

fn check(name: &str, bad: fn(char) -> bool) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::Invalid { what: "a mailbox name", why: "it is empty" });
    }
    if name.chars().any(bad) {
        return Err(Error::Invalid { what: "a mailbox name", why: "it has a control character" });
    }
    Ok(())
}

/// The name of a mailbox, as a server tells it (RFC 9051 section 5.1).
///
/// ```
/// use imap_min::MailboxName;
/// let name = MailboxName::from("Entw&APw-rfe");
/// assert_eq!(name.decode(), "Entwürfe");
/// assert_eq!(name.mailbox()?.wire(), "Entw&APw-rfe");
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailboxName<'a> {
    raw: Cow<'a, [u8]>,
    /// The session has agreed on UTF-8: `&` stands for itself.
    utf8: bool,
}

impl<'a> MailboxName<'a> {
    pub(crate) fn new(raw: Cow<'a, [u8]>, utf8: bool) -> Self {
        MailboxName { raw, utf8 }
    }

    /// The octets of the server.
    pub fn octets(&self) -> &[u8] {
        &self.raw
    }

    /// The name as a person reads it. What is in no known encoding is shown as it is, with octets that are not UTF-8
    /// replaced.
    pub fn decode(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.raw) {
            Ok(name) if self.utf8 || !name.contains('&') => Cow::Borrowed(name),
            Ok(name) => mutf7::decode(name).map_or(Cow::Borrowed(name), Cow::Owned),
            Err(_) => String::from_utf8_lossy(&self.raw),
        }
    }

    /// The mailbox, for commands.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty, has a line end or NUL, or is in no known encoding.
    pub fn mailbox(&self) -> Result<Mailbox, Error> {
        match std::str::from_utf8(&self.raw) {
            Ok(name) if !self.utf8 && name.is_ascii() => Mailbox::from_wire(name),
            Ok(name) => Mailbox::new(name),
            Err(_) => Err(Error::Invalid { what: "a mailbox name", why: "it is in no known encoding" }),
        }
    }

    /// Whether it is the mailbox that every account has; servers write it as they like (Yahoo: `Inbox`).
    pub fn is_inbox(&self) -> bool {
        self.raw.eq_ignore_ascii_case(b"INBOX")
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> MailboxName<'static> {
        MailboxName { raw: Cow::Owned(self.raw.into_owned()), utf8: self.utf8 }
    }
}

impl<'a> From<&'a str> for MailboxName<'a> {
    /// A name in modified UTF-7.
    fn from(name: &'a str) -> Self {
        MailboxName::new(Cow::Borrowed(name.as_bytes()), false)
    }
}

impl fmt::Debug for MailboxName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.raw.escape_ascii())
    }
}
