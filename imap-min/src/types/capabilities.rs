//! What a server says that it can do.

use std::borrow::Cow;
use std::fmt;

/// The capabilities of a server (RFC 9051 section 7.2.2).
///
/// Names compare without regard to case. The order is the server's.
///
/// ```
/// let caps = imap_min::Capabilities::from("IMAP4rev1 SASL-IR AUTH=XOAUTH2 IDLE");
/// assert!(caps.has("sasl-ir"));
/// assert_eq!(caps.mechanisms().collect::<Vec<_>>(), ["XOAUTH2"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Capabilities<'a> {
    raw: Cow<'a, [u8]>,
}

impl<'a> Capabilities<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        Capabilities { raw: Cow::Borrowed(raw) }
    }

    /// Whether the server has this capability.
    pub fn has(&self, name: &str) -> bool {
        self.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether the server takes this SASL mechanism (`AUTH=...`).
    pub fn has_mechanism(&self, mechanism: &str) -> bool {
        self.mechanisms().any(|known| known.eq_ignore_ascii_case(mechanism))
    }

    /// All names. One that is not ASCII is left out: no capability that anyone knows is.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let words = self.raw.split(|byte| *byte == b' ').filter(|word| !word.is_empty() && word.is_ascii());
        words.filter_map(|word| std::str::from_utf8(word).ok())
    }

    /// The SASL mechanisms.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|name| {
            let (prefix, mechanism) = name.split_at_checked(5)?;
            prefix.eq_ignore_ascii_case("AUTH=").then_some(mechanism)
        })
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Capabilities<'static> {
        Capabilities { raw: Cow::Owned(self.raw.into_owned()) }
    }

    pub(crate) fn octets(&self) -> usize {
        self.raw.len()
    }
}

impl<'a> From<&'a str> for Capabilities<'a> {
    /// Names with blanks between them, as a cache may have kept them.
    fn from(names: &'a str) -> Self {
        Capabilities::new(names.as_bytes())
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Display for Capabilities<'_> {
    /// Names with one blank between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{name}")?;
        }
        Ok(())
    }
}
