//! Refresh tokens that other programs got.

use std::sync::Arc;

use super::{TokenClient, correlation_id, joined, with_store};
use crate::{Cache, Error, RefreshFlow, Scopes, Secret, Store, Token, TokenSource, Transport};

impl<T: Transport> TokenClient<T> {
    /// Takes over a refresh token that another program got for the same client id: asks for an access
    /// token with it, which also tells whose it is, and saves both.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignInAgain`](crate::ErrorKind::SignInAgain) if the refresh token is no longer good;
    /// the cache that could not be written; whatever the provider has to say.
    pub async fn adopt_refresh_token(&self, scopes: &Scopes, refresh_token: Secret) -> Result<Token, Error> {
        self.adopt(scopes, refresh_token, None).await
    }

    /// As [`adopt_refresh_token`](Self::adopt_refresh_token), for a provider that may not tell whose it is: the account
    /// goes by the name `user` then.
    ///
    /// # Errors
    ///
    /// As `adopt_refresh_token`.
    pub async fn adopt_refresh_token_of(
        &self,
        user: &str,
        scopes: &Scopes,
        refresh_token: Secret,
    ) -> Result<Token, Error> {
        self.adopt(scopes, refresh_token, Some(user)).await
    }

    async fn adopt(
        &self,
        scopes: &Scopes,
        refresh_token: Secret,
        user: Option<&str>,
    ) -> Result<Token, Error> {
        let inner = &self.inner;
        inner.probe().await?;
        let mut flow = RefreshFlow::new(&inner.app, scopes, refresh_token.clone(), correlation_id()?)?;
        if let Some(user) = user {
            flow = flow.with_login_hint(user);
        }
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        let (inner, scopes) = (Arc::clone(inner), scopes.clone());
        // A task of its own, as with every refresh: the other program's refresh token may be spent by now.
        let adopted = tokio::spawn(async move {
            let mut response = inner.run(&mut flow, &mut |_| {}).await?;
            // A provider that does not rotate goes on with the old one.
            response.refresh_token.get_or_insert(refresh_token);
            inner.save(&scopes, response, None, TokenSource::SignIn).await
        });
        joined(adopted).await
    }

    /// Takes over what a token cache of another MSAL holds and this one does not. Nothing is asked for.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or written.
    pub async fn adopt_cache(&self, other: Cache) -> Result<(), Error> {
        let adopt = move |store: &dyn Store| store.update(&mut |cache| cache.adopt(&other)).map(drop);
        with_store(&self.inner.store, adopt).await
    }
}
