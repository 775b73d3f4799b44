//! One refresh at a time for an account.

use std::{sync::Arc, time::Duration};

use tokio::sync::OwnedMutexGuard;

use super::{Inner, correlation_id, joined, with_store};
use crate::{
    Account, AccountQuery, Error, RefreshFlow, Revision, Scopes, Secret, Silent, Timestamp, Token,
    TokenSource, Transport,
};

/// What is remembered about an account between refreshes.
#[derive(Default)]
pub(super) struct Slot {
    /// The refresh token that the provider called invalid, and its words.
    pub(super) dead: Option<(Secret, Error)>,
    /// What failed is not tried again before this.
    pub(super) not_before: Option<Timestamp>,
}

/// Why a refresh is asked for.
#[derive(Clone)]
enum Reason {
    /// There was no access token.
    Missing,
    /// The access token is good, but the provider would like a newer one to be fetched.
    Due,
    /// The access token was refused with this challenge.
    Claims(String),
    /// This access token was refused, although it has not ended.
    Refused(Secret),
}

/// How long a renewal that failed is not tried again, unless the provider says otherwise. The old token is
/// still good.
const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// What the store had, in the state that it had then.
type Seen = Option<(Revision, Silent)>;

/// Waits for its turn, looks into the store again if it is another by then, and refreshes if that is still
/// needed. `found` is what it had when it had this revision.
pub(super) async fn single_flight<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    found: Silent,
    revision: Option<Revision>,
) -> Result<Token, Error> {
    let account = match &found {
        Silent::Hit(token) => return Ok(token.clone()),
        Silent::Refresh { account, .. } => account.clone(),
    };
    in_turn(inner, scopes, account, Reason::Missing, revision.map(|revision| (revision, found))).await
}

/// Refreshes because a resource wants a token for which this challenge was met.
pub(super) async fn after_challenge<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    account: Account,
    claims: &str,
) -> Result<Token, Error> {
    in_turn(inner, scopes, account, Reason::Claims(claims.to_owned()), None).await
}

/// Refreshes because a resource has refused this access token.
pub(super) async fn after_refusal<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    account: Account,
    refused: &Secret,
) -> Result<Token, Error> {
    in_turn(inner, scopes, account, Reason::Refused(refused.clone()), None).await
}

/// The work is a task of its own: if the caller gives up between the provider's answer and the save, the
/// new refresh token must not be lost.
async fn in_turn<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    account: Account,
    reason: Reason,
    seen: Seen,
) -> Result<Token, Error> {
    let turn = inner.slot(&account.home_account_id).lock_owned().await;
    let (inner, scopes) = (Arc::clone(inner), scopes.clone());
    joined(tokio::spawn(async move { refresh(&inner, &scopes, &account, &reason, seen, turn).await })).await
}

/// Begins a renewal that nobody waits for, if the token asks for one and none is under way.
pub(super) fn renew_if_due<T: Transport>(
    inner: &Arc<Inner<T>>,
    scopes: &Scopes,
    token: &Token,
    now: Timestamp,
) {
    if token.refresh_on().is_none_or(|due| due > now) {
        return;
    }
    let name = &token.account().home_account_id;
    let Ok(mut turn) = inner.slot(name).try_lock_owned() else { return };
    if turn.not_before.is_some_and(|after| after > now) {
        return;
    }
    // Whatever happens, the next one is not before this: nobody is waiting.
    turn.not_before = Some(now + RENEWAL_PAUSE);
    let (inner, scopes, account) = (Arc::clone(inner), scopes.clone(), token.account().clone());
    tokio::spawn(async move {
        // An error is not lost: it comes again when the token has ended and somebody needs a new one.
        let _ = refresh(&inner, &scopes, &account, &Reason::Due, None, turn).await;
    });
}

async fn refresh<T: Transport>(
    inner: &Inner<T>,
    scopes: &Scopes,
    account: &Account,
    reason: &Reason,
    seen: Seen,
    mut slot: OwnedMutexGuard<Slot>,
) -> Result<Token, Error> {
    let (name, query) = (account.home_account_id.as_str(), AccountQuery::from(account));
    // Whoever had the turn before may have brought the token.
    let mut found = match seen {
        Some((revision, found)) if inner.store.revision() == Some(revision) => found,
        _ => wanted(inner, scopes, &query, reason)?,
    };
    if let Silent::Hit(token) = found {
        return Ok(token);
    }
    inner.known.throttles.check(name, inner.now())?;
    let other_processes_wait = with_store(&inner.store, |store| Ok(store.begin_refresh())).await?;

    if other_processes_wait.is_held() {
        // So may the process that held the lock before.
        found = wanted(inner, scopes, &query, reason)?;
    }
    // A second round only if another writer, without the refresh lock, has put a newer refresh token in.
    for last in [false, true] {
        let (account, refresh_token) = match found {
            Silent::Hit(token) => return Ok(token),
            Silent::Refresh { account, refresh_token } => (account, refresh_token),
        };
        if let Some((dead, error)) = &slot.dead
            && *dead == refresh_token
        {
            return Err(error.clone());
        }
        let mut flow = RefreshFlow::new(&inner.app, scopes, refresh_token.clone(), correlation_id()?)?;
        if let Reason::Claims(claims) = reason {
            flow = flow.with_claims(claims);
        }
        if let Some(assertion) = inner.assertion().await? {
            flow = flow.with_assertion(assertion);
        }
        match inner.run(&mut flow, &mut |_| {}).await {
            Ok(response) => {
                return inner.save(scopes, response, Some(account), TokenSource::Refreshed).await;
            }
            Err(error) if is_dead(&error) => {
                slot.dead = Some((refresh_token, error.clone()));
                if last {
                    return Err(error);
                }
                found = wanted(inner, scopes, &query, reason)?;
            }
            Err(error) => {
                inner.known.throttles.note(name, &error, inner.now());
                return Err(error);
            }
        }
    }
    Err(Error::Misuse("the store changes its refresh token without end"))
}

/// What the store has for a refresh with this reason.
fn wanted<T: Transport>(
    inner: &Inner<T>,
    scopes: &Scopes,
    query: &AccountQuery,
    reason: &Reason,
) -> Result<Silent, Error> {
    match (reason, inner.look(scopes, query)?) {
        (Reason::Due, Silent::Hit(token)) if token.refresh_on().is_some_and(|due| due <= inner.now()) => {
            inner.look_for_renewal(query)
        }
        (Reason::Claims(_), Silent::Hit(_)) => inner.look_for_renewal(query),
        (Reason::Refused(refused), Silent::Hit(token)) if token.access_token() == refused => {
            inner.look_for_renewal(query)
        }
        (_, found) => Ok(found),
    }
}

/// Whether the provider will never take this refresh token again. Consent for other scopes may be missing
/// while the token itself is good.
pub(super) fn is_dead(error: &Error) -> bool {
    error.server().is_some_and(|refusal| {
        refusal.error() == "invalid_grant"
            && !refusal.is_loop_breaker()
            && matches!(refusal.suberror(), None | Some("bad_token" | "token_expired"))
    })
}
