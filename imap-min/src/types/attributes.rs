//! What a server says of a mailbox in a list.

use std::borrow::Cow;
use std::fmt;

/// The attributes of a mailbox in a `LIST` response (RFC 9051 section 7.3.1). Read as they are iterated.
///
/// ```
/// use imap_min::{Attribute, Attributes};
/// let attributes = Attributes::from("\\HasNoChildren \\Sent");
/// assert!(attributes.has(&Attribute::Sent) && !attributes.has(&Attribute::NoSelect));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes<'a> {
    raw: Cow<'a, [u8]>,
}

/// One attribute of a mailbox (RFC 9051 section 7.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// It cannot be opened.
    NoSelect,
    /// It cannot have children.
    NoInferiors,
    /// It may have new messages.
    Marked,
    /// It has no new messages since it was opened last.
    Unmarked,
    /// It has children.
    HasChildren,
    /// It has no children.
    HasNoChildren,
    /// There is only a name.
    NonExistent,
    /// It is subscribed.
    Subscribed,
    /// It is on another server.
    Remote,
    /// All messages of the account (RFC 6154).
    All,
    /// Messages that were put aside.
    Archive,
    /// Messages that are not finished.
    Drafts,
    /// Messages that are flagged.
    Flagged,
    /// Unwanted messages.
    Junk,
    /// Messages that were sent.
    Sent,
    /// Messages that were deleted.
    Trash,
    /// Messages that the server takes for important (RFC 8457).
    Important,
    /// Any other, without the backslash.
    Other(&'a [u8]),
}

impl<'a> Attributes<'a> {
    /// `raw` is what stands between the parentheses.
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        Attributes { raw: Cow::Borrowed(raw) }
    }

    /// Each attribute, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Attribute<'_>> {
        // Some servers leave out the blanks between two of them.
        let words = self.raw.split(|byte| matches!(byte, b' ' | b'\\'));
        words.filter(|word| !word.is_empty()).map(Attribute::new)
    }

    /// Whether an attribute is among them.
    pub fn has(&self, attribute: &Attribute<'_>) -> bool {
        self.iter().any(|known| match (known, attribute) {
            (Attribute::Other(a), Attribute::Other(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == *b,
        })
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Attributes<'static> {
        Attributes { raw: Cow::Owned(self.raw.into_owned()) }
    }
}

impl<'a> From<&'a str> for Attributes<'a> {
    /// Attributes with blanks between them.
    fn from(attributes: &'a str) -> Self {
        Attributes::new(attributes.as_bytes())
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.raw.escape_ascii())
    }
}

impl<'a> Attribute<'a> {
    fn new(name: &'a [u8]) -> Self {
        let known = [
            (&b"Noselect"[..], Attribute::NoSelect),
            (b"Noinferiors", Attribute::NoInferiors),
            (b"Marked", Attribute::Marked),
            (b"Unmarked", Attribute::Unmarked),
            (b"HasChildren", Attribute::HasChildren),
            (b"HasNoChildren", Attribute::HasNoChildren),
            (b"NonExistent", Attribute::NonExistent),
            (b"Subscribed", Attribute::Subscribed),
            (b"Remote", Attribute::Remote),
            (b"All", Attribute::All),
            // The name that Gmail had for it before there was a standard.
            (b"AllMail", Attribute::All),
            (b"Archive", Attribute::Archive),
            (b"Drafts", Attribute::Drafts),
            (b"Flagged", Attribute::Flagged),
            (b"Junk", Attribute::Junk),
            (b"Spam", Attribute::Junk),
            (b"Sent", Attribute::Sent),
            (b"Trash", Attribute::Trash),
            (b"Important", Attribute::Important),
        ];
        let known = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        known.map_or(Attribute::Other(name), |(_, attribute)| attribute)
    }
}
