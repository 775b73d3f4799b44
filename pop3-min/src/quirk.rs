//! Defects of servers that are tolerated.

/// A defect in what the server sent. The machine went on, and says so here.
///
/// It comes as [`Event::Quirk`](crate::Event::Quirk) before the event that it belongs to, or in its place where there
/// is nothing to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A line of a reply ended in LF alone, or the final dot did (`.\n`). Told once per connection.
    BareLf,
    /// `+OK` where `+ ` had to ask for the SASL message. Nothing was sent yet that could have succeeded, so it is
    /// taken as the empty challenge.
    OkForPlus,
    /// Plain words behind the `+ ` that asks for the first SASL message; taken as the empty challenge.
    TextBehindPlus,
    /// `+` without the space that RFC 5034 section 4 demands. Exchange sends it.
    PlusWithoutSpace,
    /// A negative size in `STAT` or `LIST`: a server that counts in 32 bits. The size is reported as unknown.
    NegativeSize,
    /// No size in `STAT` or `LIST`. The size is reported as unknown.
    MissingSize,
    /// A line of `UIDL` or `LIST` that cannot be read. It was skipped.
    BrokenItem,
    /// A line of `UIDL` with a number and no id. It was skipped: the message can be fetched by its number only.
    MissingId,
    /// A line of `UIDL` or `LIST` for the same message as the line before. It was skipped.
    DuplicateItem,
    /// `CAPA` was refused: an old server, or one that knows it before the login only. Nothing is known then.
    CapaRefused,
}
