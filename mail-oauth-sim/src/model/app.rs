/// An application registered in the tenant.
///
/// ```
/// use mail_oauth_sim::App;
/// // May sign people in for IMAP, but nobody has consented to its sending mail.
/// let app = App::public("11112222-bbbb-3333-cccc-4444dddd5555").scopes(["IMAP.AccessAsUser.All"]);
/// # let _ = app;
/// ```
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) client_id: String,
    pub(crate) public_flows: bool,
    pub(crate) consented: Vec<String>,
}

impl App {
    /// A public client with this application (client) id. Public flows are allowed, and all of `IMAP.AccessAsUser.All`,
    /// `POP.AccessAsUser.All`, `SMTP.Send` and `User.Read` are consented to.
    #[must_use]
    pub fn public(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into().to_ascii_lowercase(),
            public_flows: true,
            consented: ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send", "User.Read"]
                .map(String::from)
                .to_vec(),
        }
    }

    /// Turns "Allow public client flows" off: the token endpoint answers AADSTS7000218.
    #[must_use]
    pub fn without_public_flows(mut self) -> Self {
        self.public_flows = false;
        self
    }

    /// Replaces the permissions that are consented to, by their short names (`SMTP.Send`). Consent is matched by name,
    /// whichever resource a request names, as Entra does. A name that no resource has is an error at start.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.consented = scopes.into_iter().map(Into::into).collect();
        self
    }
}
