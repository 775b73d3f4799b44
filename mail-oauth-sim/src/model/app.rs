use std::time::Duration;

use crate::random::Fingerprint;

/// An application registered in the tenant.
///
/// ```
/// use mail_oauth_sim::{App, Platform};
/// use std::time::Duration;
/// // May sign people in for IMAP, but nobody has consented to its sending mail.
/// let desktop = App::public("11112222-bbbb-3333-cccc-4444dddd5555").scopes(["IMAP.AccessAsUser.All"]);
/// // A web application with a secret that runs out in a month.
/// let web = App::confidential("22223333-cccc-4444-dddd-5555eeee6666")
///     .redirect(Platform::Web, "https://portal.example/auth")
///     .secret_for("~the~value~", Duration::from_secs(30 * 86_400));
/// # let _ = (desktop, web);
/// ```
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) public_flows: bool,
    pub(crate) consented: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) audience: Audience,
    pub(crate) redirects: Vec<(Platform, String)>,
    pub(crate) secrets: Vec<AppSecret>,
    pub(crate) certificates: Vec<String>,
    pub(crate) federated: Vec<(String, String)>,
    pub(crate) assigned: Option<Vec<String>>,
    pub(crate) admin_consent_only: bool,
    pub(crate) exchange: ExchangeRegistration,
    pub(crate) smtp_by_rbac: bool,
}

/// A client secret, of which only the fingerprint is kept.
#[derive(Clone, Debug)]
pub(crate) struct AppSecret {
    pub(crate) value: Fingerprint,
    /// How long after the start it runs out.
    pub(crate) life: Option<Duration>,
}

/// What a redirect address is registered as, which decides how its codes are redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Platform {
    /// "Mobile and desktop applications": a public client. `http://localhost` stands for every port.
    Desktop,
    /// "Web": redeeming needs a secret, a certificate or a federated assertion, else AADSTS7000218.
    Web,
    /// "Single-page application": redeeming needs an `Origin` header, else AADSTS9002327, and refresh tokens die after
    /// 24 hours.
    Spa,
}

/// "Supported account types" of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Audience {
    /// Accounts of this tenant only: `common` and `organizations` answer AADSTS50194.
    Tenant,
    /// Work accounts of any tenant: `consumers` answers AADSTS9002332.
    Organizations,
    /// Work and personal accounts.
    All,
    /// Personal accounts only: every authority but `consumers` answers AADSTS9002331.
    Personal,
}

/// Whether Exchange knows the application's service principal (`New-ServicePrincipal`), which app-only logins need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeRegistration {
    /// Nobody registered it: IMAP, POP3 and SMTP refuse its app-only tokens.
    Missing,
    /// Registered with the object id of the *app registration* instead of that of the *enterprise application*: refused
    /// like [`Missing`](Self::Missing).
    WrongObjectId,
    /// Registered as it should be.
    Registered,
}

