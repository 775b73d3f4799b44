//! Runs a flow to its end, and what it brought into the store.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use super::{Inner, assertion::AssertionRequest, refresh::Slot, with_store};
use crate::{
    Account, DeviceCodePrompt, Error, Flow, Saved, Scopes, Secret, Step, Timestamp, Token, TokenResponse,
    TokenSource, Transport, TransportError, TransportErrorKind,
};

/// The longest that one request may take, whatever the HTTP client allows.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

impl<T: Transport> Inner<T> {
    pub(super) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Drives a flow to its end.
    pub(super) async fn run(
        &self,
        flow: &mut (impl Flow + Send),
        show: &mut impl FnMut(&DeviceCodePrompt),
    ) -> Result<TokenResponse, Error> {
        loop {
            match flow.step()? {
                Step::Send(request) => {
                    let limits = self.app.limits();
                    let answer =
                        tokio::time::timeout(REQUEST_TIMEOUT, self.transport.send(request, &limits)).await;
                    let late = || Err(TransportError::new(TransportErrorKind::Timeout, "no answer in 30 s"));
                    match answer.unwrap_or_else(|_| late()) {
                        Ok(response) => flow.receive(&response, self.now())?,
                        Err(failure) => flow.receive_failure(failure)?,
                    }
                }
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Show(prompt) => show(&prompt),
                Step::Done(response) => return Ok(*response),
            }
        }
    }

    /// The proof of who the client is, if it is not a secret.
    pub(super) async fn assertion(&self) -> Result<Option<Secret>, Error> {
        let Some(source) = &self.settings.assertion else { return Ok(None) };
        let request = AssertionRequest {
            client_id: self.app.client_id().to_owned(),
            audience: self.app.authority().token_endpoint().to_owned(),
            now: self.now(),
        };
        source(request).await.map(Some)
    }

    /// Finds out whether a sign-in could be saved, before anyone goes to the trouble of one.
    pub(super) async fn probe(&self) -> Result<(), Error> {
        with_store(&self.store, |store| store.probe()).await
    }

    /// Makes a response durable, and only then a token of it.
    pub(super) async fn save(
        &self,
        scopes: &Scopes,
        response: TokenResponse,
        known: Option<Account>,
        source: TokenSource,
    ) -> Result<Token, Error> {
        let (app, scopes, now) = (self.app.clone(), scopes.clone(), self.now());
        with_store(&self.store, move |store| {
            let mut inserted = None;
            let Saved { kept_aside } = store.update(&mut |cache| {
                inserted = Some(match source {
                    TokenSource::Application => cache.insert_app_token(&app, &scopes, &response, now),
                    _ => cache.insert(&app, &scopes, &response, known.as_ref(), now),
                });
            })?;
            let account = inserted.ok_or(Error::Misuse("the store did not hand out its cache"))?;
            Ok(Token::saved(response, account, source, kept_aside))
        })
        .await
    }

    /// Whoever holds the slot of this name is the one who asks the provider.
    pub(super) fn slot(&self, name: &str) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut slots = self.known.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(name.to_lowercase()).or_default())
    }
}
