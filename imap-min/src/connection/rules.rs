//! Which command may be sent when. Nothing here changes the machine.

use super::{Connection, State};
use crate::command::{Command, CommandKind, Place};
use crate::error::Error;
use crate::gate::Abilities;
use crate::pipeline::Pipeline;

impl Connection {
    /// Whether [`send`](Self::send) would take a command now. What must wait for answers gives [`Error::MustWait`], so that
    /// a caller who fills the line can tell what to hold back from what is wrong. Arguments are looked at by `send` only.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn may_send(&self, command: &Command<'_>) -> Result<(), Error> {
        let kind = command.kind();
        let misuse = |what| Err(Error::Misuse { what });
        let early = self.eager
            && (self.is_ahead() && Pipeline::may_go_ahead(kind)
                || matches!(command, Command::Authenticate { initial_response: Some(_), .. }));
        match self.state {
            State::Broken => return Err(Error::Broken),
            State::Greeting if !early => return misuse("the greeting has not come"),
            State::Securing => return misuse("the connection waits for TLS"),
            State::Logout => return misuse("the session has ended"),
            State::Greeting | State::NotAuthenticated | State::Authenticated | State::Selected => {}
        }
        if self.turn.holds_the_line() {
            return Err(Error::MustWait { what: "the command that is open has not all been sent" });
        }
        let logged_in = matches!(self.state, State::Authenticated | State::Selected);
        match kind.place() {
            Place::BeforeLogIn if logged_in => return misuse("the session is logged in already"),
            Place::LoggedIn if !logged_in && !early => return misuse("log in first"),
            Place::Any | Place::BeforeLogIn | Place::LoggedIn | Place::InMailbox => {}
        }
        if self.eager && kind == CommandKind::StartTls {
            return misuse("an eager session is for connections that began with TLS");
        }
        let selected = self.state == State::Selected;
        self.pipeline.check(command, selected, self.eager, self.limits.pipeline)?;
        self.abilities().check(command)
    }

    /// Whether a log-in is open that other commands may follow.
    pub(super) fn is_ahead(&self) -> bool {
        self.eager && self.pipeline.has(CommandKind::Authenticate)
    }

    pub(super) fn abilities(&self) -> Abilities<'_> {
        Abilities { known: self.capabilities.as_ref(), enabled: &self.enabled }
    }
}
