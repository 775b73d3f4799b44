//! All tests of the crate in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod aadsts;
mod answers;
mod applications;
mod authority;
mod authorization_code;
mod cache;
#[cfg(feature = "certificate")]
mod certificate;
#[cfg(feature = "reqwest")]
mod client;
mod device_code;
#[cfg(feature = "reqwest")]
mod discovered;
mod discovery;
#[cfg(feature = "encrypted")]
mod encrypted;
mod file_store;
mod import;
#[cfg(feature = "reqwest")]
mod interactive;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(feature = "reqwest")]
mod logs;
mod one_account;
mod password;
mod properties;
mod redaction;
mod refresh;
mod responses;
#[cfg(feature = "reqwest")]
mod server;
#[cfg(feature = "reqwest")]
mod silent;
mod tenant;
mod tokens;
#[cfg(feature = "reqwest")]
mod transport;
mod values;
