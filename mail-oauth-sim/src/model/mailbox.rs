/// A shared mailbox: it has an address and contents, but nobody signs in as it.
///
/// The own mailbox of a person comes with [`User::new`](crate::User::new). Describing that address here as well adds
/// rights of other people to it, and sets its switches.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub(crate) address: String,
    pub(crate) full_access: Vec<String>,
    pub(crate) send_as: Vec<String>,
    pub(crate) imap: bool,
    pub(crate) pop3: bool,
    pub(crate) smtp_auth: Option<bool>,
}

impl Mailbox {
    /// A mailbox with this address that nobody may open yet.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into().to_ascii_lowercase(),
            full_access: Vec::new(),
            send_as: Vec::new(),
            imap: true,
            pop3: true,
            smtp_auth: None,
        }
    }

    /// Lets this user, or the app with this client id, open the mailbox over IMAP and POP3
    /// (`Add-MailboxPermission -AccessRights FullAccess`).
    #[must_use]
    pub fn full_access(mut self, who: impl Into<String>) -> Self {
        self.full_access.push(who.into().to_ascii_lowercase());
        self
    }

    /// Lets this user, or the app with this client id, send with the mailbox's address as sender
    /// (`Add-RecipientPermission -AccessRights SendAs`).
    #[must_use]
    pub fn send_as(mut self, who: impl Into<String>) -> Self {
        self.send_as.push(who.into().to_ascii_lowercase());
        self
    }

    /// `Set-CASMailbox -ImapEnabled $false`: logging in succeeds, and every mailbox command then says `User is
    /// authenticated but not connected.`
    #[must_use]
    pub fn without_imap(mut self) -> Self {
        self.imap = false;
        self
    }

    /// `Set-CASMailbox -PopEnabled $false`.
    #[must_use]
    pub fn without_pop3(mut self) -> Self {
        self.pop3 = false;
        self
    }

    /// `Set-CASMailbox -SmtpClientAuthenticationDisabled`, the other way round: on or off for this mailbox, whatever the
    /// tenant says ([`TenantBuilder::smtp_auth`](crate::TenantBuilder::smtp_auth)).
    #[must_use]
    pub fn smtp_auth(mut self, on: bool) -> Self {
        self.smtp_auth = Some(on);
        self
    }
}
