//! What can go wrong, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Protocol, Server};

/// Everything that opening or using a mailbox can end with.
///
/// [`Error::action`] says what to do; the message says what happened and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting cannot be right. Nothing was sent.
    #[error("{what}: {why}")]
    #[non_exhaustive]
    Setting {
        /// Which setting.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The file of certificate authorities cannot be used.
    #[error("certificate file {}: {why}", path.display())]
    #[non_exhaustive]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up")]
    TlsSetup(#[source] rustls::Error),
    /// The HTTPS client cannot be set up.
    #[error("the HTTPS client cannot be set up")]
    HttpSetup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server was not reached.
    #[error("{server}: {stage} failed")]
    #[non_exhaustive]
    Connect {
        /// Where to.
        server: Server,
        /// How far it came.
        stage: Stage,
        /// Why.
        source: io::Error,
    },
    /// The server was reached, but not over TLS that can be trusted.
    #[error("{server}: {problem}")]
    #[non_exhaustive]
    Tls {
        /// Where to.
        server: Server,
        /// What kind of distrust.
        problem: TlsProblem,
        /// Why.
        source: io::Error,
    },
    /// No token could be had.
    #[error("no token for {account}")]
    #[non_exhaustive]
    Token {
        /// The account.
        account: String,
        /// Why, with what the identity provider said.
        source: Box<msal_lite::Error>,
    },
    /// The user or the token cannot be put into a SASL message.
    #[error("the sign-in message cannot be built")]
    Sasl(#[from] sasl_xoauth2::Error),
    /// The token comes from a provider whose server this is not. It was not sent.
    #[error("{server} is no server of {issuer}, which issues the token: it is not sent there")]
    #[non_exhaustive]
    ForeignHost {
        /// Where it was to go. [`Account::with_dangerous_token_host`](crate::Account::with_dangerous_token_host) lets it.
        server: Server,
        /// The host that issues the token.
        issuer: String,
    },
    /// The server offers neither XOAUTH2 nor OAUTHBEARER.
    #[error("{server} offers no OAuth sign-in for {protocol}, only: {offered}")]
    #[non_exhaustive]
    NoMechanism {
        /// Where.
        server: Server,
        /// In which protocol.
        protocol: Protocol,
        /// What it offers.
        offered: String,
    },
    /// The server refused the token.
    #[error("{server} refused the {protocol} sign-in of {user}: {text}{}", said(.challenge))]
    #[non_exhaustive]
    SignIn {
        /// Where.
        server: Server,
        /// In which protocol.
        protocol: Protocol,
        /// The `user=` that was sent.
        user: String,
        /// The server's last words.
        text: String,
        /// The server says that it could not decide now; the token may be good.
        temporary: bool,
        /// The token came from the cache, and the refusal is one that a fresh token may mend: sessions were revoked, or
        /// the provider has changed its keys. It was not refused before when it was fresh.
        old_token: bool,
        /// What its error challenge said, where it sent one.
        challenge: Option<Box<sasl_xoauth2::ServerError>>,
        /// SMTP's reply, with its codes.
        smtp: Option<Box<smtp_min::Reply<'static>>>,
    },
    /// IMAP went wrong after the connection stood.
    #[error("the IMAP session failed")]
    Imap(#[from] imap_min::Error),
    /// POP3 went wrong after the connection stood.
    #[error("the POP3 session failed")]
    Pop3(#[from] pop3_min::Error),
    /// SMTP went wrong after the connection stood.
    #[error("the SMTP session failed")]
    Smtp(#[from] smtp_min::Error),
}

/// How far a connection came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// The host's addresses.
    Resolve,
    /// TCP.
    Connect,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Resolve => "resolving the name",
            Stage::Connect => "connecting",
        })
    }
}

/// Why TLS could not be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsProblem {
    /// No trusted authority signed the certificate.
    UnknownIssuer,
    /// The certificate names other hosts.
    WrongName,
    /// The certificate is expired, or not valid yet.
    NotNow,
    /// What answered does not speak TLS.
    NotTls,
    /// No answer in time.
    TimedOut,
    /// Anything else.
    Other,
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsProblem::UnknownIssuer => "the certificate is not from a trusted authority",
            TlsProblem::WrongName => "the certificate is for another name",
            TlsProblem::NotNow => "the certificate is not valid at this time",
            TlsProblem::NotTls => "what answered is not TLS",
            TlsProblem::TimedOut => "no TLS handshake in time",
            TlsProblem::Other => "the TLS handshake failed",
        })
    }
}

