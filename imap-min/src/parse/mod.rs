//! A complete response, or a complete part of one, to its meaning.
//!
//! One tolerant grammar for every server: where a server is known to deviate, the deviation is read and noted in
//! the [`QuirkSet`](crate::quirk::QuirkSet) that each parser is handed.

pub(crate) mod body;
mod date;
pub(crate) mod envelope;
pub(crate) mod fetch;
mod flags;
pub(crate) mod mailbox;
pub(crate) mod part;
pub(crate) mod response;
mod strict;
mod text;
pub(crate) mod token;
