//! The last answers of the cache, so that a hit costs no look at all of it.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{AccountQuery, Revision, Scopes, Timestamp, Token};

/// Tokens by what was asked for, each with the state of the store in which it was found.
#[derive(Default)]
pub(super) struct Memo {
    hasher: RandomState,
    entries: Mutex<HashMap<u64, Entry>>,
}

struct Entry {
    /// `None`: the application itself.
    account: Option<AccountQuery>,
    scopes: Scopes,
    revision: Revision,
    token: Token,
}

/// Enough for 1,000 accounts with four sets of scopes each. Beyond it the memory begins anew.
const MOST: usize = 4096;

impl Memo {
    /// The token that the store has had for this question, if the store is as it was and the token good.
    pub(super) fn recall(
        &self,
        account: Option<&AccountQuery>,
        scopes: &Scopes,
        revision: Revision,
        now: Timestamp,
        skew: Duration,
    ) -> Option<Token> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&self.hasher.hash_one((account, scopes)))?;
        let fits = entry.revision == revision
            && entry.account.as_ref() == account
            && entry.scopes == *scopes
            && entry.token.is_good(now, skew);
        fits.then(|| entry.token.clone())
    }

    /// Remembers; of two questions with one hash the later.
    pub(super) fn remember(
        &self,
        account: Option<&AccountQuery>,
        scopes: &Scopes,
        revision: Revision,
        token: &Token,
    ) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        let entry =
            Entry { account: account.cloned(), scopes: scopes.clone(), revision, token: token.clone() };
        entries.insert(self.hasher.hash_one((account, scopes)), entry);
    }
}
