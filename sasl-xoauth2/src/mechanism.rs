//! The two mechanisms and their names.

use core::{fmt, str::FromStr};

use crate::Error;

/// A SASL mechanism that carries an OAuth 2.0 bearer token.
///
/// ```
/// use sasl_xoauth2::Mechanism;
///
/// // The mechanisms that a server lists, in the order in which this client likes them.
/// let offered = ["PLAIN", "XOAUTH2", "oauthbearer"];
/// let found: Vec<Mechanism> = offered.iter().filter_map(|name| Mechanism::from_name(name)).collect();
/// assert_eq!(found, [Mechanism::XOAuth2, Mechanism::OAuthBearer]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// `XOAUTH2`, Google's own, taken over by Microsoft and others.
    XOAuth2,
    /// `OAUTHBEARER`, RFC 7628.
    OAuthBearer,
}

impl Mechanism {
    /// Finds a mechanism by its registered name, in any case (RFC 4422 section 3.1 has upper case
    /// only; servers do not all keep to it). `None` for every other mechanism.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::XOAuth2, Self::OAuthBearer].into_iter().find(|one| name.eq_ignore_ascii_case(one.name()))
    }

    /// The name as it goes over the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// What a client sends, before base64, after the server has refused the token with a challenge:
    /// nothing for XOAUTH2, one octet 0x01 for OAUTHBEARER (RFC 7628 section 3.2.3). A server meets
    /// these bytes as the second message of a failed exchange.
    pub const fn acknowledgement(self) -> &'static [u8] {
        match self {
            Self::XOAuth2 => b"",
            Self::OAuthBearer => b"\x01",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mechanism {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::from_name(name).ok_or(Error::UnknownMechanism)
    }
}
