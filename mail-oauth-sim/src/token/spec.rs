use std::time::Duration;

/// An access token to be minted as a test wants it: right in every way, or wrong in one.
///
/// ```
/// use mail_oauth_sim::TokenSpec;
/// use std::time::Duration;
/// // Right, but for the wrong resource: what a client gets that asks for a short scope.
/// let for_graph = TokenSpec::new("adele@contoso.example").audience("https://graph.microsoft.com");
/// let short_lived = TokenSpec::new("adele@contoso.example").expires_in(Duration::from_secs(2));
/// # let _ = (for_graph, short_lived);
/// ```
#[derive(Clone, Debug)]
pub struct TokenSpec {
    pub(crate) user: String,
    pub(crate) audience: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) expired: bool,
    pub(crate) client_id: Option<String>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) forged: bool,
    pub(crate) app_only: bool,
}

impl TokenSpec {
    /// A token for this user that all three mail servers take: audience Exchange (`https://outlook.office.com` in
    /// the public cloud), scopes
    /// `IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send`, valid for the tenant's token lifetime. The user need not
    /// exist in the tenant.
    #[must_use]
    pub fn new(user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            audience: None,
            scopes: ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"].map(String::from).to_vec(),
            lifetime: None,
            expired: false,
            client_id: None,
            tenant_id: None,
            forged: false,
            app_only: false,
        }
    }

    /// An app-only token of the app with this client id, with the roles `IMAP.AccessAsApp POP.AccessAsApp
    /// SMTP.SendAsApp`. The app need not exist in the tenant.
    #[must_use]
    pub fn app(client_id: impl Into<String>) -> Self {
        let roles = ["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"];
        Self { client_id: Some(client_id.into()), app_only: true, ..Self::new("") }.scopes(roles)
    }

    /// The resource that the token is for.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The permissions in it, by their short names: delegated ones, or the roles of an app-only token.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// How long it is valid from now on, in the tenant's time; whole seconds.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self.expired = false;
        self
    }

    /// A token that ran out a minute ago.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.expired = true;
        self
    }

    /// The application that it was issued to. Default: the tenant's first app, or a GUID of nobody.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The tenant that it claims to come from.
    #[must_use]
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }

    /// Signed by a key that is not the tenant's.
    #[must_use]
    pub fn forged(mut self) -> Self {
        self.forged = true;
        self
    }
}
