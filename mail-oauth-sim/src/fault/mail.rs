use crate::Service;

/// Something that a mail server says out of its usual course, in the words that were seen in life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MailFault {
    /// IMAP: `NO AUTHENTICATE failed.`, whatever the token.
    ImapLoginFailed,
    /// IMAP: the login goes well, and mailbox commands get `BAD User is authenticated but not connected.`
    ImapNotConnected,
    /// IMAP: `BAD Request is throttled` to a command, and `BYE`.
    ImapThrottled {
        /// The suggested back-off time in milliseconds.
        backoff_ms: u64,
    },
    /// IMAP: `NO Request is throttled` to the login.
    ImapLoginThrottled {
        /// The suggested back-off time in milliseconds.
        backoff_ms: u64,
    },
    /// IMAP: too many connections of the mailbox.
    ImapTooManyConnections,
    /// IMAP: a line that is neither tagged nor untagged, and the end.
    ImapServerUnavailable,
    /// IMAP: the access token ran out while the session lived.
    ImapTokenExpired,
    /// IMAP: after a command, `BYE Connection closed. 14`.
    ImapClosed,
    /// IMAP: a folder opens only after the client has sent `ID`.
    ImapUnsafeLogin,
    /// IMAP: the old sentence about passwords, also to a token.
    ImapBasicAuthDisabled,
    /// IMAP: the login goes well, with an error report in its response code.
    ImapOddResponseCode,
    /// All: no OAuth mechanism is offered or taken.
    NoOauth(Service),
    /// IMAP and SMTP: the token on the command's own line is not taken.
    NoInitialResponse(Service),
    /// All: a refused token is answered by a challenge that holds JSON, as Gmail does it, before the refusal.
    ErrorChallenge(Service),
    /// All: STARTTLS or STLS is neither offered nor taken.
    NoStartTls(Service),
    /// POP3: `-ERR Authentication failure`, whatever the token.
    Pop3LoginFailed,
    /// POP3: a token of more than so many octets in base64 ends the connection.
    Pop3LongToken(usize),
    /// POP3: the mailbox is in use.
    Pop3InUse,
    /// SMTP: `535 5.7.3`, whatever the token.
    SmtpLoginFailed,
    /// SMTP: `535 5.7.139`, switched off for the tenant.
    SmtpAuthDisabledForTenant,
    /// SMTP: `535 5.7.139`, switched off for the mailbox.
    SmtpAuthDisabledForMailbox,
    /// SMTP: `535 5.7.139`, security defaults.
    SmtpSecurityDefaults,
    /// SMTP: `535 5.7.139`, an authentication policy.
    SmtpCriteria,
    /// SMTP: `535 5.7.139`, the organization's configuration.
    SmtpOrganization,
    /// SMTP: `535 5.7.139`, the credentials were incorrect.
    SmtpCredentials,
    /// SMTP: `535 5.7.139`, passwords are off.
    SmtpBasicAuthDisabled,
    /// SMTP: `550 5.7.30`, passwords are gone for good.
    SmtpBasicAuthGone,
    /// SMTP: `501 5.5.127`, the token runs out too soon (High Volume Email).
    SmtpTokenExpiresSoon,
    /// SMTP: `501 5.5.124`, the XOAUTH2 message is malformed (High Volume Email).
    SmtpInvalidAuthData,
    /// SMTP: `500 5.5.2 Line too long` to an AUTH line of more than 512 octets, as a relay in between says it.
    SmtpLongLine,
    /// SMTP: `530 5.7.57`, whoever is logged in.
    SmtpNotAuthenticated,
    /// SMTP: `432 4.3.2`, too many connections.
    SmtpTooManyConnections,
    /// SMTP: `432 4.3.2`, too many threads of the sender.
    SmtpTooManyThreads,
    /// SMTP: `554 5.2.0`, too many messages a day.
    SmtpQuotaExceeded,
    /// SMTP: `430 4.2.0`, an app without rights to the mailbox.
    SmtpMailboxLogonFailure,
    /// SMTP: `554 5.2.252`, the sender is somebody else.
    SmtpSendAsDenied,
    /// SMTP: `554 5.2.0`, the sender is somebody else, in the store's words.
    SmtpSendAsDeniedByStore,
    /// SMTP: `550 5.7.60`, the sender is nobody of the tenant's.
    SmtpSenderRefused,
    /// SMTP: `552 5.3.4`, the message is too large.
    SmtpTooLarge,
    /// SMTP: `550 5.5.105`, a recipient elsewhere (High Volume Email).
    SmtpExternalRecipient,
    /// SMTP: the connection ends after the message, without an answer to it.
    SmtpNoFinalReply,
}

