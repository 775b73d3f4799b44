use std::sync::Arc;

use super::envelope::Envelope;
use crate::log::Connection;
use crate::login::Login;
use crate::state::State;

/// What a session knows, apart from its wire.
pub(super) struct Session {
    pub(super) state: Arc<State>,
    pub(super) connection: Arc<Connection>,
    pub(super) greeted: bool,
    pub(super) login: Option<Login>,
    pub(super) envelope: Option<Envelope>,
}
