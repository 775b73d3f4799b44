//! Flows, cache and HTTP joined.

mod refresh;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::task::spawn_blocking;

use crate::{
    Account, AccountQuery, Application, CorrelationId, DeviceCodeFlow, DeviceCodePrompt, Error, Flow, Saved,
    Scopes, Silent, Step, Store, Timestamp, Token, TokenResponse, TokenSource, Transport, TransportError,
    TransportErrorKind,
};
use refresh::Slot;

/// Gets tokens for the accounts of one application.
///
/// Clones share everything. Whatever writes is done on a thread for blocking work, because it ends in
/// `fsync`; reading the cache is done in place, because it is short and waits for no lock.
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
    app: Application,
    store: Arc<dyn Store>,
    transport: T,
    skew: Duration,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// One per account that was ever refreshed here.
    slots: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot>>>>,
}

/// The longest that one request may take, whatever the HTTP client allows.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an access token must live to be handed out; MSAL's value.
const DEFAULT_SKEW: Duration = Duration::from_secs(300);

impl<T: Transport> TokenClient<T> {
    /// Joins an application, a place for its tokens, and an HTTP client made by the caller: with the
    /// trusted certificates and time-outs that it should have, and without redirects.
    pub fn new(app: Application, store: impl Store + 'static, transport: T) -> Self {
        let clock = Arc::new(|| Timestamp::from(SystemTime::now()));
        let inner = Inner {
            app,
            store: Arc::new(store),
            transport,
            skew: DEFAULT_SKEW,
            clock,
            slots: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How long an access token from the cache must still live. 5 minutes by default.
    #[must_use]
    pub fn with_expiry_skew(self, skew: Duration) -> Self {
        self.change(|inner| inner.skew = skew)
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.change(|inner| inner.clock = Arc::new(clock))
    }

    /// The application.
    pub fn application(&self) -> &Application {
        &self.inner.app
    }

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
        let store = Arc::clone(&inner.store);
        blocking(move || store.probe()).await?;
        let response = inner.run(&mut flow, &mut show).await?;
        inner.save(scopes, response, None, TokenSource::SignIn).await
    }

    /// A token without a person: from the cache, or for the refresh token in it.
    ///
    /// Callers for one account wait for one request. A rotated refresh token is durable in the store
    /// before the access token is returned. Between processes, the store's refresh lock makes the second
    /// one find the first one's token; where a writer does not take that lock and `invalid_grant` comes
    /// back, the store is read again and a newer refresh token is tried, once. A refresh token that the
    /// provider called invalid is not sent again by this client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignInAgain`](crate::ErrorKind::SignInAgain) if a person must sign in; whatever the
    /// cache or the provider has to say.
    pub async fn acquire_silent(&self, scopes: &Scopes, account: &AccountQuery) -> Result<Token, Error> {
        let account = match self.inner.look(scopes, account)? {
            Silent::Hit(token) => return Ok(token),
            Silent::Refresh { account, .. } => account,
        };
        refresh::single_flight(&self.inner, scopes, &account).await
    }

    /// The accounts that this application has tokens for.
    ///
    /// # Errors
    ///
    /// The cache cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        let mut accounts = Vec::new();
        self.inner.store.read(&mut |cache| accounts = cache.accounts_of(&self.inner.app))?;
        Ok(accounts)
    }

    /// Forgets an account with all its tokens. True if there was one. The tokens stay valid at the
    /// provider until they end or are revoked there.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or written.
    pub async fn remove_account(&self, account: &Account) -> Result<bool, Error> {
        let (store, account) = (Arc::clone(&self.inner.store), account.clone());
        blocking(move || {
            let mut found = false;
            store.update(&mut |cache| found = cache.remove_account(&account))?;
            Ok(found)
        })
        .await
    }

    /// Settings are changed before the client is shared; a clone that exists already keeps its own.
    fn change(self, change: impl FnOnce(&mut Inner<T>)) -> Self
    where
        T: Transport,
    {
        match Arc::try_unwrap(self.inner) {
            Ok(mut inner) => {
                change(&mut inner);
                Self { inner: Arc::new(inner) }
            }
            Err(shared) => Self { inner: shared },
        }
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

impl<T: Transport> Inner<T> {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn look(&self, scopes: &Scopes, account: &AccountQuery) -> Result<Silent, Error> {
        let mut found = Err(Error::Misuse("the store did not show its cache"));
        self.store.read(&mut |cache| {
            found = cache.silent(&self.app, scopes, account, self.now(), self.skew);
        })?;
        found
    }

    /// Drives a flow to its end.
    async fn run(
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

    /// Makes a response durable, and only then a token of it.
    async fn save(
        &self,
        scopes: &Scopes,
        response: TokenResponse,
        known: Option<Account>,
        source: TokenSource,
    ) -> Result<Token, Error> {
        let (store, app, scopes, now) =
            (Arc::clone(&self.store), self.app.clone(), scopes.clone(), self.now());
        blocking(move || {
            let mut inserted = None;
            let Saved { kept_aside } = store.update(&mut |cache| {
                inserted = Some(cache.insert(&app, &scopes, &response, known.as_ref(), now));
            })?;
            let account = inserted.ok_or(Error::Misuse("the store did not hand out its cache"))?;
            Ok(Token {
                access_token: response.access_token,
                expires_on: response.expires_on,
                scopes: response.scopes,
                account,
                source,
                kept_aside,
            })
        })
        .await
    }

    fn slot(&self, account: &Account) -> Arc<tokio::sync::Mutex<Slot>> {
        let key = account.home_account_id.to_lowercase();
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key).or_default())
    }
}

/// Runs work that blocks, and passes a panic on.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Misuse("the runtime is shutting down")),
        },
    }
}

fn correlation_id() -> Result<CorrelationId, Error> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets)
        .map_err(|error| Error::invalid("system", format!("it gives no random numbers: {error}")))?;
    Ok(CorrelationId::from_random(octets))
}
