//! Everything that the crate promises, seen from outside.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod actions;
mod arguments;
mod bad_input;
mod commands;
mod hardening;
mod hostile;
mod properties;
mod quirks;
mod secrets;
mod shown;
mod transcripts;

#[cfg(feature = "tokio")]
mod client;
#[cfg(feature = "tokio")]
mod memory;
