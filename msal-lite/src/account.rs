//! Who signed in.

use crate::{Application, TokenResponse, authority::is_guid, json, jwt};

/// An account in the cache. Its parts are for display and for finding it again.
///
/// The claims come from the id token, whose signature is not checked: it was received from the token
/// endpoint itself over TLS, which OpenID Connect Core section 3.1.3.7 accepts in place of it. Do not
/// decide on them what somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Unique across tenants: `{object id}.{tenant id}` of the home tenant with Entra.
    pub home_account_id: String,
    /// Host of the authority that knows it.
    pub environment: String,
    /// Tenant that was signed in to.
    pub realm: String,
    /// Object id in that tenant.
    pub local_account_id: String,
    /// `preferred_username`, else `upn`, else `email`: mostly the UPN. Where the provider tells none of them, the name
    /// that the program gave: [`TokenResponse::login_hint`]. May be empty.
    pub username: String,
    /// `name`: for display.
    pub name: Option<String>,
}

/// Which account is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccountQuery {
    /// The only one there is.
    Only,
    /// The one with this user name, in any case.
    Username(String),
    /// The one with this [`Account::home_account_id`].
    HomeAccountId(String),
}

impl Account {
    /// The home tenant, with Entra: the part of the id behind the dot.
    pub fn home_tenant(&self) -> Option<&str> {
        self.home_account_id.split_once('.').map(|(_, tenant)| tenant)
    }

    /// Whether it stands for the application itself: a token of no person.
    pub fn is_application(&self) -> bool {
        self.home_account_id.is_empty()
    }

    /// The application itself, in the tenant of its authority.
    pub(crate) fn of_application(app: &Application) -> Self {
        Self {
            home_account_id: String::new(),
            environment: app.authority().environment().to_owned(),
            realm: app.authority().tenant().to_owned(),
            local_account_id: String::new(),
            username: String::new(),
            name: None,
        }
    }

    /// The tenant that a refresh of this account at the application's authority gives a token of. A domain stands for
    /// the tenant that was signed in to, and so does an authority without tenants.
    fn realm_at<'a>(&'a self, app: &'a Application) -> &'a str {
        let authority = app.authority();
        if is_guid(authority.tenant()) {
            authority.tenant()
        } else if authority.is_shared() {
            self.home_tenant().unwrap_or(&self.realm)
        } else {
            &self.realm
        }
    }

    /// From what a token response tells, `known` filling in where it is silent. A refresh cannot change
    /// whose account it is, and a name that is known is not looked up again, unless it is of another tenant: as with
    /// MSAL Python, a new one comes with the next sign-in.
    pub(crate) fn of(app: &Application, response: &TokenResponse, known: Option<&Self>) -> Self {
        let realm = known.map(|known| known.realm_at(app));
        if let (Some(known), Some(realm)) = (known.filter(|known| !known.username.is_empty()), realm)
            && realm.eq_ignore_ascii_case(&known.realm)
        {
            return known.clone();
        }
        let claims = response.id_token.as_ref().and_then(|token| jwt::claims(token.expose()));
        let claim = |names: &[&str]| {
            let claims = &claims.as_ref()?.0;
            names
                .iter()
                .find_map(|name| json::text(claims, name))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let info = response.client_info.as_deref().and_then(jwt::object);
        let info = |name: &str| Some(json::text(&info.as_ref()?.0, name)?.to_owned());
        let (uid, utid) = (info("uid"), info("utid"));

        let home_account_id = known
            .map(|account| account.home_account_id.clone())
            .or_else(|| Some(format!("{}.{}", uid.as_ref()?, utid.as_ref()?)))
            .or_else(|| claim(&["sub"]))
            .or_else(|| response.login_hint.clone())
            .unwrap_or_else(|| UNIDENTIFIED.to_owned());
        Self {
            home_account_id,
            environment: known.map_or_else(
                || app.authority().environment().to_owned(),
                |account| account.environment.clone(),
            ),
            realm: claim(&["tid"])
                .or_else(|| realm.map(str::to_owned))
                .unwrap_or_else(|| app.authority().tenant().to_owned()),
            local_account_id: claim(&["oid", "sub"])
                .or_else(|| known.map(|account| account.local_account_id.clone()))
                .or(uid)
                .unwrap_or_default(),
            username: claim(&["preferred_username", "upn", "email", "unique_name"])
                .or_else(|| known.map(|account| account.username.clone()))
                .filter(|name| !name.is_empty())
                .or_else(|| response.login_hint.clone())
                .unwrap_or_default(),
            name: claim(&["name"]).or_else(|| known.and_then(|account| account.name.clone())),
        }
    }
}

/// The account of a provider that says nothing about who signed in, in a program that does not know it either.
const UNIDENTIFIED: &str = "unidentified";

impl AccountQuery {
    /// A query by user name.
    pub fn username(name: impl Into<String>) -> Self {
        Self::Username(name.into())
    }

    pub(crate) fn wanted(&self) -> Option<&str> {
        match self {
            Self::Only => None,
            Self::Username(wanted) | Self::HomeAccountId(wanted) => Some(wanted),
        }
    }

    pub(crate) fn matches(&self, account: &Account) -> bool {
        match self {
            Self::Only => true,
            Self::Username(name) => account.username.to_lowercase() == name.to_lowercase(),
            Self::HomeAccountId(id) => account.home_account_id.eq_ignore_ascii_case(id),
        }
    }
}

impl From<&Account> for AccountQuery {
    fn from(account: &Account) -> Self {
        Self::HomeAccountId(account.home_account_id.clone())
    }
}
