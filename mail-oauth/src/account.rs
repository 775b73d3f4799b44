//! An account: what a mailbox dialog asks for, and never a secret.

use std::fmt;

use crate::error::Error;
use crate::provider::{Provider, SaslUser};
use crate::server::{Protocol, Server};

/// The four roles that other programs call "the user name".
///
/// They are the same for a person with an own mailbox. For a shared mailbox the person signs in, the shared
/// address is opened, and the visible sender may be either.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Roles {
    /// Who signs in: the user principal name.
    pub sign_in: String,
    /// The mailbox to open.
    pub mailbox: String,
    /// The visible sender: SMTP's MAIL FROM.
    pub sender: String,
    /// The user principal name inside the token, once a token was seen; it may differ from `sign_in`.
    pub token_user: Option<String>,
}

/// A mail account on OAuth 2.0.
///
/// ```
/// # fn main() -> Result<(), mail_oauth::Error> {
/// use mail_oauth::{Account, Protocol, Provider};
///
/// let account = Account::new(Provider::Microsoft365, "adele@contoso.com", "3f2504e0-4f89-41d3-9a0c-0305e82c3301")?
///     .with_mailbox("invoices@contoso.com")?;
/// assert_eq!(account.sasl_user(Protocol::Imap), "invoices@contoso.com");
/// assert_eq!(account.sasl_user(Protocol::Smtp), "adele@contoso.com");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Account {
    provider: Provider,
    client_id: String,
    authority: Option<String>,
    issuer: Option<String>,
    tenant: Option<String>,
    roles: Roles,
    servers: PerProtocol<Option<Server>>,
    scopes: PerProtocol<Vec<String>>,
    app_only: bool,
    token_hosts: Vec<String>,
}

impl Account {
    /// An account of `address` with the application (client) id that its administrator registered.
    ///
    /// # Errors
    /// [`Error::Setting`] when the address is not one, or the client id cannot be one.
    pub fn new(provider: Provider, address: &str, client_id: &str) -> Result<Self, Error> {
        let address = checked_address("address", address)?;
        let client_id = checked_client_id(client_id)?;
        Ok(Account {
            provider,
            client_id,
            authority: None,
            issuer: None,
            tenant: None,
            roles: Roles {
                sign_in: address.clone(),
                mailbox: address.clone(),
                sender: address,
                token_user: None,
            },
            servers: PerProtocol::of(|protocol| provider.server(protocol)),
            scopes: PerProtocol::of(|protocol| {
                provider.scopes(protocol).iter().map(|scope| (*scope).to_owned()).collect()
            }),
            app_only: false,
            token_hosts: Vec::new(),
        })
    }

