//! All tests of the crate in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod authority;
mod cache;
#[cfg(feature = "reqwest")]
mod client;
mod device_code;
mod file_store;
mod properties;
mod redaction;
mod refresh;
mod responses;
mod tenant;
mod tokens;
#[cfg(feature = "reqwest")]
mod transport;
mod values;
