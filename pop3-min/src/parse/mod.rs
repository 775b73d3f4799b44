//! A complete line into its meaning.

mod capability;
mod listing;
mod status;

pub(crate) use capability::capability;
pub(crate) use listing::{Size, UidlLine, language, list_item, stat, uidl_item};
pub(crate) use status::{First, first, is_base64, timestamp};
