use std::io;
use std::sync::Arc;

use super::command::{Command, Read};
use super::reply::{Reply, Status};
use super::session::Session;
use super::{alter, append, authenticate, fetch, folders, idle, search, select, voice};
use crate::fault::Stage;
use crate::net::Peer;
use crate::state::State;
use crate::{MailFault, Service};

/// One IMAP connection. STARTTLS begins anew on it: nothing that was said before counts.
pub(crate) async fn session(peer: Peer, state: Arc<State>) {
    let connection = Arc::clone(&peer.connection);
    let Ok(stream) = peer.begin().await else { return };
    let mut session = Session::new(stream, state, connection);
    let capabilities = session.capabilities();
    session.wire.say(voice::greeting(session.state.settings.profile, &capabilities));
    // An error is a connection that broke, or that has nothing more to say: closing it is all that is left.
    while let Ok(End::StartTls) = session.run().await {
        match session.wire.start_tls().await {
            Ok(wire) => session.wire = wire,
            Err(_) => return,
        }
    }
    session.wire.close().await;
}

/// How a run of commands ends.
enum End {
    StartTls,
    Close,
}

impl Session {
    async fn run(&mut self) -> io::Result<End> {
        loop {
            let limits = self.state.limits;
            let command = match Command::read(&mut self.wire, &limits, self.login.is_some()).await? {
                Read::Command(command) => command,
                Read::Refused => {
                    self.connection.command("?", false);
                    continue;
                }
                Read::End => return Ok(End::Close),
            };
            if self.has_expired() {
                return Ok(End::Close);
            }
            let (tag, logout) = (command.tag.clone(), command.name == "LOGOUT");
            if self.login.is_some()
                && !logout
                && let Some(fault) = self.state.faults.mail(Service::Imap, Stage::Command)
            {
                self.say_fault(fault, &tag);
                return Ok(End::Close);
            }
            let (name, reply) = self.answer(command).await?;
            self.connection.command(name, reply.status == Status::Ok);
            self.wire.say(format!("{tag} {} {}\r\n", reply.status.as_str(), reply.text));
            self.wire.relieve().await?;
            if reply.starts_tls {
                return Ok(End::StartTls);
            }
            if self.strikes >= 2 {
                self.wire.say("* BYE Connection closed. 14\r\n");
            }
            if logout || self.strikes >= 2 {
                return Ok(End::Close);
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
            "STARTTLS" => self.start_tls(),
            "ENABLE" if self.state.settings.profile.explains() => self.enable(&command),
            "AUTHENTICATE" => authenticate::authenticate(self, &command).await?,
            "LOGIN" => authenticate::login(self),
            "CREATE" | "DELETE" | "RENAME" | "NAMESPACE" | "LIST" | "LSUB" | "SUBSCRIBE" | "UNSUBSCRIBE"
            | "SELECT" | "EXAMINE" | "STATUS" | "APPEND" | "IDLE" => self.in_mailbox(command).await?,
            "CLOSE" | "UNSELECT" | "EXPUNGE" | "UID EXPUNGE" | "SEARCH" | "UID SEARCH" | "FETCH"
            | "UID FETCH" | "STORE" | "UID STORE" | "COPY" | "UID COPY" | "MOVE" | "UID MOVE" => {
                self.in_folder(command).await?
            }
            _ => return Ok(("?".into(), Reply::bad("Command Error. 12"))),
        };
        Ok(reply)
    }

    fn capability(&mut self) -> (String, Reply) {
        let list = self.capabilities();
        self.wire.say(format!("* CAPABILITY {list}\r\n"));
        ("CAPABILITY".into(), Reply::ok("CAPABILITY completed."))
    }

    /// `STARTTLS` (RFC 3501 section 6.2.1).
    fn start_tls(&self) -> (String, Reply) {
        let reply = if self.wire.is_tls() {
            Reply::bad_state()
        } else if self.state.faults.conducts(MailFault::NoStartTls(Service::Imap)) {
            Reply::fault(MailFault::NoStartTls(Service::Imap))
        } else {
            Reply { starts_tls: true, ..Reply::ok("Begin TLS negotiation now.") }
        };
        ("STARTTLS".into(), reply)
    }

    /// `ENABLE` (RFC 5161): CONDSTORE is all that can be.
    fn enable(&mut self, command: &Command) -> (String, Reply) {
        if self.login.is_none() {
            return ("ENABLE".into(), Reply::bad_state());
        }
        let wanted = (0..command.args.len()).filter_map(|at| command.atom(at));
        let enabled = wanted.into_iter().any(|name| name.eq_ignore_ascii_case("CONDSTORE"));
        self.condstore |= enabled;
        self.wire.say(if enabled { "* ENABLED CONDSTORE\r\n" } else { "* ENABLED\r\n" });
        ("ENABLE".into(), Reply::ok("ENABLE completed."))
    }

    fn noop(&mut self, name: &str) -> (String, Reply) {
        self.announce(true);
        (name.to_owned(), Reply::ok(format!("{name} completed.")))
    }

    fn id(&mut self) -> (String, Reply) {
        self.identified = true;
        self.wire.say(voice::id(self.state.settings.profile));
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
            "SUBSCRIBE" | "UNSUBSCRIBE" => folders::subscribe(self, &command),
            "CREATE" | "DELETE" | "RENAME" => folders::change(self, &command),
            "STATUS" => select::status(self, &command),
            "APPEND" => append::append(self, command),
            "IDLE" => idle::idle(self).await?,
            _ if !self.identified && self.state.faults.conducts(MailFault::ImapUnsafeLogin) => {
                Reply::fault(MailFault::ImapUnsafeLogin)
            }
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

    /// A fault that ends the session. What begins with a status is the answer to the command.
    fn say_fault(&mut self, fault: MailFault, tag: &str) {
        let text = fault.text();
        self.connection.command("?", false);
        if text.starts_with("NO ") || text.starts_with("BAD ") {
            self.wire.say(format!("{tag} {text}\r\n* BYE Connection closed. 14\r\n"));
        } else {
            self.wire.say(format!("{text}\r\n"));
        }
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
}
