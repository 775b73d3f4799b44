//! What can go wrong, by whose fault, and what to do then.

use std::{fmt, path::PathBuf, time::Duration};

use crate::ServerError;

/// An error of this crate. No variant holds a token, a code or a part of one.
///
/// [`kind`](Error::kind) is what a program acts on; the text is for a human.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Caller: a value that cannot be used.
    #[error("invalid {what}: {reason}")]
    Invalid {
        /// Which value.
        what: &'static str,
        /// Why, and what to give instead.
        reason: String,
    },
    /// Caller: a flow was driven out of order.
    #[error("flow driven out of order: {0}")]
    Misuse(&'static str),
    /// Peer: the provider refused, in the words of OAuth 2.0.
    #[error("{0}")]
    Refused(Box<ServerError>),
    /// Peer: the answer is not what the protocol has.
    #[error("unusable answer of the provider (HTTP {status}): {what}")]
    Malformed {
        /// Status code.
        status: u16,
        /// What is wrong with it. Nothing is quoted, because a token may stand in it.
        what: String,
    },
    /// Peer: a page came in place of the provider's answer, as proxies and guest networks send it.
    #[error(
        "an HTML page came instead of the provider's answer (HTTP {status}); is there a proxy in between?"
    )]
    Page {
        /// Status code.
        status: u16,
    },
    /// Peer: the answer that the browser brought from the sign-in page cannot be used.
    #[error("unusable answer of the sign-in page: {reason}")]
    Redirect {
        /// Why. Nothing is quoted, because a code may stand in it.
        reason: &'static str,
    },
    /// No browser came to the redirect address in time.
    #[error("no browser came to {redirect_uri} in {} s; if it shows an error, the redirect address is probably not registered: add \"{registered}\" to the application, with Entra under the platform \"Mobile and desktop applications\"", waited.as_secs())]
    NoRedirect {
        /// Where it was waited for.
        redirect_uri: String,
        /// How it has to be registered.
        registered: String,
        /// For how long.
        waited: Duration,
    },
    /// The redirect address cannot be listened on.
    #[error("cannot listen on {address} for the browser: {reason}")]
    Listener {
        /// Address and port.
        address: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Peer: too many requests.
    #[error("the provider throttles (HTTP 429){}", seconds(*retry_after))]
    Throttled {
        /// For how long, if it said so; at most an hour.
        retry_after: Option<Duration>,
    },
    /// Peer: out of order (HTTP 5xx).
    #[error("the provider is out of order (HTTP {status}){}", seconds(*retry_after))]
    Unavailable {
        /// Status code.
        status: u16,
        /// For how long, if it said so; at most an hour.
        retry_after: Option<Duration>,
    },
    /// Nothing came back.
    #[error("no answer from the provider: {0}")]
    Network(#[from] TransportError),
    /// The device code ran out before the user had entered it.
    #[error("the code expired before the sign-in was finished; ask for a new one")]
    CodeExpired,
    /// The cache has no account that fits.
    #[error("nobody is signed in{}; sign in first", account_wanted(wanted))]
    NoAccount {
        /// User name or account id that was asked for, if any.
        wanted: Option<String>,
    },
    /// The cache has several accounts and none was named.
    #[error("several accounts are signed in ({}); say which one", accounts.join(", "))]
    AmbiguousAccount {
        /// Their user names.
        accounts: Vec<String>,
    },
    /// The account is known, but no token of it can be used or renewed.
    #[error("no refresh token for {username}; sign in again")]
    NoRefreshToken {
        /// User name of the account.
        username: String,
    },
    /// The cache file cannot be read.
    #[error("cannot read the token cache {}: {reason}", path.display())]
    CacheUnreadable {
        /// Where it is.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The cache file cannot be written.
    #[error("cannot write the token cache {}: {reason}", path.display())]
    CacheUnwritable {
        /// Where it is.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The cache file is not a token cache.
    #[error("the token cache {} is damaged ({reason}); sign in again: the damaged file is then kept beside it as {}",
        path.display(), kept_as.display())]
    CacheDamaged {
        /// Where it is.
        path: PathBuf,
        /// Where in the file, and what.
        reason: String,
        /// The name under which the next save keeps it.
        kept_as: PathBuf,
    },
    /// What proves who the client is could not be made: for the caller's own source of assertions.
    #[error("no client assertion: {0}")]
    Assertion(String),
    /// A cache that is not a file, made by the caller, failed.
    #[error("token store failed: {0}")]
    Store(String),
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A person must sign in (again).
    SignInAgain,
    /// Wait, [`Error::retry_after`] if it is known, and try again.
    Wait,
    /// A setting here or in the provider's portal must change; trying again helps nothing.
    FixConfiguration,
    /// The provider is out of order; try later.
    ProviderDown,
    /// The person said no.
    Declined,
    /// The code ran out or is wrong; begin anew.
    CodeExpired,
    /// The provider could not be reached.
    Network,
    /// The token cache could not be read or written.
    Storage,
    /// A mistake in the calling program.
    Misuse,
}

/// Why a request got no response. The text never holds a part of the request.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub struct TransportError {
    kind: TransportErrorKind,
    text: String,
    // Not a `source`: the text has said it all, and would be said twice.
    cause: Option<Cause>,
}

