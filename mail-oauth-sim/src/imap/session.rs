use std::io;
use std::sync::Arc;

use super::command::{Command, Read};
use super::reply::{Reply, Status};
use super::view::View;
use super::{alter, append, authenticate, fetch, folders, idle, search, select};
use crate::log::Connection;
use crate::login::Login;
use crate::net::{Peer, Wire};
use crate::state::State;

/// The base64 of the host's name in UTF-16, in brackets at the end of the greeting: it is text, no response code.
const GREETING: &str = "* OK The Microsoft Exchange IMAP4 service is ready. [bABvAGMAYQBsAGgAbwBzAHQA]\r\n";
/// MOVE and the last three appear only to somebody who is logged in, and nobody is told: clients have to ask again.
const BEFORE: &str =
    "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+";
const AFTER: &str = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES \
                     CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+";

/// One IMAP connection, from the TLS handshake to its end.
pub(crate) async fn session(peer: Peer, state: Arc<State>) {
    let connection = Arc::clone(&peer.connection);
    let Ok(stream) = peer.tls().await else { return };
    let mut session =
        Session { wire: Wire::new(stream), state, connection, login: None, selected: None, strikes: 0 };
    session.wire.say(GREETING);
    // An error is a connection that broke, or that has nothing more to say: closing it is all that is left.
    let _ = session.run().await;
    session.wire.close().await;
}

/// What a session knows. `selected` is empty while `login` is, and while the login is not connected.
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) state: Arc<State>,
    pub(super) connection: Arc<Connection>,
    pub(super) login: Option<Login>,
    pub(super) selected: Option<View>,
    /// How many mailbox commands a login that is not connected has tried.
    strikes: u32,
}

impl Session {
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

    async fn run(&mut self) -> io::Result<()> {
        loop {
            let limits = self.state.limits;
            let command = match Command::read(&mut self.wire, &limits, self.login.is_some()).await? {
                Read::Command(command) => command,
                Read::Refused => {
                    self.connection.command("?", false);
                    continue;
                }
                Read::End => return Ok(()),
            };
            if self.has_expired() {
                return Ok(());
            }
            let tag = command.tag.clone();
            let logout = command.name == "LOGOUT";
            let (name, reply) = self.answer(command).await?;
            self.connection.command(name, reply.status == Status::Ok);
            self.wire.say(format!("{tag} {} {}\r\n", reply.status.as_str(), reply.text));
            self.wire.relieve().await?;
            if self.strikes >= 2 {
                self.wire.say("* BYE Connection closed. 14\r\n");
            }
            if logout || self.strikes >= 2 {
                return Ok(());
            }
        }
    }

    /// Runs a command. The name is what the log calls it: `?` for one that is not known.
    async fn answer(&mut self, command: Command) -> io::Result<(String, Reply)> {
        let reply = match command.name.as_str() {
            "CAPABILITY" => self.capability(),
            "NOOP" | "CHECK" => self.noop(&command.name),
            "ID" => self.id(),
            "LOGOUT" => self.logout(),
            "AUTHENTICATE" => authenticate::authenticate(self, &command).await?,
            "LOGIN" => authenticate::login(self),
            "NAMESPACE" | "LIST" | "LSUB" | "SUBSCRIBE" | "UNSUBSCRIBE" | "SELECT" | "EXAMINE" | "STATUS"
            | "APPEND" | "IDLE" => self.in_mailbox(command).await?,
            "CLOSE" | "UNSELECT" | "EXPUNGE" | "UID EXPUNGE" | "SEARCH" | "UID SEARCH" | "FETCH"
            | "UID FETCH" | "STORE" | "UID STORE" | "COPY" | "UID COPY" | "MOVE" | "UID MOVE" => {
                self.in_folder(command).await?
            }
            _ => return Ok(("?".into(), Reply::bad("Command Error. 12"))),
        };
        Ok(reply)
    }

    fn capability(&mut self) -> (String, Reply) {
        let list = if self.login.is_some() { AFTER } else { BEFORE };
        self.wire.say(format!("* CAPABILITY {list}\r\n"));
        ("CAPABILITY".into(), Reply::ok("CAPABILITY completed."))
    }

    fn noop(&mut self, name: &str) -> (String, Reply) {
        self.announce(true);
        (name.to_owned(), Reply::ok(format!("{name} completed.")))
    }

    fn id(&mut self) -> (String, Reply) {
        self.wire.say("* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\n");
        ("ID".into(), Reply::ok("ID completed"))
    }

    fn logout(&mut self) -> (String, Reply) {
        self.wire.say("* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n");
        ("LOGOUT".into(), Reply::ok("LOGOUT completed."))
    }

    /// Commands that need a mailbox, but no folder of it.
    async fn in_mailbox(&mut self, command: Command) -> io::Result<(String, Reply)> {
        let name = command.name.clone();
        if let Err(reply) = self.check_connected() {
            return Ok((name, reply));
        }
        let reply = match name.as_str() {
            "NAMESPACE" => folders::namespace(self),
            "LIST" | "LSUB" => folders::list(self, &command),
            "SUBSCRIBE" | "UNSUBSCRIBE" => folders::subscribe(&command),
            "STATUS" => select::status(self, &command),
            "APPEND" => append::append(self, command),
            "IDLE" => idle::idle(self).await?,
            _ => select::select(self, &command),
        };
        Ok((name, reply))
    }

    /// Commands that need a folder that is open.
    async fn in_folder(&mut self, command: Command) -> io::Result<(String, Reply)> {
        let name = command.name.clone();
        if let Err(reply) = self.check_connected() {
            return Ok((name, reply));
        }
        if self.selected.is_none() {
            return Ok((name, Reply::bad_state()));
        }
        let (verb, uid) = name.strip_prefix("UID ").map_or((name.as_str(), false), |verb| (verb, true));
        let reply = match verb {
            "CLOSE" => select::close(self),
            "UNSELECT" => select::unselect(self),
            "SEARCH" => search::search(self, &command, uid),
            "FETCH" => fetch::fetch(self, &command, uid).await?,
            "STORE" => alter::store(self, &command, uid),
            "EXPUNGE" => alter::expunge(self, &command, uid),
            _ => alter::copy(self, &command, uid, verb == "MOVE"),
        };
        // Message numbers must not change under a client that may be counting on them (RFC 3501 section 7.4.1).
        self.announce(uid || verb == "EXPUNGE" || verb == "MOVE");
        Ok((name, reply))
    }

    fn check_connected(&mut self) -> Result<(), Reply> {
        match &self.login {
            None => Err(Reply::bad_state()),
            Some(login) if login.connected => Ok(()),
            Some(_) => {
                self.strikes = self.strikes.saturating_add(1);
                Err(Reply::bad("User is authenticated but not connected."))
            }
        }
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