impl App {
    /// A public client with this application (client) id. Public flows are allowed, `http://localhost` is registered for
    /// [`Platform::Desktop`], all kinds of accounts may sign in, and all of `IMAP.AccessAsUser.All`,
    /// `POP.AccessAsUser.All`, `SMTP.Send` and `User.Read` are consented to.
    #[must_use]
    pub fn public(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into().to_ascii_lowercase(),
            name: "mail-oauth-sim client".into(),
            public_flows: true,
            consented: ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send", "User.Read"]
                .map(String::from)
                .to_vec(),
            roles: Vec::new(),
            audience: Audience::All,
            redirects: vec![(Platform::Desktop, "http://localhost".into())],
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated: Vec::new(),
            assigned: None,
            admin_consent_only: false,
            exchange: ExchangeRegistration::Missing,
            smtp_by_rbac: false,
        }
    }

    /// A confidential client of this tenant for app-only use: no public flows, no redirect address, the application
    /// permissions `IMAP.AccessAsApp`, `POP.AccessAsApp` and `SMTP.SendAsApp` with admin consent, and registered in
    /// Exchange. It still needs a credential, such as [`secret`](Self::secret), and rights to a mailbox:
    /// [`Mailbox::full_access`](crate::Mailbox::full_access) takes its client id.
    #[must_use]
    pub fn confidential(client_id: impl Into<String>) -> Self {
        Self {
            public_flows: false,
            redirects: Vec::new(),
            roles: ["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"].map(String::from).to_vec(),
            exchange: ExchangeRegistration::Registered,
            audience: Audience::Tenant,
            ..Self::public(client_id)
        }
    }

    /// The name on the consent page.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Turns "Allow public client flows" off: the device code, password and refresh grants answer AADSTS7000218 to a
    /// client without a credential.
    #[must_use]
    pub fn without_public_flows(mut self) -> Self {
        self.public_flows = false;
        self
    }

    /// Replaces the delegated permissions that an administrator has consented to, by their short names (`SMTP.Send`).
    /// Consent is matched by name, whichever resource a request names, as Entra does. What is not among them needs the
    /// user's consent on the page. A name that no resource has is an error at start.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.consented = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the application permissions with admin consent, such as `IMAP.AccessAsApp`: the `roles` of app-only
    /// tokens.
    #[must_use]
    pub fn roles<S: Into<String>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Which kinds of accounts may sign in.
    #[must_use]
    pub fn audience(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Registers a redirect address, beside those that are there.
    #[must_use]
    pub fn redirect(mut self, platform: Platform, uri: impl Into<String>) -> Self {
        self.redirects.push((platform, uri.into()));
        self
    }

    /// Takes all redirect addresses away: every authorize request ends on the page with AADSTS50011.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.redirects.clear();
        self
    }

    /// Adds a client secret by its value. Only its fingerprint is kept.
    #[must_use]
    pub fn secret(mut self, value: &str) -> Self {
        self.secrets.push(AppSecret { value: Fingerprint::of(value), life: None });
        self
    }

    /// Adds a client secret that runs out this long after the start, in the tenant's time: from then on it is
    /// answered by AADSTS7000222.
    #[must_use]
    pub fn secret_for(mut self, value: &str, life: Duration) -> Self {
        self.secrets.push(AppSecret { value: Fingerprint::of(value), life: Some(life) });
        self
    }

    /// Adds a certificate in PEM with an RSA key, by which the app signs its assertions.
    #[must_use]
    pub fn certificate(mut self, pem: impl Into<String>) -> Self {
        self.certificates.push(pem.into());
        self
    }

    /// Adds a federated credential: assertions of this issuer for this subject, made by
    /// [`Tenant::federated_assertion`](crate::Tenant::federated_assertion).
    #[must_use]
    pub fn federated(mut self, issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        self.federated.push((issuer.into(), subject.into()));
        self
    }

    /// "Assignment required": everybody but these users gets AADSTS50105.
    #[must_use]
    pub fn assigned_to<S: Into<String>>(mut self, users: impl IntoIterator<Item = S>) -> Self {
        self.assigned = Some(users.into_iter().map(|upn| upn.into().to_ascii_lowercase()).collect());
        self
    }

    /// Only an administrator may consent: the consent page says "Need admin approval" (AADSTS90094) to everybody.
    #[must_use]
    pub fn admin_consent_only(mut self) -> Self {
        self.admin_consent_only = true;
        self
    }

    /// Whether, and how well, the app is registered in Exchange.
    #[must_use]
    pub fn exchange(mut self, registration: ExchangeRegistration) -> Self {
        self.exchange = registration;
        self
    }

    /// Gives the app Exchange's role `Application SMTP.SendAsApp`: SMTP then takes app-only tokens without `roles`.
    #[must_use]
    pub fn smtp_by_rbac(mut self) -> Self {
        self.smtp_by_rbac = true;
        self
    }

    pub(crate) fn has_credentials(&self) -> bool {
        !(self.secrets.is_empty() && self.certificates.is_empty() && self.federated.is_empty())
    }
}
