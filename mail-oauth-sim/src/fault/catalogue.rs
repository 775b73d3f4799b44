use std::time::Duration;

use super::{Endpoint, Fault, HttpFault, IssueFault, MailFault, NetworkFault, TlsFault};
use crate::{Aadsts, Service};

/// A fault, what it stands for in life, and what a client sees of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CatalogueEntry {
    /// The name by which scenario files and the control endpoint set it, such as `imap-throttled`.
    pub name: String,
    /// The fault, with figures that a test can wait for.
    pub fault: Fault,
    /// The causes of a mailbox that does not work which it stands for, by their numbers in the project's table.
    pub rows: &'static [u8],
    /// What the client sees: text of the wire, or what happens to the connection.
    pub wire: String,
}

/// Every fault by a name, and with it every cause that a server can give a client to find out about.
#[must_use]
pub fn catalogue() -> Vec<CatalogueEntry> {
    let mut all = Vec::new();
    network(&mut all);
    tls(&mut all);
    http(&mut all);
    issue(&mut all);
    for aadsts in Aadsts::ALL {
        refuse(&mut all, *aadsts);
    }
    mail(&mut all);
    all
}

type All = Vec<CatalogueEntry>;

fn add(all: &mut All, name: impl Into<String>, fault: Fault, rows: &'static [u8], wire: impl Into<String>) {
    all.push(CatalogueEntry { name: name.into(), fault, rows, wire: wire.into() });
}

fn network(all: &mut All) {
    for (service, name) in SERVICES {
        for (what, fault, rows, wire) in [
            ("refused", NetworkFault::Refuse, &[14][..], "connection refused"),
            ("reset", NetworkFault::Reset, &[14, 89], "connection reset before anything is said"),
            ("stalled", NetworkFault::Stall, &[14], "connected, and nothing is ever said"),
            (
                "trickle",
                NetworkFault::Trickle { octets: 64, pause: Duration::from_millis(1) },
                &[],
                "every answer in pieces of 64 octets",
            ),
            (
                "cut-sending",
                NetworkFault::CutAfterSending(2_000),
                &[89],
                "reset after 2,000 octets of the server",
            ),
            (
                "cut-receiving",
                NetworkFault::CutAfterReceiving(400),
                &[89],
                "reset after 400 octets of the client",
            ),
            (
                "stall-sending",
                NetworkFault::StallAfterSending(2_000),
                &[89],
                "silence after 2,000 octets of the server",
            ),
        ] {
            add(all, format!("{name}-{what}"), Fault::Network { service, skip: 0, fault }, rows, wire);
        }
    }
}

fn tls(all: &mut All) {
    for (service, name) in SERVICES {
        for (what, fault, rows, wire) in [
            ("certificate-expired", TlsFault::Expired, &[][..], "certificate not valid after 2020-01-01"),
            ("certificate-name", TlsFault::WrongName, &[18], "certificate for wrong.example"),
            ("certificate-unknown", TlsFault::UnknownCa, &[16], "certificate of an unknown authority"),
            ("tls-old", TlsFault::OldVersion, &[19], "TLS 1.0 at most"),
            ("not-tls", TlsFault::NotTls, &[17], "plain text where TLS is expected"),
        ] {
            add(all, format!("{name}-{what}"), Fault::Tls { service, fault }, rows, wire);
        }
    }
}

