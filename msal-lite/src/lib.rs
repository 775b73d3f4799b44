#![doc = include_str!("../README.md")]
//!
//! # How it is built
//!
//! A flow ([`DeviceCodeFlow`], [`AuthorizationCodeFlow`], [`RefreshFlow`], [`ClientCredentialsFlow`],
//! [`PasswordFlow`]) is a machine without socket, clock, thread or randomness:
//! it hands out a [`Step`] and takes a [`Response`]. The loop that drives it stands at [`Flow`]. Its result, a
//! [`TokenResponse`], goes into a [`Cache`], which lives in a [`Store`]. With the feature `reqwest`,
//! `TokenClient` joins the three.
//!
//! # What stays true
//!
//! - No token, code, password, client secret or assertion is in an error, a `Debug` line or a log.
//! - A refresh token that the provider rotated is durable in the store before the access token is handed out.
//! - An access token that has ended, or ends within the skew, is never handed out.
//! - No credential goes over plain http, nor after a redirect, whatever the HTTP client was built to follow.
//! - What another MSAL wrote into the cache file and is not known here survives.
//!
//! # Limits
//!
//! [`Limits`] bounds what a provider may send; [`FileStore`] reads files of up to 64 MiB; the loopback listener
//! takes 32 KiB of head, 64 KiB of form, 10 s and 16 connections.
//!
//! # Features
//!
//! | feature | what |
//! |---|---|
//! | `reqwest` | `TokenClient`: runs the flows over HTTPS, listens for the browser |
//! | `certificate` | `ClientCertificate`: assertions signed by PS256 |
//! | `encrypted` | `FileStore::encrypted` with a `FileKey` |
//! | `keyring` | `FileKey::from_keyring` |
//! | `proxy-import` | `ImportedAccount::decrypt` for the refresh tokens of email-oauth2-proxy |
//!
//! # Sources
//!
//! | what | where |
//! |---|---|
//! | token requests and errors | RFC 6749, sections 4 to 6 |
//! | bearer tokens | RFC 6750 |
//! | device authorization | RFC 8628 |
//! | PKCE; loopback redirect; issuer in the answer | RFC 7636; RFC 8252; RFC 9207 |
//! | discovery | OpenID Connect Discovery 1.0, section 4; RFC 8414 |
//! | client assertions | RFC 7523, section 2.2 |
//! | id token | OpenID Connect Core 1.0, sections 2 and 3.1.3.7 |
//! | JWT, base64url | RFC 7519, RFC 7515 |
//! | `Retry-After` | RFC 9110, section 10.2.3 |
//! | sealed cache file | RFC 8439 (ChaCha20-Poly1305), RFC 5869 (HKDF), RFC 9106 (Argon2) |
//! | cache | the unified schema, as MSAL Python 1.39 and MSAL Node 7 write it |

mod account;
mod application;
mod authority;
mod cache;
#[cfg(feature = "certificate")]
mod certificate;
#[cfg(feature = "reqwest")]
mod client;
mod correlation;
mod discovery;
mod error;
mod flow;
mod http;
mod import;
mod inspection;
mod json;
mod jwt;
mod limits;
#[cfg(feature = "reqwest")]
mod loopback;
mod provider;
mod scopes;
mod secret;
mod server_error;
mod store;
mod text;
mod timestamp;
mod token;
mod token_response;
#[cfg(feature = "reqwest")]
mod transport;

pub use account::{Account, AccountQuery};
pub use application::Application;
pub use authority::{Authority, Cloud};
pub use cache::{Cache, CacheParseError, Silent};
#[cfg(feature = "certificate")]
pub use certificate::ClientCertificate;
#[cfg(feature = "reqwest")]
pub use client::{AssertionRequest, TokenClient};
pub use correlation::CorrelationId;
pub use discovery::{DiscoveryFlow, DiscoveryStep};
pub use error::{Error, ErrorKind, TransportError, TransportErrorKind};
pub use flow::{
    AuthorizationCodeFlow, AuthorizationOptions, ClientCredentialsFlow, DeviceCodeFlow, DeviceCodePrompt,
    Flow, PasswordFlow, Redirect, RefreshFlow, ResponseMode, Step,
};
pub use http::{Method, Request, Response};
pub use import::ImportedAccount;
pub use inspection::TokenInspection;
pub use limits::Limits;
#[cfg(feature = "reqwest")]
pub use loopback::Loopback;
pub use provider::Provider;
pub use scopes::Scopes;
pub use secret::{Body, Secret};
pub use server_error::ServerError;
#[cfg(feature = "encrypted")]
pub use store::FileKey;
pub use store::{FileStore, MemoryStore, RefreshGuard, Revision, Saved, Store};
pub use timestamp::Timestamp;
pub use token::{Token, TokenSource};
pub use token_response::TokenResponse;
#[cfg(feature = "reqwest")]
pub use transport::Transport;
