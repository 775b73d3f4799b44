//! The machine. It alone changes the state.
//!
//! ```text
//!            220                   EHLO, HELO: 2xx          STARTTLS: 220
//!  Greeting -----> Greeted ------------------------> Ready ---------------> Handshake
//!     |               ^                                |  tls_started          |
//!     | 4xx, 5xx      +--------------------------------|-----------------------+
//!     v                                                v
//!   Ended <-- 421 anywhere, QUIT is answered, the message is refused in its middle      any error: Broken
//! ```
//!
//! A refused `BDAT` spoils nothing but its message: the server has counted its octets.
//!
//! The message belongs to its `DATA`, which is asked, streaming or finished. Answers come in the order of the commands.

mod receiving;
mod rules;
mod sending;

use std::collections::VecDeque;
use std::time::Duration;

use crate::answer::{Body, Kind, Meaning, Pending, Sasl};
use crate::frame::ReplyScan;
use crate::stuffing::Stuffer;
use crate::{
    BodyType, Capabilities, Challenge, Command, CommandId, Error, Event, Greeting, Limits, LineEnds,
    Protocol, Reply, parse,
};

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The greeting is still to come. Nothing may be sent: servers take a client that talks early for a bot.
    Greeting,
    /// `EHLO` is to be sent, or sent again after TLS was started.
    Greeted,
    /// Commands may be sent.
    Ready,
    /// `AUTH` is on its way.
    Authenticating,
    /// The server waits for the message, or for its end.
    SendingBody,
    /// The server accepted `STARTTLS`: do the handshake, then call `tls_started`.
    StartingTls,
    /// Nothing more can be done but to close the connection.
    Ended,
    /// An error has put the connection out of step.
    Broken,
}

/// An SMTP session without I/O.
///
/// The caller keeps what was not used up of the input and passes it again with more behind it. After any error of
/// [`receive`](Self::receive) every call answers [`Error::Broken`].
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    phase: Phase,
    pending: VecDeque<Pending>,
    last_id: CommandId,
    capabilities: Option<Capabilities>,
    authenticated: bool,
    protocol: Protocol,
    /// What the last `MAIL` said.
    body: Option<BodyType>,
    smtputf8: bool,
    stuffer: Stuffer,
    /// The message that goes out by `BDAT`, between its first and its last piece.
    chunks: Option<LineEnds>,
    /// The recipients that were accepted and have no final answer, kept for LMTP only.
    recipients: VecDeque<CommandId>,
    scan: ReplyScan,
    /// How many quirks of the reply at the front of the input were told already.
    told: usize,
    told_bare_lf: bool,
}

