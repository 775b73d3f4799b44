/// Whose mail server the tenant speaks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Exchange Online: XOAUTH2 only, no reason for a refusal, POP3 in two steps, and mailboxes that let in and then do not
    /// connect.
    #[default]
    Exchange,
    /// Gmail: a challenge with the reason before a refusal, `X-GM-EXT-1`, `PIPELINING` in POP3 only after the login, a
    /// short line for SMTP's AUTH, and no device flow for mail.
    Gmail,
    /// A server by the book, such as Dovecot beside Postfix: OAUTHBEARER too, capabilities in the greeting, CONDSTORE,
    /// ESEARCH, SPECIAL-USE.
    Plain,
}

impl Profile {
    /// Whether a refused token is answered by a challenge with JSON, and mechanisms are taken beside XOAUTH2.
    pub(crate) fn explains(self) -> bool {
        self != Self::Exchange
    }
}