fn http(all: &mut All) {
    let google = |status, error: &str, description: &str| HttpFault::OauthError {
        status,
        error: error.into(),
        description: description.into(),
    };
    let after = Some(Duration::from_secs(7));
    for (name, fault, rows, wire) in [
        (
            "http-503",
            HttpFault::Unavailable { retry_after: after },
            &[89][..],
            "HTTP 503, Retry-After: 7, AADSTS90033",
        ),
        (
            "http-429",
            HttpFault::TooManyRequests { retry_after: after },
            &[65],
            "HTTP 429, Retry-After: 7, Too Many Requests",
        ),
        (
            "http-429-date",
            HttpFault::TooManyRequestsUntil { ahead: Duration::from_secs(7) },
            &[65],
            "HTTP 429, Retry-After: a date, Too Many Requests",
        ),
        ("http-500", HttpFault::Status(500), &[89], "HTTP 500, no body"),
        ("http-407", HttpFault::Status(407), &[15], "HTTP 407, no body"),
        ("http-html", HttpFault::Html, &[15, 89], "HTTP 502, <html>"),
        ("http-captive-portal", HttpFault::HtmlUnder200, &[15], "HTTP 200, <html>"),
        ("http-truncated", HttpFault::Truncated, &[], "half of the body"),
        ("http-slow", HttpFault::Slow(Duration::from_millis(200)), &[], "the answer 200 ms late"),
        ("http-bom", HttpFault::Bom, &[], "a byte order mark before the body"),
        ("http-string-expires-in", HttpFault::StringExpiresIn, &[], "\"expires_in\":\"4500\""),
        ("http-error-under-200", HttpFault::ErrorUnder200, &[], "HTTP 200, \"error\""),
        (
            "http-redirect",
            HttpFault::Redirect("https://elsewhere.example/".into()),
            &[],
            "HTTP 302, Location: https://elsewhere.example/",
        ),
        ("http-huge", HttpFault::Blanks(2 * 1024 * 1024), &[], "2 MiB of blanks"),
        (
            "slow-down",
            google(400, "slow_down", "Polling too often"),
            &[],
            "HTTP 400, \"error\":\"slow_down\"",
        ),
        ("no-refresh-token", HttpFault::NoRefreshToken, &[57, 63], "no refresh_token"),
        ("short-scope", HttpFault::ShortScope, &[], "\"scope\":\"IMAP.AccessAsUser.All\""),
        (
            "google-revoked",
            google(400, "invalid_grant", "Token has been expired or revoked."),
            &[66],
            "HTTP 400, \"error\":\"invalid_grant\", Token has been expired or revoked.",
        ),
        (
            "google-policy",
            google(400, "admin_policy_enforced", "Access to this app was blocked by your administrator."),
            &[67],
            "HTTP 400, \"error\":\"admin_policy_enforced\"",
        ),
        (
            "google-delegation",
            google(
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method.",
            ),
            &[68],
            "HTTP 401, \"error\":\"unauthorized_client\"",
        ),
    ] {
        add(all, name, Fault::HttpAt { at: Endpoint::Token, fault }, rows, wire);
    }
    let skew = Duration::from_secs(3_600);
    for (name, fault, wire) in [
        ("http-date-ahead", HttpFault::DateAhead(skew), "Date: an hour ahead"),
        ("http-date-behind", HttpFault::DateBehind(skew), "Date: an hour behind"),
    ] {
        add(all, name, Fault::Http(fault), &[5], wire);
    }
    let fault = google(400, "invalid_scope", "Invalid device flow scope: https://mail.google.com/");
    let wire = "HTTP 400, \"error\":\"invalid_scope\", Invalid device flow scope";
    add(all, "google-device-scope", Fault::HttpAt { at: Endpoint::DeviceCode, fault }, &[], wire);
}

fn issue(all: &mut All) {
    for (name, fault, rows, wire) in [
        ("token-for-graph", IssueFault::GraphAudience, &[69][..], "aud is https://graph.microsoft.com"),
        ("token-without-scope", IssueFault::WithoutMailScope, &[70], "scp is User.Read"),
        ("token-without-roles", IssueFault::WithoutRoles, &[71], "no roles"),
        ("token-of-app", IssueFault::AppInsteadOfUser, &[72], "idtyp is app, no scp, no roles"),
        ("token-foreign-tenant", IssueFault::ForeignTenant, &[73], "tid is another tenant's"),
        ("token-short-lived", IssueFault::ShortLived, &[74], "\"expires_in\":60"),
        ("token-expired", IssueFault::AlreadyExpired, &[5, 74], "exp is in the past"),
        ("token-not-yet-valid", IssueFault::NotYetValid, &[5], "iat and nbf are an hour ahead"),
        ("token-opaque", IssueFault::Opaque, &[75], "EwB..."),
        ("token-with-more", IssueFault::MorePermissions, &[105], "scp holds Mail.ReadWrite too"),
    ] {
        add(all, name, Fault::Issue(fault), rows, wire);
    }
}

