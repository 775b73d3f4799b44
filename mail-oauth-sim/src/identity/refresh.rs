use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::random;

/// A refresh token dies after 90 days in which nobody used it.
const INACTIVITY: u64 = 90 * 86_400;

type Fingerprint = [u8; 32];

/// The refresh tokens that were handed out, by the SHA-256 of each: the token itself is not kept.
///
/// One is bound to user and app, not to a resource. Each use gives a new one and leaves the old one valid, as Entra
/// does: a client that loses an answer can try again.
#[derive(Debug)]
pub(crate) struct RefreshTokens {
    tokens: Mutex<Tokens>,
    keep: usize,
}

#[derive(Debug, Default)]
struct Tokens {
    by_fingerprint: HashMap<Fingerprint, Token>,
    oldest: VecDeque<Fingerprint>,
}

#[derive(Debug)]
struct Token {
    upn: String,
    client_id: String,
    issued: u64,
    used: u64,
}

/// What a refresh token turned out to be.
pub(super) enum Redeemed {
    Unknown,
    /// Not used for too long; the time is that of its issue.
    Inactive(u64),
    Valid {
        upn: String,
    },
}

impl RefreshTokens {
    pub(crate) fn new(keep: usize) -> Self {
        Self { tokens: Mutex::default(), keep: keep.max(1) }
    }

    pub(super) fn issue(&self, upn: &str, client_id: &str, now: u64) -> String {
        let token = format!("1.A{}", random::text(600));
        let fingerprint = random::fingerprint(&token);
        let entry =
            Token { upn: upn.to_owned(), client_id: client_id.to_ascii_lowercase(), issued: now, used: now };
        self.with(|tokens| {
            while tokens.oldest.len() >= self.keep
                && let Some(oldest) = tokens.oldest.pop_front()
            {
                tokens.by_fingerprint.remove(&oldest);
            }
            tokens.oldest.push_back(fingerprint);
            tokens.by_fingerprint.insert(fingerprint, entry);
        });
        token
    }

    pub(super) fn redeem(&self, token: &str, client_id: &str, now: u64) -> Redeemed {
        self.with(|tokens| {
            let found = tokens.by_fingerprint.get_mut(&random::fingerprint(token));
            let Some(found) = found.filter(|token| token.client_id.eq_ignore_ascii_case(client_id)) else {
                return Redeemed::Unknown;
            };
            if now.saturating_sub(found.used) >= INACTIVITY {
                return Redeemed::Inactive(found.issued);
            }
            found.used = now;
            Redeemed::Valid { upn: found.upn.clone() }
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Tokens) -> T) -> T {
        f(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
