use std::io;
use std::sync::Arc;

use super::authenticate::auth;
use super::deliver::deliver;
use super::envelope::{self, Envelope, Malformed};
use super::reply::Reply;
use super::session::Session;
use super::unstuff::Unstuff;
use super::voice;
use crate::date;
use crate::fault::Stage;
use crate::net::{Line, Peer, Wire};
use crate::state::State;
use crate::{MailFault, Profile, Service};

/// One SMTP connection. STARTTLS begins a new session on it: nothing that was said before counts (RFC 3207 section 4.2).
pub(crate) async fn session(peer: Peer, state: Arc<State>) {
    let connection = Arc::clone(&peer.connection);
    let Ok(stream) = peer.begin().await else { return };
    let mut wire = Wire::new(stream);
    wire.say(voice::greeting(state.settings.profile, &date::mail(state.clock.now())));
    loop {
        let mut session = Session {
            state: Arc::clone(&state),
            connection: Arc::clone(&connection),
            greeted: false,
            login: None,
            envelope: None,
        };
        match session.run(&mut wire).await {
            Ok(End::StartTls) => match wire.start_tls().await {
                Ok(tls) => wire = tls,
                Err(_) => return,
            },
            // An error is a connection that broke: closing it is all that is left.
            Ok(End::Close) | Err(_) => break,
        }
    }
    wire.close().await;
}

/// How a session ends.
enum End {
    StartTls,
    Close,
}

/// Longest AUTH line that Gmail takes, in octets.
const GMAIL_AUTH_LINE: usize = 700;
/// Longest line of RFC 5321 section 4.5.3.1.4, without its line end.
const RFC_LINE: usize = 510;
const TOO_LARGE: &str = "5.3.4 Message size exceeds fixed maximum message size";

impl Session {
    async fn run(&mut self, wire: &mut Wire) -> io::Result<End> {
        loop {
            let line = match wire.line(self.state.limits.line).await? {
                Line::Text(line) => line,
                Line::End => return Ok(End::Close),
                Line::TooLong => {
                    self.connection.command("?", false);
                    wire.say("500 5.3.3 Line too long\r\n");
                    return Ok(End::Close);
                }
            };
            let text = String::from_utf8_lossy(&line);
            let (verb, args) = text.split_once(' ').unwrap_or((&text, ""));
            let verb = verb.trim().to_ascii_uppercase();
            let args = args.trim();
            let (name, reply) = match verb.as_str() {
                "EHLO" => (verb, self.ehlo(wire)),
                "AUTH" if self.greeted && !self.fits(line.len()) => {
                    ("AUTH".into(), voice::line_too_long(self.state.settings.profile))
                }
                "AUTH" if self.greeted => auth(self, wire, args).await?,
                "DATA" => (verb, self.data(wire).await?),
                "BDAT" => match self.bdat(wire, args).await? {
                    Some(reply) => (verb, reply),
                    None => return Ok(End::Close),
                },
                "HELO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "RSET" | "NOOP" | "QUIT" | "VRFY"
                | "HELP" => {
                    let reply = self.at_once(&verb, args, wire.is_tls());
                    (verb, reply)
                }
                _ => ("?".into(), Reply::new(500, "5.3.3 Unrecognized command")),
            };
            self.connection.command(name.as_str(), reply.code < 400);
            if reply.code == 0 {
                // A fault: the session ends without a word.
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            wire.say(reply.wire());
            wire.relieve().await?;
            match (name.as_str(), reply.code) {
                ("STARTTLS", 220) => return Ok(End::StartTls),
                ("QUIT", _) => return Ok(End::Close),
                _ => {}
            }
        }
    }

    /// Whether an AUTH line is short enough.
    fn fits(&self, octets: usize) -> bool {
        let gmail = self.state.settings.profile == Profile::Gmail && octets > GMAIL_AUTH_LINE;
        let fault = octets > RFC_LINE && self.state.faults.conducts(MailFault::SmtpLongLine);
        !gmail && !fault
    }

    /// Commands that are answered without further input.
    fn at_once(&mut self, verb: &str, args: &str, tls: bool) -> Reply {
        match verb {
            "HELO" => {
                self.greeted = true;
                self.envelope = None;
                Reply::new(250, "localhost Hello [127.0.0.1]")
            }
            "STARTTLS" if tls => Reply::new(503, "5.5.2 TLS is already active"),
            "STARTTLS" if !args.is_empty() => Reply::new(501, "5.5.4 Invalid arguments"),
            "STARTTLS" if self.state.faults.conducts(MailFault::NoStartTls(Service::Smtp)) => {
                Reply::fault(MailFault::NoStartTls(Service::Smtp))
            }
            "STARTTLS" => Reply::new(220, "2.0.0 SMTP server ready"),
            "MAIL" => self.mail(args).unwrap_or_else(|refused| refused),
            "RCPT" => self.rcpt(args).unwrap_or_else(|refused| refused),
            "RSET" => {
                self.envelope = None;
                Reply::new(250, "2.0.0 Resetting")
            }
            "NOOP" => Reply::new(250, "2.0.0 OK"),
            "QUIT" => Reply::new(221, "2.0.0 Service closing transmission channel"),
            "VRFY" => Reply::new(252, "2.1.5 Cannot VRFY user"),
            "HELP" => Reply::new(
                214,
                "This server supports the following commands: EHLO AUTH MAIL RCPT DATA BDAT QUIT",
            ),
            _ => Reply::new(503, "5.5.2 Send hello first"),
        }
    }

    /// The list is the same before and after TLS but for one line: AUTH only under TLS.
    fn ehlo(&mut self, wire: &mut Wire) -> Reply {
        self.greeted = true;
        self.envelope = None;
        let size = self.state.limits.smtp_message;
        let faults = &self.state.faults;
        let stls = !faults.is_set(MailFault::NoStartTls(Service::Smtp));
        let oauth = !faults.is_set(MailFault::NoOauth(Service::Smtp));
        wire.say(voice::extensions(self.state.settings.profile, size, wire.is_tls(), stls, oauth));
        Reply::new(250, "SMTPUTF8")
    }

    fn mail(&mut self, args: &str) -> Result<Reply, Reply> {
        if !self.greeted {
            return Err(Reply::new(503, "5.5.2 Send hello first"));
        }
        if self.login.is_none() {
            return Err(Reply::new(530, "5.7.57 Client not authenticated to send mail."));
        }
        if self.envelope.is_some() {
            return Err(Reply::new(503, "5.5.2 Sender already specified"));
        }
        if let Some(fault) = self.state.faults.mail(Service::Smtp, Stage::Sender) {
            return Err(Reply::fault(fault));
        }
        let (sender, parameters) = envelope::mail(args).map_err(malformed)?;
        if parameters.size.is_some_and(|size| size > self.state.limits.smtp_message) {
            return Err(Reply::new(552, TOO_LARGE));
        }
        // A mailbox that exists but is somebody else's is refused after the message only.
        if !self.state.directory.has_mailbox(&sender) {
            return Err(Reply::new(
                550,
                "5.7.60 SMTP; Client does not have permissions to send as this sender",
            ));
        }
        self.envelope = Some(Envelope::new(sender, parameters.binary));
        Ok(Reply::new(250, "2.1.0 Sender OK"))
    }

    fn rcpt(&mut self, args: &str) -> Result<Reply, Reply> {
        let state = Arc::clone(&self.state);
        let Some(envelope) = self.envelope.as_mut().filter(|envelope| envelope.chunks.is_none()) else {
            return Err(Reply::new(503, "5.5.2 Need mail command"));
        };
        let address = envelope::rcpt(args).map_err(malformed)?;
        if !state.directory.is_local(&address)
            && let Some(fault) = state.faults.mail(Service::Smtp, Stage::Recipient)
        {
            return Err(Reply::fault(fault));
        }
        if envelope.recipients.len() >= state.limits.recipients {
            return Err(Reply::new(452, "4.5.3 Too many recipients"));
        }
        let unknown = state.directory.is_local(&address) && !state.directory.has_mailbox(&address);
        if unknown || state.faults.recipient_refused(&address) {
            let text = "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
            return Err(Reply::new(550, text));
        }
        if !envelope.recipients.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            envelope.recipients.push(address);
        }
        Ok(Reply::new(250, "2.1.5 Recipient OK"))
    }

