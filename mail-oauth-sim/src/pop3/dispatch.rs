use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::maildrop::{Maildrop, send, top};
use super::reply::Reply;
use super::session::Session;
use super::{authenticate, voice};
use crate::net::{Line, Peer, Wire};
use crate::state::State;
use crate::{MailFault, Service};

/// One POP3 connection. STLS begins anew on it: nothing that was said before counts (RFC 2595 section 4).
pub(crate) async fn session(peer: Peer, state: Arc<State>) {
    let connection = Arc::clone(&peer.connection);
    let Ok(stream) = peer.begin().await else { return };
    let mut session = Session { wire: Wire::new(stream), state, connection, maildrop: None };
    session.wire.say(voice::greeting(session.state.settings.profile));
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
            let line = match self.wire.line(self.state.limits.line).await? {
                Line::Text(line) => line,
                Line::End => return Ok(End::Close),
                Line::TooLong => {
                    self.wire.say("-ERR Protocol error. Connection is closed. 10\r\n");
                    self.connection.command("?", false);
                    return Ok(End::Close);
                }
            };
            let text = String::from_utf8_lossy(&line);
            let mut words = text.split_ascii_whitespace();
            let verb = words.next().unwrap_or_default().to_ascii_uppercase();
            let args: Vec<&str> = words.collect();
            let (name, reply) = match (self.maildrop.is_some(), verb.as_str()) {
                (_, "CAPA" | "NOOP" | "QUIT") => self.anywhere(verb),
                (false, "STLS") if !self.wire.is_tls() => self.start_tls(),
                (false, "AUTH") => authenticate::auth(self, &args).await?,
                (false, "USER") => (verb, Reply::ok("")),
                // Passwords are switched off; USER is announced all the same, as in life.
                (false, "PASS") => (verb, voice::refusal(self.state.settings.profile)),
                (true, "RETR" | "TOP") => self.message(verb, &args).await?,
                (true, "STAT" | "LIST" | "UIDL" | "DELE" | "RSET") => self.transaction(verb, &args),
                _ => ("?".into(), Reply::err("Command is not valid in this state.")),
            };
            let starts_tls = matches!(reply, Reply::StartTls);
            if self.give(name, &reply).await? {
                return Ok(End::Close);
            }
            if starts_tls {
                return Ok(End::StartTls);
            }
        }
    }

    /// Sends a reply; true if it was the last.
    async fn give(&mut self, name: String, reply: &Reply) -> io::Result<bool> {
        let ok = !matches!(reply, Reply::Err(_) | Reply::Fatal(_));
        match reply {
            Reply::Ok(text) if text.is_empty() => self.wire.say("+OK\r\n"),
            Reply::Ok(text) => self.wire.say(format!("+OK {text}\r\n")),
            Reply::List(lines) => self.wire.say(format!("+OK\r\n{lines}.\r\n")),
            Reply::Sent => {}
            Reply::Err(text) => self.wire.say(format!("-ERR {text}\r\n")),
            Reply::Fatal(text) => self.wire.say(format!("-ERR {text}\r\n")),
            Reply::StartTls => self.wire.say("+OK Begin TLS negotiation.\r\n"),
            Reply::Bye => self.wire.say("+OK Microsoft Exchange Server POP3 server signing off.\r\n"),
        }
        self.connection.command(name, ok);
        self.wire.relieve().await?;
        Ok(matches!(reply, Reply::Fatal(_) | Reply::Bye))
    }

    fn start_tls(&self) -> (String, Reply) {
        let refused = self.state.faults.conducts(MailFault::NoStartTls(Service::Pop3));
        let reply = if refused { Reply::err("Command is not valid in this state.") } else { Reply::StartTls };
        ("STLS".into(), reply)
    }

    fn anywhere(&mut self, verb: String) -> (String, Reply) {
        let reply = match verb.as_str() {
            "CAPA" => {
                let faults = &self.state.faults;
                Reply::List(voice::capabilities(
                    self.state.settings.profile,
                    self.wire.is_tls(),
                    self.maildrop.is_some(),
                    !faults.is_set(MailFault::NoStartTls(Service::Pop3)),
                    !faults.is_set(MailFault::NoOauth(Service::Pop3)),
                ))
            }
            "QUIT" => {
                if let Some(maildrop) = &self.maildrop {
                    maildrop.commit(&self.state.store);
                }
                Reply::Bye
            }
            _ => Reply::ok(""),
        };
        (verb, reply)
    }

    /// Commands about the maildrop that are answered from memory (RFC 1939 sections 5 and 7).
    fn transaction(&mut self, verb: String, args: &[&str]) -> (String, Reply) {
        let Some(maildrop) = &mut self.maildrop else { return (verb, Reply::err("Not logged in.")) };
        let number = args.first().map(|number| number.parse::<usize>().unwrap_or(0));
        let reply = match (verb.as_str(), number) {
            ("STAT", _) => {
                let (count, octets) = maildrop.totals();
                Reply::ok(format!("{count} {octets}"))
            }
            ("LIST" | "UIDL", None) => {
                let mut lines = String::new();
                for (number, message) in maildrop.all() {
                    let _ = write!(lines, "{number} {}\r\n", column(&verb, maildrop, message));
                }
                Reply::List(lines)
            }
            ("LIST" | "UIDL", Some(number)) => match maildrop.get(number) {
                Some(message) => Reply::ok(format!("{number} {}", column(&verb, maildrop, message))),
                None => no_such_message(),
            },
            ("DELE", Some(number)) if maildrop.delete(number) => Reply::ok(""),
            ("RSET", _) => {
                maildrop.reset();
                Reply::ok("")
            }
            _ => no_such_message(),
        };
        (verb, reply)
    }

    /// `RETR` and `TOP`: the message goes out from the store's own bytes.
    async fn message(&mut self, verb: String, args: &[&str]) -> io::Result<(String, Reply)> {
        let numbers: Vec<usize> = args.iter().filter_map(|number| number.parse().ok()).collect();
        let (number, lines) = match (verb.as_str(), numbers.as_slice()) {
            ("RETR", [number]) => (*number, None),
            ("TOP", [number, lines]) => (*number, Some(*lines)),
            _ => return Ok((verb, Reply::err("Command arguments are not valid."))),
        };
        let Some(message) = self.maildrop.as_ref().and_then(|maildrop| maildrop.get(number)) else {
            return Ok((verb, no_such_message()));
        };
        let octets = match lines {
            Some(lines) => top(&message.bytes, lines),
            None => message.bytes.as_slice(),
        };
        self.wire.say("+OK\r\n");
        send(&mut self.wire, octets).await?;
        Ok((verb, Reply::Sent))
    }
}

fn column(verb: &str, maildrop: &Maildrop, message: &crate::store::Stored) -> String {
    if verb == "UIDL" { maildrop.unique_id(message) } else { message.bytes.len().to_string() }
}

fn no_such_message() -> Reply {
    Reply::err("The specified message does not exist.")
}
