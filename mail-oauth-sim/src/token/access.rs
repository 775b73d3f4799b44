use serde_json::{Value, json};

use super::jws::SigningKey;
use crate::model::{Cloud, Directory};
use crate::random::Random;
use crate::{IssueFault, Service, random};

/// The claims of an access token, as far as anything in the tenant looks at them.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) audience: String,
    pub(crate) subject: Subject,
    pub(crate) client_id: String,
    pub(crate) tenant_id: String,
    pub(crate) issued: u64,
    pub(crate) expires: u64,
}

/// Whom a token speaks for.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A person, with the delegated permissions in `scp`.
    User { upn: String, scopes: Vec<String>, guest: bool, mfa: bool },
    /// The app itself, with the application permissions in `roles`.
    App { roles: Vec<String> },
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
    pub(crate) fn sign(&self, key: &SigningKey, directory: &Directory, random: &Random) -> Option<String> {
        let mut claims = json!({
            "aud": self.audience,
            "iss": format!("https://sts.windows.net/{}/", self.tenant_id),
            "iat": self.issued, "nbf": self.issued, "exp": self.expires,
            "aio": random.text(70), "app_displayname": "mail-oauth-sim client", "appid": self.client_id,
            "enfpolids": [], "rh": format!("1.{}", random.text(48)),
            "tid": self.tenant_id, "uti": random.text(16), "ver": "1.0",
            "wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"],
            "xms_ftd": random.text(60), "xms_tcdt": 1_600_000_000,
        });
        let more = match &self.subject {
            Subject::User { upn, scopes, guest, mfa } => {
                let local = upn.split('@').next().unwrap_or_default();
                let oid = directory.object_id(upn);
                let mut more = json!({
                    "acct": u8::from(*guest), "acr": "1", "amr": if *mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) },
                    "appidacr": "0", "family_name": local, "given_name": local, "idtyp": "user",
                    "ipaddr": "127.0.0.1", "login_hint": random.text(90), "name": local, "oid": oid,
                    "puid": "10032001E2CBE43B", "scp": scopes.join(" "), "sid": random.guid(),
                    "signin_state": ["kmsi"],
                    "sub": random::guid_of(&[oid.as_bytes(), self.client_id.as_bytes()]),
                    "unique_name": upn, "upn": upn, "xms_idrel": "1 8",
                });
                if let (true, Some(fields)) = (*guest, more.as_object_mut()) {
                    fields.insert(
                        "idp".into(),
                        "https://sts.windows.net/72f988bf-0000-0000-0000-000000000000/".into(),
                    );
                }
                more
            }
            Subject::App { roles } => {
                let oid = directory.object_id(&self.client_id);
                let mut more = json!({ "appidacr": "1", "idtyp": "app", "oid": oid, "sub": oid });
                if let (false, Some(fields)) = (roles.is_empty(), more.as_object_mut()) {
                    fields.insert("roles".into(), json!(roles));
                }
                more
            }
        };
        if let (Some(fields), Value::Object(more)) = (claims.as_object_mut(), more) {
            fields.extend(more);
        }
        key.sign(&claims)
    }

    /// The opaque token of a personal account: only this tenant can read it.
    pub(crate) fn seal(&self, key: &SigningKey, random: &Random) -> Option<String> {
        let Subject::User { upn, scopes, .. } = &self.subject else { return None };
        let claims = json!({
            "aud": self.audience, "scp": scopes.join(" "), "upn": upn, "appid": self.client_id,
            "tid": self.tenant_id, "iat": self.issued, "nbf": self.issued, "exp": self.expires,
            // A real one is about 1.2 KB long.
            "pad": random.text(500),
        });
        Some(format!("EwB{}", key.seal(claims.to_string().as_bytes(), random.nonce())?))
    }

    /// The claims of a token that this tenant has issued and that is still valid.
    pub(crate) fn check(
        token: &str,
        key: &SigningKey,
        directory: &Directory,
        now: u64,
    ) -> Result<Self, Rejection> {
        let value = match token.strip_prefix("EwB") {
            Some(sealed) => key.open(sealed).and_then(|claims| serde_json::from_slice(&claims).ok()),
            None => key.verify(token),
        };
        let value: Value = value.ok_or(Rejection::Signature)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
        let subject = if value.get("idtyp") == Some(&json!("app")) {
            let roles = value.get("roles").and_then(Value::as_array).into_iter().flatten();
            Subject::App { roles: roles.filter_map(Value::as_str).map(String::from).collect() }
        } else {
            Subject::User {
                upn: text("upn"),
                scopes: text("scp").split(' ').filter(|name| !name.is_empty()).map(String::from).collect(),
                guest: value.get("idp").is_some(),
                mfa: false,
            }
        };
        let claims = Self {
            audience: text("aud"),
            subject,
            client_id: text("appid"),
            tenant_id: text("tid"),
            issued: number("iat"),
            expires: number("exp"),
        };
        // Not before when: that is for the client, whose clock may be slow. The issuer's and the servers' agree.
        if now >= claims.expires {
            return Err(Rejection::Expired);
        }
        let home = match &claims.subject {
            Subject::User { upn, .. } if directory.user(upn).is_none() => {
                let own = claims.tenant_id.eq_ignore_ascii_case(directory.tenant_id());
                return Err(if own { Rejection::User } else { Rejection::Tenant });
            }
            Subject::User { upn, .. } => directory.tenant_of(upn),
            Subject::App { .. } => directory.tenant_id(),
        };
        if claims.tenant_id.eq_ignore_ascii_case(home) { Ok(claims) } else { Err(Rejection::Tenant) }
    }

    /// Makes them wrong, as a fault has it.
    pub(crate) fn spoil(&mut self, fault: IssueFault, cloud: Cloud) {
        match (fault, &mut self.subject) {
            (IssueFault::GraphAudience, _) => cloud.graph().clone_into(&mut self.audience),
            (IssueFault::WithoutMailScope, Subject::User { scopes, .. }) => {
                *scopes = vec!["User.Read".into()]
            }
            (IssueFault::MorePermissions, Subject::User { scopes, .. }) => {
                scopes.push("Mail.ReadWrite".into())
            }
            (IssueFault::WithoutRoles, Subject::App { roles }) => roles.clear(),
            (IssueFault::AppInsteadOfUser, subject) => *subject = Subject::App { roles: Vec::new() },
            (IssueFault::ForeignTenant, _) => self.tenant_id = "72f988bf-86f1-41af-91ab-2d7cd011db47".into(),
            (IssueFault::ShortLived, _) => self.expires = self.issued.saturating_add(60),
            (IssueFault::NotYetValid, _) => {
                self.issued = self.issued.saturating_add(3_600);
                self.expires = self.expires.saturating_add(3_600);
            }
            (IssueFault::AlreadyExpired, _) => {
                self.expires = self.issued.saturating_sub(60);
                self.issued = self.issued.saturating_sub(3_660);
            }
            _ => {}
        }
    }

    /// Whether a mail server would take the token for this protocol. `rbac` says that the app may send by a role of
    /// Exchange, for which the token needs no role of its own.
    pub(crate) fn check_for(&self, service: Service, cloud: Cloud, rbac: bool) -> Result<(), Rejection> {
        let (scope, role) = match service {
            Service::Imap => ("IMAP.AccessAsUser.All", "IMAP.AccessAsApp"),
            Service::Pop3 => ("POP.AccessAsUser.All", "POP.AccessAsApp"),
            Service::Smtp => ("SMTP.Send", "SMTP.SendAsApp"),
            Service::Identity | Service::Control => return Ok(()),
        };
        self.check_audience(cloud)?;
        let granted = match &self.subject {
            Subject::User { scopes, .. } => scopes.iter().any(|granted| granted == scope),
            Subject::App { roles } => {
                rbac && service == Service::Smtp
                    || roles.iter().any(|granted| granted.eq_ignore_ascii_case(role))
            }
        };
        if granted { Ok(()) } else { Err(Rejection::Scope) }
    }

    /// Whether the token is for Exchange at all.
    pub(crate) fn check_audience(&self, cloud: Cloud) -> Result<(), Rejection> {
        let audience = self.audience.trim_end_matches('/');
        if cloud.exchange().contains(&audience) { Ok(()) } else { Err(Rejection::Audience) }
    }

    /// The person, or the app, by the name that rights are given to.
    pub(crate) fn who(&self) -> &str {
        match &self.subject {
            Subject::User { upn, .. } => upn,
            Subject::App { .. } => &self.client_id,
        }
    }

    /// The delegated or application permissions.
    pub(crate) fn permissions(&self) -> &[String] {
        match &self.subject {
            Subject::User { scopes, .. } => scopes,
            Subject::App { roles } => roles,
        }
    }
}
