//! Refresh tokens that other programs got.

use super::{TokenClient, correlation_id, with_store};
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
        let adopt = move |store: &dyn Store| store.update(&mut |cache| cache.adopt(&other)).map(drop);
        with_store(&self.inner.store, adopt).await
    }
}
