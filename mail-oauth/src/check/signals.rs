//! From this library's errors to signals, and to the stage that failed.

use std::io;

use msal_lite::{ErrorKind, TransportErrorKind};
use sasl_xoauth2::ServerErrorKind;

use crate::diagnosis::{Area, Fact, Signal};
use crate::error::{Error, SECRET_ID, Stage, TlsProblem};
use crate::server::Protocol;

/// What an error tells, as signals.
pub(crate) fn of(error: &Error) -> Vec<Signal> {
    match error {
        Error::Setting { what, .. } => setting(what).map(Signal::Fact).into_iter().collect(),
        Error::Connect { stage, source, .. } => vec![Signal::Fact(connect(*stage, source))],
        // Not TLS's fault: the connection went away under it.
        Error::Tls { problem: TlsProblem::Other, source, .. } if broke(source) => {
            vec![Signal::Fact(Fact::Broke)]
        }
        Error::Tls { problem, .. } => vec![Signal::Tls(*problem)],
        Error::Token { source, .. } => token(source),
        Error::ForeignHost { .. } => vec![Signal::Fact(Fact::HostNotOfProvider)],
        Error::NoMechanism { .. } => vec![Signal::Fact(Fact::NoOAuthOffered)],
        Error::SignIn { protocol, text, temporary, challenge, smtp, .. } => {
            let mut signals = vec![match smtp {
                Some(reply) => reply_said(reply.code(), reply.enhanced(), text),
                None => Signal::Said { protocol: *protocol, text: text.clone() },
            }];
            let refused = if *temporary { Fact::SignInTemporary } else { Fact::SignInRefused };
            signals.push(Signal::Fact(refused));
            let condition = match smtp {
                Some(reply) => reply.condition().and_then(of_reply),
                None => imap_min::Condition::in_text(text.as_bytes()).and_then(of_text),
            };
            signals.extend(condition.map(Signal::Fact));
            if let Some(challenge) = challenge {
                signals.push(Signal::Fact(Fact::ErrorChallenge));
                signals.extend(challenged(challenge.kind()).map(Signal::Fact));
            }
            signals
        }
        Error::Imap(error) => imap(error),
        Error::Pop3(error) => pop3(error),
        Error::Smtp(error) => smtp(error),
        Error::CaFile { .. } | Error::TlsSetup(_) | Error::HttpSetup(_) | Error::Sasl(_) => Vec::new(),
    }
}

/// The stage that an error belongs to, when `reached` was under way.
pub(super) fn area(error: &Error, reached: Area) -> Area {
    match error {
        Error::Setting { .. }
        | Error::CaFile { .. }
        | Error::ForeignHost { .. }
        | Error::TlsSetup(_)
        | Error::HttpSetup(_) => Area::Settings,
        Error::Connect { .. } => Area::Network,
        Error::Tls { .. } => Area::Tls,
        Error::Token { .. } => Area::SignIn,
        Error::NoMechanism { .. } => Area::Capabilities,
        Error::Sasl(_) | Error::SignIn { .. } => Area::Sasl,
        Error::Imap(_) | Error::Pop3(_) | Error::Smtp(_) => reached,
    }
}

fn broke(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof
    )
}

fn of_text(condition: imap_min::Condition) -> Option<Fact> {
    use imap_min::Condition;
    Some(match condition {
        Condition::AuthenticatedNotConnected => Fact::NotConnected,
        Condition::Throttled { .. } => Fact::Throttled,
        Condition::TokenExpired => Fact::TokenExpired,
        Condition::ServerUnavailable => Fact::SignInTemporary,
        _ => return None,
    })
}

fn of_reply(condition: smtp_min::Condition) -> Option<Fact> {
    use smtp_min::Condition;
    Some(match condition {
        Condition::TooManyConnections => Fact::TooManyConnections,
        Condition::Throttled | Condition::QuotaExceeded => Fact::Throttled,
        Condition::LoginUnavailable => Fact::SignInTemporary,
        Condition::SendAsDenied => Fact::SenderRefused,
        Condition::MailboxUnavailable => Fact::NotConnected,
        _ => return None,
    })
}

fn challenged(kind: ServerErrorKind) -> Option<Fact> {
    Some(match kind {
        ServerErrorKind::InvalidToken => Fact::ChallengeToken,
        ServerErrorKind::InvalidRequest => Fact::ChallengeRequest,
        ServerErrorKind::InsufficientScope => Fact::ChallengeScope,
        ServerErrorKind::ServerTrouble => Fact::ChallengeTrouble,
        _ => return None,
    })
}

fn setting(what: &str) -> Option<Fact> {
    Some(match what {
        "address" | "mailbox" | "sender" | "sign-in name" => Fact::AddressUnusable,
        "client id" => Fact::ClientIdForm,
        "scopes" => Fact::ScopesMixed,
        SECRET_ID => Fact::SecretIsId,
        _ => return None,
    })
}

fn connect(stage: Stage, source: &io::Error) -> Fact {
    match (stage, source.kind()) {
        (Stage::Resolve, _) => Fact::NameNotFound,
        (_, io::ErrorKind::ConnectionRefused) => Fact::PortClosed,
        _ => Fact::PortSilent,
    }
}

