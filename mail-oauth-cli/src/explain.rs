//! From the library's errors to what a person must know: which failure, and what to do.

use mail_oauth::diagnosis::Facts;
use mail_oauth::msal_lite::{self, ErrorKind};
use mail_oauth::{Error, Protocol, Stage, TlsProblem};

use crate::failure::{self, Code, Failure};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::of(&error)
    }
}

macro_rules! through_the_library {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Failure::of(&Error::from(error))
            }
        })*
    };
}

through_the_library!(mail_oauth::imap_min::Error, mail_oauth::pop3_min::Error, mail_oauth::smtp_min::Error);

impl Failure {
    /// Explains an error.
    pub(crate) fn of(error: &Error) -> Self {
        let (code, fix) = match error {
            Error::Setting { .. } | Error::CaFile { .. } => {
                let known = error.causes().first().map(|one| Facts::default().fill(one.cause.fix.en));
                let usual =
                    || "correct the setting on the command line or in the configuration file".to_owned();
                (Code::Usage, Some(known.unwrap_or_else(usual)))
            }
            Error::Connect { stage, source, server, .. } => {
                let code = failure::connect(*stage, source);
                (code, Some(connect_fix(code, &server.to_string())))
            }
            Error::Tls { problem, server, .. } => {
                let code = failure::tls(*problem);
                (code, Some(connect_fix(code, &server.to_string())))
            }
            Error::Token { source, .. } => token(source, error),
            Error::ForeignHost { server, .. } => (
                Code::Usage,
                Some(format!(
                    "leave the host out to get the provider's own; only if {} is a relay of yours, allow it with \
                     --dangerous-token-host",
                    server.host()
                )),
            ),
            Error::NoMechanism { .. } => (
                Code::NoOAuth,
                Some("this server knows passwords only; check the host, or ask the provider".to_owned()),
            ),
            Error::SignIn { temporary: true, .. } => (
                Code::ProviderDown,
                Some("the mail server could not verify the token now; try again later".to_owned()),
            ),
            Error::SignIn { protocol, user, .. } => (Code::TokenRefused, Some(refused_fix(*protocol, user))),
            Error::Imap(source) => imap(source),
            Error::Pop3(source) => pop3(source),
            Error::Smtp(source) => smtp(source),
            _ => (Code::Internal, None),
        };
        Failure { code, message: mail_oauth::chain(error), fix, cause: None, german: None, told: false }
            .causes(&error.causes())
    }
}

fn connect_fix(code: Code, server: &str) -> String {
    match code {
        Code::NameNotFound => format!("check the spelling of {server} and this machine's DNS"),
        Code::PortClosed => format!("nothing listens at {server}: check the port, and that the service is running"),
        Code::TimedOut => format!("{server} does not answer: a firewall between here and there, or the wrong port"),
        Code::UntrustedCertificate => {
            "if a private authority signed it, or a company's proxy looks into TLS, give that authority with --ca-file"
                .to_owned()
        }
        Code::CertificateName => "use the host name that the certificate names".to_owned(),
        Code::Tls => {
            "check that port and security fit: 993, 995 and 465 are TLS from the first byte, 587 is STARTTLS".to_owned()
        }
        _ => format!("check the way from here to {server}"),
    }
}

fn refused_fix(protocol: Protocol, user: &str) -> String {
    let switch = match protocol {
        Protocol::Imap => "that IMAP is enabled for the mailbox",
        Protocol::Pop3 => "that POP3 is enabled for the mailbox",
        _ => "that authenticated SMTP is enabled for the mailbox and the tenant",
    };
    format!(
        "check that {user} is right for this mailbox, that the token was issued for this server (scopes), and {switch}; \
         then sign in again with `mail-oauth login`"
    )
}

