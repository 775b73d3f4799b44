use super::aadsts::Refusal;
use crate::App;

const GRAPH: &str = "https://graph.microsoft.com";
/// The two names of Exchange Online; the token's audience is the one that was asked for.
const EXCHANGE: [&str; 2] = ["https://outlook.office.com", "https://outlook.office365.com"];
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

/// What a request asks for, and what the token will be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scopes {
    /// The resource: the audience of the access token.
    pub(super) audience: String,
    /// The permissions on it by their short names.
    pub(super) permissions: Vec<String>,
    pub(super) openid: bool,
    pub(super) offline_access: bool,
}

/// Whether any resource has a permission of this short name.
pub(crate) fn is_permission(name: &str) -> bool {
    ON_EXCHANGE.iter().chain(&ON_GRAPH).any(|known| known.eq_ignore_ascii_case(name))
}

impl Scopes {
    /// Reads a `scope` parameter. A permission without a resource is Graph's, as is a request for sign-in only.
    pub(super) fn parse(text: &str, app: &App, domain: &str) -> Result<Self, Refusal> {
        let mut this =
            Self { audience: String::new(), permissions: Vec::new(), openid: false, offline_access: false };
        for scope in text.split_ascii_whitespace() {
            if OPENID.iter().any(|name| name.eq_ignore_ascii_case(scope)) {
                this.openid |= scope.eq_ignore_ascii_case("openid");
                this.offline_access |= scope.eq_ignore_ascii_case("offline_access");
                continue;
            }
            let (resource, name) = match scope.rsplit_once('/') {
                Some((resource, name)) => (resource.trim_end_matches('/'), name),
                None => (GRAPH, scope),
            };
            let Some((audience, known)) = resource_named(resource) else {
                return Err(Refusal::unknown_resource(resource, domain));
            };
            if !this.audience.is_empty() && this.audience != audience {
                return Err(Refusal::two_resources());
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
            GRAPH.clone_into(&mut this.audience);
            this.permissions.push("User.Read".into());
        }
        this.permissions.sort();
        this.permissions.dedup();
        Ok(this)
    }

    /// Whether the app may have all of it. Consent goes by the name of the permission alone.
    pub(super) fn check_consent(&self, app: &App) -> Result<(), Refusal> {
        let consented = |name: &String| app.consented.iter().any(|given| given.eq_ignore_ascii_case(name));
        if self.permissions.iter().all(consented) { Ok(()) } else { Err(Refusal::no_consent(&app.client_id)) }
    }

    /// The `scope` of a token answer: full names, without those of OpenID Connect.
    pub(super) fn granted(&self) -> String {
        let full: Vec<_> = self.permissions.iter().map(|name| format!("{}/{name}", self.audience)).collect();
        full.join(" ")
    }
}

fn resource_named(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    if name.eq_ignore_ascii_case(GRAPH) {
        return Some((GRAPH, &ON_GRAPH));
    }
    let name = EXCHANGE.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((name, &ON_EXCHANGE))
}

fn lookup(known: &'static [&'static str], name: &str) -> Option<&'static str> {
    known.iter().copied().find(|candidate| candidate.eq_ignore_ascii_case(name))
}
