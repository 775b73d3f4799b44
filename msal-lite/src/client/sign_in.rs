//! Sign-ins: somebody proves who they are.

use std::time::Duration;

use super::{TokenClient, correlation_id, random, refresh};
use crate::{
    AuthorizationCodeFlow, AuthorizationOptions, DeviceCodeFlow, DeviceCodePrompt, Error, Loopback,
    PasswordFlow, Redirect, Scopes, Secret, Token, TokenSource, Transport, loopback::Listener,
};

/// How long a wrong password is not tried again. The account may have been unlocked meanwhile.
const WRONG_PASSWORD_PAUSE: Duration = Duration::from_secs(15 * 60);

impl<T: Transport> TokenClient<T> {
    /// Signs a person in by a code on another device (RFC 8628), saves the tokens, and returns the access
    /// token. `show` is called once, with what the person has to see. Dropping the future cancels.
    ///
    /// # Errors
    ///
    /// The cache that could not be written, before anyone is asked; what the provider refused;
    /// [`Error::CodeExpired`].
    pub async fn device_code(
        &self,
        scopes: &Scopes,
        mut show: impl FnMut(&DeviceCodePrompt),
    ) -> Result<Token, Error> {
        let inner = &self.inner;
        let mut flow = DeviceCodeFlow::new(&inner.app, scopes, correlation_id()?)?;
        inner.probe().await?;
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        let response = inner.run(&mut flow, &mut show).await?;
        inner.save(scopes, response, None, TokenSource::SignIn).await
    }

    /// Signs a person in by a browser on this machine (authorization code with PKCE), saves the tokens,
    /// and returns the access token. `open` is called once with the address to open; opening a browser is
    /// the caller's business. Dropping the future cancels.
    ///
    /// The page that the browser shows in the end says what happened, after it has happened.
    ///
    /// ```no_run
    /// # async fn example(client: msal_lite::TokenClient) -> Result<(), msal_lite::Error> {
    /// use msal_lite::{AuthorizationOptions, Loopback, Scopes};
    ///
    /// let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All")?;
    /// let options = AuthorizationOptions::new().with_login_hint("user@contoso.com");
    /// let token = client
    ///     .authorization_code(&scopes, &options, &Loopback::new(), |address| eprintln!("open {address}"))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Listener`] if the port is taken; [`Error::NoRedirect`] if no browser comes, which mostly
    /// means that the redirect address is not registered; the cache that could not be written; what the
    /// provider refused.
    pub async fn authorization_code(
        &self,
        scopes: &Scopes,
        options: &AuthorizationOptions,
        loopback: &Loopback,
        open: impl FnOnce(&str),
    ) -> Result<Token, Error> {
        let inner = &self.inner;
        inner.probe().await?;
        let mut listener = Listener::bind(loopback).await?;
        let mut octets = [0; 96];
        random(&mut octets)?;
        let redirect_uri = listener.redirect_uri().to_owned();
        let flow =
            AuthorizationCodeFlow::new(&inner.app, scopes, &redirect_uri, options, octets, correlation_id()?);
        zeroize::Zeroize::zeroize(&mut octets);
        let mut flow = flow?;
        open(flow.authorization_url());

        let waiting = async {
            loop {
                let visit = listener.next().await?;
                match flow.receive_redirect(visit.parameters()) {
                    Ok(Redirect::Accepted) => return Ok::<_, Error>((visit, Ok(()))),
                    Ok(Redirect::Foreign) => visit.not_for_us(),
                    Err(error) => return Ok((visit, Err(error))),
                }
            }
        };
        let (visit, accepted) = match tokio::time::timeout(loopback.patience(), waiting).await {
            Ok(answered) => answered?,
            Err(_) => return Err(loopback.no_redirect(redirect_uri)),
        };
        let outcome = async {
            accepted?;
            if let Some(assertion) = inner.assertion().await? {
                flow = flow.with_assertion(assertion);
            }
            let response = inner.run(&mut flow, &mut |_| {}).await?;
            inner.save(scopes, response, None, TokenSource::SignIn).await
        };
        let outcome = outcome.await;
        visit.tell(outcome.as_ref().err()).await;
        outcome
    }

    /// Signs a person in by name and password (Entra's managed users only), saves the tokens, and returns
    /// the access token: for a mailbox that no person ever signs in to, where an application of its own
    /// ([`acquire_for_client`](Self::acquire_for_client)) is not possible.
    ///
    /// A password that the provider has called wrong is not sent again by this client for a quarter of an
    /// hour: too many wrong ones lock the account.
    ///
    /// # Errors
    ///
    /// As [`PasswordFlow`]; whatever the cache or the provider has to say.
    pub async fn password(&self, scopes: &Scopes, username: &str, password: Secret) -> Result<Token, Error> {
        let inner = &self.inner;
        let mut flow = PasswordFlow::new(&inner.app, scopes, username, password.clone(), correlation_id()?)?;
        let name = format!("password of {username}");
        let mut slot = inner.slot(&name).lock_owned().await;
        if let Some((wrong, error)) = &slot.dead
            && *wrong == password
            && slot.not_before.is_some_and(|again| again > inner.now())
        {
            return Err(error.clone());
        }
        inner.known.throttles.check(&name, inner.now())?;
        inner.probe().await?;
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        match inner.run(&mut flow, &mut |_| {}).await {
            Ok(response) => inner.save(scopes, response, None, TokenSource::SignIn).await,
            Err(error) => {
                inner.known.throttles.note(&name, &error, inner.now());
                if refresh::is_dead(&error) {
                    slot.dead = Some((password, error.clone()));
                    slot.not_before = Some(inner.now() + WRONG_PASSWORD_PAUSE);
                }
                Err(error)
            }
        }
    }
}
