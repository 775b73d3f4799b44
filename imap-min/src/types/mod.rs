//! Domain types, checked when they are made.

mod attributes;
mod body;
mod capabilities;
mod change;
mod date;
mod envelope;
mod fetch;
mod flags;
mod list;
mod mailbox;
mod mutf7;
mod ranges;
mod search;
mod set;

pub use attributes::{Attribute, Attributes};
pub use body::{BodyStructure, Disposition, Languages, Parameters, Part, PartKind, Parts};
pub use capabilities::Capabilities;
pub use change::{Append, AppendForm, SelectParameter, Store, StoreMode};
pub use date::{Date, DateTime};
pub use envelope::{Address, Addresses, Envelope};
pub use fetch::{FetchAttribute, Partial, Section};
pub use flags::{Flag, FlagIter, Flags};
pub use list::{ListOptions, StatusItem};
pub use mailbox::{Mailbox, MailboxName};
pub(crate) use mutf7::encode as mutf7;
pub use ranges::{RangeIter, Ranges};
pub use search::{SearchKey, SearchOptions};
pub use set::{SequenceSet, UidSet};
