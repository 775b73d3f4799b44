//! What a token says of itself, against what the mail server will want. It is looked at before the token is sent: one
//! that was issued for somebody else is nobody's business there.

use msal_lite::{Timestamp, Token, TokenInspection, TokenSource};

use crate::account::Account;
use crate::diagnosis::Fact;
use crate::provider::{Family, Provider};
use crate::server::Protocol;

/// A token that ends within this time, in seconds, although it is fresh, is too short for a session.
const SOON: u64 = 600;

/// A token that begins this much later than now, in seconds, comes from a clock that is ahead of ours.
const AHEAD: u64 = 300;

/// What was read off a token.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims {
    /// What is wrong with it, or notable.
    pub(super) facts: Vec<Fact>,
    /// The claims for people; nothing secret.
    pub(super) shown: Vec<String>,
    /// The tenant that issued it.
    pub(super) tenant: Option<String>,
}

/// Claims that make every mail server refuse the token.
const FATAL: [Fact; 6] = [
    Fact::AudienceGraph,
    Fact::AudienceOther,
    Fact::ScopeMissing,
    Fact::RoleMissing,
    Fact::AppTokenWithoutRoles,
    Fact::TokenExpired,
];

impl Claims {
    pub(super) fn of(token: &Token, account: &Account, protocol: Protocol, now: Timestamp) -> Self {
        let mut claims = Claims::default();
        let Some(seen) = TokenInspection::of(token.access_token()) else {
            claims.facts.push(Fact::TokenOpaque);
            claims.shown.push("the token is opaque: what it says cannot be seen from here".to_owned());
            claims.people(Some(&token.account().username), account);
            return claims;
        };
        claims.tenant.clone_from(&seen.tenant);
        for (name, value) in [("aud", &seen.audience), ("tid", &seen.tenant), ("upn", &seen.user)] {
            if let Some(value) = value {
                claims.shown.push(format!("{name} {value}"));
            }
        }
        if !seen.scopes.is_empty() {
            claims.shown.push(format!("scp {}", seen.scopes.join(" ")));
        }
        if !seen.roles.is_empty() {
            claims.shown.push(format!("roles {}", seen.roles.join(" ")));
        }
        if is_microsoft(account.provider()) {
            claims.audience(&seen);
            claims.permissions(&seen, account, protocol);
        }
        if seen.not_before.is_some_and(|begin| now.until(begin).as_secs() > AHEAD) {
            claims.facts.push(Fact::ClockOff);
        }
        if let Some(end) = seen.expires_on {
            if end <= now {
                claims.facts.push(Fact::TokenExpired);
            } else if token.source() != TokenSource::Cache && now.until(end).as_secs() < SOON {
                claims.facts.push(Fact::TokenEndsSoon);
            }
        }
        claims.people(seen.user.as_deref().or(Some(&token.account().username)), account);
        claims
    }

    /// Whether it is certain that the mail server refuses it.
    pub(super) fn are_fatal(&self) -> bool {
        self.facts.iter().any(|fact| FATAL.contains(fact))
    }

    fn audience(&mut self, seen: &TokenInspection) {
        let Some(audience) = &seen.audience else { return };
        let host = audience.trim_start_matches("https://").trim_end_matches('/');
        if host.starts_with("graph.microsoft.") || host == "00000003-0000-0000-c000-000000000000" {
            self.facts.push(Fact::AudienceGraph);
        } else if !MAIL_RESOURCES.contains(&host) {
            self.facts.push(Fact::AudienceOther);
        }
    }

    fn permissions(&mut self, seen: &TokenInspection, account: &Account, protocol: Protocol) {
        let (delegated, application) = match protocol {
            Protocol::Imap => ("IMAP.AccessAsUser.All", "IMAP.AccessAsApp"),
            Protocol::Pop3 => ("POP.AccessAsUser.All", "POP.AccessAsApp"),
            Protocol::Smtp => ("SMTP.Send", "SMTP.SendAsApp"),
        };
        let has = |held: &[String], wanted: &str| {
            held.iter()
                .any(|one| one.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(wanted)))
        };
        if account.is_app_only() {
            // Exchange's own role assignments let an application submit without the role in its token.
            if protocol != Protocol::Smtp && !has(&seen.roles, application) {
                let none = seen.roles.is_empty();
                self.facts.push(if none { Fact::AppTokenWithoutRoles } else { Fact::RoleMissing });
            }
        } else if seen.scopes.is_empty() {
            self.facts.push(Fact::AppTokenWithoutRoles);
        } else if !has(&seen.scopes, delegated) {
            self.facts.push(Fact::ScopeMissing);
        }
        let needed = |permission: &String| {
            let last = permission.rsplit('/').next().unwrap_or(permission);
            NEEDED.iter().any(|known| known.eq_ignore_ascii_case(last))
        };
        if !seen.scopes.iter().chain(&seen.roles).all(needed) {
            self.facts.push(Fact::MorePermissions);
        }
    }

    /// The four roles against each other.
    fn people(&mut self, user: Option<&str>, account: &Account) {
        let roles = account.roles();
        if account.is_app_only() {
            return;
        }
        let user = user.filter(|user| !user.is_empty()).unwrap_or(&roles.sign_in);
        if !user.eq_ignore_ascii_case(&roles.sign_in) {
            self.facts.push(Fact::UpnDiffers);
        }
        // A person's address may differ from their sign-in name; then the mailbox is still their own.
        let own = [user, roles.sign_in.as_str()].iter().any(|name| name.eq_ignore_ascii_case(&roles.mailbox));
        self.facts.push(if own { Fact::OwnMailbox } else { Fact::OtherMailbox });
        if ![user, roles.sign_in.as_str()].iter().any(|name| name.eq_ignore_ascii_case(&roles.sender)) {
            self.facts.push(Fact::OtherSender);
        }
    }
}

pub(super) fn is_microsoft(provider: Provider) -> bool {
    provider.family() == Family::MicrosoftWork
}

/// The resources whose tokens Exchange's mail servers take, in every cloud, without `https://`.
const MAIL_RESOURCES: [&str; 8] = [
    "outlook.office.com",
    "outlook.office365.com",
    "ps.outlook.com",
    "outlook.office365.us",
    "outlook-dod.office365.us",
    "ps.protection.outlook.com",
    "partner.outlook.cn",
    "00000002-0000-0ff1-ce00-000000000000",
];

/// What mail needs, and what comes along with a sign-in.
const NEEDED: [&str; 10] = [
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "SMTP.Send",
    "IMAP.AccessAsApp",
    "POP.AccessAsApp",
    "SMTP.SendAsApp",
    "openid",
    "profile",
    "email",
    "offline_access",
];
