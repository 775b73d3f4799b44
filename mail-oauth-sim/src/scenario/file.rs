//! The shape of the file.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) tenant_id: Option<Spanned<String>>,
    pub(super) domain: Option<Spanned<String>>,
    pub(super) cloud: Option<Cloud>,
    pub(super) profile: Option<Profile>,
    pub(super) seed: Option<u64>,
    pub(super) smtp_auth: Option<bool>,
    #[serde(default)]
    pub(super) security_defaults: bool,
    #[serde(default)]
    pub(super) block_device_flow: bool,
    pub(super) auto_approve: Option<Spanned<String>>,
    pub(super) token_lifetime: Option<u64>,
    pub(super) device_code_lifetime: Option<u64>,
    pub(super) poll_interval: Option<u64>,
    pub(super) message_limit: Option<usize>,
    #[serde(default)]
    pub(super) faults: Vec<Spanned<String>>,
    #[serde(default, rename = "user")]
    pub(super) users: Vec<User>,
    #[serde(default, rename = "mailbox")]
    pub(super) mailboxes: Vec<Mailbox>,
    #[serde(default, rename = "app")]
    pub(super) apps: Vec<App>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cloud {
    Public,
    UsGovernment,
    China,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Profile {
    Exchange,
    Gmail,
    Plain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) upn: Spanned<String>,
    pub(super) kind: Option<Kind>,
    pub(super) password: Option<String>,
    pub(super) primary_address: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) aliases: Vec<Spanned<String>>,
    pub(super) mailbox: Option<bool>,
    #[serde(default)]
    pub(super) policies: Vec<Policy>,
    pub(super) sign_in_frequency: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Member,
    Guest,
    Federated,
    Personal,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Policy {
    Mfa,
    EnrolMfa,
    BlockedByConditionalAccess,
    CompliantDevice,
    Disabled,
    Locked,
    PasswordExpired,
    NeedsConsent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mailbox {
    pub(super) address: Spanned<String>,
    #[serde(default)]
    pub(super) full_access: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) send_as: Vec<Spanned<String>>,
    pub(super) imap: Option<bool>,
    pub(super) pop3: Option<bool>,
    pub(super) smtp_auth: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) client_id: Spanned<String>,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) confidential: bool,
    pub(super) public_flows: Option<bool>,
    pub(super) scopes: Option<Vec<Spanned<String>>>,
    pub(super) roles: Option<Vec<Spanned<String>>>,
    pub(super) audience: Option<Audience>,
    pub(super) redirects: Option<Vec<Redirect>>,
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
    #[serde(default)]
    pub(super) certificates: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) federated: Vec<Federated>,
    pub(super) assigned_to: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) admin_consent_only: bool,
    pub(super) exchange: Option<Exchange>,
    #[serde(default)]
    pub(super) smtp_by_rbac: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Audience {
    Tenant,
    Organizations,
    All,
    Personal,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Exchange {
    Missing,
    WrongObjectId,
    Registered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Redirect {
    pub(super) platform: Platform,
    pub(super) uri: Spanned<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Platform {
    Desktop,
    Web,
    Spa,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) value: String,
    pub(super) expires_in: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Federated {
    pub(super) issuer: String,
    pub(super) subject: String,
}
