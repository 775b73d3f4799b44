use super::refusal::Refusal;
use crate::model::Cloud;
use crate::state::State;
use crate::{Aadsts, App, Profile};

/// Gmail's scope for IMAP, POP3 and SMTP.
pub(super) const GOOGLE: &str = "https://mail.google.com/";
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

const ON_EXCHANGE: [&str; 9] = [
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "SMTP.Send",
    "EWS.AccessAsUser.All",
    "EAS.AccessAsUser.All",
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.Send",
    "User.Read",
];
/// Graph has the three mail permissions too, so asking it for them succeeds, and the mail servers refuse the token.
const ON_GRAPH: [&str; 12] = [
    "IMAP.AccessAsUser.All",
    "POP.AccessAsUser.All",
    "SMTP.Send",
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.Send",
    "Mail.Read.Shared",
    "Mail.Send.Shared",
    "User.Read",
    "User.ReadBasic.All",
    "Calendars.Read",
    "Contacts.Read",
];
/// Application permissions of Exchange.
const ROLES: [&str; 5] =
    ["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp", "full_access_as_app", "Mail.Send"];

/// What a request asks for, and what the token will be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scopes {
    /// The resource: the audience of the access token.
    pub(super) audience: String,
    /// The permissions on it by their short names.
    pub(super) permissions: Vec<String>,
    pub(super) openid: bool,
    pub(super) offline_access: bool,
    /// Whether it was asked for by Google's name for all of mail.
    pub(super) google: bool,
}

/// Whether any resource has a delegated permission of this short name.
pub(crate) fn is_permission(name: &str) -> bool {
    ON_EXCHANGE.iter().chain(&ON_GRAPH).any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether any resource has an application permission of this name.
pub(crate) fn is_role(name: &str) -> bool {
    ROLES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Scopes {
    /// Reads a `scope` parameter. A permission without a resource is Graph's, as is a request for sign-in only.
    pub(super) fn parse(text: &str, app: &App, state: &State) -> Result<Self, Refusal> {
        let (cloud, domain) = (state.directory.cloud(), state.directory.domain());
        let mut this = Self {
            audience: String::new(),
            permissions: Vec::new(),
            openid: false,
            offline_access: false,
            google: false,
        };
        for scope in text.split_ascii_whitespace() {
            if OPENID.iter().any(|name| name.eq_ignore_ascii_case(scope)) {
                this.openid |= scope.eq_ignore_ascii_case("openid");
                this.offline_access |= scope.eq_ignore_ascii_case("offline_access");
                continue;
            }
            if scope == GOOGLE && state.settings.profile == Profile::Gmail {
                // One scope for all three protocols; the mail servers know it by the names that they use.
                this.google = true;
                this.audience = cloud.exchange().first().map(|name| (*name).to_owned()).unwrap_or_default();
                let mail = ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"];
                this.permissions.extend(mail.map(String::from));
                continue;
            }
            let (resource, name) = match scope.rsplit_once('/') {
                Some((resource, name)) => (resource.trim_end_matches('/'), name),
                None => (cloud.graph(), scope),
            };
            let Some((audience, known)) = resource_named(resource, cloud) else {
                return Err(Refusal::unknown_resource(resource, domain));
            };
            if !this.audience.is_empty() && this.audience != audience {
                return Err(Aadsts::TwoResources.into());
            }
            audience.clone_into(&mut this.audience);
            if name == ".default" {
                let consented = app.consented.iter().filter(|name| lookup(known, name).is_some()).cloned();
                this.permissions.extend(consented);
            } else {
                let name = lookup(known, name).ok_or_else(|| Refusal::invalid_scope(scope))?;
                this.permissions.push(name.to_owned());
            }
        }
        if text.trim().is_empty() {
            return Err(Refusal::missing("scope"));
        }
        if this.audience.is_empty() {
            cloud.graph().clone_into(&mut this.audience);
            this.permissions.push("User.Read".into());
        }
        this.permissions.sort();
        this.permissions.dedup();
        Ok(this)
    }

    /// The resource of an app-only request, whose scope is exactly one `.../.default`.
    pub(super) fn app_only(text: &str, cloud: Cloud, domain: &str) -> Result<&'static str, Refusal> {
        let mut scopes = text.split_ascii_whitespace();
        let (Some(scope), None) = (scopes.next(), scopes.next()) else {
            return Err(Aadsts::DefaultScopeOnly.into());
        };
        let Some(resource) = scope.strip_suffix("/.default") else {
            return Err(Aadsts::DefaultScopeOnly.into());
        };
        resource_named(resource.trim_end_matches('/'), cloud)
            .map(|(audience, _)| audience)
            .ok_or_else(|| Refusal::unknown_resource(resource, domain))
    }

    /// The `scope` of a token answer: full names, without those of OpenID Connect.
    pub(super) fn granted(&self) -> String {
        if self.google {
            return GOOGLE.to_owned();
        }
        let full: Vec<_> = self.permissions.iter().map(|name| format!("{}/{name}", self.audience)).collect();
        full.join(" ")
    }
}

fn resource_named(name: &str, cloud: Cloud) -> Option<(&'static str, &'static [&'static str])> {
    if name.eq_ignore_ascii_case(cloud.graph()) {
        return Some((cloud.graph(), &ON_GRAPH));
    }
    let name = cloud.exchange().iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((name, &ON_EXCHANGE))
}

fn lookup(known: &'static [&'static str], name: &str) -> Option<&'static str> {
    known.iter().copied().find(|candidate| candidate.eq_ignore_ascii_case(name))
}
