use super::bounded::Bounded;
use super::grantee::Grantee;
use crate::Platform;
use crate::random::Random;

/// A refresh token dies after 90 days in which nobody used it.
const INACTIVITY: u64 = 90 * 86_400;
/// One of a single-page app, and those that follow from it, die a day after the sign-in.
const SPA_LIFE: u64 = 86_400;

/// The refresh tokens that were handed out, by the SHA-256 of each: the token itself is not kept.
///
/// One is bound to user and app, not to a resource. Each use gives a new one and leaves the old one valid, as Entra
/// does: a client that loses an answer can try again.
#[derive(Debug)]
pub(crate) struct RefreshTokens(Bounded<Token>);

#[derive(Debug)]
struct Token {
    grantee: Grantee,
    client_id: String,
    issued: u64,
    used: u64,
}

/// What a refresh token turned out to be.
pub(super) enum Redeemed {
    Unknown,
    /// Not used for too long; the time is that of its issue.
    Inactive(u64),
    /// Of a single-page app, and too old.
    SpaExpired,
    Valid {
        grantee: Grantee,
        issued: u64,
    },
}

impl RefreshTokens {
    pub(crate) fn new(keep: usize) -> Self {
        Self(Bounded::new(keep))
    }

    pub(super) fn issue(&self, grantee: &Grantee, client_id: &str, now: u64, random: &Random) -> String {
        let token = format!("1.A{}", random.text(600));
        let client_id = client_id.to_ascii_lowercase();
        self.0.add(&token, Token { grantee: grantee.clone(), client_id, issued: now, used: now });
        token
    }

    pub(super) fn redeem(&self, token: &str, client_id: &str, now: u64) -> Redeemed {
        let found = self.0.find(token, |found| {
            if !found.client_id.eq_ignore_ascii_case(client_id) {
                return Redeemed::Unknown;
            }
            if found.grantee.platform == Platform::Spa
                && now.saturating_sub(found.grantee.signed_in) >= SPA_LIFE
            {
                return Redeemed::SpaExpired;
            }
            if now.saturating_sub(found.used) >= INACTIVITY {
                return Redeemed::Inactive(found.issued);
            }
            found.used = now;
            Redeemed::Valid { grantee: found.grantee.clone(), issued: found.issued }
        });
        found.unwrap_or(Redeemed::Unknown)
    }
}
