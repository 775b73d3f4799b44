//! What to search for.

use super::{Date, SequenceSet, UidSet};

/// One condition of a search (RFC 9051 section 6.4.4). A search has all that it is given.
///
/// Strings are matched by the server as substrings without regard to case. They must be ASCII.
///
/// ```
/// use imap_min::{Date, SearchKey};
/// let unread = [SearchKey::Unseen, SearchKey::Since(Date::new(2026, 1, 1)?)];
/// let either = SearchKey::Or(&SearchKey::From("alice"), &SearchKey::Subject("invoice"));
/// # let _ = (unread, either);
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum SearchKey<'a> {
    /// Every message.
    All,
    /// Has been answered.
    Answered,
    /// Has not been answered.
    Unanswered,
    /// Is marked for removal.
    Deleted,
    /// Is not marked for removal.
    Undeleted,
    /// Is a draft.
    Draft,
    /// Is no draft.
    Undraft,
    /// Is flagged.
    Flagged,
    /// Is not flagged.
    Unflagged,
    /// Has been read.
    Seen,
    /// Has not been read.
    Unseen,
    /// Arrived since the mailbox was last opened.
    Recent,
    /// Recent and not read.
    New,
    /// Not recent.
    Old,
    /// Has this keyword.
    Keyword(&'a str),
    /// Does not have this keyword.
    Unkeyword(&'a str),
    /// Has one of these unique identifiers.
    Uid(&'a UidSet),
    /// Has one of these positions; nothing that may remove messages can be open at the same time.
    Sequence(&'a SequenceSet),
    /// Received on or after this day.
    Since(Date),
    /// Received before this day.
    Before(Date),
    /// Received on this day.
    On(Date),
    /// The `Date` header is on or after this day.
    SentSince(Date),
    /// The `Date` header is before this day.
    SentBefore(Date),
    /// The `Date` header is on this day.
    SentOn(Date),
    /// The sender has this text.
    From(&'a str),
    /// A `To` recipient has this text.
    To(&'a str),
    /// A `Cc` recipient has this text.
    Cc(&'a str),
    /// A `Bcc` recipient has this text.
    Bcc(&'a str),
    /// The subject has this text.
    Subject(&'a str),
    /// The text of the message has this text.
    Body(&'a str),
    /// The header or the text has this text.
    Text(&'a str),
    /// A header of this name has this text; any, when the text is empty.
    Header(&'a str, &'a str),
    /// Has more octets.
    Larger(u32),
    /// Has fewer octets.
    Smaller(u32),
    /// Does not match.
    Not(&'a SearchKey<'a>),
    /// Matches one of two.
    Or(&'a SearchKey<'a>, &'a SearchKey<'a>),
}

impl SearchKey<'_> {
    /// Whether it speaks of positions, which change when messages are removed.
    pub(crate) fn has_positions(&self) -> bool {
        match self {
            SearchKey::Sequence(_) => true,
            SearchKey::Not(key) => key.has_positions(),
            SearchKey::Or(first, second) => first.has_positions() || second.has_positions(),
            _ => false,
        }
    }
}
