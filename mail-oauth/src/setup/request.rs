//! What a guide is to be written for.

use crate::account::Account;
use crate::error::Error;
use crate::provider::{Family, Provider};
use crate::server::Protocol;

/// The mailboxes, the protocols and the application that a guide is for.
///
/// Addresses come into scripts and onto terminals. One with a control character, a blank, or a character that changes
/// the direction of writing is refused, whatever a mail server would say to it. Everything else is quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    provider: Provider,
    sign_in: String,
    mailboxes: Vec<String>,
    sender: String,
    protocols: Vec<Protocol>,
    tenant: String,
    client_id: Option<String>,
    app_name: String,
    app_only: bool,
}

/// What a registration is called unless somebody says otherwise.
const APP_NAME: &str = "mail-oauth";

/// The most mailboxes of one guide.
const MAX_MAILBOXES: usize = 1000;

impl Request {
    /// For one mailbox in all three protocols, with an application that is not registered yet.
    ///
    /// # Errors
    /// [`Error::Setting`] when the address is not one, or cannot stand in a script.
    pub fn new(provider: Provider, address: &str) -> Result<Self, Error> {
        let address = checked_address("address", address)?;
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        Ok(Request {
            provider,
            tenant: checked_tenant(domain).unwrap_or_default(),
            mailboxes: vec![address.clone()],
            sender: address.clone(),
            sign_in: address,
            protocols: Protocol::ALL.to_vec(),
            client_id: None,
            app_name: APP_NAME.to_owned(),
            app_only: false,
        })
    }

    /// For an account, with its roles, its way to sign in and the protocols that it has a server for.
    ///
    /// # Errors
    /// As the other methods.
    pub fn of(account: &Account) -> Result<Self, Error> {
        let roles = account.roles();
        let has = Protocol::ALL.into_iter().filter(|protocol| account.has(*protocol));
        let mut request = Request::new(account.provider(), &roles.mailbox)?
            .with_sign_in(&roles.sign_in)?
            .with_sender(&roles.sender)?
            .with_client_id(account.client_id())?
            .with_app_only(account.is_app_only())
            .with_protocols(has);
        if let Ok(authority) = account.known_authority()
            && !authority.tenant().is_empty()
        {
            request = request.with_tenant(authority.tenant())?;
        }
        Ok(request)
    }

    /// For these protocols only. None at all means all three.
    #[must_use]
    pub fn with_protocols(mut self, protocols: impl IntoIterator<Item = Protocol>) -> Self {
        let wanted: Vec<Protocol> = protocols.into_iter().collect();
        if !wanted.is_empty() {
            self.protocols = Protocol::ALL.into_iter().filter(|protocol| wanted.contains(protocol)).collect();
        }
        self
    }

    /// The application signs in as itself, without a person (Microsoft 365 for work).
    #[must_use]
    pub fn with_app_only(mut self, app_only: bool) -> Self {
        self.app_only = app_only && self.provider.flows().app_only;
        self
    }

    /// The mailboxes to open, instead of the address.
    ///
    /// # Errors
    /// [`Error::Setting`] for one that is no address, for none, and for more than 1000.
    pub fn with_mailboxes<'a>(mut self, mailboxes: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut checked = Vec::new();
        for mailbox in mailboxes {
            if checked.len() == MAX_MAILBOXES {
                return Err(Error::setting("mailbox", format!("more than {MAX_MAILBOXES}")));
            }
            checked.push(checked_address("mailbox", mailbox)?);
        }
        if checked.is_empty() {
            return Err(Error::setting("mailbox", "none is named".to_owned()));
        }
        self.mailboxes = checked;
        Ok(self)
    }

    /// The person who signs in, where that is not the address.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no address.
    pub fn with_sign_in(mut self, user: &str) -> Result<Self, Error> {
        self.sign_in = checked_address("sign-in name", user)?;
        Ok(self)
    }

    /// The visible sender, where that is not the address.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is no address.
    pub fn with_sender(mut self, sender: &str) -> Result<Self, Error> {
        self.sender = checked_address("sender", sender)?;
        Ok(self)
    }

    /// The tenant: its id or one of its domains. Without one it is the domain of the address.
    ///
    /// # Errors
    /// [`Error::Setting`] when it holds anything but letters, digits, `-` and `.`.
    pub fn with_tenant(mut self, tenant: &str) -> Result<Self, Error> {
        self.tenant = checked_tenant(tenant)?;
        Ok(self)
    }

    /// The application (client) id, once it is registered. Microsoft's is a GUID.
    ///
    /// # Errors
    /// [`Error::Setting`] when it cannot be one.
    pub fn with_client_id(mut self, client_id: &str) -> Result<Self, Error> {
        let microsoft = matches!(self.provider.family(), Family::MicrosoftWork | Family::MicrosoftPersonal);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let fits = if microsoft { is_guid(client_id) } else { client_id.chars().all(plain) };
        if client_id.is_empty() || !fits {
            let why = format!("`{}` is not an application (client) id", client_id.escape_debug());
            return Err(Error::setting("client id", why));
        }
        self.client_id = Some(client_id.to_owned());
        Ok(self)
    }

    /// What the registration is to be called, instead of `mail-oauth`.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is empty, longer than 120 characters, or holds what an address may not hold either
    /// but blanks.
    pub fn with_app_name(mut self, name: &str) -> Result<Self, Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 120 || name.contains(is_treacherous) {
            let why = format!("`{}` cannot be one", name.escape_debug());
            return Err(Error::setting("name of the application", why));
        }
        self.app_name = name.to_owned();
        Ok(self)
    }

    /// Whose servers these are.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// The protocols, in the order of [`Protocol::ALL`].
    pub fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    /// Whether the application signs in as itself.
    pub fn is_app_only(&self) -> bool {
        self.app_only
    }

    pub(crate) fn wants(&self, protocol: Protocol) -> bool {
        self.protocols.contains(&protocol)
    }

    pub(crate) fn reads(&self) -> bool {
        self.wants(Protocol::Imap) || self.wants(Protocol::Pop3)
    }

    pub(crate) fn protocol_names(&self) -> String {
        self.protocols.iter().map(|protocol| protocol.name()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn sign_in(&self) -> &str {
        &self.sign_in
    }

    pub(crate) fn mailboxes(&self) -> &[String] {
        &self.mailboxes
    }

    pub(crate) fn sender(&self) -> &str {
        &self.sender
    }

    /// The tenant, or a word of the portal for whoever signs in.
    pub(crate) fn tenant(&self) -> &str {
        if self.tenant.is_empty() { "organizations" } else { &self.tenant }
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    pub(crate) fn app_name(&self) -> &str {
        &self.app_name
    }
}

/// What no text may hold that goes to a terminal or into a script: controls, ends of lines that only some take for
/// such, and what changes the direction of writing.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn checked_address(what: &'static str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let odd = |c: char| is_treacherous(c) || c.is_whitespace() || matches!(c, '<' | '>' | ',');
    match text.rsplit_once('@') {
        Some((local, domain))
            if !local.is_empty() && !domain.is_empty() && text.len() <= 320 && !text.contains(odd) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(Error::setting(what, format!("`{}` is not a mail address", text.escape_debug()))),
    }
}

fn checked_tenant(text: &str) -> Result<String, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if text.is_empty() || text.len() > 253 || !text.chars().all(plain) {
        let why = format!("`{}` is not a tenant id or a domain", text.escape_debug());
        return Err(Error::setting("tenant", why));
    }
    Ok(text.to_owned())
}

fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}
