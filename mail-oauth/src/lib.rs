#![doc = include_str!("../README.md")]
//!
//! # How it fits together
//!
//! An [`Account`] says who, where and with which application; it never holds a secret. A [`Mailbox`] joins it with a
//! token cache and with trust in certificates. From there [`Mailbox::sign_in`] needs a person once;
//! [`Mailbox::imap`], [`Mailbox::pop3`] and [`Mailbox::smtp`] need nobody: they get the token and the connection side
//! by side and hand out a client of [`imap_min`], [`pop3_min`] or [`smtp_min`] that is signed in.
//!
//! # Limits
//!
//! Those of the crates below, with their defaults. A connection has [`Options::connect_timeout`] for each of: the
//! host's addresses, TCP, TLS; every wait for an answer has a time-out of its own.
//!
//! # Features
//!
//! | feature | what |
//! |---|---|
//! | `discover` | the module of that name: the provider of an address, by DNS and by its tenant |
//! | `encrypted` | token caches as encrypted files: `msal_lite::FileStore::encrypted` |
//! | `proxy-import` | refresh tokens that email-oauth2-proxy has encrypted: `msal_lite::ImportedAccount::decrypt` |
//! | `keyring` | their key in the keyring of the operating system |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod check;
mod credential;
pub mod diagnosis;
#[cfg(feature = "discover")]
#[cfg_attr(docsrs, doc(cfg(feature = "discover")))]
pub mod discover;
mod error;
mod journal;
mod mailbox;
mod open;
mod provider;
mod refusals;
mod sender;
mod server;
pub mod setup;
mod sign_in;
mod transport;

pub use account::{Account, Roles};
pub use check::{CheckOptions, Detail, Finding, Line, Outcome, Report, Role};
pub use credential::Credential;
pub use error::{Action, Error, Stage, TlsProblem, chain};
pub use journal::{Journal, Step};
pub use mailbox::{Mailbox, Options};
pub use provider::{Family, Flows, PasswordOnly, Provider};
pub use sender::{Sender, SenderLimits};
pub use server::{Protocol, Security, Server};
pub use transport::{Flight, MailStream, Metered, RoundTrips, Tls, Trust};

pub use {imap_min, msal_lite, pop3_min, sasl_xoauth2, smtp_min};

/// The examples of the repository's README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct RepositoryReadme;
