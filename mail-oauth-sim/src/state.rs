use std::time::Duration;

use crate::clock::Clock;
use crate::fault::Faults;
use crate::identity::{AuthorizationCodes, DeviceCodes, People, RefreshTokens, SignIns};
use crate::log::Log;
use crate::model::Directory;
use crate::random::{Fingerprint, Random};
use crate::store::Store;
use crate::token::SigningKey;
use crate::{Aadsts, Limits, Profile};

/// Everything that the four servers of one tenant share.
pub(crate) struct State {
    pub(crate) directory: Directory,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) key: SigningKey,
    /// The key of the issuer that apps trust by a federated credential.
    pub(crate) issuer_key: SigningKey,
    pub(crate) random: Random,
    /// Seconds since the Unix epoch, in the tenant's time.
    pub(crate) started: u64,
    pub(crate) people: People,
    pub(crate) sign_ins: SignIns,
    pub(crate) codes: AuthorizationCodes,
    pub(crate) device_codes: DeviceCodes,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
}

/// What the caller chose and nothing changes.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) token_lifetime: Duration,
    pub(crate) device_code_lifetime: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) auto_approve: Option<String>,
    pub(crate) introspection: Introspection,
    /// By which number the device flow is refused, if it is.
    pub(crate) device_flow: Option<Aadsts>,
    pub(crate) security_defaults: bool,
    pub(crate) control: bool,
    pub(crate) profile: Profile,
    /// Whether TLS ends before the tenant.
    pub(crate) behind_tls_proxy: bool,
}

/// Who may ask the introspection endpoint.
#[derive(Clone, Debug)]
pub(crate) enum Introspection {
    /// Nobody.
    Closed,
    /// Whoever gives a secret with this SHA-256.
    Secret(Fingerprint),
    /// Everybody on this machine.
    Open,
}
