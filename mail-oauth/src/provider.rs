//! What is known of a provider before it says a word.

use sasl_xoauth2::Mechanism;

use crate::server::{Protocol, Security, Server};

/// Whose servers these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Provider {
    /// Microsoft 365 for work and school, world-wide cloud.
    #[default]
    Microsoft365,
    /// Servers and an authority that the account names itself.
    Custom,
}

/// Which of an account's roles a server wants as the user of the SASL message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaslUser {
    /// The mailbox to open.
    Mailbox,
    /// The person who signed in.
    SignIn,
}

/// What may be assumed of a server, so that nothing need be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The mechanism to use; `None`: choose from what the server offers.
    pub(crate) mechanism: Option<Mechanism>,
    /// IMAP takes the token on the AUTHENTICATE line (RFC 4959).
    pub(crate) sasl_ir: bool,
    /// The longest AUTH line that SMTP takes, in octets with its CRLF; `None`: the 512 of RFC 5321.
    pub(crate) smtp_auth_line: Option<usize>,
}

impl Provider {
    /// The name that a configuration file uses.
    pub fn id(self) -> &'static str {
        match self {
            Provider::Microsoft365 => "microsoft365",
            Provider::Custom => "custom",
        }
    }

    /// The provider of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        [Provider::Microsoft365, Provider::Custom].into_iter().find(|provider| provider.id() == id)
    }

    /// Where it speaks a protocol; `None` when the account must say.
    pub fn server(self, protocol: Protocol) -> Option<Server> {
        let (host, port, security) = match (self, protocol) {
            (Provider::Microsoft365, Protocol::Imap) => ("outlook.office365.com", 993, Security::Tls),
            (Provider::Microsoft365, Protocol::Pop3) => ("outlook.office365.com", 995, Security::Tls),
            (Provider::Microsoft365, Protocol::Smtp) => ("smtp.office365.com", 587, Security::StartTls),
            (Provider::Custom, _) => return None,
        };
        Server::new(host, port, security).ok()
    }

    /// The scopes that a token for the protocol needs; empty when the account must say.
    ///
    /// They belong to the resource `https://outlook.office.com`: the Graph permissions of the same names give a
    /// token that the mail servers refuse.
    pub fn scopes(self, protocol: Protocol) -> &'static [&'static str] {
        match (self, protocol) {
            (Provider::Microsoft365, Protocol::Imap) => &["https://outlook.office.com/IMAP.AccessAsUser.All"],
            (Provider::Microsoft365, Protocol::Pop3) => &["https://outlook.office.com/POP.AccessAsUser.All"],
            (Provider::Microsoft365, Protocol::Smtp) => &["https://outlook.office.com/SMTP.Send"],
            (Provider::Custom, _) => &[],
        }
    }

    pub(crate) fn sasl_user(self, protocol: Protocol) -> SaslUser {
        match (self, protocol) {
            // Exchange opens the mailbox that `user=` names, but lets only the person themself submit.
            (Provider::Microsoft365, Protocol::Smtp) => SaslUser::SignIn,
            (Provider::Microsoft365 | Provider::Custom, _) => SaslUser::Mailbox,
        }
    }

    pub(crate) fn known(self) -> Known {
        match self {
            Provider::Microsoft365 => Known {
                mechanism: Some(Mechanism::XOAuth2),
                sasl_ir: true,
                // Exchange takes a whole token on the line; a round trip saved.
                smtp_auth_line: Some(smtp_min::Limits::AUTH_LINE_OFFICE_365),
            },
            Provider::Custom => Known { mechanism: None, sasl_ir: false, smtp_auth_line: None },
        }
    }
}
