//! Sets of messages, kept as ranges.

use std::fmt;
use std::ops::RangeInclusive;

use crate::error::Error;

/// The largest number stands for `*`, the last message of a mailbox: the two differ for no mailbox that exists.
const LAST: u32 = u32::MAX;

/// Unique identifiers of messages (`sequence-set` of UIDs, RFC 9051 section 9).
///
/// Kept as ranges: `1:*` costs as little as `1`. Never empty on the wire: a command refuses an empty set.
///
/// ```
/// use imap_min::UidSet;
/// let mut set = UidSet::from(7);
/// set.push(8);
/// set.push(20);
/// assert_eq!(set.to_string(), "7:8,20");
/// assert_eq!(UidSet::all().to_string(), "1:*");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct UidSet {
    ranges: Vec<(u32, u32)>,
}

impl UidSet {
    /// No message.
    pub fn new() -> Self {
        UidSet::default()
    }

    /// Every message: `1:*`.
    pub fn all() -> Self {
        UidSet { ranges: vec![(1, LAST)] }
    }

    /// The message with the highest number, the newest: `*`.
    pub fn last() -> Self {
        UidSet { ranges: vec![(LAST, LAST)] }
    }

    /// Every message from this one on: `first:*`. As the protocol has it, the last message is always part of it.
    pub fn from_on(first: u32) -> Self {
        UidSet { ranges: vec![(first.max(1), LAST)] }
    }

    /// Adds one message. One that follows the last one added makes its range longer. 0 is no message.
    pub fn push(&mut self, uid: u32) {
        match self.ranges.last_mut() {
            _ if uid == 0 => {}
            Some((first, last)) if (*first..=*last).contains(&uid) => {}
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => self.ranges.push((uid, uid)),
        }
    }

    /// Adds a run of messages. One that follows the last one added makes its range longer. 0 is no message.
    pub fn push_range(&mut self, range: RangeInclusive<u32>) {
        let (start, end) = (*range.start().max(&1), *range.end());
        match self.ranges.last_mut() {
            _ if start > end => {}
            Some((first, last)) if *first <= start && start <= last.saturating_add(1) => {
                *last = end.max(*last)
            }
            _ => self.ranges.push((start, end)),
        }
    }

    /// The set in pieces that take no more than so many octets of a command each, for servers that refuse long
    /// lines (RFC 7162 section 4 asks for at most 8,192; Yahoo takes 1,000). A piece has one range at least.
    ///
    /// ```
    /// let set: imap_min::UidSet = [1, 3, 5, 7].into_iter().collect();
    /// let pieces: Vec<String> = set.pieces(4).iter().map(|set| set.to_string()).collect();
    /// assert_eq!(pieces, ["1,3", "5,7"]);
    /// ```
    pub fn pieces(&self, octets: usize) -> Vec<UidSet> {
        let mut pieces: Vec<UidSet> = Vec::new();
        let mut room = 0;
        for range in &self.ranges {
            let one = UidSet { ranges: vec![*range] };
            let length = one.to_string().len() + 1;
            match pieces.last_mut().filter(|_| room >= length) {
                Some(piece) => piece.ranges.push(*range),
                None => {
                    room = octets.max(length);
                    pieces.push(one);
                }
            }
            room -= length;
        }
        pieces
    }

    /// Whether the set has no message.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many messages its ranges span.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether a message is in it.
    pub fn contains(&self, uid: u32) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&uid))
    }

    /// The ranges, in the order in which they were added. `*` is [`u32::MAX`].
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u32>> {
        self.ranges.iter().map(|(first, last)| *first..=*last)
    }

    /// Every number, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.ranges().flatten()
    }

    /// The lowest number.
    pub fn min(&self) -> Option<u32> {
        self.ranges.iter().map(|(first, _)| *first).min()
    }

    /// The highest number.
    pub fn max(&self) -> Option<u32> {
        self.ranges.iter().map(|(_, last)| *last).max()
    }

    /// Whether a message that a server names can be one of the set; `*` can be any.
    #[cfg(feature = "tokio")]
    pub(crate) fn may_mean(&self, uid: u32) -> bool {
        self.contains(LAST) || self.contains(uid)
    }

    /// Octets that the set takes in memory.
    #[cfg(feature = "tokio")]
    pub(crate) fn octets(&self) -> usize {
        self.ranges.len() * size_of::<(u32, u32)>()
    }
}

impl From<u32> for UidSet {
    /// One message; 0 is none.
    fn from(uid: u32) -> Self {
        let mut set = UidSet::new();
        set.push(uid);
        set
    }
}

impl TryFrom<RangeInclusive<u32>> for UidSet {
    type Error = Error;

    /// # Errors
    /// [`Error::Invalid`] when the range has 0 or runs backwards.
    fn try_from(range: RangeInclusive<u32>) -> Result<Self, Error> {
        if *range.start() == 0 || range.is_empty() {
            return Err(Error::Invalid { what: "a range of messages", why: "it has 0 or runs backwards" });
        }
        Ok(UidSet { ranges: vec![(*range.start(), *range.end())] })
    }
}

impl FromIterator<u32> for UidSet {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        let mut set = UidSet::new();
        uids.into_iter().for_each(|uid| set.push(uid));
        set
    }
}

impl fmt::Display for UidSet {
    /// As a command has it; nothing for an empty set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |n: u32, f: &mut fmt::Formatter<'_>| {
            if n == LAST { f.write_str("*") } else { write!(f, "{n}") }
        };
        for (index, (first, last)) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            number(*first, f)?;
            if first != last {
                f.write_str(":")?;
                number(*last, f)?;
            }
        }
        Ok(())
    }
}

/// Numbers of messages as the mailbox counts them now (`sequence-set`, RFC 9051 section 9).
///
/// They change whenever a message is removed, which is why most commands are better given a [`UidSet`]. A type of
/// its own, so that neither is taken for the other.
///
/// ```
/// use imap_min::{SequenceSet, UidSet};
/// let newest_ten = SequenceSet::from(UidSet::try_from(91..=100)?);
/// assert_eq!(newest_ten.to_string(), "91:100");
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SequenceSet(UidSet);

impl SequenceSet {
    /// Every message: `1:*`.
    pub fn all() -> Self {
        SequenceSet(UidSet::all())
    }

    /// The last message: `*`.
    pub fn last() -> Self {
        SequenceSet(UidSet::last())
    }

    /// Whether the set has no message.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, in the order in which they were added. `*` is [`u32::MAX`].
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u32>> {
        self.0.ranges()
    }

    /// Every number, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter()
    }

    /// Whether a message that a server names can be one of the set; `*` can be any.
    #[cfg(feature = "tokio")]
    pub(crate) fn may_mean(&self, seq: u32) -> bool {
        self.0.may_mean(seq)
    }
}

impl From<u32> for SequenceSet {
    /// One message; 0 is none.
    fn from(seq: u32) -> Self {
        SequenceSet(seq.into())
    }
}

impl TryFrom<RangeInclusive<u32>> for SequenceSet {
    type Error = Error;

    /// # Errors
    /// [`Error::Invalid`] when the range has 0 or runs backwards.
    fn try_from(range: RangeInclusive<u32>) -> Result<Self, Error> {
        range.try_into().map(SequenceSet)
    }
}

impl From<UidSet> for SequenceSet {
    /// The same numbers, now counted by position.
    fn from(numbers: UidSet) -> Self {
        SequenceSet(numbers)
    }
}

impl fmt::Display for SequenceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
