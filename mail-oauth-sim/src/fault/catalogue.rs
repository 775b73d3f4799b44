use std::time::Duration;

use super::{Endpoint, Fault, HttpFault, IssueFault};
use crate::Aadsts;

/// A fault, what it stands for in life, and what a client sees of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CatalogueEntry {
    /// The name by which scenario files and the control endpoint set it, such as `http-429`.
    pub name: String,
    /// The fault, with figures that a test can wait for.
    pub fault: Fault,
    /// The causes of a mailbox that does not work which it stands for, by their numbers in the project's table.
    pub rows: &'static [u8],
    /// What the client sees: text of the wire, or what happens to the connection.
    pub wire: String,
}

/// Every fault of the identity endpoints by a name, and with it every cause in tenant, app registration, sign-in and
/// policy that they can give a client to find out about.
#[must_use]
pub fn catalogue() -> Vec<CatalogueEntry> {
    let mut all = Vec::new();
    http(&mut all);
    issue(&mut all);
    for aadsts in Aadsts::ALL {
        refuse(&mut all, *aadsts);
    }
    all
}

/// The fault of this name.
pub(crate) fn named(name: &str) -> Option<Fault> {
    catalogue().into_iter().find(|entry| entry.name == name).map(|entry| entry.fault)
}

type All = Vec<CatalogueEntry>;

fn add(all: &mut All, name: impl Into<String>, fault: Fault, rows: &'static [u8], wire: impl Into<String>) {
    all.push(CatalogueEntry { name: name.into(), fault, rows, wire: wire.into() });
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
        A::NationalCloud => &[27],
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
        A::ScopeInvalid => &[45],
        A::TwoResources => &[46],
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Which person sat there is not the identity endpoints' doing.
    const NOT_OURS: [u8; 1] = [64];

    #[test]
    fn every_cause_in_tenant_app_registration_sign_in_and_policy_has_a_fault() {
        let covered: HashSet<u8> = catalogue().iter().flat_map(|entry| entry.rows).copied().collect();
        let missing: Vec<u8> =
            (26..=68).filter(|row| !covered.contains(row) && !NOT_OURS.contains(row)).collect();
        assert_eq!(missing, Vec::<u8>::new());
    }

    #[test]
    fn no_name_is_there_twice_and_every_name_is_found() {
        let all = catalogue();
        let names: HashSet<&str> = all.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|entry| named(&entry.name).as_ref() == Some(&entry.fault)));
    }
}
