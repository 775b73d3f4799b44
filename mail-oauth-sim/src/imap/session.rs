use std::sync::Arc;
use std::time::Duration;

use super::view::View;
use super::voice::{self, Phase};
use crate::log::Connection;
use crate::login::Login;
use crate::net::{Stream, Wire};
use crate::state::State;
use crate::{MailFault, Service};

/// What a session knows. `selected` is empty while `login` is, and while the login is not connected.
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) state: Arc<State>,
    pub(super) connection: Arc<Connection>,
    pub(super) login: Option<Login>,
    pub(super) selected: Option<View>,
    /// Whether the client wants MODSEQ in every folder.
    pub(super) condstore: bool,
    /// Whether the client has sent ID.
    pub(super) identified: bool,
    /// How many mailbox commands a login that is not connected has tried.
    pub(super) strikes: u32,
}

impl Session {
    pub(super) fn new(stream: Stream, state: Arc<State>, connection: Arc<Connection>) -> Self {
        Self {
            wire: Wire::new(stream),
            state,
            connection,
            login: None,
            selected: None,
            condstore: false,
            identified: false,
            strikes: 0,
        }
    }

    /// The mailbox of somebody who is logged in and connected.
    pub(super) fn mailbox(&self) -> Option<&str> {
        self.login.as_ref().filter(|login| login.connected).map(|login| login.mailbox.as_str())
    }

    /// Says farewell if the token of this session has run out.
    pub(super) fn has_expired(&mut self) -> bool {
        let now = self.state.clock.now();
        let expired = self.login.as_ref().is_some_and(|login| now >= login.expires);
        if expired {
            self.wire.say("* BYE Session invalidated - AccessTokenExpired\r\n");
            self.connection.command("BYE AccessTokenExpired", false);
        }
        expired
    }

    /// How long the token of this session is still good for.
    pub(super) fn left(&self) -> Duration {
        let expires = self.login.as_ref().map_or(0, |login| login.expires);
        Duration::from_millis(expires.saturating_mul(1_000).saturating_sub(self.state.clock.now_ms()))
    }

    /// The capability list as it is now.
    pub(super) fn capabilities(&self) -> String {
        let phase = match &self.login {
            Some(_) => Phase::LoggedIn,
            None if self.wire.is_tls() => Phase::Tls,
            None => Phase::Clear,
        };
        let faults = [
            MailFault::NoOauth(Service::Imap),
            MailFault::NoInitialResponse(Service::Imap),
            MailFault::NoStartTls(Service::Imap),
        ];
        let without: Vec<MailFault> =
            faults.into_iter().filter(|fault| self.state.faults.is_set(*fault)).collect();
        voice::capabilities(self.state.settings.profile, phase, &without)
    }

    /// Tells what changed in the open folder since the client was last told.
    pub(super) fn announce(&mut self, expunged: bool) {
        let Some(login) = &self.login else { return };
        if let Some(view) = &mut self.selected {
            let changes = view.catch_up(&self.state.store, &login.mailbox, expunged);
            self.wire.say(changes);
        }
    }
}
