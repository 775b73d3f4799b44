//! What a token in a pasted text says, as facts.

use msal_lite::{Secret, Timestamp, TokenInspection};

use crate::diagnosis::signal::Fact;

/// Resources that the mail servers of Microsoft accept tokens for.
const MAIL: [&str; 7] = [
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.office365.us",
    "https://outlook-dod.office365.us",
    "https://partner.outlook.cn",
    "https://ps.outlook.com",
    "00000002-0000-0ff1-ce00-000000000000",
];
const GRAPH: [&str; 2] = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

/// The claims, and what they mean for a mailbox; `None` for an opaque token.
pub(super) fn inspect(token: &str, now: Timestamp) -> Option<(TokenInspection, Vec<Fact>)> {
    let inspection = TokenInspection::of(&Secret::new(token.to_owned()))?;
    let mut facts = Vec::new();
    if inspection.expires_on.is_some_and(|end| end <= now) {
        facts.push(Fact::TokenExpired);
    }
    // Only Entra's tokens have a tenant; what others put into `aud` and `scp` is not known.
    if inspection.tenant.is_some() {
        facts.push(Fact::Microsoft);
        facts.extend(of_entra(&inspection));
    }
    Some((inspection, facts))
}

fn of_entra(token: &TokenInspection) -> Vec<Fact> {
    let mut facts = Vec::new();
    let app_only = token.scopes.is_empty() && (token.user.is_none() || !token.roles.is_empty());
    facts.push(if app_only { Fact::AppOnly } else { Fact::Delegated });
    let audience = token.audience.as_deref().unwrap_or_default().trim_end_matches('/');
    if GRAPH.contains(&audience) {
        facts.push(Fact::AudienceGraph);
    } else if !MAIL.contains(&audience) {
        facts.push(Fact::AudienceOther);
    } else if app_only && token.roles.is_empty() {
        facts.push(Fact::AppTokenWithoutRoles);
    } else if app_only && !any(&token.roles, &["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"]) {
        facts.push(Fact::RoleMissing);
    } else if !app_only
        && !any(&token.scopes, &["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"])
    {
        facts.push(Fact::ScopeMissing);
    }
    facts
}

/// Whether a token lacks what this protocol needs although it has another's.
pub(super) fn lacks(token: &TokenInspection, scope: &str, role: &str) -> Option<Fact> {
    token.tenant.as_ref()?;
    if token.scopes.is_empty() {
        (!token.roles.is_empty() && !any(&token.roles, &[role])).then_some(Fact::RoleMissing)
    } else {
        (!any(&token.scopes, &[scope])).then_some(Fact::ScopeMissing)
    }
}

fn any(have: &[String], wanted: &[&str]) -> bool {
    have.iter().any(|one| wanted.iter().any(|name| one.eq_ignore_ascii_case(name)))
}
