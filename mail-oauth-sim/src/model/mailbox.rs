/// A shared mailbox: it has an address and contents, but nobody signs in as it.
///
/// The own mailbox of a person comes with [`User::new`](crate::User::new). Describing that address here as well adds
/// rights of other people to it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub(crate) address: String,
    pub(crate) full_access: Vec<String>,
    pub(crate) send_as: Vec<String>,
}

impl Mailbox {
    /// A mailbox with this address that nobody may open yet.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into().to_ascii_lowercase(), full_access: Vec::new(), send_as: Vec::new() }
    }

    /// Lets this user open the mailbox over IMAP and POP3 (`Add-MailboxPermission -AccessRights FullAccess`).
    #[must_use]
    pub fn full_access(mut self, upn: impl Into<String>) -> Self {
        self.full_access.push(upn.into().to_ascii_lowercase());
        self
    }

    /// Lets this user send with the mailbox's address as sender (`Add-RecipientPermission -AccessRights SendAs`).
    #[must_use]
    pub fn send_as(mut self, upn: impl Into<String>) -> Self {
        self.send_as.push(upn.into().to_ascii_lowercase());
        self
    }
}
