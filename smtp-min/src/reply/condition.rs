//! What a refusal is about.

use super::{Reply, Severity};

/// What a refusal hints at.
///
/// Servers say a dozen things with one code, and which of them it is in prose: Office 365 has nine sentences behind
/// `535 5.7.139`. It is a hint for a caller that must decide what to do next; nothing in this crate depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// 432 4.3.2: too many connections or senders at a time. Office 365 allows three connections of a mailbox.
    TooManyConnections,
    /// 4.7.x: too much too fast, or a check that could not be made now.
    Throttled,
    /// 4xx to a login: the server cannot judge the credentials now.
    LoginUnavailable,
    /// The mailbox has sent all that it may for now (Office 365: 10,000 recipients a day).
    QuotaExceeded,
    /// 535 5.7.3, 5.7.8 and others: user and token do not fit, and the server does not say why. The token itself does.
    CredentialsRefused,
    /// Office 365: SMTP AUTH is off for the whole tenant. An administrator can switch it on.
    SmtpAuthDisabledForTenant,
    /// Office 365: SMTP AUTH is off for this mailbox. An administrator can switch it on.
    SmtpAuthDisabledForMailbox,
    /// Office 365: the security defaults of the tenant forbid it.
    SecurityDefaults,
    /// Office 365: a conditional access rule of the tenant forbids it.
    ConditionalAccess,
    /// Passwords are not taken any more. A token is.
    BasicAuthDisabled,
    /// 530: a login comes first.
    NotAuthenticated,
    /// 530 5.7.0, 538 5.7.11: TLS comes first.
    TlsRequired,
    /// This user may not send as this sender: the right to do so is missing.
    SendAsDenied,
    /// 4.2.0, 5.2.1: the user's own mailbox cannot be opened: no licence, no permission, or blocked.
    MailboxUnavailable,
    /// 5.2.2: the recipient's mailbox is full.
    MailboxFull,
    /// 5.2.3, 5.3.4: the message is too large.
    TooLarge,
    /// 5.1.x: there is no such address.
    BadAddress,
    /// The `AUTH` line or the SASL message is too long for this server: send it in two steps.
    LineTooLong,
}

/// What to do about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// The same will work later.
    Wait,
    /// The same will work when somebody has changed a setting, a permission, a password or the login.
    Fix,
    /// The same will not work.
    Permanent,
}

impl Condition {
    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> Advice {
        match self {
            Condition::TooManyConnections
            | Condition::Throttled
            | Condition::LoginUnavailable
            | Condition::QuotaExceeded => Advice::Wait,
            Condition::CredentialsRefused
            | Condition::SmtpAuthDisabledForTenant
            | Condition::SmtpAuthDisabledForMailbox
            | Condition::SecurityDefaults
            | Condition::ConditionalAccess
            | Condition::BasicAuthDisabled
            | Condition::NotAuthenticated
            | Condition::TlsRequired
            | Condition::SendAsDenied
            | Condition::MailboxUnavailable
            | Condition::LineTooLong => Advice::Fix,
            Condition::MailboxFull | Condition::TooLarge | Condition::BadAddress => Advice::Permanent,
        }
    }

    pub(super) fn of(reply: &Reply<'_>) -> Option<Condition> {
        if matches!(reply.severity(), Severity::Success | Severity::Intermediate) {
            return None;
        }
        let text: Vec<u8> = reply.lines().collect::<Vec<_>>().join(&b' ');
        let said = |phrase: &str| {
            text.windows(phrase.len()).any(|part| part.eq_ignore_ascii_case(phrase.as_bytes()))
        };
        SENTENCES
            .iter()
            .find(|(phrase, _)| said(phrase))
            .map(|(_, condition)| *condition)
            .or_else(|| by_code(reply))
    }
}

/// Sentences that say more than their codes.
const SENTENCES: &[(&str, Condition)] = &[
    ("SmtpClientAuthentication is disabled for the Tenant", Condition::SmtpAuthDisabledForTenant),
    ("SmtpClientAuthentication is disabled for the Mailbox", Condition::SmtpAuthDisabledForMailbox),
    ("security defaults policy", Condition::SecurityDefaults),
    ("did not meet the criteria", Condition::ConditionalAccess),
    ("basic authentication is disabled", Condition::BasicAuthDisabled),
    ("Basic authentication is not supported", Condition::BasicAuthDisabled),
    ("permissions to send as", Condition::SendAsDenied),
    ("SendAsDenied", Condition::SendAsDenied),
    ("SubmissionQuotaExceeded", Condition::QuotaExceeded),
    ("mailbox logon failure", Condition::MailboxUnavailable),
    ("Mailbox cannot be accessed", Condition::MailboxUnavailable),
    ("Concurrent connections limit", Condition::TooManyConnections),
    ("sender thread limit", Condition::TooManyConnections),
    ("Must issue a STARTTLS", Condition::TlsRequired),
    ("TLS required", Condition::TlsRequired),
    ("line too long", Condition::LineTooLong),
    ("SASL response limit", Condition::LineTooLong),
];

