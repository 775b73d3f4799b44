//! Flags of messages and mailboxes.

use std::borrow::Cow;
use std::fmt;

/// Flags, as the server lists them (RFC 9051 section 2.3.2). Read as they are iterated.
///
/// ```
/// use imap_min::{Flag, Flags};
/// let flags = Flags::from("\\Seen $Forwarded");
/// assert!(flags.has(&Flag::Seen) && !flags.has(&Flag::Draft));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Flags<'a> {
    raw: Cow<'a, [u8]>,
}

/// One flag (RFC 9051 section 2.3.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flag<'a> {
    /// Has been read.
    Seen,
    /// Has been answered.
    Answered,
    /// Is urgent, or otherwise special.
    Flagged,
    /// Is marked for removal.
    Deleted,
    /// Is not finished.
    Draft,
    /// Arrived since the mailbox was last opened.
    Recent,
    /// `\*`, among a mailbox's permanent flags: new keywords can be made.
    NewKeywords,
    /// Any other that starts with a backslash, without the backslash.
    Other(&'a [u8]),
    /// A keyword.
    Keyword(&'a [u8]),
}

impl<'a> Flags<'a> {
    /// `raw` is what stands between the parentheses.
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        Flags { raw: Cow::Borrowed(raw) }
    }

    /// Each flag, in the server's order.
    pub fn iter(&self) -> FlagIter<'_> {
        FlagIter { rest: &self.raw }
    }

    /// Whether a flag is among them; keywords compare without regard to case.
    pub fn has(&self, flag: &Flag<'_>) -> bool {
        self.iter().any(|known| match (&known, flag) {
            (Flag::Keyword(a), Flag::Keyword(b)) | (Flag::Other(a), Flag::Other(b)) => {
                a.eq_ignore_ascii_case(b)
            }
            (a, b) => *a == *b,
        })
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Flags<'static> {
        Flags { raw: Cow::Owned(self.raw.into_owned()) }
    }

    pub(crate) fn octets(&self) -> usize {
        self.raw.len()
    }
}

impl<'a> From<&'a str> for Flags<'a> {
    /// Flags with blanks between them.
    fn from(flags: &'a str) -> Self {
        Flags::new(flags.as_bytes())
    }
}

impl fmt::Debug for Flags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> Flag<'a> {
    fn new(raw: &'a [u8]) -> Self {
        let Some(name) = raw.strip_prefix(b"\\") else { return Flag::Keyword(raw) };
        // A quoted flag has its backslash twice.
        let name = name.strip_prefix(b"\\").unwrap_or(name);
        let known = [
            (&b"Seen"[..], Flag::Seen),
            (b"Answered", Flag::Answered),
            (b"Flagged", Flag::Flagged),
            (b"Deleted", Flag::Deleted),
            (b"Draft", Flag::Draft),
            (b"Recent", Flag::Recent),
            (b"*", Flag::NewKeywords),
        ];
        let known = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        known.map_or(Flag::Other(name), |(_, flag)| flag)
    }
}

impl fmt::Display for Flag<'_> {
    /// As the protocol writes it; octets that are not ASCII are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flag::Seen => f.write_str("\\Seen"),
            Flag::Answered => f.write_str("\\Answered"),
            Flag::Flagged => f.write_str("\\Flagged"),
            Flag::Deleted => f.write_str("\\Deleted"),
            Flag::Draft => f.write_str("\\Draft"),
            Flag::Recent => f.write_str("\\Recent"),
            Flag::NewKeywords => f.write_str("\\*"),
            Flag::Other(name) => write!(f, "\\{}", name.escape_ascii()),
            Flag::Keyword(name) => write!(f, "{}", name.escape_ascii()),
        }
    }
}

impl fmt::Debug for Flag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The flags of a list, one by one.
#[derive(Debug, Clone)]
pub struct FlagIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for FlagIter<'a> {
    type Item = Flag<'a>;

    fn next(&mut self) -> Option<Flag<'a>> {
        let start = self.rest.trim_ascii_start();
        if let Some(quoted) = start.strip_prefix(b"\"") {
            let end = memchr::memchr(b'"', quoted).unwrap_or(quoted.len());
            let (flag, rest) = quoted.split_at_checked(end)?;
            self.rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            return Some(Flag::new(flag));
        }
        // Gmail shows names of labels, and a label in brackets may have blanks.
        let mut brackets = false;
        let end = start.iter().position(|byte| {
            brackets = (brackets || *byte == b'[') && *byte != b']';
            *byte == b' ' && !brackets
        });
        let (flag, rest) = start.split_at_checked(end.unwrap_or(start.len()))?;
        self.rest = rest;
        (!flag.is_empty()).then(|| Flag::new(flag))
    }
}
