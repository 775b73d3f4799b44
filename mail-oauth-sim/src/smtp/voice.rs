//! What the SMTP server says of itself, in the manner of each profile.

use super::reply::Reply;
use crate::Profile;

pub(super) fn greeting(profile: Profile, now: &str) -> String {
    match profile {
        Profile::Exchange => format!("220 localhost Microsoft ESMTP MAIL Service ready at {now}\r\n"),
        Profile::Gmail => "220 smtp.gmail.com ESMTP mail-oauth-sim - gsmtp\r\n".into(),
        Profile::Plain => "220 localhost ESMTP mail-oauth-sim\r\n".into(),
    }
}

/// The answer to EHLO but for its last line. The list is the same before and after TLS but for one line: AUTH only under
/// TLS.
pub(super) fn extensions(profile: Profile, size: usize, tls: bool, starttls: bool, oauth: bool) -> String {
    let middle = match (tls, oauth, profile) {
        (false, _, _) if starttls => "STARTTLS",
        (false, _, _) => "HELP",
        (true, false, _) => "AUTH LOGIN PLAIN",
        (true, true, Profile::Exchange) => "AUTH LOGIN XOAUTH2",
        (true, true, Profile::Gmail) => "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
        (true, true, Profile::Plain) => "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER",
    };
    format!(
        "250-localhost Hello [127.0.0.1]\r\n250-SIZE {size}\r\n250-PIPELINING\r\n250-DSN\r\n\
         250-ENHANCEDSTATUSCODES\r\n250-{middle}\r\n250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n"
    )
}

/// The answer to a token that is refused.
pub(super) fn refusal(profile: Profile, trace: &str) -> Reply {
    match profile {
        Profile::Exchange => Reply::new(535, format!("5.7.3 Authentication unsuccessful {trace}")),
        Profile::Gmail => Reply::new(
            535,
            "5.7.8 Username and Password not accepted. For more information, go to\n5.7.8  \
             https://support.google.com/mail/?p=BadCredentials mail-oauth-sim - gsmtp",
        ),
        Profile::Plain => Reply::new(535, "5.7.8 Error: authentication failed: (reason unavailable)"),
    }
}

pub(super) fn line_too_long(profile: Profile) -> Reply {
    match profile {
        Profile::Gmail => Reply::new(
            555,
            "5.5.2 Syntax error, command line too long. For more information, go to\n5.5.2  \
             https://support.google.com/a/answer/3221692 mail-oauth-sim - gsmtp",
        ),
        Profile::Exchange | Profile::Plain => Reply::fault(crate::MailFault::SmtpLongLine),
    }
}
