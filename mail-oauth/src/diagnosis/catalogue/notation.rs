//! How a cause is written down: one entry of a table, with names for what many entries share.
//!
//! ```text
//! 35 "public-client-off" Registration Error EntraAdmin 28    number, id, area, severity, who, exit code
//! en "title" "why" "fix"
//! de "Titel" "Warum" "Abhilfe"
//! link ERRORS                                                or NO_LINK
//! marks [                                                    empty: it cannot be seen from a client
//!     95: Aadsts(&[7000218]), Not(InCodeExchange);           weight: patterns that must all match
//! ]
//! ```

use super::super::cause::Pattern;

// What an entry is made of.
pub(super) use super::super::cause::Pattern::{
    Aadsts, Any, Enhanced, Fact as Is, NoNumber, NoneOf, Not, OAuth, Phrase, PhraseIn, Reply, Suberror, Tls,
};
pub(super) use super::super::cause::{Area, Cause, Mark, Severity, Sight, Who, Words};
pub(super) use super::super::signal::Fact::*;
pub(super) use crate::error::TlsProblem;
pub(super) use crate::server::Protocol;

macro_rules! catalogue {
    ($(
        $number:literal $id:literal $area:ident $severity:ident $who:ident $exit:literal
        en $title_en:literal $why_en:literal $fix_en:literal
        de $title_de:literal $why_de:literal $fix_de:literal
        link $link:ident
        marks [$($weight:literal: $($pattern:expr),+;)*]
    )*) => {
        pub(super) const CAUSES: &[Cause] = &[$(Cause {
            id: $id,
            number: $number,
            area: Area::$area,
            severity: Severity::$severity,
            who: Who::$who,
            exit: $exit,
            sight: sight(&[$($weight),*]),
            title: Words { en: $title_en, de: $title_de },
            why: Words { en: $why_en, de: $why_de },
            fix: Words { en: $fix_en, de: $fix_de },
            link: $link,
            marks: &[$(Mark { all: &[$($pattern),+], weight: $weight }),*],
        }),*];
    };
}
pub(super) use catalogue;

/// What has no marks cannot be seen.
pub(super) const fn sight(weights: &[u8]) -> Sight {
    if weights.is_empty() { Sight::Hidden } else { Sight::Seen }
}

/// The sign-in at the mail server was refused for good.
pub(super) const REFUSED: Pattern = Is(SignInRefused);
/// The sign-in was accepted and the mailbox did not open.
pub(super) const NOT_CONNECTED: Pattern = Any(&[Is(NotConnected), Phrase("authenticated but not connected")]);
/// Nothing is known of what the token says.
pub(super) const UNSEEN: Pattern = Any(&[Is(TokenUnseen), Is(TokenOpaque)]);
/// The server is Exchange Online, or it is not known whose it is.
pub(super) const EXCHANGE: Pattern = NoneOf(&[Google, OtherProvider]);
/// The provider is Microsoft, or not known.
pub(super) const ENTRA: Pattern = NoneOf(&[Google, OtherProvider]);
/// No other protocol works with the same sign-in.
pub(super) const NOWHERE: Pattern = Not(WorksElsewhere);

pub(super) const NO_LINK: &str = "";
pub(super) const ERRORS: &str =
    "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes";
pub(super) const REGISTER: &str =
    "https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app";
pub(super) const REDIRECT: &str = "https://learn.microsoft.com/en-us/entra/identity-platform/reply-url";
pub(super) const SCOPES: &str = "https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc";
pub(super) const REFRESH: &str = "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens";
pub(super) const CLOUDS: &str =
    "https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud";
pub(super) const DEVICE_CODE: &str =
    "https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code";
pub(super) const CONSENT: &str =
    "https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/grant-admin-consent";
pub(super) const ASSIGN: &str =
    "https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/assign-user-or-group-access-portal";
pub(super) const CONDITIONAL: &str =
    "https://learn.microsoft.com/en-us/entra/identity/conditional-access/overview";
pub(super) const DEFAULTS: &str = "https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults";
pub(super) const RESTRICTIONS: &str =
    "https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/tenant-restrictions";
pub(super) const MAIL_OAUTH: &str = "https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth";
pub(super) const SMTP_AUTH: &str = "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission";
pub(super) const BASIC_AUTH: &str = "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/disable-basic-authentication-in-exchange-online";
pub(super) const HVE: &str =
    "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/high-volume-mails-m365";
pub(super) const LIMITS: &str = "https://learn.microsoft.com/en-us/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits";
pub(super) const CONCURRENT: &str = "https://aka.ms/concurrent_sending";
pub(super) const MFA_SETUP: &str = "https://aka.ms/mfasetup";
pub(super) const STATUS: &str = "https://status.cloud.microsoft";
pub(super) const GOOGLE_MAIL: &str = "https://developers.google.com/gmail/imap/xoauth2-protocol";
pub(super) const GOOGLE_OAUTH: &str = "https://developers.google.com/identity/protocols/oauth2";
pub(super) const GOOGLE_APPS: &str = "https://support.google.com/a/answer/7281227";
pub(super) const GOOGLE_DELEGATION: &str = "https://support.google.com/a/answer/162106";
pub(super) const GOOGLE_IMAP: &str = "https://support.google.com/a/answer/105694";
