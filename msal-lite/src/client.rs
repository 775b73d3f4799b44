//! Flows, cache and HTTP joined.

mod assertion;
mod discover;
mod drive;
mod import;
mod memo;
mod refresh;
mod sign_in;
mod silent;
mod throttle;

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::{Account, AccountQuery, Application, CorrelationId, Error, Secret, Store, Timestamp, Transport};
pub use assertion::AssertionRequest;
use assertion::AssertionSource;
use memo::Memo;
use refresh::Slot;
use throttle::Throttles;

/// Gets tokens for the accounts of one application.
///
/// Clones share everything; a setting changed on one of them (`with_...`) is that one's alone. Whatever writes is done
/// on a thread for blocking work, because it ends in `fsync`; reading the cache is done in place, because it is short
/// and waits for no lock; but for the first time where a key has to be had ([`Store::is_locked`]).
///
/// A future may be dropped at any time. A refresh that was begun goes on to its end in the background, so
/// that a rotated refresh token is not lost with it.
///
/// ```no_run
/// use msal_lite::{AccountQuery, Application, Authority, Cloud, FileStore, Scopes, TokenClient};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // No redirects: they would carry credentials elsewhere.
/// let http = reqwest::Client::builder()
///     .https_only(true)
///     .redirect(reqwest::redirect::Policy::none())
///     .build()?;
/// let app = Application::new("11112222-3333-4444-5555-666677778888", Authority::entra(Cloud::Public, "organizations")?)?;
/// let client = TokenClient::new(app, FileStore::new("tokens.json"), http);
///
/// let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All")?;
/// let token = match client.acquire_silent(&scopes, &AccountQuery::Only).await {
///     Ok(token) => token,
///     Err(error) if error.kind() == msal_lite::ErrorKind::SignInAgain => {
///         client.device_code(&scopes, |prompt| eprintln!("{}", prompt.message())).await?
///     }
///     Err(error) => return Err(error.into()),
/// };
/// println!("{}", token.access_token().expose());
/// # Ok(())
/// # }
/// ```
pub struct TokenClient<T = reqwest::Client> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    settings: Settings,
    app: Application,
    store: Arc<dyn Store>,
    transport: Arc<T>,
    known: Arc<Known>,
}

/// What the `with_` methods change.
#[derive(Clone)]
struct Settings {
    skew: Duration,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    assertion: Option<AssertionSource>,
}

/// What a client learns.
#[derive(Default)]
struct Known {
    /// One per account that was ever refreshed here.
    slots: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot>>>>,
    throttles: Throttles,
    memo: Memo,
}

/// How long an access token must live to be handed out; MSAL's value.
const DEFAULT_SKEW: Duration = Duration::from_secs(300);

