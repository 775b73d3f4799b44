//! Domain types, checked when they are made.

mod capabilities;
mod date;
mod envelope;
mod fetch;
mod flags;
mod mailbox;
mod search;
mod set;

pub use capabilities::Capabilities;
pub use date::{Date, DateTime};
pub(crate) use envelope::Span;
pub use envelope::{Address, Addresses, Envelope};
pub use fetch::{FetchAttribute, Partial, Section};
pub use flags::{Flag, FlagIter, Flags};
pub use mailbox::Mailbox;
pub use search::SearchKey;
pub use set::{SequenceSet, UidSet};
