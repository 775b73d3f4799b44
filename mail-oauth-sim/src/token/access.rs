use serde_json::{Value, json};

use super::jws::SigningKey;
use crate::model::Directory;
use crate::{Service, random};

/// The resource that the three mail scopes belong to; [`EXCHANGE_ALIAS`] is taken as well.
pub(crate) const EXCHANGE: &str = "https://outlook.office.com";
/// The resource's other name.
pub(crate) const EXCHANGE_ALIAS: &str = "https://outlook.office365.com";

/// The claims of a delegated access token, as far as anything in the tenant looks at them.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) audience: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) upn: String,
    pub(crate) client_id: String,
    pub(crate) tenant_id: String,
    pub(crate) issued: u64,
    pub(crate) expires: u64,
}

/// Why a mail server does not take a token. The client hears none of this; the log does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    Signature,
    Expired,
    Audience,
    Tenant,
    Scope,
    User,
}

impl Claims {
    /// The token with these claims. It has Entra's other claims too, so that it is as long as a real one (about 2 KB):
    /// length limits are met in tests and not in life.
    pub(crate) fn sign(&self, key: &SigningKey, directory: &Directory) -> Option<String> {
        let local = self.upn.split('@').next().unwrap_or_default();
        let oid = directory.object_id(&self.upn);
        key.sign(&json!({
            "aud": self.audience,
            "iss": format!("https://sts.windows.net/{}/", self.tenant_id),
            "iat": self.issued, "nbf": self.issued, "exp": self.expires,
            "acct": 0, "acr": "1", "aio": random::text(70), "amr": ["pwd", "mfa"],
            "app_displayname": "mail-oauth-sim client", "appid": self.client_id, "appidacr": "0",
            "enfpolids": [], "family_name": local, "given_name": local, "idtyp": "user", "ipaddr": "127.0.0.1",
            "login_hint": random::text(90), "name": local, "oid": oid,
            "puid": "10032001E2CBE43B", "rh": format!("1.{}", random::text(48)),
            "scp": self.scopes.join(" "), "sid": random::guid(),
            "signin_state": ["kmsi"], "sub": random::guid_of(&[oid.as_bytes(), self.client_id.as_bytes()]),
            "tid": self.tenant_id, "unique_name": self.upn, "upn": self.upn, "uti": random::text(16), "ver": "1.0",
            "wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"],
            "xms_ftd": random::text(60), "xms_idrel": "1 8", "xms_tcdt": 1_600_000_000,
        }))
    }

    /// The claims of a token that this tenant has issued and that is still valid.
    pub(crate) fn check(
        token: &str,
        key: &SigningKey,
        directory: &Directory,
        now: u64,
    ) -> Result<Self, Rejection> {
        let value = key.verify(token).ok_or(Rejection::Signature)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
        let claims = Self {
            audience: text("aud"),
            scopes: text("scp").split(' ').filter(|name| !name.is_empty()).map(String::from).collect(),
            upn: text("upn"),
            client_id: text("appid"),
            tenant_id: text("tid"),
            issued: number("iat"),
            expires: number("exp"),
        };
        if now >= claims.expires || now < number("nbf") {
            return Err(Rejection::Expired);
        }
        if !claims.tenant_id.eq_ignore_ascii_case(directory.tenant_id()) {
            return Err(Rejection::Tenant);
        }
        if directory.user(&claims.upn).is_none() {
            return Err(Rejection::User);
        }
        Ok(claims)
    }

    /// Whether a mail server would take the token for this protocol.
    pub(crate) fn check_for(&self, service: Service) -> Result<(), Rejection> {
        let scope = match service {
            Service::Imap => "IMAP.AccessAsUser.All",
            Service::Pop3 => "POP.AccessAsUser.All",
            Service::Smtp => "SMTP.Send",
            Service::Identity => return Ok(()),
        };
        self.check_audience()?;
        if self.scopes.iter().any(|granted| granted == scope) { Ok(()) } else { Err(Rejection::Scope) }
    }

    /// Whether the token is for Exchange at all.
    pub(crate) fn check_audience(&self) -> Result<(), Rejection> {
        let audience = self.audience.trim_end_matches('/');
        if audience == EXCHANGE || audience == EXCHANGE_ALIAS { Ok(()) } else { Err(Rejection::Audience) }
    }
}
