#![doc = include_str!("../README.md")]
//!
//! # The exchange
//!
//! ```text
//!            initial_response            respond(error)              respond(anything)
//!  Start ──────────────────────> Sent ────────────────────> Refused ───────────────────> Error
//!    └── respond(empty) ──────────^
//! ```
//!
//! The token leaves [`Exchange`] once. A server that asks again after the token was sent gets an
//! acknowledgement of its refusal and never a second copy of the token.
//!
//! # Limits
//!
//! A challenge is parsed up to [`Limits::challenge`] octets; what is kept of it is bounded by
//! [`Limits::text`]. Nothing else here grows with what a peer sends.
//!
//! # Features
//!
//! None. The crate is `no_std` and needs `alloc`.
//!
//! # Sources
//!
//! | what | where |
//! |---|---|
//! | OAUTHBEARER message, error, acknowledgement | RFC 7628, sections 3.1 to 3.2.3 |
//! | GS2 header and `saslname` | RFC 5801, section 4 |
//! | bearer token | RFC 6750, section 2.1 |
//! | XOAUTH2 | Google's "OAuth 2.0 Mechanism" page; Microsoft's "Authenticate an IMAP, POP or SMTP connection" |
//! | line lengths | RFC 5321 section 4.5.3.1.4 with RFC 4954; RFC 2449 section 4 with RFC 5034; RFC 7162 section 4 |
#![no_std]

extern crate alloc;

mod client_message;
mod credentials;
mod encode;
mod error;
mod exchange;
mod limits;
mod mechanism;
mod saslname;
mod server_error;

pub use client_message::ClientMessage;
pub use credentials::Credentials;
pub use error::{Error, Field};
pub use exchange::{Answer, Exchange};
pub use limits::{IMAP_COMMAND_LINE, Limits, POP3_COMMAND_LINE, SMTP_COMMAND_LINE};
pub use mechanism::Mechanism;
pub use server_error::{ServerError, ServerErrorKind};
