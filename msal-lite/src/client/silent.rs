//! Tokens without a person.

use std::sync::Arc;

use super::{Inner, TokenClient, refresh, with_store};
use crate::{
    Account, AccountQuery, ClientCredentialsFlow, Error, Scopes, Silent, Timestamp, Token, TokenSource,
    Transport, client::correlation_id,
};

/// The slot of the application itself. No account has this name.
const APPLICATION: &str = "";

impl<T: Transport> TokenClient<T> {
    /// A token without a person: from the cache, or for the refresh token in it.
    ///
    /// Callers for one account wait for one request. A rotated refresh token is durable in the store
    /// before the access token is returned. Between processes, the store's refresh lock makes the second
    /// one find the first one's token; where a writer does not take that lock and `invalid_grant` comes
    /// back, the store is read again and a newer refresh token is tried, once. A refresh token that the
    /// provider called invalid is not sent again by this client. A provider that said for how long it
    /// wants to be left alone is left alone, for this account.
    ///
    /// A token that the provider would like to be renewed ([`Token::refresh_on`]) is returned at once, and
    /// renewed in the background.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignInAgain`](crate::ErrorKind::SignInAgain) if a person must sign in; whatever the
    /// cache or the provider has to say.
    pub async fn acquire_silent(&self, scopes: &Scopes, account: &AccountQuery) -> Result<Token, Error> {
        let inner = &self.inner;
        let now = inner.now();
        let revision = inner.store.revision();
        if let Some(revision) = revision
            && let Some(token) =
                inner.known.memo.recall(Some(account), scopes, revision, now, inner.settings.skew)
        {
            refresh::renew_if_due(inner, scopes, &token, now);
            return Ok(token);
        }
        inner.unlock().await?;
        match inner.look(scopes, account)? {
            Silent::Hit(token) => {
                if let Some(revision) = revision {
                    inner.known.memo.remember(Some(account), scopes, revision, &token);
                }
                refresh::renew_if_due(inner, scopes, &token, now);
                Ok(token)
            }
            found @ Silent::Refresh { .. } => refresh::single_flight(inner, scopes, found, revision).await,
        }
    }

    /// As [`acquire_silent`](Self::acquire_silent), for a resource that has refused the last token with a
    /// claims challenge: the cached token is passed over and a new one asked for, with the challenge.
    ///
    /// # Errors
    ///
    /// As [`acquire_silent`](Self::acquire_silent).
    pub async fn acquire_silent_with_claims(
        &self,
        scopes: &Scopes,
        account: &AccountQuery,
        claims: &str,
    ) -> Result<Token, Error> {
        self.inner.unlock().await?;
        let account = self.inner.account(account)?;
        refresh::after_challenge(&self.inner, scopes, account, claims).await
    }

    /// As [`acquire_silent`](Self::acquire_silent), for a resource that has refused this token although it
    /// has not ended: its sessions were revoked, say. It is passed over, and a new one asked for, unless the
    /// cache holds another one by now. Callers with one refused token wait for one request.
    ///
    /// A resource that refuses the new token as well minds something else; ask no further then.
    ///
    /// # Errors
    ///
    /// As [`acquire_silent`](Self::acquire_silent).
    pub async fn acquire_silent_instead_of(
        &self,
        refused: &Token,
        scopes: &Scopes,
        account: &AccountQuery,
    ) -> Result<Token, Error> {
        self.inner.unlock().await?;
        let account = self.inner.account(account)?;
        refresh::after_refusal(&self.inner, scopes, account, refused.access_token()).await
    }

    /// A token of the application itself, from the cache or by its secret, certificate or assertion
    /// (client credentials). Callers wait for one request.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] as [`ClientCredentialsFlow::new`], and if the application has nothing to prove
    /// who it is; whatever the cache or the provider has to say.
    pub async fn acquire_for_client(&self, scopes: &Scopes) -> Result<Token, Error> {
        self.application_token(scopes, None).await
    }

