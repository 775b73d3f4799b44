//! The tenant from outside: every test speaks to it over TCP and TLS on loopback, as a client does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests may fail like tests"
)]

mod authorize;
mod catalogue;
mod causes;
mod certificates;
#[path = "../../examples/faults/document.rs"]
mod document;
mod folders;
mod grants;
mod identity;
mod imap;
mod introspection;
mod life;
mod limits;
mod pop3;
mod profiles;
mod random_bytes;
mod scenario;
mod secrets;
mod smtp;
mod support;
mod turns;
