//! A mailbox that can be signed in to and opened.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use msal_lite::{
    AccountQuery, Application, Authority, AuthorizationOptions, DeviceCodePrompt, FileStore, Loopback,
    MemoryStore, Scopes, Secret, Store, Token, TokenClient,
};

use crate::account::Account;
use crate::credential::{Credential, SecretForm};
use crate::error::{Error, SECRET_ID};
use crate::provider::{domains, is_below};
use crate::refusals::Refusals;
use crate::server::{Protocol, Server};
use crate::transport::{Tls, Trust};

/// How a mailbox is reached, apart from what the account says.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Where tokens are kept, in MSAL's format.
    pub store: Arc<dyn Store>,
    /// What the application proves itself with; `None` for a public one.
    pub credential: Option<Credential>,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// The longest time for each of: the host's addresses, TCP, and TLS.
    pub connect_timeout: Duration,
}

impl Default for Options {
    /// Tokens in memory, the system's authorities, 10 s.
    fn default() -> Self {
        Options {
            store: Arc::new(MemoryStore::default()),
            credential: None,
            trust: Trust::System,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// The defaults with a token cache: what a program wants that a person signs in to once.
    pub fn cached(cache_file: impl Into<PathBuf>) -> Self {
        Options::default().with_store(FileStore::new(cache_file))
    }

    /// Tokens in another place: an encrypted file ([`FileStore`] with the feature `encrypted`), one shared with MSAL for
    /// Python, or one of your own.
    #[must_use]
    pub fn with_store(mut self, store: impl Store + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// What the application proves itself with.
    #[must_use]
    pub fn with_credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Other trust than the system's.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("credential", &self.credential)
            .field("trust", &self.trust)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

/// An account together with its tokens and its way to the servers.
///
/// Clones share tokens, TLS sessions and the HTTPS connection.
#[derive(Debug, Clone)]
pub struct Mailbox {
    pub(crate) account: Account,
    pub(crate) tls: Tls,
    pub(crate) connect_timeout: Duration,
    pub(crate) credential: Option<Credential>,
    pub(crate) https: reqwest::Client,
    pub(crate) refusals: Refusals,
    tokens: TokenClient,
}

impl Mailbox {
    /// Joins an account with its token cache and its trust. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Setting`] and [`Error::CaFile`] for what cannot be right.
    pub fn new(account: Account, options: Options) -> Result<Self, Error> {
        let tls = Tls::new(&options.trust)?;
        let https = tls.https()?;
        let authority = account.known_authority()?;
        Mailbox::join(account, options, authority, tls, https)
    }

    /// As [`Mailbox::new`]; and when the account knows its identity provider by its issuer alone
    /// ([`Account::with_issuer`]), the issuer is asked for its endpoints first (OpenID Connect Discovery, RFC 8414).
    ///
    /// # Errors
    /// As [`Mailbox::new`]; [`Error::Token`] when the issuer does not answer, or answers for another issuer.
    pub async fn open(account: Account, options: Options) -> Result<Self, Error> {
        let tls = Tls::new(&options.trust)?;
        let https = tls.https()?;
        let authority = match account.issuer() {
            None => account.known_authority()?,
            Some(issuer) => Authority::discover(issuer, &https)
                .await
                .map_err(|source| Error::no_token(&account, source))?,
        };
        Mailbox::join(account, options, authority, tls, https)
    }

    fn join(
        account: Account,
        options: Options,
        authority: Authority,
        tls: Tls,
        https: reqwest::Client,
    ) -> Result<Self, Error> {
        let mut app = Application::new(account.client_id(), authority)
            .map_err(|e| Error::setting("client id", e.to_string()))?;
        if let Some(secret) = options.credential.as_ref().and_then(Credential::as_secret) {
            let is_id = options.credential.as_ref().and_then(Credential::secret_form) == Some(SecretForm::Id);
            let what = if is_id { SECRET_ID } else { "client secret" };
            app = app.with_client_secret(secret.clone()).map_err(|e| Error::setting(what, e.to_string()))?;
        }
        let mut tokens = TokenClient::new(app, options.store, https.clone());
        if let Some(credential) = &options.credential {
            tokens = credential.attach(tokens);
        }
        Ok(Mailbox {
            account,
            tls,
            connect_timeout: options.connect_timeout,
            credential: options.credential,
            https,
            refusals: Refusals::default(),
            tokens,
        })
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The same tokens and trust for an account with other servers, scopes or roles. The sign-in stays that of the
    /// first account: client id and authority are not looked at again.
    #[must_use]
    pub fn with_account(&self, account: Account) -> Self {
        Mailbox { account, ..self.clone() }
    }

    /// The token client below: its accounts, other scopes.
    pub fn tokens(&self) -> &TokenClient {
        &self.tokens
    }

    /// Signs in by device code (RFC 8628) for all the protocols that the account has: `show` gets the address and the
    /// code that a person must enter there. Drop the future to give up.
    ///
    /// # Errors
    /// [`Error::Token`] with what the identity provider said; [`Error::Setting`] when the scopes cannot be asked for
    /// together, or nobody needs to sign in.
    pub async fn sign_in(&self, show: impl FnMut(&DeviceCodePrompt)) -> Result<Token, Error> {
        let scopes = self.scopes_of_all()?;
        self.tokens.device_code(&scopes, show).await.map_err(|source| self.no_token(source))
    }

    /// Signs in by a browser on this machine (authorization code with PKCE) for all the protocols that the account has:
    /// `open` gets the address to open. The browser comes back to `http://localhost`, at a port of the system's choice
    /// unless `loopback` names one. Drop the future to give up.
    ///
    /// # Errors
    /// [`Error::Token`] with what the identity provider said, or that no browser came; [`Error::Setting`] when the
    /// scopes cannot be asked for together, or nobody needs to sign in.
    pub async fn sign_in_by_browser(
        &self,
        loopback: &Loopback,
        open: impl FnOnce(&str),
    ) -> Result<Token, Error> {
        let scopes = self.scopes_of_all()?;
        let options = AuthorizationOptions::new().with_login_hint(&self.account.roles().sign_in);
        let token = self.tokens.authorization_code(&scopes, &options, loopback, open).await;
        token.map_err(|source| self.no_token(source))
    }

    /// Signs in by a password (resource owner password credentials): for accounts of Entra's own without a second
    /// factor, where nothing better is possible. The password is not kept; the tokens are.
    ///
    /// # Errors
    /// [`Error::Token`] with what the identity provider said; [`Error::Setting`] as with the other ways.
    pub async fn sign_in_by_password(&self, password: Secret) -> Result<Token, Error> {
        let scopes = self.scopes_of_all()?;
        let token = self.tokens.password(&scopes, &self.account.roles().sign_in, password).await;
        token.map_err(|source| self.no_token(source))
    }

    /// Takes over a refresh token that another program got for the same application: an access token is asked for with
    /// it, which also tells whose it is, and both are kept.
    ///
    /// # Errors
    /// [`Error::Token`] with what the identity provider said.
    pub async fn adopt_refresh_token(&self, refresh_token: Secret) -> Result<Token, Error> {
        let scopes = self.scopes_of_all()?;
        let user = &self.account.roles().sign_in;
        let token = self.tokens.adopt_refresh_token_of(user, &scopes, refresh_token).await;
        token.map_err(|source| self.no_token(source))
    }

    /// Takes over what the token cache of another MSAL holds for the same application.
    ///
    /// # Errors
    /// [`Error::Token`] when the own cache cannot be read or written.
    pub async fn adopt_cache(&self, cache: msal_lite::Cache) -> Result<(), Error> {
        self.tokens.adopt_cache(cache).await.map_err(|source| self.no_token(source))
    }

    /// Forgets who signed in, with all tokens of theirs in the cache, of every application. True if there were any. What
    /// was handed out stays valid at the identity provider until it ends or is revoked there.
    ///
    /// # Errors
    /// [`Error::Token`] when the cache cannot be read or written; [`Error::Setting`] when nobody signs in, because the
    /// application does it as itself.
    pub async fn sign_out(&self) -> Result<bool, Error> {
        self.refuse_app_only()?;
        let wanted = &self.account.roles().sign_in;
        let accounts = self.tokens.accounts().map_err(|source| self.no_token(source))?;
        let mut found = false;
        for account in accounts.iter().filter(|known| known.username.eq_ignore_ascii_case(wanted)) {
            found |= self.tokens.remove_account(account).await.map_err(|source| self.no_token(source))?;
        }
        Ok(found)
    }

    /// A valid access token for a protocol, from the cache, refreshed, or, for an application that signs in as itself,
    /// got with its credential; no person is needed.
    ///
    /// # Errors
    /// [`Error::Token`]: nobody signed in yet, the refresh was refused, the cache cannot be used.
    pub async fn token(&self, protocol: Protocol) -> Result<Token, Error> {
        self.acquire(None, protocol).await
    }

    /// A token in place of one that a server has refused although it has not ended: a newer one of the cache, or else a
    /// fresh one. [`Mailbox::imap`] and its like do this once by themselves.
    ///
    /// # Errors
    /// As [`Mailbox::token`].
    pub async fn token_instead_of(&self, refused: &Token, protocol: Protocol) -> Result<Token, Error> {
        self.acquire(Some(refused), protocol).await
    }

    async fn acquire(&self, refused: Option<&Token>, protocol: Protocol) -> Result<Token, Error> {
        let scopes = bare_scopes(self.account.scopes(protocol))?;
        let who = || AccountQuery::username(&self.account.roles().sign_in);
        let token = match (self.account.is_app_only(), refused) {
            (true, None) => self.tokens.acquire_for_client(&scopes).await,
            (true, Some(refused)) => self.tokens.acquire_for_client_instead_of(refused, &scopes).await,
            (false, None) => self.tokens.acquire_silent(&scopes, &who()).await,
            (false, Some(refused)) => self.tokens.acquire_silent_instead_of(refused, &scopes, &who()).await,
        };
        token.map_err(|source| self.no_token(source))
    }

    /// Whether the protocol's token may go to a server: the issuer's own, or one that the account names. Whoever sends a
    /// token asks here first; and who the issuer is, is the token client's to say, for an account may be exchanged.
    pub(crate) fn may_get_token(&self, protocol: Protocol, server: &Server) -> Result<(), Error> {
        let authority = self.tokens.application().authority();
        let Some(domains) = domains(authority, self.account.scopes(protocol)) else { return Ok(()) };
        if is_below(server.host(), domains) || self.account.is_token_host(server.host()) {
            return Ok(());
        }
        Err(Error::ForeignHost { server: server.clone(), issuer: authority.environment().to_owned() })
    }

    /// The token and how long it took to have it.
    pub(crate) async fn timed_token(&self, protocol: Protocol) -> (Result<Token, Error>, Duration) {
        let since = Instant::now();
        let token = self.token(protocol).await;
        (token, since.elapsed())
    }

    /// The same for a token in place of a refused one.
    pub(crate) async fn timed_token_instead_of(
        &self,
        refused: &Token,
        protocol: Protocol,
    ) -> (Result<Token, Error>, Duration) {
        let since = Instant::now();
        let token = self.token_instead_of(refused, protocol).await;
        (token, since.elapsed())
    }

    /// What a person is asked for once, so that nobody need be asked again for the next protocol.
    pub(crate) fn scopes_of_all(&self) -> Result<Scopes, Error> {
        self.refuse_app_only()?;
        let of_all = Protocol::ALL.into_iter().filter(|protocol| self.account.has(*protocol));
        let of_mail = of_all.flat_map(|protocol| self.account.scopes(protocol)).map(String::as_str);
        // Not the same everywhere: Google refuses `offline_access`.
        bare_scopes(of_mail.chain(self.account.provider().sign_in_scopes().iter().copied()))
    }

    /// Signing in and out is for accounts with a person.
    fn refuse_app_only(&self) -> Result<(), Error> {
        if self.account.is_app_only() {
            let why = "the application signs in as itself: no person is needed";
            return Err(Error::setting("sign-in", why.to_owned()));
        }
        Ok(())
    }

    pub(crate) fn no_token(&self, source: msal_lite::Error) -> Error {
        Error::no_token(&self.account, source)
    }
}

fn bare_scopes<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Scopes, Error> {
    Scopes::new(names).map_err(|e| Error::setting("scopes", e.to_string()))
}
