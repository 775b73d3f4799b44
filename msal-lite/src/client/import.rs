//! Refresh tokens that other programs got.

use super::{TokenClient, correlation_id};
use crate::{Cache, Error, RefreshFlow, Scopes, Secret, Token, TokenSource, Transport, client::blocking};
use std::sync::Arc;

impl<T: Transport> TokenClient<T> {
    /// Takes over a refresh token that another program got for the same client id: asks for an access
    /// token with it, which also tells whose it is, and saves both.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignInAgain`](crate::ErrorKind::SignInAgain) if the refresh token is no longer good;
    /// the cache that could not be written; whatever the provider has to say.
    pub async fn adopt_refresh_token(&self, scopes: &Scopes, refresh_token: Secret) -> Result<Token, Error> {
        let inner = &self.inner;
        inner.probe().await?;
        let mut flow = RefreshFlow::new(&inner.app, scopes, refresh_token.clone(), correlation_id()?)?;
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        let mut response = inner.run(&mut flow, &mut |_| {}).await?;
        // A provider that does not rotate goes on with the old one.
        response.refresh_token.get_or_insert(refresh_token);
        inner.save(scopes, response, None, TokenSource::SignIn).await
    }

    /// Takes over what a token cache of another MSAL holds and this one does not. Nothing is asked for.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or written.
    pub async fn adopt_cache(&self, other: Cache) -> Result<(), Error> {
        let store = Arc::clone(&self.inner.store);
        blocking(move || store.update(&mut |cache| cache.adopt(&other)).map(drop)).await
    }
}
