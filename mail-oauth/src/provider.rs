//! What is known of a provider before it says a word.

mod destination;
mod password_only;
mod preset;

pub(crate) use destination::{domains, is_below};
pub use password_only::PasswordOnly;
pub(crate) use preset::{Known, SaslUser};

use msal_lite::Authority;

use crate::error::Error;
use crate::server::{Protocol, Server};
use preset::{Identity, Preset};

/// Whose servers these are.
///
/// What a variant says of itself was read in documentation, in logs or in other mail programs; nothing of it is asked
/// of a server. No provider's client id is known here: each program registers its own.
///
/// ```
/// use mail_oauth::{Protocol, Provider};
///
/// let provider = Provider::from_id("gmail").unwrap();
/// assert_eq!(provider.server(Protocol::Smtp).unwrap().to_string(), "smtp.gmail.com:465");
/// assert!(!provider.flows().device_code, "Google's device flow refuses the scope of mail");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Provider {
    /// Microsoft 365 for work and school, world-wide cloud (GCC included).
    #[default]
    Microsoft365,
    /// Microsoft 365 for the US Government, GCC High. The SMTP host is from general knowledge.
    Microsoft365UsGov,
    /// Microsoft 365 for the US Department of Defense. The hosts are from general knowledge; the resource of the
    /// scopes is the one that Microsoft's administration tools use.
    Microsoft365UsGovDod,
    /// Microsoft 365 in China, operated by 21Vianet.
    Microsoft365China,
    /// Microsoft's personal accounts: outlook.com, hotmail, live, msn. Their owner must switch IMAP and POP3 on, and
    /// their tokens are opaque.
    OutlookCom,
    /// Gmail and Google Workspace. By browser only, with the "secret" of an installed application.
    Gmail,
    /// Yahoo. An application is given the scope of mail on request only; whether XOAUTH2 or OAUTHBEARER, the server
    /// is asked.
    Yahoo,
    /// AOL and Verizon: as Yahoo.
    Aol,
    /// Fastmail. Public clients; registration by hand.
    Fastmail,
    /// Comcast (Xfinity). Endpoints and scopes are those that other mail programs use.
    Comcast,
    /// Yandex.
    Yandex,
    /// Mail.ru. Two sets of endpoints are in use; these are unconfirmed.
    MailRu,
    /// Servers and an authority that the account names itself.
    Custom,
}

/// Providers that behave alike, for whoever has to explain what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Microsoft for work and school, in any cloud.
    MicrosoftWork,
    /// Microsoft's personal accounts.
    MicrosoftPersonal,
    /// Google.
    Google,
    /// Anyone else.
    Other,
}

/// The ways to a token that a provider offers for mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Flows {
    /// A browser on this machine (authorization code with PKCE, RFC 7636).
    pub browser: bool,
    /// A code that is typed in on any machine (RFC 8628).
    pub device_code: bool,
    /// The application as itself, without a person (client credentials, RFC 6749 section 4.4).
    pub app_only: bool,
}

impl Provider {
    /// Every provider, in the order in which a list may show them.
    pub const ALL: [Provider; 13] = [
        Provider::Microsoft365,
        Provider::Microsoft365UsGov,
        Provider::Microsoft365UsGovDod,
        Provider::Microsoft365China,
        Provider::OutlookCom,
        Provider::Gmail,
        Provider::Yahoo,
        Provider::Aol,
        Provider::Fastmail,
        Provider::Comcast,
        Provider::Yandex,
        Provider::MailRu,
        Provider::Custom,
    ];

