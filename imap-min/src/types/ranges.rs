//! Sets of messages as servers write them.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use super::UidSet;
use crate::digits::nz_number;

/// Numbers of messages as a server lists them (`sequence-set`, RFC 9051 section 9). They are read as they are iterated,
/// and stay ranges: `1:4294967295` costs nothing.
///
/// ```
/// use imap_min::Ranges;
/// let ranges = Ranges::from("4:2,9");
/// assert_eq!(ranges.iter().collect::<Vec<_>>(), [2..=4, 9..=9]);
/// assert_eq!(ranges.count(), 4);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ranges<'a> {
    raw: Cow<'a, [u8]>,
}

impl<'a> Ranges<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        Ranges { raw: Cow::Borrowed(raw) }
    }

    /// Each range, in the server's order; backward ones are turned round. `*` is [`u32::MAX`].
    pub fn iter(&self) -> RangeIter<'_> {
        RangeIter { rest: &self.raw }
    }

    /// Each number of each range, in the server's order.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.iter().flatten()
    }

    /// How many numbers the ranges span.
    pub fn count(&self) -> u64 {
        self.iter().map(|range| u64::from(range.end() - range.start()) + 1).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The same as a set for commands.
    pub fn to_set(&self) -> UidSet {
        let mut set = UidSet::new();
        self.iter().for_each(|range| set.push_range(range));
        set
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Ranges<'static> {
        Ranges { raw: Cow::Owned(self.raw.into_owned()) }
    }
}

impl<'a> From<&'a str> for Ranges<'a> {
    /// A set as the protocol writes it. What is no number is left out.
    fn from(set: &'a str) -> Self {
        Ranges::new(set.as_bytes())
    }
}

impl fmt::Debug for Ranges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.raw.escape_ascii())
    }
}

/// The ranges of a list, one by one.
#[derive(Debug, Clone)]
pub struct RangeIter<'a> {
    rest: &'a [u8],
}

impl Iterator for RangeIter<'_> {
    type Item = RangeInclusive<u32>;

    #[inline]
    fn next(&mut self) -> Option<RangeInclusive<u32>> {
        loop {
            while let [b',', rest @ ..] = self.rest {
                self.rest = rest;
            }
            if self.rest.is_empty() {
                return None;
            }
            let (first, rest) = end_point(self.rest);
            let (last, rest) = match rest.strip_prefix(b":") {
                Some(rest) => end_point(rest),
                None => (first, rest),
            };
            // What is left of a word that is no range.
            let junk = rest.iter().take_while(|byte| **byte != b',').count();
            self.rest = rest.get(junk..)?;
            if let (Some(first), Some(last), 0) = (first, last, junk) {
                return Some(first.min(last)..=first.max(last));
            }
        }
    }
}

/// A number, or `*`; what follows.
#[inline]
fn end_point(i: &[u8]) -> (Option<u32>, &[u8]) {
    if let Some(rest) = i.strip_prefix(b"*") {
        return (Some(u32::MAX), rest);
    }
    let (count, number) = nz_number(i);
    (number, i.get(count..).unwrap_or_default())
}