/// The error challenge, in base64.
pub(crate) const ERROR_CHALLENGE: &str =
    "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0=";

/// Where in a session a fault of a mail server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// In place of the login's answer.
    Login,
    /// In place of the answer to a command after the login.
    Command,
    /// In place of the answer to `MAIL`.
    Sender,
    /// In place of the answer to `RCPT`.
    Recipient,
    /// In place of the answer to the message.
    Message,
    /// Not in one place: the session asks for it by name.
    Conduct,
}

impl MailFault {
    /// The server that has it.
    #[must_use]
    pub fn service(self) -> Service {
        match self {
            Self::NoOauth(service)
            | Self::NoInitialResponse(service)
            | Self::NoStartTls(service)
            | Self::ErrorChallenge(service) => service,
            Self::ImapLoginFailed
            | Self::ImapNotConnected
            | Self::ImapThrottled { .. }
            | Self::ImapLoginThrottled { .. }
            | Self::ImapTooManyConnections
            | Self::ImapServerUnavailable
            | Self::ImapTokenExpired
            | Self::ImapClosed
            | Self::ImapUnsafeLogin
            | Self::ImapBasicAuthDisabled
            | Self::ImapOddResponseCode => Service::Imap,
            Self::Pop3LoginFailed | Self::Pop3LongToken(_) | Self::Pop3InUse => Service::Pop3,
            _ => Service::Smtp,
        }
    }

    pub(crate) fn stage(self) -> Stage {
        match self {
            Self::ImapLoginFailed
            | Self::ImapLoginThrottled { .. }
            | Self::ImapTooManyConnections
            | Self::ImapBasicAuthDisabled
            | Self::Pop3LoginFailed
            | Self::Pop3InUse
            | Self::SmtpLoginFailed
            | Self::SmtpAuthDisabledForTenant
            | Self::SmtpAuthDisabledForMailbox
            | Self::SmtpSecurityDefaults
            | Self::SmtpCriteria
            | Self::SmtpOrganization
            | Self::SmtpCredentials
            | Self::SmtpBasicAuthDisabled
            | Self::SmtpBasicAuthGone
            | Self::SmtpTokenExpiresSoon
            | Self::SmtpInvalidAuthData => Stage::Login,
            Self::ImapThrottled { .. }
            | Self::ImapServerUnavailable
            | Self::ImapTokenExpired
            | Self::ImapClosed => Stage::Command,
            Self::SmtpNotAuthenticated | Self::SmtpTooManyConnections | Self::SmtpSenderRefused => {
                Stage::Sender
            }
            Self::SmtpExternalRecipient => Stage::Recipient,
            Self::SmtpTooManyThreads
            | Self::SmtpQuotaExceeded
            | Self::SmtpMailboxLogonFailure
            | Self::SmtpSendAsDenied
            | Self::SmtpSendAsDeniedByStore
            | Self::SmtpTooLarge
            | Self::SmtpNoFinalReply => Stage::Message,
            Self::ImapNotConnected
            | Self::ImapUnsafeLogin
            | Self::ImapOddResponseCode
            | Self::Pop3LongToken(_)
            | Self::NoOauth(_)
            | Self::NoInitialResponse(_)
            | Self::NoStartTls(_)
            | Self::ErrorChallenge(_)
            | Self::SmtpLongLine => Stage::Conduct,
        }
    }

