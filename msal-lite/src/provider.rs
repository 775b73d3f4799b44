//! Mail providers beside Microsoft, as data.

use crate::{Authority, Error, authority::Particulars};

/// A provider of mail whose endpoints are known here, so that no discovery is needed. Client ids are
/// not: each program registers its own.
///
/// ```
/// use msal_lite::{Application, Provider, Scopes, Secret};
///
/// let google = Application::new("1234.apps.googleusercontent.com", Provider::Google.authority()?)?
///     .with_client_secret(Secret::new("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-app".to_owned()))?;
/// let scopes = Scopes::parse(Provider::Google.mail_scopes())?;
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// Gmail and Google Workspace. An installed application has a "secret", which is none and must be
    /// sent. By browser only: Google's device flow refuses the scope of mail.
    Google,
    /// Yahoo. Registrations with the scope of mail are given on request. The secret goes by HTTP Basic.
    Yahoo,
    /// AOL and Verizon: as Yahoo.
    Aol,
    /// Fastmail. Public clients; registration by hand.
    Fastmail,
    /// Comcast (Xfinity). By browser, with PKCE and a secret. Its endpoints are those that mail programs use; no
    /// documentation for developers is known.
    Comcast,
    /// Yandex. By browser; with PKCE no secret is needed.
    Yandex,
    /// Mail.ru. By browser, with a secret. Two sets of endpoints are in use, `o2.mail.ru` and `oauth.mail.ru`; this
    /// is the first.
    MailRu,
}

struct Preset {
    issuer: &'static str,
    authorization: &'static str,
    token: &'static str,
    mail_scopes: &'static str,
    needs_secret: bool,
    particulars: Particulars,
}

const PLAIN: Particulars = Particulars { authorize: &[], basic: false, issuer_in_answer: false };

const GOOGLE: Preset = Preset {
    issuer: "https://accounts.google.com",
    authorization: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    mail_scopes: "https://mail.google.com/",
    needs_secret: true,
    particulars: Particulars {
        // The first makes it give a refresh token, the second makes it give one each time.
        authorize: &[("access_type", "offline"), ("prompt", "consent")],
        ..PLAIN
    },
};

const YAHOO: Preset = Preset {
    issuer: "https://api.login.yahoo.com",
    authorization: "https://api.login.yahoo.com/oauth2/request_auth",
    token: "https://api.login.yahoo.com/oauth2/get_token",
    mail_scopes: "mail-w",
    needs_secret: true,
    particulars: Particulars { basic: true, ..PLAIN },
};

const AOL: Preset = Preset {
    issuer: "https://api.login.aol.com",
    authorization: "https://api.login.aol.com/oauth2/request_auth",
    token: "https://api.login.aol.com/oauth2/get_token",
    ..YAHOO
};

const FASTMAIL: Preset = Preset {
    issuer: "https://api.fastmail.com",
    authorization: "https://api.fastmail.com/oauth/authorize",
    token: "https://api.fastmail.com/oauth/refresh",
    mail_scopes: "https://www.fastmail.com/dev/protocol-imap https://www.fastmail.com/dev/protocol-pop https://www.fastmail.com/dev/protocol-smtp",
    needs_secret: false,
    particulars: PLAIN,
};

const COMCAST: Preset = Preset {
    issuer: "https://oauth.xfinity.com",
    authorization: "https://oauth.xfinity.com/oauth/authorize",
    token: "https://oauth.xfinity.com/oauth/token",
    mail_scopes: "https://email.comcast.net/",
    needs_secret: true,
    particulars: PLAIN,
};

const YANDEX: Preset = Preset {
    issuer: "https://oauth.yandex.com",
    authorization: "https://oauth.yandex.com/authorize",
    token: "https://oauth.yandex.com/token",
    mail_scopes: "mail:imap_full mail:smtp",
    needs_secret: false,
    particulars: PLAIN,
};

const MAIL_RU: Preset = Preset {
    issuer: "https://o2.mail.ru",
    authorization: "https://o2.mail.ru/login",
    token: "https://o2.mail.ru/token",
    mail_scopes: "mail.imap",
    needs_secret: true,
    particulars: PLAIN,
};