/// What to do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Connect again, with a fresh token ([`Mailbox::imap`](crate::Mailbox::imap) and its like see to that).
    Reconnect,
    /// Try again after this long.
    Wait(Duration),
    /// A person must sign in.
    SignIn,
    /// Someone must change a setting: here, in the app registration or at the mailbox.
    Fix,
    /// The network, or the path to it, must be mended.
    Network,
    /// It will not get better by itself or by trying again.
    Permanent,
}

/// The setting that is wrong when a secret's id stands where its value belongs.
pub(crate) const SECRET_ID: &str = "client secret's id";

/// How long to wait when nobody said.
const PATIENCE: Duration = Duration::from_secs(30);

impl Error {
    /// What to do about it. It is decided by protocol states, codes and OAuth's `error` values, not by texts.
    pub fn action(&self) -> Action {
        match self {
            Error::Setting { .. }
            | Error::CaFile { .. }
            | Error::Sasl(_)
            | Error::ForeignHost { .. }
            | Error::NoMechanism { .. } => Action::Fix,
            Error::TlsSetup(_) | Error::HttpSetup(_) => Action::Permanent,
            Error::Connect { .. } => Action::Network,
            Error::Tls { problem: TlsProblem::TimedOut | TlsProblem::Other, .. } => Action::Network,
            Error::Tls { .. } => Action::Fix,
            Error::Token { source, .. } => token(source),
            Error::SignIn { temporary: true, .. } => Action::Wait(PATIENCE),
            Error::SignIn { old_token: true, .. } => Action::Reconnect,
            Error::SignIn { .. } => Action::Fix,
            Error::Imap(error) => imap(error),
            Error::Pop3(error) => pop3(error),
            Error::Smtp(error) => smtp(error),
        }
    }

    /// Whether a token of the cache was refused that a fresh one may replace.
    pub(crate) fn is_of_old_token(&self) -> bool {
        matches!(self, Error::SignIn { old_token: true, .. })
    }

    /// What may be behind it, from what the error alone tells, the likeliest first. A [`check`](crate::Mailbox::check)
    /// knows more: the token, the other protocols, the account.
    pub fn causes(&self) -> Vec<crate::diagnosis::Candidate> {
        crate::diagnosis::diagnose(&crate::check::signals_of(self))
    }

    /// The operating system's or the TLS library's error at the bottom of it, if the network is the cause.
    pub fn network(&self) -> Option<&io::Error> {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = next {
            if let Some(io) = error.downcast_ref() {
                return Some(io);
            }
            next = below(error);
        }
        None
    }

