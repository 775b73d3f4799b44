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

impl Provider {
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

    /// The scopes for IMAP, POP3 and SMTP, separated by blanks.
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
        }
    }
}