impl Connection {
    /// A session whose greeting is still to come.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Connection::with_protocol(limits, Protocol::Smtp)
    }

    /// The same for another protocol of the family.
    #[must_use]
    pub fn with_protocol(limits: Limits, protocol: Protocol) -> Self {
        Connection {
            protocol,
            limits,
            phase: Phase::Greeting,
            pending: VecDeque::from([Pending { id: CommandId::GREETING, kind: Kind::Greeting }]),
            last_id: CommandId::GREETING,
            capabilities: None,
            authenticated: false,
            body: None,
            smtputf8: false,
            stuffer: Stuffer::new(LineEnds::default(), true),
            chunks: None,
            recipients: VecDeque::new(),
            scan: ReplyScan::default(),
            told: 0,
            told_bare_lf: false,
        }
    }

    /// Appends a command to `out`. Where the server offers `PIPELINING`, `MAIL`, `RCPT`, `RSET` and `BDAT` may be sent
    /// before earlier commands are answered; any other command ends such a flight, and so does the last `BDAT`. The next
    /// flight may follow [`finish_body`](Self::finish_body) at once (RFC 2920 section 3.1).
    ///
    /// # Errors
    /// [`Error::Misuse`] when the state does not allow it, [`Error::Lacks`] when the server does not offer what the
    /// command needs, [`Error::Invalid`] and [`Error::TooLong`] when an argument does not fit. Then `out` and the
    /// machine are as before, with one exception: a piece of a message that must not be sent as it is breaks the
    /// connection, as with [`send_body`](Self::send_body).
    pub fn send(&mut self, command: Command<'_>, out: &mut Vec<u8>) -> Result<CommandId, Error> {
        self.check(&command)?;
        command.encode(self.protocol, &self.limits, out)?;
        let kind = match command {
            Command::Ehlo(_) => Kind::Ehlo,
            Command::Helo(_) => Kind::Helo,
            Command::StartTls => Kind::StartTls,
            Command::Authenticate { initial_response, .. } => {
                let step = if initial_response.is_some() { Sasl::Answered } else { Sasl::Opened };
                Kind::Authenticate { step, rounds: 0 }
            }
            Command::Mail(mail) => {
                self.body = mail.body;
                self.smtputf8 = mail.smtputf8;
                Kind::Simple("MAIL")
            }
            Command::Rcpt(_) => Kind::Rcpt,
            Command::Data { line_ends } => {
                self.stuffer = Stuffer::new(line_ends, true);
                Kind::Data(Body::Asked)
            }
            Command::Bdat { chunk, last, line_ends } => {
                self.chunk(chunk, last, line_ends, out)?;
                Kind::Bdat { last }
            }
            Command::Rset => {
                self.chunks = None;
                Kind::Simple("RSET")
            }
            Command::Vrfy { .. } | Command::Noop => Kind::Simple(command.name()),
            Command::Quit => Kind::Quit,
        };
        self.last_id = self.last_id.next();
        self.pending.push_back(Pending { id: self.last_id, kind });
        Ok(self.last_id)
    }

    /// Whether [`receive`](Self::receive) has nothing to report before more input comes. Remembers how far it has
    /// looked.
    #[must_use]
    pub fn wants_input(&mut self, input: &[u8]) -> bool {
        match self.phase {
            Phase::Broken => false,
            Phase::Handshake => input.is_empty(),
            Phase::Greeting | Phase::Greeted | Phase::Ready | Phase::Ended => {
                matches!(self.scan.reply(input, &self.limits), Ok(None))
            }
        }
    }

    /// The next event and how many bytes of the input it used, or `None` when more input is needed. Nothing is ever
    /// appended to `out` now; it is there because the machines of this family share their shape.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the server broke the protocol, [`Error::TooLong`] when it passed a limit.
    pub fn receive<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<(usize, Event<'i>)>, Error> {
        let _ = out;
        let result = self.step(input);
        if result.is_err() {
            self.phase = Phase::Broken;
        }
        result
    }

    /// The server closed the connection.
    ///
    /// # Errors
    /// [`Error::Eof`], with what was cut, unless the session had come to its end.
    pub fn receive_eof(&mut self) -> Result<(), Error> {
        match self.phase {
            Phase::Ended => Ok(()),
            Phase::Broken => Err(Error::Broken),
            Phase::Greeting | Phase::Greeted | Phase::Ready | Phase::Handshake => {
                let during = self.during();
                self.phase = Phase::Broken;
                Err(Error::Eof { during })
            }
        }
    }

    /// TLS is up: what was learned before it is forgotten, and `EHLO` is to be sent again. `leftover` is what the
    /// caller has read behind the answer to `STARTTLS`, before the handshake.
    ///
    /// # Errors
    /// [`Error::Protocol`] when `leftover` is not empty: somebody put bytes into the plaintext that were to be taken
    /// for the server's (RFC 3207 section 6). [`Error::Misuse`] when `STARTTLS` was not accepted.
    pub fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Error> {
        match self.phase {
            Phase::Broken => Err(Error::Broken),
            Phase::Handshake if leftover.is_empty() => {
                self.capabilities = None;
                self.authenticated = false;
                self.phase = Phase::Greeted;
                Ok(())
            }
            Phase::Handshake => {
                self.phase = Phase::Broken;
                Err(before_tls(leftover))
            }
            Phase::Greeting | Phase::Greeted | Phase::Ready | Phase::Ended => {
                Err(Error::Misuse { what: "TLS starts after STARTTLS was accepted" })
            }
        }
    }

    /// How long the next event may take; while a message goes out, how long the server may take nothing of it.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.pending.front().map_or(self.limits.command, |pending| pending.kind.timeout(&self.limits))
    }

    /// How far the session has come.
    #[must_use]
    pub fn state(&self) -> State {
        let last = self.pending.back().map(|pending| pending.kind);
        match self.phase {
            Phase::Greeting => State::Greeting,
            Phase::Greeted => State::Greeted,
            Phase::Handshake => State::StartingTls,
            Phase::Ended => State::Ended,
            Phase::Broken => State::Broken,
            Phase::Ready if matches!(last, Some(Kind::Authenticate { .. })) => State::Authenticating,
            Phase::Ready
                if matches!(last, Some(Kind::Data(Body::Streaming | Body::Finished) | Kind::Bdat { .. })) =>
            {
                State::SendingBody
            }
            Phase::Ready => State::Ready,
        }
    }

    /// How many answers are still to come; the greeting counts.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// What is being waited for, for errors and logs: the name of a command, or a part of one.
    #[must_use]
    pub fn during(&self) -> &'static str {
        match self.pending.front() {
            Some(pending) => pending.kind.name(),
            None if self.phase == Phase::Handshake => "the start of TLS",
            None => "an idle session",
        }
    }

    /// The answer to the last `EHLO` since TLS was started; `None` when there was none, empty after `HELO`.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// The limits of this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The protocol of this connection.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The reply is understood and used up: moves on.
    fn accept<'i>(
        &mut self,
        id: CommandId,
        kind: Kind,
        meaning: Meaning<'i>,
        reply: Reply<'i>,
        raw: &'i [u8],
    ) -> Result<Event<'i>, Error> {
        match (meaning, self.pending.front_mut()) {
            (Meaning::Challenge(base64), Some(Pending { kind: Kind::Authenticate { step, rounds }, .. })) => {
                *step = Sasl::Owed;
                *rounds += 1;
                if *rounds > self.limits.rounds {
                    let limit = usize::try_from(self.limits.rounds).unwrap_or(usize::MAX);
                    return Err(Error::TooLong { what: "the number of challenges in a login", limit });
                }
                return Ok(Event::Challenge(Challenge::new(base64, self.limits.challenge)));
            }
            // RFC 2033 section 4.2: such a DATA must be refused, since nobody could answer the message.
            (Meaning::Ready, _) if self.protocol == Protocol::Lmtp && self.recipients.is_empty() => {
                return Err(Error::protocol("a message that is wanted for nobody", raw));
            }
            (Meaning::Ready, Some(Pending { kind: Kind::Data(step), .. })) => {
                *step = Body::Streaming;
                return Ok(Event::Ready { id, reply });
            }
            (Meaning::Greeting | Meaning::Completed | Meaning::Challenge(_) | Meaning::Ready, _) => {}
        }
        if self.protocol == Protocol::Lmtp && kind.ends_message() && reply.code() != 421 {
            // One answer for each recipient that was accepted, in their order.
            if let Some(recipient) = self.recipients.pop_front() {
                if self.recipients.is_empty() {
                    self.pending.pop_front();
                }
                return Ok(Event::Delivered { recipient, reply });
            }
        }
        self.pending.pop_front();
        if matches!(kind, Kind::Rcpt) && self.protocol == Protocol::Lmtp && !reply.is_refusal() {
            self.recipients.push_back(id);
        }
        self.answered(kind, &reply, raw);
        Ok(if meaning == Meaning::Greeting {
            Event::Greeting(Greeting { reply })
        } else {
            Event::Completed { id, reply }
        })
    }

    /// A command has its answer: what that means for the session.
    fn answered(&mut self, kind: Kind, reply: &Reply<'_>, raw: &[u8]) {
        if reply.code() == 421 {
            self.end();
            return;
        }
        match (kind, reply.is_refusal()) {
            // A new message, or none any more: nobody waits for the one before.
            (Kind::Simple("MAIL" | "RSET"), _) | (Kind::Bdat { .. }, true) => self.recipients.clear(),
            (Kind::Greeting, false) => self.phase = Phase::Greeted,
            (Kind::Ehlo, false) => {
                self.phase = Phase::Ready;
                self.chunks = None;
                self.capabilities = Some(parse::capabilities(raw));
            }
            (Kind::Helo, false) => {
                self.phase = Phase::Ready;
                self.capabilities = Some(Capabilities::default());
            }
            (Kind::StartTls, false) => self.phase = Phase::Handshake,
            (Kind::Authenticate { .. }, false) => self.authenticated = true,
            // Whether the server reads on as message or as commands, nobody knows.
            (Kind::Data(Body::Streaming), _) | (Kind::Greeting, true) | (Kind::Quit, _) => self.end(),
            (
                Kind::Ehlo
                | Kind::Helo
                | Kind::StartTls
                | Kind::Authenticate { .. }
                | Kind::Simple(_)
                | Kind::Rcpt
                | Kind::Bdat { .. }
                | Kind::Data(Body::Asked | Body::Finished),
                _,
            ) => {}
        }
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.pending.clear();
    }

    /// The message that goes out must not be sent as it is, and what was sent of it must not be taken for a whole one.
    fn broken(&mut self, error: Error) -> Error {
        self.phase = Phase::Broken;
        error
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Greeting,
    Greeted,
    Ready,
    Handshake,
    Ended,
    Broken,
}

fn before_tls(bytes: &[u8]) -> Error {
    // One byte says enough: how many more were read is chance.
    Error::protocol("bytes behind the answer to STARTTLS, before TLS", bytes.get(..1).unwrap_or_default())
}
