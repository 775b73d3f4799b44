//! What to search for.

use super::{Date, SequenceSet, UidSet};

/// One condition of a search (RFC 9051 section 6.4.4). A search has all that it is given.
///
/// Strings are matched by the server as substrings without regard to case. Those that are not ASCII are sent in UTF-8,
/// which a server may refuse: [`SearchOptions::ascii`].
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
    /// Changed at this modification sequence or later (RFC 7162). Needs `CONDSTORE`.
    ModSeq(u64),
    /// Received longer ago than so many seconds (RFC 5032). Needs `WITHIN`.
    Older(u32),
    /// Received within the last so many seconds (RFC 5032). Needs `WITHIN`.
    Younger(u32),
    /// What Gmail's own search takes (`X-GM-RAW`).
    GmailRaw(&'a str),
    /// Gmail's number of the message (`X-GM-MSGID`).
    GmailMessageId(u64),
    /// Gmail's number of the conversation (`X-GM-THRID`).
    GmailThreadId(u64),
    /// Has this label in Gmail (`X-GM-LABELS`).
    GmailLabel(&'a str),
    /// Matches all of these.
    And(&'a [SearchKey<'a>]),
    /// Does not match.
    Not(&'a SearchKey<'a>),
    /// Matches one of two.
    Or(&'a SearchKey<'a>, &'a SearchKey<'a>),
}

impl SearchKey<'_> {
    /// Whether it speaks of positions, which change when messages are removed.
    pub(crate) fn has_positions(&self) -> bool {
        self.any(|key| matches!(key, SearchKey::Sequence(_)))
    }

    /// Whether it has a text that is not ASCII.
    pub(crate) fn needs_utf8(&self) -> bool {
        self.any(|key| match key {
            SearchKey::From(text)
            | SearchKey::To(text)
            | SearchKey::Cc(text)
            | SearchKey::Bcc(text)
            | SearchKey::Subject(text)
            | SearchKey::Body(text)
            | SearchKey::Text(text)
            | SearchKey::Header(_, text)
            | SearchKey::GmailRaw(text)
            | SearchKey::GmailLabel(text) => !text.is_ascii(),
            _ => false,
        })
    }

    /// Whether something holds for this condition, or for one inside it.
    fn any(&self, what: fn(&SearchKey<'_>) -> bool) -> bool {
        what(self)
            || match self {
                SearchKey::Not(key) => key.any(what),
                SearchKey::Or(first, second) => first.any(what) || second.any(what),
                SearchKey::And(keys) => keys.iter().any(|key| key.any(what)),
                _ => false,
            }
    }
}

/// How a search is asked and answered.
///
/// With one of the first four the server answers by an `ESEARCH` response (RFC 4731), which costs as little as the
/// result has ranges. Needs `ESEARCH` or `IMAP4rev2`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchOptions {
    /// Tell the lowest number found.
    pub min: bool,
    /// Tell the highest number found.
    pub max: bool,
    /// Tell all numbers found.
    pub all: bool,
    /// Tell how many were found.
    pub count: bool,
    /// Ask in ASCII, for servers that refuse UTF-8. Of each text only the longest ASCII part is searched, which finds
    /// the same messages and more (on servers that match substrings, as they must).
    pub ascii: bool,
}

impl SearchOptions {
    /// Asks for all numbers as ranges.
    pub fn all() -> Self {
        SearchOptions { all: true, ..SearchOptions::default() }
    }

    /// Asks how many.
    pub fn count() -> Self {
        SearchOptions { count: true, ..SearchOptions::default() }
    }

    pub(crate) fn is_extended(&self) -> bool {
        self.min || self.max || self.all || self.count
    }
}