impl<T: Transport> TokenClient<T> {
    /// Joins an application, a place for its tokens, and an HTTP client made by the caller: with the
    /// trusted certificates and time-outs that it should have, and without redirects.
    pub fn new(app: Application, store: impl Store + 'static, transport: T) -> Self {
        let clock = Arc::new(|| Timestamp::from(SystemTime::now()));
        let inner = Inner {
            settings: Settings { skew: DEFAULT_SKEW, clock, assertion: None },
            app,
            store: Arc::new(store),
            transport: Arc::new(transport),
            known: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How long an access token from the cache must still live. 5 minutes by default.
    #[must_use]
    pub fn with_expiry_skew(self, skew: Duration) -> Self {
        self.change(|settings| settings.skew = skew)
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.change(|settings| settings.clock = Arc::new(clock))
    }

    /// Proves who a confidential client is by an assertion (RFC 7523 section 2.2) for each token request,
    /// instead of a secret: one of an identity provider that the application trusts (workload identity
    /// federation), or of a key that this crate does not know.
    ///
    /// ```
    /// # fn example(client: msal_lite::TokenClient) -> msal_lite::TokenClient {
    /// client.with_assertion(async |_request| {
    ///     let text = std::fs::read_to_string("/var/run/secrets/azure/tokens/azure-identity-token")
    ///         .map_err(|error| msal_lite::Error::Assertion(error.to_string()))?;
    ///     Ok(msal_lite::Secret::new(text))
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn with_assertion<F, A>(self, source: F) -> Self
    where
        F: Fn(AssertionRequest) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Secret, Error>> + Send + 'static,
    {
        self.change(|settings| settings.assertion = Some(Arc::new(move |request| Box::pin(source(request)))))
    }

    /// Proves who a confidential client is by its certificate.
    #[cfg(feature = "certificate")]
    #[must_use]
    pub fn with_certificate(self, certificate: impl Into<Arc<crate::ClientCertificate>>) -> Self {
        let certificate = certificate.into();
        self.with_assertion(move |request| {
            let certificate = Arc::clone(&certificate);
            async move {
                let id = correlation_id()?;
                certificate.assertion(&request.client_id, &request.audience, &id, request.now)
            }
        })
    }

    /// The application.
    pub fn application(&self) -> &Application {
        &self.inner.app
    }

    /// The accounts that this application has tokens for. The first look at an encrypted file may take long
    /// ([`Store::is_locked`]).
    ///
    /// # Errors
    ///
    /// The cache cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        let mut accounts = Vec::new();
        self.inner.store.read(&mut |cache| accounts = cache.accounts_of(&self.inner.app))?;
        Ok(accounts)
    }

    /// When the refresh token of an account was last got or used, as [`Cache::refreshed_on`](crate::Cache::refreshed_on)
    /// has it. Nothing is asked of the provider.
    ///
    /// # Errors
    ///
    /// The cache cannot be read, or has no such account.
    pub fn refreshed_on(&self, account: &AccountQuery) -> Result<Option<Timestamp>, Error> {
        let mut found = Ok(None);
        self.inner.store.read_of(account, &mut |cache| {
            found = cache.refreshed_on(&self.inner.app, account);
        })?;
        found
    }

    /// Forgets an account with all its tokens. True if there was one. The tokens stay valid at the
    /// provider until they end or are revoked there.
    ///
    /// A refresh that is under way, here or in another process, is waited for: its token would come back.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or written.
    pub async fn remove_account(&self, account: &Account) -> Result<bool, Error> {
        let account = account.clone();
        let _turn = self.inner.slot(&account.home_account_id).lock_owned().await;
        with_store(&self.inner.store, move |store| {
            let _other_processes_wait = store.begin_refresh();
            let mut found = false;
            store.update(&mut |cache| found = cache.remove_account(&account))?;
            Ok(found)
        })
        .await
    }

    /// This client with other settings. Clones of it that exist keep theirs; what is learned stays shared.
    fn change(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.inner.settings.clone();
        change(&mut settings);
        let Inner { app, store, transport, known, .. } = self.inner.as_ref();
        let (app, store) = (app.clone(), Arc::clone(store));
        let (transport, known) = (Arc::clone(transport), Arc::clone(known));
        Self { inner: Arc::new(Inner { settings, app, store, transport, known }) }
    }
}

impl<T> Clone for TokenClient<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> std::fmt::Debug for TokenClient<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenClient").field("app", &self.inner.app).finish_non_exhaustive()
    }
}

/// Runs work on a store where it stops nobody, and passes a panic on.
async fn with_store<R: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&dyn Store) -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    if !store.may_block() {
        return work(store.as_ref());
    }
    let store = Arc::clone(store);
    joined(spawn_blocking(move || work(store.as_ref()))).await
}

/// What a task has come to; a panic in it goes on here.
async fn joined<R>(task: JoinHandle<Result<R, Error>>) -> Result<R, Error> {
    match task.await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Misuse("the runtime is shutting down")),
        },
    }
}

fn correlation_id() -> Result<CorrelationId, Error> {
    let mut octets = [0; 16];
    random(&mut octets)?;
    Ok(CorrelationId::from_random(octets))
}

fn random(octets: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(octets)
        .map_err(|error| Error::invalid("system", format!("it gives no random numbers: {error}")))
}