    /// How far the connection came that could not be made, to a mail server or to the identity provider; `None` when
    /// something else failed, TLS included. Told by types alone.
    pub fn stage(&self) -> Option<Stage> {
        use msal_lite::{Error as Msal, TransportErrorKind as Kind};
        match self {
            Error::Connect { stage, .. } => Some(*stage),
            Error::Token { source, .. } => match &**source {
                Msal::Network(_) if self.is_name_not_found() => Some(Stage::Resolve),
                Msal::Network(failure) if failure.kind() == Kind::Connect => Some(Stage::Connect),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_name_not_found(&self) -> bool {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(self);
        std::iter::from_fn(|| {
            let error = next?;
            next = below(error);
            Some(error)
        })
        .any(|error| error.is::<crate::transport::NameNotFound>())
    }

    pub(crate) fn setting(what: &'static str, why: String) -> Self {
        Error::Setting { what, why }
    }

    pub(crate) fn no_token(account: &crate::Account, source: msal_lite::Error) -> Self {
        Error::Token { account: account.roles().sign_in.clone(), source: Box::new(source) }
    }

    pub(crate) fn connect(server: &Server, stage: Stage, source: io::Error) -> Self {
        Error::Connect { server: server.clone(), stage, source }
    }

    pub(crate) fn tls(server: &Server, source: io::Error) -> Self {
        Error::Tls { server: server.clone(), problem: TlsProblem::of(&source), source }
    }
}

fn token(error: &msal_lite::Error) -> Action {
    use msal_lite::ErrorKind as Kind;
    match error.kind() {
        Kind::SignInAgain | Kind::Declined | Kind::CodeExpired => Action::SignIn,
        Kind::Wait | Kind::ProviderDown => Action::Wait(error.retry_after().unwrap_or(PATIENCE)),
        Kind::FixConfiguration | Kind::Storage => Action::Fix,
        Kind::Network => match TlsProblem::find(error) {
            Some(TlsProblem::UnknownIssuer | TlsProblem::WrongName | TlsProblem::NotNow) => Action::Fix,
            _ => Action::Network,
        },
        _ => Action::Permanent,
    }
}

fn imap(error: &imap_min::Error) -> Action {
    use imap_min::{Condition, Error as Imap};
    match error {
        Imap::Refused(no) => match no.condition {
            Some(Condition::TokenExpired) => Action::Reconnect,
            Some(Condition::Throttled { wait }) => Action::Wait(wait.unwrap_or(PATIENCE)),
            Some(Condition::ServerUnavailable) => Action::Wait(PATIENCE),
            Some(_) => Action::Fix,
            None => match no.code {
                Some(imap_min::CodeName::Unavailable | imap_min::CodeName::InUse) => Action::Wait(PATIENCE),
                // A session that was ended, for an idle hour or for maintenance, is no refusal of anything.
                _ if no.status == imap_min::Status::Bye => Action::Reconnect,
                _ => Action::Fix,
            },
        },
        Imap::Io(_) | Imap::TimedOut { .. } | Imap::Eof { .. } | Imap::Broken => Action::Reconnect,
        _ => Action::Permanent,
    }
}

fn pop3(error: &pop3_min::Error) -> Action {
    use pop3_min::{Code, Error as Pop3};
    match error {
        Pop3::Refused(no) => match no.code {
            Some(Code::SysTemp | Code::InUse | Code::LoginDelay) => Action::Wait(PATIENCE),
            _ => Action::Fix,
        },
        Pop3::Io(_) | Pop3::TimedOut { .. } | Pop3::Eof { .. } | Pop3::Broken => Action::Reconnect,
        _ => Action::Permanent,
    }
}

fn smtp(error: &smtp_min::Error) -> Action {
    use smtp_min::Error as Smtp;
    match error {
        Smtp::Refused(no) if no.reply.severity() == smtp_min::Severity::Transient => Action::Wait(PATIENCE),
        Smtp::Refused(_) => Action::Fix,
        Smtp::Io(_) | Smtp::TimedOut { .. } | Smtp::Eof { .. } | Smtp::Broken => Action::Reconnect,
        _ => Action::Permanent,
    }
}

impl TlsProblem {
    /// Reads the kind off a failed handshake.
    pub(crate) fn of(error: &io::Error) -> Self {
        use rustls::{CertificateError as Bad, Error as Tls};
        if error.kind() == io::ErrorKind::TimedOut {
            return TlsProblem::TimedOut;
        }
        match tls_error(error) {
            Some(Tls::InvalidCertificate(bad)) => match bad {
                // A bad signature is what an authority of the same name, but with another key, leads to.
                Bad::UnknownIssuer | Bad::BadSignature => TlsProblem::UnknownIssuer,
                Bad::NotValidForName | Bad::NotValidForNameContext { .. } => TlsProblem::WrongName,
                Bad::Expired
                | Bad::ExpiredContext { .. }
                | Bad::NotValidYet
                | Bad::NotValidYetContext { .. } => TlsProblem::NotNow,
                _ => TlsProblem::Other,
            },
            Some(Tls::InvalidMessage(_)) => TlsProblem::NotTls,
            _ => TlsProblem::Other,
        }
    }

    /// Looks for a failed handshake anywhere below an error, as HTTP clients wrap it.
    pub fn find(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(io) = error.downcast_ref::<io::Error>()
                && tls_error(io).is_some()
            {
                return Some(TlsProblem::of(io));
            }
            next = below(error);
        }
        None
    }
}

/// The TLS library's error in an I/O error, however often it was wrapped.
fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    match inner.downcast_ref::<io::Error>() {
        Some(wrapped) => tls_error(wrapped),
        None => inner.downcast_ref(),
    }
}

/// What an error is about; an identity provider's HTTP client keeps its own error beside the chain.
fn below<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<msal_lite::TransportError>() {
        Some(transport) => transport.cause(),
        None => error.source(),
    }
}

/// The message with those below it, each said once: for people.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let below = error.to_string();
        if !text.ends_with(&below) {
            text.push_str(": ");
            text.push_str(&below);
        }
        next = error.source();
    }
    text
}

fn said(challenge: &Option<Box<sasl_xoauth2::ServerError>>) -> String {
    challenge.as_ref().map(|error| format!(" (it said: {error})")).unwrap_or_default()
}
