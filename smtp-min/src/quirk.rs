//! Defects of servers that are tolerated.

/// A defect in what the server sent. The machine went on, and says so here.
///
/// It comes as [`Event::Quirk`](crate::Event::Quirk) before the event that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A line of a reply ended in LF alone. Told once per connection.
    BareLf,
    /// The lines of one reply had different codes. The last one counts.
    MixedCodes,
    /// `DATA` was answered by 250 in place of 354. It is taken as 354.
    DataAnswered250,
    /// Plain words in the 334 that asks for the first SASL message; taken as the empty challenge.
    TextIn334,
}