    /// The name that a configuration file uses.
    pub fn id(self) -> &'static str {
        self.preset().id
    }

    /// The provider of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Provider::ALL.into_iter().find(|provider| provider.id() == id)
    }

    /// The name that people use.
    pub fn name(self) -> &'static str {
        self.preset().name
    }

    /// Which other providers it is like.
    pub fn family(self) -> Family {
        self.preset().family
    }

    /// Where it speaks a protocol; `None` when the account must say.
    pub fn server(self, protocol: Protocol) -> Option<Server> {
        let (host, port, security) = self.preset().servers.at(protocol)?;
        Server::new(host, port, security).ok()
    }

    /// The scopes that a token for the protocol needs; empty when the account must say.
    ///
    /// Microsoft's belong to the resource of the mail servers: the Graph permissions of the same names give a token
    /// that the mail servers refuse.
    pub fn scopes(self, protocol: Protocol) -> &'static [&'static str] {
        self.preset().scopes.at(protocol)
    }

    /// The scopes of an application that signs in as itself; empty when the provider has no such thing here, or the
    /// account must say.
    pub fn app_scopes(self) -> &'static [&'static str] {
        self.preset().app_scopes
    }

    /// What to ask for at a sign-in beside the protocols' scopes, so that the answer names the person and brings a
    /// refresh token. Scopes that another provider would refuse are not among them.
    pub fn sign_in_scopes(self) -> &'static [&'static str] {
        self.preset().sign_in_scopes
    }

    /// The ways to a token.
    pub fn flows(self) -> Flows {
        self.preset().flows
    }

    /// Whether a client secret is needed even by a program that a person has on a desk, where it is no secret.
    pub fn needs_client_secret(self) -> bool {
        match self.preset().identity {
            Identity::Known(provider) => provider.needs_client_secret(),
            Identity::Entra(_) | Identity::Consumers | Identity::Account => false,
        }
    }

    /// Where an application is registered; empty when that is not known.
    pub fn registration_page(self) -> &'static str {
        self.preset().registration
    }

    /// Who gives the tokens. For Microsoft 365 the tenant: the given one, or else the domain of the person who signs
    /// in. Others have no tenants.
    ///
    /// # Errors
    /// [`Error::Setting`] when the tenant cannot be one, and for [`Provider::Custom`], whose account must say.
    pub fn authority(self, tenant: Option<&str>, domain: &str) -> Result<Authority, Error> {
        let authority = match self.preset().identity {
            Identity::Entra(cloud) => Authority::entra(cloud, tenant.unwrap_or(domain)),
            Identity::Consumers => Authority::entra(msal_lite::Cloud::Public, tenant.unwrap_or("consumers")),
            Identity::Known(provider) => provider.authority(),
            Identity::Account => {
                let why = "a custom provider needs one; give its https address";
                return Err(Error::setting("authority", why.to_owned()));
            }
        };
        authority.map_err(|e| Error::setting("authority", e.to_string()))
    }

    pub(crate) fn sasl_user(self, protocol: Protocol) -> SaslUser {
        match (self.family(), protocol) {
            // Exchange opens the mailbox that `user=` names, but lets only the person themself submit.
            (Family::MicrosoftWork, Protocol::Smtp) => SaslUser::SignIn,
            _ => SaslUser::Mailbox,
        }
    }

    pub(crate) fn known(self) -> Known {
        self.preset().known
    }

    fn preset(self) -> &'static Preset {
        preset::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Identity, Protocol, Provider};
    use crate::server::Security;

    #[test]
    fn each_has_one_row_with_an_id_of_its_own() {
        for provider in Provider::ALL {
            assert_eq!(Provider::from_id(provider.id()), Some(provider), "{}", provider.id());
            assert!(provider.id().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        }
        assert_eq!(Provider::from_id("outlook"), None);
        assert_eq!(Provider::Microsoft365.id(), "microsoft365");
    }

    #[test]
    fn each_preset_can_be_used() {
        for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::Custom) {
            let authority = provider.authority(None, "contoso.example").unwrap();
            assert_eq!(authority.device_endpoint().is_some(), provider.flows().device_code, "{provider:?}");
            assert_eq!(
                authority.authorization_endpoint().is_some(),
                provider.flows().browser,
                "{provider:?}"
            );
            assert_eq!(!provider.app_scopes().is_empty(), provider.flows().app_only, "{provider:?}");
            for protocol in Protocol::ALL {
                let server = provider.server(protocol).unwrap();
                let scopes = msal_lite::Scopes::new(provider.scopes(protocol)).unwrap();
                // One token is good for one resource, and at Microsoft that is the mail server's.
                if matches!(provider.family(), Family::MicrosoftWork | Family::MicrosoftPersonal) {
                    assert!(scopes.resource().unwrap().starts_with("https://"), "{provider:?}");
                    assert!(!scopes.resource().unwrap().contains("graph"), "{provider:?}");
                }
                let starttls = server.security() == Security::StartTls;
                assert_eq!(starttls, server.port() == 587, "{provider:?} {protocol}");
            }
        }
        assert!(Provider::Custom.authority(None, "contoso.example").is_err());
        assert!(Provider::Custom.server(Protocol::Imap).is_none());
    }

    #[test]
    fn the_tenant_is_the_given_one_or_the_domain_but_only_where_there_are_tenants() {
        for (provider, tenant, issuer) in [
            (Provider::Microsoft365, None, "https://login.microsoftonline.com/contoso.example/v2.0"),
            (
                Provider::Microsoft365,
                Some("other.example"),
                "https://login.microsoftonline.com/other.example/v2.0",
            ),
            (Provider::Microsoft365UsGov, None, "https://login.microsoftonline.us/contoso.example/v2.0"),
            (Provider::Microsoft365UsGovDod, None, "https://login.microsoftonline.us/contoso.example/v2.0"),
            (
                Provider::Microsoft365China,
                None,
                "https://login.partner.microsoftonline.cn/contoso.example/v2.0",
            ),
            (Provider::OutlookCom, None, "https://login.microsoftonline.com/consumers/v2.0"),
            (Provider::Gmail, Some("other.example"), "https://accounts.google.com"),
        ] {
            assert_eq!(provider.authority(tenant, "contoso.example").unwrap().issuer(), issuer);
        }
        assert!(Provider::Microsoft365.authority(None, "no domain").is_err());
    }

    #[test]
    fn scopes_are_those_that_the_identity_provider_knows() {
        for provider in Provider::ALL {
            let Identity::Known(known) = provider.preset().identity else { continue };
            let all: Vec<&str> = known.mail_scopes().split(' ').collect();
            for scope in Protocol::ALL.into_iter().flat_map(|protocol| provider.scopes(protocol)) {
                assert!(all.contains(scope), "{provider:?}: {scope}");
            }
        }
    }
}