fn by_code(reply: &Reply<'_>) -> Option<Condition> {
    let enhanced = reply.enhanced().map(|code| (code.class, code.subject, code.detail));
    Some(match (reply.code(), enhanced) {
        (432, _) | (_, Some((4, 3, 2))) => Condition::TooManyConnections,
        (454, Some((4, 7, _))) => Condition::LoginUnavailable,
        (_, Some((4, 7, _))) => Condition::Throttled,
        (_, Some((5, 7, 57))) => Condition::NotAuthenticated,
        (_, Some((5, 7, 60))) | (_, Some((5, 2, 252))) => Condition::SendAsDenied,
        (_, Some((5, 7, 30))) => Condition::BasicAuthDisabled,
        (538, _) | (_, Some((5, 7, 11))) => Condition::TlsRequired,
        (530, _) => Condition::NotAuthenticated,
        (534 | 535, _) => Condition::CredentialsRefused,
        (_, Some((5, 2, 1))) => Condition::MailboxUnavailable,
        (_, Some((5, 2, 2))) => Condition::MailboxFull,
        (_, Some((5, 2, 3) | (5, 3, 4))) => Condition::TooLarge,
        (_, Some((5, 1, _))) => Condition::BadAddress,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Advice, Condition};
    use crate::frame::ReplyScan;
    use crate::{Limits, Reply, parse};

    fn judge(line: &str) -> (Option<Condition>, Option<Advice>) {
        let raw = format!("{line}\r\n");
        let mut scan = ReplyScan::default();
        let parsed = parse::reply(&scan.reply(raw.as_bytes(), &Limits::default()).unwrap().unwrap()).unwrap();
        let reply = Reply::new(parsed.code, parsed.enhanced, raw.as_bytes());
        (reply.condition(), reply.advice())
    }

    #[test]
    fn what_servers_say() {
        use Advice::{Fix, Permanent, Wait};
        let table: &[(&str, Option<Condition>, Advice)] = &[
            (
                "535 5.7.3 Authentication unsuccessful [AM0 2024-07-11T 08D]",
                Some(Condition::CredentialsRefused),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [x]",
                Some(Condition::SmtpAuthDisabledForTenant),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit",
                Some(Condition::SmtpAuthDisabledForMailbox),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
                Some(Condition::CredentialsRefused),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
                Some(Condition::SecurityDefaults),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
                Some(Condition::ConditionalAccess),
                Fix,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
                Some(Condition::BasicAuthDisabled),
                Fix,
            ),
            ("530 5.7.57 Client not authenticated to send mail.", Some(Condition::NotAuthenticated), Fix),
            (
                "550 5.7.30 Basic authentication is not supported for Client Submission.",
                Some(Condition::BasicAuthDisabled),
                Fix,
            ),
            (
                "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                Some(Condition::SendAsDenied),
                Fix,
            ),
            (
                "554 5.2.252 SendAsDenied; user@a not allowed to send as other@a",
                Some(Condition::SendAsDenied),
                Fix,
            ),
            (
                "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending",
                Some(Condition::TooManyConnections),
                Wait,
            ),
            (
                "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
                Some(Condition::TooManyConnections),
                Wait,
            ),
            (
                "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
                Some(Condition::QuotaExceeded),
                Wait,
            ),
            ("430 4.2.0 STOREDRV; mailbox logon failure", Some(Condition::MailboxUnavailable), Fix),
            ("550 5.2.1 Mailbox cannot be accessed", Some(Condition::MailboxUnavailable), Fix),
            ("451 4.7.500 Server busy. Please try again later", Some(Condition::Throttled), Wait),
            ("454 4.7.0 Temporary authentication failure", Some(Condition::LoginUnavailable), Wait),
            ("530 5.7.0 Must issue a STARTTLS command first", Some(Condition::TlsRequired), Fix),
            ("535 5.7.8 Username and Password not accepted.", Some(Condition::CredentialsRefused), Fix),
            ("555 5.5.2 Syntax error, command line too long", Some(Condition::LineTooLong), Fix),
            ("500 5.5.6 SASL response limit exceeded", Some(Condition::LineTooLong), Fix),
            ("552 5.3.4 Message size exceeds fixed limit", Some(Condition::TooLarge), Permanent),
            ("552 5.2.2 full", Some(Condition::MailboxFull), Permanent),
            ("550 5.1.1 who", Some(Condition::BadAddress), Permanent),
            ("550 5.7.501 Access denied, banned sender", None, Fix),
            ("450 4.2.1 later", None, Wait),
            ("554 5.6.0 no", None, Permanent),
            ("550 no", None, Permanent),
            ("421 later", None, Wait),
        ];
        for (line, condition, advice) in table {
            assert_eq!(judge(line), (*condition, Some(*advice)), "{line}");
        }
        assert_eq!(judge("250 2.1.5 the line too long for a screen"), (None, None));
    }
}