    /// What is said, without tag and line end; an SMTP reply begins with its code.
    pub(crate) fn text(self) -> String {
        const UNSUCCESSFUL: &str = "535 5.7.139 Authentication unsuccessful,";
        const SWITCH: &str = "Visit https://aka.ms/smtp_auth_disabled for more information.";
        match self {
            Self::ImapLoginFailed => "NO AUTHENTICATE failed.".into(),
            Self::ImapNotConnected => "BAD User is authenticated but not connected.".into(),
            Self::ImapThrottled { backoff_ms } => {
                format!("BAD Request is throttled. Suggested Backoff Time: {backoff_ms} milliseconds")
            }
            Self::ImapLoginThrottled { backoff_ms } => {
                format!("NO Request is throttled. Suggested Backoff Time: {backoff_ms} milliseconds")
            }
            Self::ImapTooManyConnections => "NO [ALERT] Too many simultaneous connections. (Failure)".into(),
            Self::ImapServerUnavailable => "Server Unavailable. 15".into(),
            Self::ImapTokenExpired => "* BYE Session invalidated - AccessTokenExpired".into(),
            Self::ImapClosed => "* BYE Connection closed. 14".into(),
            Self::ImapUnsafeLogin => "NO SELECT Unsafe Login. Please contact the administrator for help".into(),
            Self::ImapBasicAuthDisabled => "NO Basic authentication is disabled.".into(),
            Self::ImapOddResponseCode => {
                "OK [Error=\"Microsoft.Exchange.Data.Storage.WrongServerException: Cross Server access is not allowed \
                 for mailbox\" AuthResultFromPopImapEnd=0 Proxy=localhost:1993:SSL Service=Imap4] AUTHENTICATE completed."
                    .into()
            }
            Self::NoOauth(Service::Imap) => "NO AUTHENTICATE failed.".into(),
            Self::NoOauth(Service::Pop3) => "-ERR Unrecognized authentication type.".into(),
            Self::NoOauth(_) => "504 5.7.4 Unrecognized authentication type".into(),
            Self::NoInitialResponse(Service::Imap) => "BAD Command Argument Error. 12".into(),
            Self::NoInitialResponse(_) => "501 5.5.4 Invalid arguments".into(),
            Self::NoStartTls(Service::Imap) => "BAD Command Error. 12".into(),
            Self::NoStartTls(Service::Pop3) => "-ERR Command is not valid in this state.".into(),
            Self::NoStartTls(_) => "500 5.3.3 Unrecognized command".into(),
            // {"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}
            Self::ErrorChallenge(_) => ERROR_CHALLENGE.into(),
            Self::Pop3LoginFailed => "-ERR Authentication failure: unknown user name or bad password.".into(),
            Self::Pop3LongToken(_) => "-ERR Protocol error. Connection is closed. 10".into(),
            Self::Pop3InUse => "-ERR [IN-USE] Mailbox is locked by another session.".into(),
            Self::SmtpLoginFailed => "535 5.7.3 Authentication unsuccessful".into(),
            Self::SmtpAuthDisabledForTenant => {
                format!("{UNSUCCESSFUL} SmtpClientAuthentication is disabled for the Tenant. {SWITCH}")
            }
            Self::SmtpAuthDisabledForMailbox => {
                format!("{UNSUCCESSFUL} SmtpClientAuthentication is disabled for the Mailbox. {SWITCH}")
            }
            Self::SmtpSecurityDefaults => format!(
                "{UNSUCCESSFUL} user is locked by your organization's security defaults policy. Contact your administrator."
            ),
            Self::SmtpCriteria => format!(
                "{UNSUCCESSFUL} the request did not meet the criteria to be authenticated successfully. Contact your \
                 administrator."
            ),
            Self::SmtpOrganization => {
                format!("{UNSUCCESSFUL} the organization configuration doesn't allow this request.")
            }
            Self::SmtpCredentials => format!("{UNSUCCESSFUL} the user credentials were incorrect."),
            Self::SmtpBasicAuthDisabled => format!("{UNSUCCESSFUL} basic authentication is disabled."),
            Self::SmtpBasicAuthGone => {
                "550 5.7.30 Basic authentication is not supported for Client Submission.".into()
            }
            Self::SmtpTokenExpiresSoon => "501 5.5.127 Authentication failed. Token will expire soon".into(),
            Self::SmtpInvalidAuthData => "501 5.5.124 Invalid XOAUTH2 auth data".into(),
            Self::SmtpLongLine => "500 5.5.2 Line too long".into(),
            Self::SmtpNotAuthenticated => "530 5.7.57 Client not authenticated to send mail.".into(),
            Self::SmtpTooManyConnections => {
                "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more \
                 information. [Hostname=localhost]"
                    .into()
            }
            Self::SmtpTooManyThreads => "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded".into(),
            Self::SmtpQuotaExceeded => {
                "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException".into()
            }
            Self::SmtpMailboxLogonFailure => "430 4.2.0 STOREDRV; mailbox logon failure".into(),
            Self::SmtpSendAsDenied => "554 5.2.252 SendAsDenied; not allowed to send as this sender".into(),
            Self::SmtpSendAsDeniedByStore => {
                "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied".into()
            }
            Self::SmtpSenderRefused => {
                "550 5.7.60 SMTP; Client does not have permissions to send as this sender".into()
            }
            Self::SmtpTooLarge => "552 5.3.4 Message size exceeds fixed maximum message size".into(),
            Self::SmtpExternalRecipient => "550 5.5.105 External recipients are not allowed".into(),
            Self::SmtpNoFinalReply => String::new(),
        }
    }
}
