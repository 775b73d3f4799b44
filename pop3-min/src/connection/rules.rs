//! Which command may be sent when. Nothing here changes the machine.

use super::{Connection, Phase};
use crate::{Capabilities, Capability, Command, Error};

impl Connection {
    /// Whether the command may be sent now, to this server.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), Error> {
        let misuse = |what| Err(Error::Misuse { what });
        match self.phase {
            Phase::Broken => return Err(Error::Broken),
            Phase::Ended => return misuse("the session has ended"),
            Phase::Handshake => return misuse("TLS must be started first"),
            Phase::Greeting | Phase::Authorization | Phase::Transaction => {}
        }
        if self.pending.back().is_some_and(|pending| pending.kind.ends_flight()) {
            return misuse("logins, STLS and QUIT end a flight: wait for their answer");
        }
        if self.pending.len() >= self.limits.pipeline {
            return misuse("too many commands are open: read answers first");
        }
        let logged_in = self.phase == Phase::Transaction;
        match command {
            Command::Capa | Command::Quit => Ok(()),
            Command::Authenticate { .. }
            | Command::User { .. }
            | Command::Pass { .. }
            | Command::Apop { .. }
            | Command::Utf8
                if logged_in =>
            {
                misuse("somebody is logged in already")
            }
            Command::Authenticate { .. } => Ok(()),
            Command::Languages
            | Command::Lang { .. }
            | Command::User { .. }
            | Command::Pass { .. }
            | Command::Apop { .. }
            | Command::Utf8
                if self.phase == Phase::Greeting =>
            {
                misuse("the greeting must be waited for")
            }
            Command::Pass { .. } if !self.named => misuse("USER must be accepted first"),
            Command::User { name: text }
            | Command::Pass { password: text }
            | Command::Apop { name: text, .. } => {
                let utf8 = |offered: &Capabilities| offered.has(&Capability::Utf8User);
                if text.is_ascii() || self.capabilities.as_ref().is_some_and(utf8) {
                    Ok(())
                } else {
                    Err(Error::Lacks { what: "UTF8 USER" })
                }
            }
            Command::Languages | Command::Lang { .. } | Command::Utf8 => Ok(()),
            Command::Stls if self.phase != Phase::Authorization => {
                misuse("STLS comes after the greeting and before the login")
            }
            Command::Stls if self.utf8 => misuse("STLS cannot follow UTF8"),
            Command::Stls => Ok(()),
            Command::Stat
            | Command::Uidl
            | Command::List
            | Command::UidlOne { .. }
            | Command::ListOne { .. }
            | Command::Top { .. }
            | Command::Retr { .. }
            | Command::Dele { .. }
            | Command::Rset
            | Command::Noop => {
                if logged_in {
                    Ok(())
                } else {
                    misuse("this command needs a login")
                }
            }
        }
    }
}
