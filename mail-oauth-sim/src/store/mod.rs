//! The mailboxes, shared by the three protocols.

mod flags;
mod folder;
mod mailbox;
mod message;

pub(crate) use flags::Flags;
pub(crate) use folder::{Folder, Stored};
pub(crate) use mailbox::{Listed, Refused, Store};
pub use message::Message;