fn refuse(all: &mut All, aadsts: Aadsts) {
    let at = if aadsts.is_page() || matches!(aadsts, Aadsts::NoSession | Aadsts::ConsentDeclined) {
        Endpoint::Authorize
    } else {
        match aadsts {
            Aadsts::TenantNotFound => Endpoint::Metadata,
            Aadsts::UnknownInstance => Endpoint::Instance,
            _ => Endpoint::Token,
        }
    };
    let wire = match aadsts.is_page() {
        true => format!("a page: AADSTS{}", aadsts.code()),
        false => format!("\"error\":\"{}\", AADSTS{}", aadsts.error(), aadsts.code()),
    };
    add(all, format!("aadsts-{}", aadsts.code()), Fault::Refuse { at, aadsts }, rows_of(aadsts), wire);
}

fn rows_of(aadsts: Aadsts) -> &'static [u8] {
    use Aadsts as A;
    match aadsts {
        A::ApplicationNotFound => &[1, 33],
        A::WrongSecret => &[2, 3, 39],
        A::PublicClientWithSecret => &[4],
        A::AssertionExpired => &[5, 41],
        A::RefreshTokenInvalid => &[8],
        A::TenantNotFound => &[26],
        A::NationalCloud | A::CrossCloud | A::CrossCloudUser => &[27],
        A::SingleTenant => &[28],
        A::WorkAppAtConsumers | A::AudienceMismatch | A::WrongAudience | A::PersonalAppElsewhere => &[29],
        A::PasswordGrantAtCommon | A::NoTenant => &[30],
        A::PersonalAccountNotAllowed | A::WrongDirectory => &[31],
        A::UserNotFound | A::UnknownUserAccount => &[32],
        A::AppDisabled | A::ServicePrincipalDisabled => &[34],
        A::CredentialMissing => &[35, 36],
        A::SpaRefreshTokenExpired => &[37],
        A::RedirectMismatch | A::NoReplyAddress | A::RedirectMissing | A::RedirectInvalid => &[38],
        A::SecretExpired => &[40, 101],
        A::CertificateNotRegistered | A::CertificateInvalid | A::AssertionInvalid => &[41],
        A::PermissionNotDeclared | A::MisconfiguredApplication | A::ConsentMisconfigured => &[42],
        A::InvalidPermission => &[43],
        A::ResourceNotSubscribed | A::ResourceNotFound => &[44],
        A::ScopeInvalid | A::ScopeNotValid => &[45],
        A::TwoResources | A::ScopesOfSeveralResources => &[46],
        A::FirstPartyPreauthorization => &[47],
        A::ConsentRequired => &[48],
        A::AdminConsentRequired | A::AdminConsentRequested => &[49],
        A::ConsentDeclined => &[50],
        A::AssignmentRequired => &[51],
        A::MfaRequired | A::MfaByPolicyChange | A::MfaEnrolmentRequired | A::MfaRegistration => &[52],
        A::MfaSessionExpired => &[53],
        A::SignInFrequency => &[54],
        A::BlockedByConditionalAccess => &[55, 57, 104],
        A::BlockedBySecurityPolicy | A::BlockedByPolicy => &[55],
        A::DeviceNotCompliant | A::DeviceNotJoined | A::AppNotApproved | A::DeviceAuthentication => &[56],
        A::SecurityDefaults => &[57, 104],
        A::RefreshTokenInactive => &[58, 102],
        A::GrantRevoked | A::SessionExpired | A::SessionRevoked => &[59],
        A::UserDisabled | A::UserLocked | A::PasswordExpired | A::PasswordExpiredOnPremises => &[60],
        A::TenantRestrictions
        | A::TenantRestrictionsDevice
        | A::CrossTenantOutbound
        | A::CrossTenantInbound => &[61],
        A::AuthorizationPending
        | A::VerificationCodeExpired
        | A::BadVerificationCode
        | A::WrongDataCenter => &[62],
        A::TenantThrottled | A::ClientLoop => &[65],
        A::Transient => &[89],
        _ => &[],
    }
}

