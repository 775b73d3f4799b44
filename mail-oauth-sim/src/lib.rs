#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! ```text
//!  Tenant ── Arc<State> ── directory (users, mailboxes, apps)   what the builder said; never changes
//!    │          │          store, clock, faults, log            what changes while it runs
//!    │          │          key, device codes, refresh tokens    SHA-256 of each secret only
//!    │          │
//!    └─ JoinSet ├─ listener ─ session per connection: identity  (hyper)
//!               ├─ listener ─ session per connection: imap
//!               ├─ listener ─ session per connection: pop3
//!               ├─ listener ─ session per connection: smtp
//!               └─ listener ─ session per connection: control   (hyper; only if it was opened)
//! ```
//!
//! Every accepted connection counts round trips under its TLS ([`LogEntry::turns`]). Sessions end with their listener,
//! and listeners with the [`Tenant`]. Whoever changes the behaviour of a running tenant does it by a [`Fault`], which
//! the servers look up at the place where it applies.
//!
//! # Limits
//!
//! Everything that a client can make grow is a field of [`Limits`]. Messages live in memory once: sessions, recipients,
//! copies and folders share the bytes, and `FETCH` and `RETR` send them from where they are. There are no timeouts: a
//! client that stays silent stays connected.
//!
//! # Features
//!
//! None.
//!
//! # What it speaks
//!
//! | area | RFC |
//! |---|---|
//! | OAuth 2.0: all grants of Entra, PKCE, device grant, introspection | 6749, 7636, 7521, 7523, 8628, 7662, 8252 |
//! | tokens and keys | 7515, 7517, 7518, 7519 (ES256) |
//! | IMAP | 3501, 2177 IDLE, 2342 NAMESPACE, 2971 ID, 3691 UNSELECT, 4315 UIDPLUS, 4959 SASL-IR, 6851 MOVE, 7888 LITERAL+; in the plain profile 4731 ESEARCH, 6154 SPECIAL-USE, 7162 CONDSTORE, 7628 OAUTHBEARER |
//! | POP3 | 1939, 2449 CAPA, 2595 STLS, 5034 AUTH |
//! | SMTP | 5321, 6409, 1870 SIZE, 2034, 2920 PIPELINING, 3030 CHUNKING, 3207 STARTTLS, 3461 DSN (taken, not acted on), 4954 AUTH, 6152, 6531 |

mod aadsts;
mod builder;
mod clock;
mod date;
mod error;
mod fault;
mod identity;
mod imap;
mod limits;
mod log;
mod login;
mod mime;
mod model;
mod net;
mod pop3;
mod random;
mod scenario;
mod smtp;
mod state;
mod store;
mod tenant;
mod token;

pub use aadsts::Aadsts;
pub use builder::TenantBuilder;
pub use error::Error;
pub use fault::{
    CatalogueEntry, Cause, Endpoint, Fault, HttpFault, IssueFault, MailFault, NetworkFault, TlsFault,
    catalogue, causes,
};
pub use limits::Limits;
pub use log::{LogEntry, LogEvent, Service, Turns};
pub use model::{App, Audience, Cloud, ExchangeRegistration, Mailbox, Platform, Policy, Profile, User};
pub use store::Message;
pub use tenant::{Redirect, Tenant};
pub use token::TokenSpec;
