//! One refresh at a time for an account.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::{Inner, blocking, correlation_id};
use crate::{
    Account, AccountQuery, Error, RefreshFlow, Scopes, Secret, Silent, Token, TokenSource, Transport,
};

/// What is remembered about an account between refreshes.
#[derive(Default)]
pub(super) struct Slot {
    /// The refresh token that the provider called invalid, and its words.
    dead: Option<(Secret, Error)>,
}

/// Waits for its turn, looks into the store again, and refreshes if that is still needed.
///
/// The work is a task of its own: if the caller gives up between the provider's answer and the save, the
/// new refresh token must not be lost.
pub(super) async fn single_flight<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    account: &Account,
) -> Result<Token, Error> {
    let turn = inner.slot(account).lock_owned().await;
    let (inner, scopes, query) = (Arc::clone(inner), scopes.clone(), AccountQuery::from(account));
    match tokio::spawn(async move { refresh(&inner, &scopes, &query, turn).await }).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Misuse("the runtime is shutting down")),
        },
    }
}

async fn refresh<T: Transport>(
    inner: &Inner<T>,
    scopes: &Scopes,
    query: &AccountQuery,
    mut slot: OwnedMutexGuard<Slot>,
) -> Result<Token, Error> {
    // Whoever had the turn before may have brought the token.
    if let Silent::Hit(token) = inner.look(scopes, query)? {
        return Ok(token);
    }
    let store = Arc::clone(&inner.store);
    let _other_processes_wait = blocking(move || Ok(store.begin_refresh())).await?;

    // A second round only if another writer, without the refresh lock, has put a newer refresh token in.
    for last in [false, true] {
        let (account, refresh_token) = match inner.look(scopes, query)? {
            Silent::Hit(token) => return Ok(token),
            Silent::Refresh { account, refresh_token } => (account, refresh_token),
        };
        if let Some((dead, error)) = &slot.dead
            && *dead == refresh_token
        {
            return Err(error.clone());
        }
        let mut flow = RefreshFlow::new(&inner.app, scopes, refresh_token.clone(), correlation_id()?)?;
        match inner.run(&mut flow, &mut |_| {}).await {
            Ok(response) => return inner.save(scopes, response, Some(account), TokenSource::Refreshed).await,
            Err(error) if is_dead(&error) => {
                slot.dead = Some((refresh_token, error.clone()));
                if last {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::Misuse("the store changes its refresh token without end"))
}

/// Whether the provider will never take this refresh token again. Consent for other scopes may be missing
/// while the token itself is good.
fn is_dead(error: &Error) -> bool {
    error.server().is_some_and(|refusal| {
        refusal.error() == "invalid_grant"
            && matches!(refusal.suberror(), None | Some("bad_token" | "token_expired"))
    })
}
