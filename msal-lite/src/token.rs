//! An access token on its way to the caller.

use std::path::{Path, PathBuf};

use crate::{Account, Scopes, Secret, Timestamp};

/// An access token that is good now, with what belongs to it.
#[derive(Clone, Debug)]
pub struct Token {
    pub(crate) access_token: Secret,
    pub(crate) expires_on: Timestamp,
    pub(crate) scopes: Scopes,
    pub(crate) account: Account,
    pub(crate) source: TokenSource,
    pub(crate) kept_aside: Option<PathBuf>,
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
}

impl Token {
    /// The access token.
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// When it ends.
    pub fn expires_on(&self) -> Timestamp {
        self.expires_on
    }

    /// The scopes that it has, as far as the provider tells: other scopes of the resource may be among
    /// them, and some servers leave out the resource.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Whose it is.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Where it came from.
    pub fn source(&self) -> TokenSource {
        self.source
    }

    /// Where a damaged cache file was put when this token was saved, if there was one: tell the user.
    pub fn cache_kept_aside(&self) -> Option<&Path> {
        self.kept_aside.as_deref()
    }
}
