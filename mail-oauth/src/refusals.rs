//! Fresh tokens that a server has refused: another fresh one would fare no better.

use std::sync::{Arc, Mutex, PoisonError};

use msal_lite::{Token, TokenSource};

use crate::server::Protocol;

/// The last fresh token that was refused in each protocol. Clones share it.
///
/// A token of the cache that is refused may have been revoked, and a fresh one may do. A token that was refused when it
/// was fresh is not what the server minds: were it passed over each time it comes from the cache, a mailbox that is
/// switched off would cost a refresh with each attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<[Option<Token>; 3]>>);

impl Refusals {
    /// Takes note that a server has refused this token. Answers whether a fresh one may be taken.
    pub(crate) fn note(&self, token: &Token, protocol: Protocol) -> bool {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [imap, pop3, smtp] = &mut *refused;
        let last = match protocol {
            Protocol::Imap => imap,
            Protocol::Pop3 => pop3,
            Protocol::Smtp => smtp,
        };
        if token.source() != TokenSource::Cache {
            *last = Some(token.clone());
            return false;
        }
        last.as_ref().is_none_or(|last| last.access_token() != token.access_token())
    }
}
