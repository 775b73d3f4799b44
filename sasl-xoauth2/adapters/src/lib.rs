//! Adapters of `sasl-xoauth2` to other people's mail clients. Each is a page that can be copied; none is
//! published.
//!
//! What they bring over what the clients have of their own: the token goes out once, the server's error
//! challenge is answered as it has to be, and its reason is kept.

#![forbid(unsafe_code)]

mod async_imap;
mod imap;
mod lettre;

pub use self::async_imap::AsyncImapAuthenticator;
pub use self::imap::ImapAuthenticator;
pub use self::lettre::{AuthError, authenticate};
