//! All tests of the crate in one binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod allocations;
mod client_message;
mod exchange;
mod known_answers;
mod properties;
mod redaction;
mod validation;
