//! Results of searches.

use std::fmt;

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
        let (mut number, mut used, mut digits) = (0_u32, 0, 0);
        // The reader lets nothing through but good numbers and blanks.
        for byte in self.raw {
            if byte.is_ascii_digit() {
                number = number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
                digits += 1;
            } else if digits > 0 {
                break;
            }
            used += 1;
        }
        self.raw = self.raw.get(used..).unwrap_or_default();
        (digits > 0).then_some(number)
    }
}

/// A number of a search: 1 to 2^32-1.
pub(crate) fn hit(digits: &[u8]) -> Option<u32> {
    let add = |sum: u32, digit: &u8| sum.checked_mul(10)?.checked_add(u32::from(digit.wrapping_sub(b'0')));
    digits.iter().try_fold(0, add).filter(|number| *number > 0)
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
