//! A mailbox that can be signed in to and opened.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use msal_lite::{
    AccountQuery, Application, DeviceCodePrompt, FileStore, MemoryStore, Scopes, Token, TokenClient,
};

use crate::account::Account;
use crate::error::Error;
use crate::server::Protocol;
use crate::transport::{Tls, Trust};

/// How a mailbox is reached, apart from what the account says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The token cache, in MSAL's format; `None` keeps tokens in memory only.
    pub cache_file: Option<PathBuf>,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// The longest time for each of: the host's addresses, TCP, and TLS.
    pub connect_timeout: Duration,
}

impl Default for Options {
    /// Tokens in memory, the system's authorities, 10 s.
    fn default() -> Self {
        Options { cache_file: None, trust: Trust::System, connect_timeout: Duration::from_secs(10) }
    }
}

impl Options {
    /// The defaults with a token cache: what a program wants that a person signs in to once.
    pub fn cached(cache_file: impl Into<PathBuf>) -> Self {
        Options { cache_file: Some(cache_file.into()), ..Options::default() }
    }

    /// Other trust than the system's.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
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
    tokens: TokenClient,
}

impl Mailbox {
    /// Joins an account with its token cache and its trust. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Setting`] and [`Error::CaFile`] for what cannot be right.
    pub fn new(account: Account, options: Options) -> Result<Self, Error> {
        let tls = Tls::new(&options.trust)?;
        let app = Application::new(account.client_id(), account.issuer()?)
            .map_err(|e| Error::setting("client id", e.to_string()))?;
        let https = tls.https()?;
        let tokens = match options.cache_file {
            Some(path) => TokenClient::new(app, FileStore::new(path), https),
            None => TokenClient::new(app, MemoryStore::default(), https),
        };
        Ok(Mailbox { account, tls, connect_timeout: options.connect_timeout, tokens })
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
    /// together.
    pub async fn sign_in(&self, show: impl FnMut(&DeviceCodePrompt)) -> Result<Token, Error> {
        let of_all = Protocol::ALL.into_iter().filter(|protocol| self.account.has(*protocol));
        let scopes = scopes(of_all.flat_map(|protocol| self.account.scopes(protocol)))?;
        self.tokens.device_code(&scopes, show).await.map_err(|source| self.no_token(source))
    }

    /// A valid access token for a protocol, from the cache or refreshed; no person is needed.
    ///
    /// # Errors
    /// [`Error::Token`]: nobody signed in yet, the refresh was refused, the cache cannot be used.
    pub async fn token(&self, protocol: Protocol) -> Result<Token, Error> {
        let scopes = scopes(self.account.scopes(protocol))?;
        let who = AccountQuery::username(&self.account.roles().sign_in);
        self.tokens.acquire_silent(&scopes, &who).await.map_err(|source| self.no_token(source))
    }

    /// The token and how long it took to have it.
    pub(crate) async fn timed_token(&self, protocol: Protocol) -> (Result<Token, Error>, Duration) {
        let since = Instant::now();
        let token = self.token(protocol).await;
        (token, since.elapsed())
    }

    fn no_token(&self, source: msal_lite::Error) -> Error {
        Error::Token { account: self.account.roles().sign_in.clone(), source: Box::new(source) }
    }
}

fn scopes<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<Scopes, Error> {
    let scopes = Scopes::new(names).map_err(|e| Error::setting("scopes", e.to_string()))?;
    Ok(scopes.with_reserved())
}
