//! Exit codes: each failure says what, where and what to do, and has a number of its own.

use std::fmt;
use std::io;

use mail_oauth::diagnosis::{Candidate, Cause};
use mail_oauth::{Stage, TlsProblem};

/// From this percentage on a cause is named.
const LIKELY: u8 = 50;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
    /// The cause in the catalogue that it most likely is.
    pub(crate) cause: Option<&'static Cause>,
    /// The same in German, where it has words of its own.
    pub(crate) german: Option<German>,
    /// Whether `--json` has told it already.
    pub(crate) told: bool,
}

/// A failure's German words.
#[derive(Debug)]
pub(crate) struct German {
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Failure { code, message: message.into(), fix: None, cause: None, german: None, told: false }
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The message and what to do, in German.
    #[must_use]
    pub(crate) fn german(mut self, message: impl Into<String>, fix: impl Into<String>) -> Self {
        self.german = Some(German { message: message.into(), fix: Some(fix.into()) });
        self
    }

    /// What the catalogue has for it, if anything is more likely than the rest.
    #[must_use]
    pub(crate) fn causes(mut self, causes: &[Candidate]) -> Self {
        self.cause = causes.first().filter(|first| first.percent >= LIKELY).map(|first| first.cause);
        self
    }

    /// The JSON object of this failure is out.
    #[must_use]
    pub(crate) fn told(mut self) -> Self {
        self.told = true;
        self
    }

    /// Reading a file or the standard input did not work.
    pub(crate) fn input(what: &str, error: &io::Error) -> Self {
        Failure::new(Code::Output, format!("{what}: {error}"))
            .fix("check the path, and that you may read there")
    }

    /// Writing what was fetched or printed did not work.
    pub(crate) fn output(what: &str, error: &io::Error) -> Self {
        let failure = |code| Failure::new(code, format!("{what}: {error}"));
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                failure(Code::DiskFull)
                    .fix("make room and run the command again; no incomplete file was left behind")
            }
            _ => failure(Code::Output).fix("check that the folder exists and that you may write there"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

macro_rules! codes {
    ($($number:literal $name:ident $id:literal,)*) => {
        /// The exit codes; the README's table lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Code {
            $($name = $number,)*
        }

        impl Code {
            const ALL: &[Code] = &[$(Code::$name),*];

            /// The one of this number.
            pub(crate) fn of_number(number: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.number() == number)
            }

            /// The stable name that `--json` shows.
            pub(crate) fn id(self) -> &'static str {
                match self {
                    $(Code::$name => $id,)*
                }
            }

            pub(crate) fn number(self) -> u8 {
                self as u8
            }
        }
    };
}

codes! {
    2 Usage "usage",
    3 ConfigMalformed "config-malformed",
    4 ConfigUnreadable "config-unreadable",
    5 CacheUnreadable "cache-unreadable",
    6 CacheBroken "cache-broken",
    7 DiskFull "disk-full",
    8 Output "output",
    10 NameNotFound "name-not-found",
    11 NotConnected "not-connected",
    12 PortClosed "port-closed",
    13 UntrustedCertificate "certificate-not-trusted",
    14 CertificateName "certificate-name",
    15 Tls "tls",
    16 TimedOut "timed-out",
    20 ProviderDown "provider-down",
    21 SignInNeeded "sign-in-needed",
    22 ClientId "client-id",
    23 Tenant "tenant",
    24 Scope "scope",
    25 SignInTooLate "code-expired",
    26 Declined "declined",
    27 Policy "policy",
    28 AppRegistration "app-registration",
    29 WrongPerson "wrong-person",
    30 TokenRefused "token-refused",
    31 NoOAuth "no-oauth",
    32 Connection "connection",
    33 Protocol "protocol",
    34 Refused "refused",
    40 MailboxMissing "mailbox-missing",
    41 RecipientRefused "recipient-refused",
    42 MessageRefused "message-refused",
    43 OutcomeUnknown "outcome-unknown",
    44 MailboxAccess "mailbox-access",
    60 Throttled "throttled",
    70 Internal "internal",
    130 Cancelled "cancelled",
}

pub(crate) fn tls(problem: TlsProblem) -> Code {
    match problem {
        TlsProblem::UnknownIssuer => Code::UntrustedCertificate,
        TlsProblem::WrongName => Code::CertificateName,
        TlsProblem::TimedOut => Code::TimedOut,
        _ => Code::Tls,
    }
}

pub(crate) fn connect(stage: Stage, error: &io::Error) -> Code {
    match (stage, error.kind()) {
        (_, io::ErrorKind::TimedOut) => Code::TimedOut,
        (Stage::Resolve, _) => Code::NameNotFound,
        (_, io::ErrorKind::ConnectionRefused) => Code::PortClosed,
        _ => Code::NotConnected,
    }
}

#[cfg(test)]
mod tests {
    use mail_oauth::diagnosis::causes;

    use super::Code;

    #[test]
    fn every_cause_has_an_exit_code_of_the_table() {
        for cause in causes() {
            assert!(Code::of_number(cause.exit).is_some(), "{}: {}", cause.id, cause.exit);
        }
    }

    #[test]
    fn the_readme_lists_every_code() {
        let readme = include_str!("../README.md");
        for code in Code::ALL {
            let row = format!("| {} | `{}` |", code.number(), code.id());
            assert!(readme.contains(&row), "missing: {row}");
        }
    }
}