impl Provider {
    /// Every provider.
    pub const ALL: [Provider; 7] = [
        Provider::Google,
        Provider::Yahoo,
        Provider::Aol,
        Provider::Fastmail,
        Provider::Comcast,
        Provider::Yandex,
        Provider::MailRu,
    ];

    /// Where it gives tokens, and how.
    ///
    /// # Errors
    ///
    /// None: the addresses are constants. The signature is that of every other way to an [`Authority`].
    pub fn authority(self) -> Result<Authority, Error> {
        let preset = self.preset();
        Ok(Authority::with_endpoints(preset.issuer, preset.token, None)?
            .with_authorization_endpoint(preset.authorization)?
            .with_particulars(preset.particulars))
    }

    /// The provider whose tokens an authority gives; `None` for any other, Microsoft among them, which
    /// [`Authority::cloud`] knows. The host of the token endpoint decides.
    pub fn of(authority: &Authority) -> Option<Self> {
        let host = authority.token_host();
        // The presets' addresses are of one form, and each opening of a mailbox asks here.
        let is_its = |provider: &Self| provider.preset().token.split('/').nth(2) == Some(host.as_str());
        Self::ALL.into_iter().find(is_its)
    }

    /// The scopes for IMAP, POP3 and SMTP, separated by blanks. With these alone no provider tells who signed in: name
    /// the person by [`AuthorizationOptions::with_login_hint`](crate::AuthorizationOptions::with_login_hint), and with
    /// Google ask for `openid email` too.
    pub fn mail_scopes(self) -> &'static str {
        self.preset().mail_scopes
    }

    /// Whether the provider wants a client secret even of an installed application.
    pub fn needs_client_secret(self) -> bool {
        self.preset().needs_secret
    }

    fn preset(self) -> &'static Preset {
        match self {
            Self::Google => &GOOGLE,
            Self::Yahoo => &YAHOO,
            Self::Aol => &AOL,
            Self::Fastmail => &FASTMAIL,
            Self::Comcast => &COMCAST,
            Self::Yandex => &YANDEX,
            Self::MailRu => &MAIL_RU,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;
    use crate::{Authority, Cloud, Scopes};

    #[test]
    fn every_address_and_scope_can_be_used() {
        for provider in Provider::ALL {
            let authority = provider.authority().unwrap();
            assert!(authority.authorization_endpoint().is_some(), "{provider:?}");
            assert!(authority.device_endpoint().is_none(), "{provider:?} by browser only");
            assert!(Scopes::parse(provider.mail_scopes()).is_ok(), "{provider:?}");
            assert_eq!(Provider::of(&authority), Some(provider));
            assert_eq!(authority.cloud(), None, "{provider:?}");
        }
    }

    #[test]
    fn who_issues_is_told_by_the_place_that_tokens_come_from() {
        let entra = |address: &str| Authority::parse(address).unwrap();
        for (address, cloud) in [
            ("https://login.microsoftonline.com/organizations", Some(Cloud::Public)),
            ("https://LOGIN.Microsoftonline.com./organizations", Some(Cloud::Public)),
            ("https://sts.windows.net/contoso.com", Some(Cloud::Public)),
            ("https://westeurope.login.microsoft.com/contoso.com", Some(Cloud::Public)),
            ("https://login.microsoftonline.us/contoso.us", Some(Cloud::UsGovernment)),
            ("https://login.chinacloudapi.cn/contoso.cn", Some(Cloud::China)),
            ("https://login.microsoftonline.com.evil.example/contoso.com", None),
            ("https://localhost/contoso.com", None),
        ] {
            assert_eq!(entra(address).cloud(), cloud, "{address}");
            assert_eq!(Provider::of(&entra(address)), None, "{address}");
        }
        // A name of one's own does not make another's tokens one's own.
        let named = |token| Authority::with_endpoints("https://auth.example.org", token, None).unwrap();
        let microsoft = named("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
        assert_eq!(microsoft.cloud(), Some(Cloud::Public));
        assert_eq!(Provider::of(&named("https://oauth2.googleapis.com/token")), Some(Provider::Google));
        assert_eq!(Provider::of(&named("https://auth.example.org/token")), None);
    }
}
