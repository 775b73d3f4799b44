//! How long a provider wants to be left alone, account by account.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{Error, ErrorKind, ServerError, Timestamp};

/// How long a client that went round in circles keeps still, if the provider does not say.
const LOOP_PAUSE: Duration = Duration::from_secs(60);

/// By the name of the slot. One person's 429 is no business of another's.
#[derive(Default)]
pub(super) struct Throttles(Mutex<HashMap<String, (Timestamp, Error)>>);

impl Throttles {
    /// Remembers an error that says for how long it will stay.
    pub(super) fn note(&self, name: &str, error: &Error, now: Timestamp) {
        let told = error.retry_after().filter(|wait| !wait.is_zero());
        let is_loop = error.server().is_some_and(ServerError::is_loop_breaker);
        let Some(wait) = told.or_else(|| is_loop.then_some(LOOP_PAUSE)) else { return };
        self.lock().insert(name.to_lowercase(), (now + wait, error.clone()));
    }

    /// Until when nothing is asked for this account.
    pub(super) fn until(&self, name: &str, now: Timestamp) -> Option<Timestamp> {
        self.lock().get(&name.to_lowercase()).map(|(until, _)| *until).filter(|until| *until > now)
    }

    /// The error that is still in force, with the rest of its wait.
    pub(super) fn check(&self, name: &str, now: Timestamp) -> Result<(), Error> {
        let mut all = self.lock();
        let name = name.to_lowercase();
        let Some((until, error)) = all.get(&name) else { return Ok(()) };
        if *until <= now {
            all.remove(&name);
            return Ok(());
        }
        Err(with_rest(error, now.until(*until)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Timestamp, Error)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn with_rest(error: &Error, rest: Duration) -> Error {
    match error {
        Error::Unavailable { status, .. } => Error::Unavailable { status: *status, retry_after: Some(rest) },
        // In the provider's own words, with its numbers and ids.
        Error::Refused(refusal) if matches!(refusal.kind(), ErrorKind::Wait | ErrorKind::ProviderDown) => {
            Error::Refused(Box::new(refusal.with_retry_after(rest)))
        }
        _ => Error::Throttled { retry_after: Some(rest) },
    }
}