type Cause = std::sync::Arc<dyn std::error::Error + Send + Sync>;

/// Where a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: name not found, refused, unreachable.
    Connect,
    /// The certificate was not accepted or TLS failed. Never tried again.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection broke after it was made.
    Interrupted,
}

impl Error {
    /// What to do. Of a refusal only `error` and `suberror` are looked at, as Microsoft asks: numbers and
    /// texts change. The one exception stands at [`ServerError::kind`].
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { .. }
            | Self::AmbiguousAccount { .. }
            | Self::Redirect { .. }
            | Self::NoRedirect { .. }
            | Self::Listener { .. }
            | Self::Assertion(_) => ErrorKind::FixConfiguration,
            Self::Misuse(_) => ErrorKind::Misuse,
            Self::Refused(error) => error.kind(),
            Self::Malformed { .. } | Self::Page { .. } | Self::Unavailable { .. } => ErrorKind::ProviderDown,
            Self::Throttled { .. } => ErrorKind::Wait,
            Self::Network(_) => ErrorKind::Network,
            Self::CodeExpired => ErrorKind::CodeExpired,
            Self::NoAccount { .. } | Self::NoRefreshToken { .. } => ErrorKind::SignInAgain,
            Self::CacheUnreadable { .. }
            | Self::CacheUnwritable { .. }
            | Self::CacheDamaged { .. }
            | Self::Store(_) => ErrorKind::Storage,
        }
    }

    /// How long the provider asked to be left alone; at most an hour.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Refused(error) => error.retry_after(),
            _ => None,
        }
    }

    /// The provider's refusal with all that it told.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { what, reason: reason.into() }
    }
}

impl TransportError {
    /// A failure, with a text for a human that holds nothing of the request.
    pub fn new(kind: TransportErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), cause: None }
    }

    /// Keeps the HTTP client's own error, for programs that want to look for a certificate's fault in it.
    pub fn with_cause(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(std::sync::Arc::new(cause));
        self
    }

    /// The HTTP client's own error. The message has its text already.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }

    /// Where it failed.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignInAgain => "sign in again",
            Self::Wait => "wait and try again",
            Self::FixConfiguration => "fix the configuration",
            Self::ProviderDown => "the provider is out of order",
            Self::Declined => "the sign-in was declined",
            Self::CodeExpired => "the code expired",
            Self::Network => "the provider cannot be reached",
            Self::Storage => "the token cache cannot be used",
            Self::Misuse => "a mistake in the calling program",
        })
    }
}

fn seconds(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!("; try again in {} s", wait.as_secs()))
}

fn account_wanted(wanted: &Option<String>) -> String {
    wanted.as_ref().map_or_else(String::new, |wanted| format!(" as {}", crate::text::shown(wanted)))
}