fn token(error: &msal_lite::Error, whole: &Error) -> (Code, Option<String>) {
    use msal_lite::Error as Msal;
    match error {
        Msal::Refused(refusal) => return refused(refusal),
        Msal::Network(_) => {
            let code = identity_provider(whole);
            return (code, Some(connect_fix(code, "the identity provider")));
        }
        // Not the provider is out of order: something else answers in its place.
        Msal::Page { .. } | Msal::Malformed { status: 407, .. } => {
            let fix = "name the proxy (HTTPS_PROXY=http://proxy.example:3128) and let it pass the sign-in server; in a \
                       guest network, open a browser and accept its terms first";
            return (Code::NotConnected, Some(fix.to_owned()));
        }
        Msal::CacheDamaged { .. } => {
            return (Code::CacheBroken, Some("sign in again with `mail-oauth login`".to_owned()));
        }
        _ => {}
    }
    match error.kind() {
        ErrorKind::SignInAgain => (Code::SignInNeeded, Some("sign in with `mail-oauth login`".to_owned())),
        ErrorKind::CodeExpired => (Code::SignInTooLate, Some("run `mail-oauth login` again, and enter the code sooner".to_owned())),
        ErrorKind::Declined => (Code::Declined, Some("run `mail-oauth login` again, and accept".to_owned())),
        ErrorKind::Wait => (Code::Throttled, error.retry_after().map(|t| format!("try again in {} s", t.as_secs()))),
        ErrorKind::ProviderDown => (Code::ProviderDown, Some("try again later".to_owned())),
        ErrorKind::Storage => (
            Code::CacheUnreadable,
            Some("check the owner and the permissions of the file and its folder, or name another with --cache-file".to_owned()),
        ),
        ErrorKind::FixConfiguration => (Code::Usage, None),
        _ => (Code::Internal, None),
    }
}

/// Why the identity provider was not reached.
fn identity_provider(error: &Error) -> Code {
    if let Some(problem) = TlsProblem::find(error) {
        return failure::tls(problem);
    }
    let stage = error.stage().unwrap_or(Stage::Connect);
    error.network().map_or(Code::TimedOut, |io| failure::connect(stage, io))
}

/// What the identity provider refused. Only `error` and `suberror` decide; the text is shown as it came.
fn refused(refusal: &msal_lite::ServerError) -> (Code, Option<String>) {
    let (code, fix) = match (refusal.error(), refusal.suberror()) {
        ("unauthorized_client", _) => (
            Code::ClientId,
            "compare the client id with \"Application (client) ID\" of the app registration, and the tenant with the directory that it is in",
        ),
        ("invalid_tenant" | "invalid_instance", _) => {
            (Code::Tenant, "compare the tenant with \"Tenant ID\" or the domains in the Entra admin centre")
        }
        ("invalid_scope" | "invalid_resource", _) => (
            Code::Scope,
            "ask for scopes of one resource only, in full: https://outlook.office.com/IMAP.AccessAsUser.All",
        ),
        ("invalid_client", _) => (
            Code::AppRegistration,
            "in the app registration, under Authentication, set \"Allow public client flows\" to Yes",
        ),
        ("invalid_grant", Some("consent_required")) => (
            Code::Policy,
            "grant the permission: API permissions, Office 365 Exchange Online, delegated, then \"Grant admin consent\"",
        ),
        ("expired_token" | "code_expired" | "bad_verification_code", _) => {
            (Code::SignInTooLate, "run `mail-oauth login` again, and enter the code sooner")
        }
        ("authorization_declined" | "access_denied", _) => {
            (Code::Declined, "run `mail-oauth login` again, and accept")
        }
        ("interaction_required", _) => (
            Code::Policy,
            "a policy wants more: sign in with `mail-oauth login`, or show the correlation id to the administrator",
        ),
        ("invalid_grant", _) => (Code::SignInNeeded, "sign in again with `mail-oauth login`"),
        ("temporarily_unavailable" | "server_error", _) => (Code::ProviderDown, "try again later"),
        ("slow_down", _) => (Code::Throttled, "try again later"),
        _ => (Code::AppRegistration, "the code in the message tells the administrator what to change"),
    };
    (code, Some(fix.to_owned()))
}

