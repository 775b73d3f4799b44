//! Results of searches.

use std::fmt;

use crate::digits::nz_number;
use crate::types::Ranges;

/// Numbers of messages that a search has found: a run of them, as they came in.
#[derive(Clone, PartialEq, Eq)]
pub struct SearchHits<'i> {
    pub(crate) raw: &'i [u8],
}

impl<'i> Iterator for SearchHits<'i> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        while let [b' ', rest @ ..] = self.raw {
            self.raw = rest;
        }
        // The reader lets nothing through but good numbers and blanks.
        let (count, number) = nz_number(self.raw);
        self.raw = self.raw.get(count..).unwrap_or_default();
        number
    }
}

impl fmt::Debug for SearchHits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} octets]", self.raw.len())
    }
}

/// One part of an `ESEARCH` response (RFC 4731).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchItem<'i> {
    /// The lowest number found.
    Min(u32),
    /// The highest number found.
    Max(u32),
    /// How many were found.
    Count(u32),
    /// The highest modification sequence of the messages found (RFC 7162); told again at the end.
    ModSeq(u64),
    /// Numbers found: a run of them, as they came in. There may be several.
    All(Ranges<'i>),
    /// Anything else.
    Unknown {
        /// Its name.
        name: &'i [u8],
        /// Its value, as the server sent it.
        raw: &'i [u8],
    },
}

impl fmt::Debug for SearchItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SearchItem::Min(number) => write!(f, "Min({number})"),
            SearchItem::Max(number) => write!(f, "Max({number})"),
            SearchItem::Count(number) => write!(f, "Count({number})"),
            SearchItem::ModSeq(number) => write!(f, "ModSeq({number})"),
            SearchItem::All(ranges) => write!(f, "All({ranges:?})"),
            SearchItem::Unknown { name, raw } => {
                write!(f, "Unknown({} = \"{}\")", name.escape_ascii(), raw.escape_ascii())
            }
        }
    }
}
