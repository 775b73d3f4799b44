use super::Policy;
use crate::random::Fingerprint;

/// A person who can sign in.
///
/// ```
/// use mail_oauth_sim::{Policy, User};
/// let user = User::new("adele@contoso.example")
///     .password("correct horse")
///     .primary_address("adele.vance@contoso.example")
///     .alias("av@contoso.example")
///     .policy(Policy::Mfa);
/// # let _ = user;
/// ```
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) upn: String,
    pub(crate) primary: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) mailbox: bool,
    pub(crate) password: Option<Fingerprint>,
    pub(crate) kind: Kind,
    pub(crate) policies: Vec<Policy>,
}

/// Where the account lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Member,
    Guest,
    Federated,
    Personal,
}

impl User {
    /// A user with this user principal name and a mailbox of the same address. There is no password: the sign-in page
    /// asks for none, and the password grant answers AADSTS50056.
    #[must_use]
    pub fn new(upn: impl Into<String>) -> Self {
        Self {
            upn: upn.into().to_ascii_lowercase(),
            primary: None,
            aliases: Vec::new(),
            mailbox: true,
            password: None,
            kind: Kind::Member,
            policies: Vec::new(),
        }
    }

    /// A personal (outlook.com) account: it signs in under `consumers` and `common` only, and its tokens are opaque.
    #[must_use]
    pub fn personal(address: impl Into<String>) -> Self {
        Self { kind: Kind::Personal, ..Self::new(address) }
    }

    /// A guest: at home in another tenant, and without a mailbox here.
    #[must_use]
    pub fn guest(mut self) -> Self {
        self.kind = Kind::Guest;
        self.mailbox = false;
        self
    }

    /// A federated account: the tenant does not check its password. The user realm says `Federated`, and the password
    /// grant answers AADSTS50126.
    #[must_use]
    pub fn federated(mut self) -> Self {
        self.kind = Kind::Federated;
        self
    }

    /// The password, for the sign-in page and the password grant. Only its fingerprint is kept.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(Fingerprint::of(password));
        self
    }

    /// The address of the mailbox, where it is not the UPN. IMAP and POP3 take both as `user=`; SMTP takes the UPN only.
    #[must_use]
    pub fn primary_address(mut self, address: impl Into<String>) -> Self {
        self.primary = Some(address.into().to_ascii_lowercase());
        self
    }

    /// A further address at which the mailbox receives. As `user=` it is not taken: `User is authenticated but not
    /// connected.`
    #[must_use]
    pub fn alias(mut self, address: impl Into<String>) -> Self {
        self.aliases.push(address.into().to_ascii_lowercase());
        self
    }

    /// Takes the mailbox away: the user signs in, and IMAP then says `User is authenticated but not connected.`
    #[must_use]
    pub fn without_mailbox(mut self) -> Self {
        self.mailbox = false;
        self
    }

    /// Takes the licence away. Without one there is no mailbox, which is all that a client sees of it.
    #[must_use]
    pub fn without_licence(self) -> Self {
        self.without_mailbox()
    }

    /// Blocks the account from the start: every grant answers AADSTS50057. At run time:
    /// [`Fault::UserDisabled`](crate::Fault::UserDisabled).
    #[must_use]
    pub fn disabled(self) -> Self {
        self.policy(Policy::Disabled)
    }

    /// Puts a policy on the user. At run time: [`Fault::User`](crate::Fault::User).
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policies.push(policy);
        self
    }
}
