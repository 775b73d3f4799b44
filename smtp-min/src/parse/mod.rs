//! A complete reply into its meaning.

mod capability;
mod reply;

pub(crate) use capability::capabilities;
pub(crate) use reply::{first_line, lines, reply, text};