    async fn data(&mut self, wire: &mut Wire) -> io::Result<Reply> {
        match &self.envelope {
            None => return Ok(Reply::new(503, "5.5.2 Need mail command")),
            Some(envelope) if envelope.recipients.is_empty() => {
                return Ok(Reply::new(503, "5.5.2 Need rcpt command"));
            }
            Some(envelope) if envelope.binary || envelope.chunks.is_some() => {
                return Ok(Reply::new(503, "5.5.2 Use BDAT for this message"));
            }
            Some(_) => {}
        }
        wire.say("354 Start mail input; end with <CRLF>.<CRLF>\r\n");
        let mut unstuff = Unstuff::new(self.state.limits.smtp_message);
        while !unstuff.is_done() {
            let input = wire.some().await?;
            if input.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let taken = unstuff.feed(input);
            wire.consume(taken);
        }
        Ok(match (self.envelope.take(), unstuff.finish()) {
            (Some(envelope), Some(message)) => deliver(self, envelope, message),
            _ => Reply::new(552, TOO_LARGE),
        })
    }

    /// `BDAT` (RFC 3030 section 2). Its octets are read whatever the answer is. `None` if the client closed on the way,
    /// or did not say how many there are.
    async fn bdat(&mut self, wire: &mut Wire, args: &str) -> io::Result<Option<Reply>> {
        let mut words = args.split_ascii_whitespace();
        let octets = words.next().and_then(|number| number.parse::<usize>().ok());
        let last = match words.next() {
            None => Some(false),
            Some(word) => word.eq_ignore_ascii_case("LAST").then_some(true),
        };
        let (Some(octets), Some(last)) = (octets, last) else {
            // Where the next command begins cannot be known.
            self.connection.command("BDAT", false);
            wire.say("501 5.5.4 Invalid arguments\r\n");
            return Ok(None);
        };
        let limit = self.state.limits.smtp_message;
        let Some(envelope) = self.envelope.as_mut().filter(|envelope| !envelope.recipients.is_empty()) else {
            let whole = wire.take(octets, None).await?;
            return Ok(whole.then(|| Reply::new(503, "5.5.2 Need rcpt command")));
        };
        let chunks = envelope.chunks.get_or_insert_default();
        if chunks.len().saturating_add(octets) > limit {
            self.envelope = None;
            let whole = wire.take(octets, None).await?;
            return Ok(whole.then(|| Reply::new(552, TOO_LARGE)));
        }
        if !wire.take(octets, Some(chunks)).await? {
            return Ok(None);
        }
        if !last {
            return Ok(Some(Reply::new(250, format!("2.6.0 Chunk received OK, {octets} octets"))));
        }
        Ok(self.envelope.take().map(|mut envelope| {
            let message = envelope.chunks.take().unwrap_or_default();
            deliver(self, envelope, message)
        }))
    }
}

fn malformed(why: Malformed) -> Reply {
    match why {
        Malformed::Syntax => Reply::new(501, "5.5.4 Invalid arguments"),
        Malformed::Address => Reply::new(501, "5.1.3 Invalid address"),
        Malformed::Parameter => Reply::new(501, "5.5.4 Unrecognized parameter"),
    }
}