    /// The tenant: its id or one of its domains. Without one it is the domain of the person who signs in.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is empty or holds anything but letters, digits, `-` and `.`.
    pub fn with_tenant(mut self, tenant: &str) -> Result<Self, Error> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if tenant.is_empty() || !tenant.chars().all(fits) {
            let why = format!("`{}` is not a tenant id or a domain", tenant.escape_debug());
            return Err(Error::setting("tenant", why));
        }
        self.tenant = Some(tenant.to_owned());
        Ok(self)
    }

    /// The whole authority, such as `https://login.microsoftonline.us/contoso.us`, instead of the provider's.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no `https` address with a path.
    pub fn with_authority(mut self, authority: &str) -> Result<Self, Error> {
        if let Err(why) = msal_lite::Authority::parse(authority) {
            return Err(Error::setting("authority", why.to_string()));
        }
        self.authority = Some(authority.to_owned());
        Ok(self)
    }

    /// The issuer of an identity provider whose endpoints are not known here, such as
    /// `https://auth.example.com/realms/mail`: [`Mailbox::open`](crate::Mailbox::open) asks it for them.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no `https` address.
    pub fn with_issuer(mut self, issuer: &str) -> Result<Self, Error> {
        if !issuer.starts_with("https://") || issuer.contains(char::is_whitespace) {
            let why = format!("`{}` is no https address", issuer.escape_debug());
            return Err(Error::setting("issuer", why));
        }
        self.issuer = Some(issuer.to_owned());
        Ok(self)
    }

    /// Who signs in, where that is not the address: a delegate of a shared mailbox, or a person whose user
    /// principal name differs from the address.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no address.
    pub fn with_sign_in(mut self, user: &str) -> Result<Self, Error> {
        self.roles.sign_in = checked_address("sign-in name", user)?;
        Ok(self)
    }

    /// The mailbox to open, where it is not the address: a shared mailbox.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no address.
    pub fn with_mailbox(mut self, mailbox: &str) -> Result<Self, Error> {
        self.roles.mailbox = checked_address("mailbox", mailbox)?;
        Ok(self)
    }

    /// The visible sender, where it is not the address.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no address.
    pub fn with_sender(mut self, sender: &str) -> Result<Self, Error> {
        self.roles.sender = checked_address("sender", sender)?;
        Ok(self)
    }

    /// The application signs in as itself, without a person (client credentials): it needs a
    /// [`Credential`](crate::Credential) and application permissions, and opens the mailboxes that it was given.
    /// Scopes that were set before are replaced by the provider's `.default`.
    #[must_use]
    pub fn with_app_only(mut self) -> Self {
        self.app_only = true;
        let scopes = self.provider.app_scopes();
        if !scopes.is_empty() {
            self.scopes = PerProtocol::of(|_| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        }
        self
    }

    /// Another server for a protocol than the provider's. What is known of the provider is still assumed; a token that a
    /// known provider issued goes to hosts of its own only, and to those of
    /// [`with_dangerous_token_host`](Self::with_dangerous_token_host).
    #[must_use]
    pub fn with_server(mut self, protocol: Protocol, server: Server) -> Self {
        *self.servers.get_mut(protocol) = Some(server);
        self
    }

    /// A host outside of the provider's domains that gets the provider's tokens nonetheless: a relay of your own.
    /// Whoever runs it can read the mailbox and send in its name for as long as a token lives.
    ///
    /// Without it, a token that a known provider issued is sent to that provider's servers only
    /// ([`Error::ForeignHost`]). An account whose identity provider is its own
    /// ([`with_authority`](Self::with_authority), [`with_issuer`](Self::with_issuer)), or whose scopes are those of an
    /// application of its tenant (`api://...`), is not bound and needs no such host.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no host name or IP address.
    pub fn with_dangerous_token_host(mut self, host: &str) -> Result<Self, Error> {
        let server = Server::new(host, 993, crate::Security::Tls)?;
        self.token_hosts.push(server.host().trim_end_matches('.').to_ascii_lowercase());
        Ok(self)
    }

    /// Other scopes for a protocol than the provider's.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(
        mut self,
        protocol: Protocol,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        *self.scopes.get_mut(protocol) = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whose servers these are.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// The application (client) id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether the application signs in as itself, without a person.
    pub fn is_app_only(&self) -> bool {
        self.app_only
    }

    /// The four roles.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Where tokens come from, for example `https://login.microsoftonline.com/contoso.com`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a custom provider without one.
    pub fn authority(&self) -> Result<String, Error> {
        if let Some(authority) = &self.authority {
            return Ok(authority.clone());
        }
        if let Some(issuer) = &self.issuer {
            return Ok(issuer.clone());
        }
        let authority = self.known_authority()?;
        Ok(match authority.tenant() {
            "" => authority.issuer().to_owned(),
            tenant => format!("https://{}/{tenant}", authority.environment()),
        })
    }

    /// The issuer, where the identity provider is known by nothing else.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The authority with its endpoints.
    pub(crate) fn known_authority(&self) -> Result<msal_lite::Authority, Error> {
        match &self.authority {
            Some(address) => {
                msal_lite::Authority::parse(address).map_err(|e| Error::setting("authority", e.to_string()))
            }
            None => {
                let domain =
                    self.roles.sign_in.rsplit_once('@').map_or("organizations", |(_, domain)| domain);
                self.provider.authority(self.tenant.as_deref(), domain)
            }
        }
    }

    /// Where a protocol is spoken.
    ///
    /// # Errors
    /// [`Error::Setting`] when neither the provider nor the account names a server.
    pub fn server(&self, protocol: Protocol) -> Result<&Server, Error> {
        self.servers.get(protocol).as_ref().ok_or_else(|| {
            Error::setting("server", format!("no {protocol} server is set for {}", self.roles.mailbox))
        })
    }

    /// Whether a server for the protocol is set.
    pub fn has(&self, protocol: Protocol) -> bool {
        self.servers.get(protocol).is_some()
    }

    /// Whether the account names the host as one that gets its tokens, whoever issues them.
    pub(crate) fn is_token_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.token_hosts.contains(&host)
    }

    /// The scopes that the protocol's token needs.
    pub fn scopes(&self, protocol: Protocol) -> &[String] {
        self.scopes.get(protocol)
    }

    /// The `user=` of the SASL message: on Microsoft 365 the mailbox for IMAP and POP3, the person for SMTP. For an
    /// application that signs in as itself it is always the mailbox.
    pub fn sasl_user(&self, protocol: Protocol) -> &str {
        if self.app_only {
            return &self.roles.mailbox;
        }
        match self.provider.sasl_user(protocol) {
            SaslUser::Mailbox => &self.roles.mailbox,
            SaslUser::SignIn => self.roles.token_user.as_deref().unwrap_or(&self.roles.sign_in),
        }
    }

    /// Notes the user principal name that a token was issued to.
    pub(crate) fn token_user_is(&mut self, user: &str) {
        self.roles.token_user = Some(user.to_owned());
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.roles.mailbox)
    }
}