fn imap(error: &mail_oauth::imap_min::Error) -> (Code, Option<String>) {
    use mail_oauth::imap_min::{Condition, Error as Imap};
    match error {
        Imap::Refused(no) => match no.condition {
            Some(Condition::AuthenticatedNotConnected) => (
                Code::MailboxAccess,
                Some("the token is good, the mailbox is not open to it: check its address, FullAccess for the person who signed in, the licence, and that IMAP is enabled".to_owned()),
            ),
            Some(Condition::Throttled { wait }) => {
                (Code::Throttled, Some(wait.map_or_else(|| "try again later".to_owned(), |t| format!("try again in {} s", t.as_secs()))))
            }
            Some(Condition::TokenExpired) => (Code::TokenRefused, Some("connect again: the token ran out meanwhile".to_owned())),
            Some(_) => (Code::ProviderDown, Some("try again later".to_owned())),
            None => (Code::Refused, Some("the server's text says what it minds".to_owned())),
        },
        Imap::Sink(io) => output(io),
        Imap::Io(_) | Imap::Eof { .. } => connection(),
        Imap::TimedOut { .. } => timed_out(),
        Imap::Invalid { .. } => (Code::Usage, Some("correct the value".to_owned())),
        Imap::Protocol { .. } | Imap::TooLong { .. } | Imap::Lacks { .. } => (Code::Protocol, Some("the server, or something between here and there, does not keep to the protocol: show this to its administrator".to_owned())),
        _ => (Code::Internal, None),
    }
}

fn pop3(error: &mail_oauth::pop3_min::Error) -> (Code, Option<String>) {
    use mail_oauth::pop3_min::Error as Pop3;
    match error {
        Pop3::Refused(_) => (Code::Refused, Some("the server's text says what it minds".to_owned())),
        Pop3::Sink(io) => output(io),
        Pop3::Io(_) | Pop3::Eof { .. } => connection(),
        Pop3::TimedOut { .. } => timed_out(),
        Pop3::Invalid { .. } => (Code::Usage, Some("correct the value".to_owned())),
        Pop3::Protocol { .. } | Pop3::TooLong { .. } | Pop3::Lacks { .. } => (Code::Protocol, Some("the server, or something between here and there, does not keep to the protocol: show this to its administrator".to_owned())),
        _ => (Code::Internal, None),
    }
}

fn smtp(error: &mail_oauth::smtp_min::Error) -> (Code, Option<String>) {
    use mail_oauth::smtp_min::Error as Smtp;
    match error {
        Smtp::Refused(_) => (Code::Refused, Some("the server's text says what it minds".to_owned())),
        Smtp::Source(_) => (Code::Output, Some("the message could not be read; nothing was sent".to_owned())),
        Smtp::Io(_) | Smtp::Eof { .. } => connection(),
        Smtp::TimedOut { .. } => timed_out(),
        Smtp::Invalid { .. } => (Code::Usage, Some("correct the value".to_owned())),
        Smtp::TooLong { .. } => (Code::MessageRefused, None),
        Smtp::Protocol { .. } | Smtp::Lacks { .. } => (Code::Protocol, Some("the server, or something between here and there, does not keep to the protocol: show this to its administrator".to_owned())),
        _ => (Code::Internal, None),
    }
}

fn connection() -> (Code, Option<String>) {
    (Code::Connection, Some("the connection broke; run the command again".to_owned()))
}

fn timed_out() -> (Code, Option<String>) {
    (Code::TimedOut, Some("the server does not answer: check that port and security fit (993, 995, 465: TLS; 587: STARTTLS), then try again".to_owned()))
}

fn output(error: &std::io::Error) -> (Code, Option<String>) {
    let failure = Failure::output("", error);
    (failure.code, failure.fix)
}
