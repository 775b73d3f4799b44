//! An access token on its way to the caller.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

#[cfg(feature = "reqwest")]
use crate::TokenResponse;
use crate::{Account, Scopes, Secret, Timestamp};

/// An access token that is good now, with what belongs to it. Clones share one copy.
#[derive(Clone, Debug)]
pub struct Token {
    parts: Arc<Parts>,
    source: TokenSource,
}

#[derive(Debug)]
struct Parts {
    access_token: Secret,
    expires_on: Timestamp,
    refresh_on: Option<Timestamp>,
    #[cfg_attr(not(feature = "reqwest"), expect(dead_code, reason = "the client's memory asks for it"))]
    made_on: Option<Timestamp>,
    scopes: Scopes,
    account: Account,
    kept_aside: Option<PathBuf>,
}

/// Where a token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenSource {
    /// The cache.
    Cache,
    /// The provider, for a refresh token.
    Refreshed,
    /// The provider, for a person who signed in.
    SignIn,
    /// The provider, for the application itself.
    Application,
}

impl Token {
    /// One that was found in a cache, where it was put at `made_on`.
    pub(crate) fn cached(
        access_token: Secret,
        life: (Option<Timestamp>, Timestamp),
        refresh_on: Option<Timestamp>,
        scopes: Scopes,
        account: Account,
    ) -> Self {
        let (made_on, expires_on) = life;
        let parts =
            Parts { access_token, expires_on, refresh_on, made_on, scopes, account, kept_aside: None };
        Self { parts: Arc::new(parts), source: TokenSource::Cache }
    }

    /// One that the provider has just given, and that is saved.
    #[cfg(feature = "reqwest")]
    pub(crate) fn saved(
        response: TokenResponse,
        account: Account,
        source: TokenSource,
        kept_aside: Option<PathBuf>,
    ) -> Self {
        let TokenResponse { access_token, expires_on, refresh_on, scopes, .. } = response;
        let parts =
            Parts { access_token, expires_on, refresh_on, made_on: None, scopes, account, kept_aside };
        Self { parts: Arc::new(parts), source }
    }

    /// Whether it may still be handed out at `now`: it lives longer than `skew`, and was not made after
    /// now - the clock was set back then, and its end cannot be believed.
    #[cfg(feature = "reqwest")]
    pub(crate) fn is_good(&self, now: Timestamp, skew: std::time::Duration) -> bool {
        self.parts.expires_on > now + skew && self.parts.made_on.is_none_or(|made| made <= now + skew)
    }

    /// The access token.
    pub fn access_token(&self) -> &Secret {
        &self.parts.access_token
    }

    /// When it ends.
    pub fn expires_on(&self) -> Timestamp {
        self.parts.expires_on
    }

    /// When the provider would like it to be renewed, while it is still good; only long-lived ones have it.
    pub fn refresh_on(&self) -> Option<Timestamp> {
        self.parts.refresh_on
    }

    /// The scopes that it has, as far as the provider tells: other scopes of the resource may be among
    /// them, and some servers leave out the resource.
    pub fn scopes(&self) -> &Scopes {
        &self.parts.scopes
    }

    /// Whose it is. [`Account::is_application`] if it is nobody's.
    pub fn account(&self) -> &Account {
        &self.parts.account
    }

    /// Where it came from.
    pub fn source(&self) -> TokenSource {
        self.source
    }

    /// Where a damaged cache file was put when this token was saved, if there was one: tell the user.
    pub fn cache_kept_aside(&self) -> Option<&Path> {
        self.parts.kept_aside.as_deref()
    }
}