/// One value for each protocol.
#[derive(Debug, Clone)]
struct PerProtocol<T> {
    imap: T,
    pop3: T,
    smtp: T,
}

impl<T> PerProtocol<T> {
    fn of(value: impl Fn(Protocol) -> T) -> Self {
        PerProtocol { imap: value(Protocol::Imap), pop3: value(Protocol::Pop3), smtp: value(Protocol::Smtp) }
    }

    fn get(&self, protocol: Protocol) -> &T {
        match protocol {
            Protocol::Imap => &self.imap,
            Protocol::Pop3 => &self.pop3,
            Protocol::Smtp => &self.smtp,
        }
    }

    fn get_mut(&mut self, protocol: Protocol) -> &mut T {
        match protocol {
            Protocol::Imap => &mut self.imap,
            Protocol::Pop3 => &mut self.pop3,
            Protocol::Smtp => &mut self.smtp,
        }
    }
}

fn checked_address(what: &'static str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    match text.rsplit_once('@') {
        None => Err(Error::setting(what, format!("`{}` has no @ and no domain", text.escape_debug()))),
        Some((local, domain)) => {
            let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',');
            if local.is_empty() || domain.is_empty() || text.contains(odd) {
                return Err(Error::setting(what, format!("`{}` is not a mail address", text.escape_debug())));
            }
            Ok(text.to_owned())
        }
    }
}

fn checked_client_id(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let wrong = |why: String| Err(Error::setting("client id", why));
    if text.is_empty() {
        return wrong("it is empty; copy the application (client) id from the app registration".to_owned());
    }
    if text.contains('@') {
        return wrong(
            "it is a mail address; copy the application (client) id from the app registration".to_owned(),
        );
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')) {
        return wrong(format!(
            "`{}` is a placeholder or holds other characters than an id",
            text.escape_debug()
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Account, Protocol, Provider};

    const ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

    #[test]
    fn roles_default_to_the_address() {
        let account = Account::new(Provider::Microsoft365, "adele@contoso.com", ID).unwrap();
        for protocol in Protocol::ALL {
            assert_eq!(account.sasl_user(protocol), "adele@contoso.com");
        }
        assert_eq!(account.authority().unwrap(), "https://login.microsoftonline.com/contoso.com");
    }

    #[test]
    fn the_person_in_the_token_submits() {
        let mut account = Account::new(Provider::Microsoft365, "adele@contoso.com", ID)
            .and_then(|a| a.with_mailbox("invoices@contoso.com"))
            .unwrap();
        account.token_user_is("adele.vance@contoso.com");
        assert_eq!(account.sasl_user(Protocol::Pop3), "invoices@contoso.com");
        assert_eq!(account.sasl_user(Protocol::Smtp), "adele.vance@contoso.com");
    }

    #[test]
    fn wrong_input_says_what() {
        let new = |address: &str, id: &str| Account::new(Provider::Microsoft365, address, id);
        for (address, id, word) in [
            ("adele", ID, "no domain"),
            ("adele@", ID, "not a mail address"),
            ("a d@x.example", ID, "not a mail address"),
            ("a@x.example", "", "empty"),
            ("a@x.example", "me@x.example", "mail address"),
            ("a@x.example", "<client id>", "placeholder"),
        ] {
            let why = new(address, id).unwrap_err().to_string();
            assert!(why.contains(word), "{why}");
        }
        let custom = Account::new(Provider::Custom, "a@x.example", ID).unwrap();
        assert!(custom.authority().is_err());
        assert!(custom.server(Protocol::Imap).is_err());
        assert!(custom.clone().with_tenant("a b").is_err());
        assert!(custom.with_authority("http://login.example/x").is_err());
    }
}
