//! Logging in to the mail servers by a token: who may, and why not.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::{ERROR_CHALLENGE, Reach};
use crate::log::{Connection, LogEvent};
use crate::state::State;
use crate::token::{Claims, Rejection, Subject};
use crate::{ExchangeRegistration, Profile, Service};

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Who signed in: the UPN in the token, or the app's client id.
    pub(crate) person: String,
    /// What `user=` named: the mailbox to open; for SMTP the person.
    pub(crate) mailbox: String,
    /// When the token runs out.
    pub(crate) expires: u64,
    /// False if the person may not open the mailbox, or there is none: Exchange's IMAP lets them in all the same, and
    /// then answers every mailbox command by an error.
    pub(crate) connected: bool,
    /// Whether it is an app that speaks for itself.
    pub(crate) app_only: bool,
}

/// How the token came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    Xoauth2,
    /// RFC 7628; only servers by the book take it.
    OauthBearer,
}

/// Why somebody is not. Exchange gives one text for almost all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Malformed,
    Token(Rejection),
    Disabled(Reach),
    NotThePerson,
    NotConnected,
    NotRegistered,
}

impl Mechanism {
    /// The mechanism of this name, if the tenant's servers take it.
    pub(crate) fn named(name: &str, state: &State) -> Option<Self> {
        match name {
            "XOAUTH2" => Some(Self::Xoauth2),
            "OAUTHBEARER" if state.settings.profile.explains() => Some(Self::OauthBearer),
            _ => None,
        }
    }

    /// The error challenge, in base64.
    pub(crate) fn challenge(self, state: &State) -> String {
        if state.settings.profile != Profile::Plain {
            return ERROR_CHALLENGE.to_owned();
        }
        STANDARD.encode(match self {
            Self::Xoauth2 => "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}",
            Self::OauthBearer => "{\"status\":\"invalid_token\",\"scope\":\"mail\"}",
        })
    }
}

impl Login {
    /// Judges a message as it came in base64, and tells the log.
    pub(crate) fn by_token(
        service: Service,
        mechanism: Mechanism,
        encoded: &[u8],
        state: &State,
        connection: &Connection,
    ) -> Result<Self, Denied> {
        let message = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((user, token)) = message.as_deref().and_then(|message| parse(mechanism, message)) else {
            connection.event(LogEvent::Login { mailbox: None, outcome: Denied::Malformed.as_str() });
            return Err(Denied::Malformed);
        };
        let user = user.as_ref();
        let login = judge(service, user, token, state);
        let outcome = match &login {
            Ok(login) if login.connected => "ok",
            Ok(_) => Denied::NotConnected.as_str(),
            Err(denied) => denied.as_str(),
        };
        // A name that the tenant does not have is not repeated: it may be anything, even the token.
        let known = state.directory.has_mailbox(user) || state.directory.user(user).is_some();
        connection.event(LogEvent::Login { mailbox: known.then(|| user.to_ascii_lowercase()), outcome });
        login
    }
}

impl Denied {
    fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Token(rejection) => match rejection {
                Rejection::Signature => "token not signed by this tenant",
                Rejection::Expired => "token expired",
                Rejection::Audience => "token for another audience",
                Rejection::Tenant => "token from another tenant",
                Rejection::Scope => "token without the scope",
                Rejection::User => "token of an unknown user",
            },
            Self::Disabled(Reach::Tenant) => "switched off for the tenant",
            Self::Disabled(Reach::Mailbox) => "switched off for the mailbox",
            Self::NotThePerson => "not the person of the token",
            Self::NotConnected => "not connected",
            Self::NotRegistered => "app not registered in Exchange",
        }
    }
}

fn judge(service: Service, user: &str, token: &str, state: &State) -> Result<Login, Denied> {
    let directory = &state.directory;
    let claims = Claims::check(token, &state.key, directory, state.clock.now()).map_err(Denied::Token)?;
    let app = directory.app(&claims.client_id);
    let rbac = app.is_some_and(|app| app.smtp_by_rbac);
    claims.check_for(service, directory.cloud(), rbac).map_err(Denied::Token)?;
    let app_only = matches!(claims.subject, Subject::App { .. });
    if app_only && app.is_none_or(|app| app.exchange != ExchangeRegistration::Registered) {
        return Err(Denied::NotRegistered);
    }
    if let Some(reach) = state.faults.auth_disabled(service, user) {
        return Err(Denied::Disabled(reach));
    }
    let who = claims.who().to_owned();
    if service == Service::Smtp {
        // SMTP is for the person; a shared mailbox is named in MAIL FROM only. An app names the mailbox.
        if !app_only && !user.eq_ignore_ascii_case(&who) {
            return Err(Denied::NotThePerson);
        }
        if let Err(mailbox) = directory.smtp_auth(user) {
            return Err(Denied::Disabled(if mailbox { Reach::Mailbox } else { Reach::Tenant }));
        }
    }
    let mailbox = directory.opens(&who, user, service);
    // Only Exchange's IMAP lets somebody in who may not open the mailbox.
    if mailbox.is_none()
        && (service == Service::Pop3 || service == Service::Imap && state.settings.profile.explains())
    {
        return Err(Denied::NotConnected);
    }
    let connected = mailbox.is_some();
    let mailbox = mailbox.map_or_else(|| user.to_ascii_lowercase(), str::to_owned);
    Ok(Login { person: who, mailbox, expires: claims.expires, connected, app_only })
}

/// `user=` name `^A` `auth=Bearer ` token `^A^A`; by RFC 7628 `n,a=` name `,^A` keys `auth=Bearer ` token `^A^A`.
fn parse(mechanism: Mechanism, message: &str) -> Option<(Cow<'_, str>, &str)> {
    let (user, rest) = match mechanism {
        Mechanism::Xoauth2 => {
            let (user, rest) = message.strip_prefix("user=")?.split_once('\x01')?;
            (Cow::Borrowed(user), rest)
        }
        Mechanism::OauthBearer => {
            let (header, rest) = message.split_once('\x01')?;
            let name = header.strip_prefix("n,a=")?.strip_suffix(',')?;
            // A comma and an equals sign are written in another way (RFC 5801 section 4).
            (Cow::Owned(name.replace("=2C", ",").replace("=3D", "=")), rest)
        }
    };
    let pairs = rest.strip_suffix("\x01\x01")?;
    let auth = pairs.split('\x01').find_map(|pair| pair.strip_prefix("auth="))?;
    let (scheme, token) = auth.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !user.is_empty() && !token.is_empty()).then_some((user, token))
}
