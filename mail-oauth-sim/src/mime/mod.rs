//! The little that the servers look at inside a message: its header's fields, and its parts.

mod content_type;
mod header;
mod part;

pub(crate) use content_type::ContentType;
pub(crate) use header::{fields, header_len, is_named, lines, value};
pub(crate) use part::{Kind, Part};