fn mail(all: &mut All) {
    use MailFault as M;
    use Service::{Imap, Pop3, Smtp};
    for (name, fault, rows) in [
        ("imap-login-failed", M::ImapLoginFailed, &[69, 70, 71, 72, 73, 74, 77, 82, 86, 89][..]),
        ("imap-not-connected", M::ImapNotConnected, &[78, 79, 80, 81, 83, 84, 85]),
        ("imap-throttled", M::ImapThrottled { backoff_ms: 92_415 }, &[88]),
        ("imap-login-throttled", M::ImapLoginThrottled { backoff_ms: 299_961 }, &[88]),
        ("imap-too-many-connections", M::ImapTooManyConnections, &[87]),
        ("imap-server-unavailable", M::ImapServerUnavailable, &[89]),
        ("imap-token-expired", M::ImapTokenExpired, &[74]),
        ("imap-closed", M::ImapClosed, &[87]),
        ("imap-unsafe-login", M::ImapUnsafeLogin, &[22]),
        ("imap-basic-auth-disabled", M::ImapBasicAuthDisabled, &[94, 103]),
        ("imap-odd-response-code", M::ImapOddResponseCode, &[]),
        ("imap-no-oauth", M::NoOauth(Imap), &[21, 103]),
        ("pop3-no-oauth", M::NoOauth(Pop3), &[21, 103]),
        ("smtp-no-oauth", M::NoOauth(Smtp), &[21, 103]),
        ("imap-no-initial-response", M::NoInitialResponse(Imap), &[23]),
        ("smtp-no-initial-response", M::NoInitialResponse(Smtp), &[23]),
        ("imap-no-starttls", M::NoStartTls(Imap), &[20]),
        ("pop3-no-stls", M::NoStartTls(Pop3), &[20]),
        ("smtp-no-starttls", M::NoStartTls(Smtp), &[20]),
        ("imap-error-challenge", M::ErrorChallenge(Imap), &[90]),
        ("pop3-error-challenge", M::ErrorChallenge(Pop3), &[90]),
        ("smtp-error-challenge", M::ErrorChallenge(Smtp), &[90]),
        ("pop3-login-failed", M::Pop3LoginFailed, &[69, 70, 71, 72, 73, 74, 77, 78, 79, 80, 81, 83, 84, 85]),
        ("pop3-long-token", M::Pop3LongToken(1_000), &[24]),
        ("pop3-in-use", M::Pop3InUse, &[87]),
        ("smtp-login-failed", M::SmtpLoginFailed, &[69, 70, 71, 72, 73, 74, 76, 77, 95]),
        ("smtp-auth-disabled-tenant", M::SmtpAuthDisabledForTenant, &[91]),
        ("smtp-auth-disabled-mailbox", M::SmtpAuthDisabledForMailbox, &[92]),
        ("smtp-security-defaults", M::SmtpSecurityDefaults, &[93]),
        ("smtp-criteria", M::SmtpCriteria, &[93]),
        ("smtp-organization", M::SmtpOrganization, &[93]),
        ("smtp-credentials", M::SmtpCredentials, &[93, 94]),
        ("smtp-basic-auth-disabled", M::SmtpBasicAuthDisabled, &[94, 103]),
        ("smtp-basic-auth-gone", M::SmtpBasicAuthGone, &[94, 103]),
        ("smtp-token-expires-soon", M::SmtpTokenExpiresSoon, &[74]),
        ("smtp-invalid-auth-data", M::SmtpInvalidAuthData, &[25, 100]),
        ("smtp-long-line", M::SmtpLongLine, &[24]),
        ("smtp-not-authenticated", M::SmtpNotAuthenticated, &[97]),
        ("smtp-too-many-connections", M::SmtpTooManyConnections, &[98]),
        ("smtp-too-many-threads", M::SmtpTooManyThreads, &[98]),
        ("smtp-quota-exceeded", M::SmtpQuotaExceeded, &[98]),
        ("smtp-mailbox-logon-failure", M::SmtpMailboxLogonFailure, &[78]),
        ("smtp-send-as-denied", M::SmtpSendAsDenied, &[96]),
        ("smtp-send-as-denied-by-store", M::SmtpSendAsDeniedByStore, &[96]),
        ("smtp-sender-refused", M::SmtpSenderRefused, &[96]),
        ("smtp-too-large", M::SmtpTooLarge, &[99]),
        ("smtp-external-recipient", M::SmtpExternalRecipient, &[100]),
        ("smtp-no-final-reply", M::SmtpNoFinalReply, &[]),
    ] {
        add(all, name, Fault::Mail(fault), rows, fault.text());
    }
}

const SERVICES: [(Service, &str); 4] = [
    (Service::Identity, "identity"),
    (Service::Imap, "imap"),
    (Service::Pop3, "pop3"),
    (Service::Smtp, "smtp"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_is_there_twice_and_every_name_is_found() {
        let all = catalogue();
        let names: HashSet<&str> = all.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|entry| entry.name.parse::<Fault>().unwrap() == entry.fault));
    }
}