    /// As [`acquire_for_client`](Self::acquire_for_client), for a resource that has refused this token
    /// although it has not ended; see [`acquire_silent_instead_of`](Self::acquire_silent_instead_of).
    ///
    /// # Errors
    ///
    /// As [`acquire_for_client`](Self::acquire_for_client).
    pub async fn acquire_for_client_instead_of(
        &self,
        refused: &Token,
        scopes: &Scopes,
    ) -> Result<Token, Error> {
        self.application_token(scopes, Some(refused)).await
    }

    async fn application_token(&self, scopes: &Scopes, refused: Option<&Token>) -> Result<Token, Error> {
        let inner = &self.inner;
        let kept = || -> Result<Option<Token>, Error> {
            let found = inner.app_token(scopes)?;
            Ok(found.filter(|token| refused.is_none_or(|no| no.access_token() != token.access_token())))
        };
        if inner.settings.assertion.is_none() && !inner.app.has_client_secret() {
            let reason =
                "an application without a person needs a client secret, a certificate or an assertion";
            return Err(Error::invalid("application", reason));
        }
        let mut flow = ClientCredentialsFlow::new(&inner.app, scopes, correlation_id()?)?;
        inner.unlock().await?;
        if let Some(token) = kept()? {
            return Ok(token);
        }
        let _turn = inner.slot(APPLICATION).lock_owned().await;
        if let Some(token) = kept()? {
            return Ok(token);
        }
        inner.known.throttles.check(APPLICATION, inner.now())?;
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        match inner.run(&mut flow, &mut |_| {}).await {
            Ok(response) => inner.save(scopes, response, None, TokenSource::Application).await,
            Err(error) => {
                inner.known.throttles.note(APPLICATION, &error, inner.now());
                Err(error)
            }
        }
    }

    /// Until when the provider wants to hear nothing of this account, if it said so. Until then
    /// [`acquire_silent`](Self::acquire_silent) gives what it has, and asks for nothing.
    pub fn throttled_until(&self, account: &Account) -> Option<Timestamp> {
        self.inner.known.throttles.until(&account.home_account_id, self.inner.now())
    }
}

impl<T: Transport> Inner<T> {
    /// Looks once on a thread for blocking work, where a look may take long.
    async fn unlock(&self) -> Result<(), Error> {
        if !self.store.is_locked() {
            return Ok(());
        }
        with_store(&self.store, |store| store.read(&mut |_| ())).await
    }

    pub(super) fn look(&self, scopes: &Scopes, account: &AccountQuery) -> Result<Silent, Error> {
        let mut found = Err(Error::Misuse("the store did not show its cache"));
        self.store.read_of(account, &mut |cache| {
            found = cache.silent(&self.app, scopes, account, self.now(), self.settings.skew);
        })?;
        found
    }

    /// The account and its refresh token, whatever access tokens there are.
    pub(super) fn look_for_renewal(&self, account: &AccountQuery) -> Result<Silent, Error> {
        let mut found = Err(Error::Misuse("the store did not show its cache"));
        self.store.read_of(account, &mut |cache| found = cache.renewal(&self.app, account))?;
        found
    }

    fn account(&self, query: &AccountQuery) -> Result<Account, Error> {
        let mut found = Err(Error::Misuse("the store did not show its cache"));
        self.store.read_of(query, &mut |cache| found = cache.account(&self.app, query))?;
        found
    }

    fn app_token(self: &Arc<Self>, scopes: &Scopes) -> Result<Option<Token>, Error> {
        let (now, revision) = (self.now(), self.store.revision());
        if let Some(revision) = revision
            && let Some(token) = self.known.memo.recall(None, scopes, revision, now, self.settings.skew)
        {
            return Ok(Some(token));
        }
        let mut found = None;
        let nobody = AccountQuery::HomeAccountId(String::new());
        self.store.read_of(&nobody, &mut |cache| {
            found = cache.app_token(&self.app, scopes, now, self.settings.skew)
        })?;
        if let (Some(token), Some(revision)) = (&found, revision) {
            self.known.memo.remember(None, scopes, revision, token);
        }
        Ok(found)
    }
}