fn token(error: &msal_lite::Error) -> Vec<Signal> {
    use msal_lite::Error as Msal;
    let fact = match error {
        Msal::Refused(refusal) => return refused(refusal),
        Msal::Network(failure) => match (TlsProblem::find(error), failure.kind()) {
            (Some(problem), _) => return vec![Signal::Tls(problem)],
            (None, TransportErrorKind::Interrupted) => Fact::Broke,
            _ => Fact::IdentityUnreachable,
        },
        Msal::Throttled { .. } => Fact::IdentityThrottles,
        Msal::Unavailable { .. } => Fact::IdentityDown,
        Msal::Malformed { status: 407, .. } | Msal::Page { status: 407 } => Fact::ProxyAsked,
        Msal::Page { .. } => Fact::ForeignPage,
        Msal::Malformed { .. } => Fact::AnswerUnreadable,
        Msal::NoRedirect { .. } => Fact::NoCallback,
        Msal::Listener { .. } => Fact::CallbackPortBusy,
        Msal::NoAccount { .. } | Msal::AmbiguousAccount { .. } => Fact::NobodySignedIn,
        Msal::NoRefreshToken { .. } => Fact::NoRefreshToken,
        Msal::CacheUnreadable { .. } => Fact::StoreUnreadable,
        Msal::CacheUnwritable { .. } => Fact::StoreUnwritable,
        Msal::CacheDamaged { .. } => Fact::StoreDamaged,
        _ => return Vec::new(),
    };
    vec![Signal::Fact(fact)]
}

/// What the identity provider refused.
pub(super) fn refused(refusal: &msal_lite::ServerError) -> Vec<Signal> {
    let mut signals = vec![Signal::OAuth {
        error: refusal.error().to_owned(),
        suberror: refusal.suberror().map(str::to_owned),
    }];
    signals.extend(refusal.codes().iter().copied().map(Signal::Aadsts));
    signals.extend(refusal.description().map(|text| Signal::Told(text.to_owned())));
    if refusal.kind() == ErrorKind::SignInAgain && refusal.error() == "invalid_grant" {
        signals.push(Signal::Fact(Fact::RefreshTokenDead));
    }
    signals
}

fn imap(error: &imap_min::Error) -> Vec<Signal> {
    use imap_min::Error as Imap;
    match error {
        Imap::Refused(no) => {
            let mut signals = vec![Signal::Said { protocol: Protocol::Imap, text: no.text.clone() }];
            if no.command == "STARTTLS" {
                return vec![Signal::Fact(Fact::NoStartTls)];
            }
            let missing = (no.code == Some(imap_min::CodeName::NonExistent)).then_some(Fact::NoSuchMailbox);
            let fact = no.condition.and_then(of_text).or(missing);
            signals.extend(fact.map(Signal::Fact));
            signals
        }
        Imap::Lacks { .. } => vec![Signal::Fact(Fact::NoStartTls)],
        Imap::Io(_) | Imap::Eof { .. } | Imap::Broken => vec![Signal::Fact(Fact::Broke)],
        Imap::TimedOut { .. } => vec![Signal::Fact(Fact::PortSilent)],
        Imap::Protocol { line, .. } => vec![Signal::Said { protocol: Protocol::Imap, text: line.clone() }],
        _ => Vec::new(),
    }
}

fn pop3(error: &pop3_min::Error) -> Vec<Signal> {
    use pop3_min::Error as Pop3;
    match error {
        Pop3::Refused(no) => {
            if no.command == "STLS" {
                return vec![Signal::Fact(Fact::NoStartTls)];
            }
            let mut signals = vec![Signal::Said { protocol: Protocol::Pop3, text: no.text.clone() }];
            let fact = match no.code {
                Some(pop3_min::Code::InUse) => Some(Fact::TooManyConnections),
                Some(pop3_min::Code::LoginDelay) => Some(Fact::Throttled),
                Some(pop3_min::Code::SysTemp) => Some(Fact::SignInTemporary),
                _ => None,
            };
            signals.extend(fact.map(Signal::Fact));
            signals
        }
        Pop3::Lacks { .. } => vec![Signal::Fact(Fact::NoStartTls)],
        Pop3::Io(_) | Pop3::Eof { .. } | Pop3::Broken => vec![Signal::Fact(Fact::Broke)],
        Pop3::TimedOut { .. } => vec![Signal::Fact(Fact::PortSilent)],
        Pop3::Protocol { line, .. } => vec![Signal::Said { protocol: Protocol::Pop3, text: line.clone() }],
        _ => Vec::new(),
    }
}

fn smtp(error: &smtp_min::Error) -> Vec<Signal> {
    use smtp_min::Error as Smtp;
    match error {
        Smtp::Refused(no) => {
            let mut signals = vec![reply_said(no.reply.code(), no.reply.enhanced(), &no.reply.to_string())];
            let stage = match no.command {
                "STARTTLS" => return vec![Signal::Fact(Fact::NoStartTls)],
                "MAIL" => Some(Fact::SenderRefused),
                "RCPT" => Some(Fact::RecipientRefused),
                "DATA" | "BDAT" => Some(Fact::MessageRefused),
                _ => None,
            };
            let fact = no.reply.condition().and_then(of_reply).or(stage);
            signals.extend(fact.map(Signal::Fact));
            signals
        }
        Smtp::Lacks { .. } => vec![Signal::Fact(Fact::NoStartTls)],
        Smtp::Io(_) | Smtp::Eof { .. } | Smtp::Broken => vec![Signal::Fact(Fact::Broke)],
        Smtp::TimedOut { .. } => vec![Signal::Fact(Fact::PortSilent)],
        Smtp::Protocol { line, .. } => {
            vec![Signal::Smtp { code: 0, enhanced: None, text: line.clone() }]
        }
        _ => Vec::new(),
    }
}

fn reply_said(code: u16, enhanced: Option<smtp_min::EnhancedCode>, text: &str) -> Signal {
    Signal::Smtp { code, enhanced: enhanced.map(|code| code.to_string()), text: text.to_owned() }
}
