//! A complete line into its meaning.

mod capability;
mod listing;
mod status;
mod uidl;

pub(crate) use capability::capability;
pub(crate) use listing::{Size, UidlLine, language, list_item, stat, uidl_item};
pub(crate) use status::{First, first, is_base64, timestamp};
pub(crate) use uidl::plain_line;
