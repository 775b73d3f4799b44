use std::sync::Arc;

use super::maildrop::Maildrop;
use crate::log::Connection;
use crate::login::Login;
use crate::net::Wire;
use crate::state::State;

/// What a session knows.
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) state: Arc<State>,
    pub(super) connection: Arc<Connection>,
    /// Present from login on: the TRANSACTION state.
    pub(super) maildrop: Option<Maildrop>,
}

impl Session {
    pub(super) fn open(&mut self, login: Login) {
        self.maildrop = Some(Maildrop::open(&self.state.store, &login.mailbox));
    }
}
