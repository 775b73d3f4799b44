//! Tests of the machine and of the client, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's input is its own, and a panic is how it fails"
)]

mod body;
#[cfg(feature = "tokio")]
mod client;
mod commands;
#[cfg(feature = "tokio")]
mod cut;
#[cfg(feature = "tokio")]
mod fetch;
mod hardening;
mod hostile;
#[cfg(feature = "tokio")]
mod memory;
#[cfg(feature = "tokio")]
mod model;
mod script;
mod transcripts;
mod uidl;
