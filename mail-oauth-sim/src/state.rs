use std::time::Duration;

use crate::Limits;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::identity::{DeviceCodes, RefreshTokens};
use crate::log::Log;
use crate::model::Directory;
use crate::store::Store;
use crate::token::SigningKey;

/// Everything that the four servers of one tenant share.
pub(crate) struct State {
    pub(crate) directory: Directory,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) key: SigningKey,
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
}

/// Who may ask the introspection endpoint.
#[derive(Clone, Debug)]
pub(crate) enum Introspection {
    /// Nobody.
    Closed,
    /// Whoever gives a secret with this SHA-256.
    Secret([u8; 32]),
    /// Everybody on this machine.
    Open,
}
