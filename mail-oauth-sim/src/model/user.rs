/// A person who can sign in.
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) upn: String,
    pub(crate) mailbox: bool,
    pub(crate) disabled: bool,
}

impl User {
    /// A user with this user principal name and a mailbox of the same address.
    #[must_use]
    pub fn new(upn: impl Into<String>) -> Self {
        Self { upn: upn.into().to_ascii_lowercase(), mailbox: true, disabled: false }
    }

    /// Takes the mailbox away: the user signs in, and IMAP then says `User is authenticated but not connected.`
    #[must_use]
    pub fn without_mailbox(mut self) -> Self {
        self.mailbox = false;
        self
    }

    /// Blocks the account from the start: every grant answers AADSTS50057. At run time:
    /// [`Fault::UserDisabled`](crate::Fault::UserDisabled).
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }
}
