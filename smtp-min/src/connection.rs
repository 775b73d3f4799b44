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

mod rules;

use std::collections::VecDeque;
use std::time::Duration;

use crate::answer::{self, Body, Kind, Meaning, Pending, Sasl};
use crate::command::encode_message;
use crate::frame::ReplyScan;
use crate::stuffing::{BareLineEnd, Stuffer};
use crate::{
    BodyType, Capabilities, Challenge, Command, CommandId, Error, Event, Greeting, Limits, LineEnds,
    Protocol, Quirk, Reply, parse,
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
    /// before earlier commands are answered; any other command ends such a flight, and so does the last `BDAT`.
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

    /// Answers [`Event::Challenge`] with a SASL message, raw; an empty one is sent as an empty line. `out` then holds
    /// a secret: wipe it once it is written.
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is no challenge to answer.
    pub fn respond(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer(Sasl::Answered)?;
        encode_message(message, out);
        Ok(())
    }

    /// Answers [`Event::Challenge`] with `*`: the server is to refuse the login (RFC 4954 section 4).
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is no challenge to answer.
    pub fn cancel(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer(Sasl::Cancelled)?;
        out.extend_from_slice(b"*\r\n");
        Ok(())
    }

    /// Appends a piece of the message to `out`, stuffed and with proper line ends. Where pieces end means nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the message has a lone CR or LF and [`LineEnds::Refuse`] was asked for, or an octet above
    /// 127 and `MAIL` did not say [`BodyType::EightBitMime`]. The connection is [broken](Error::Broken) then: close
    /// it, and the server throws the message away. [`Error::Misuse`] when the server does not wait for a message.
    pub fn send_body(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.check_streaming()?;
        self.check_bits(piece)?;
        let pushed = self.stuffer.push(piece, out);
        self.check_line_ends(pushed)
    }

    /// Appends the end of the message to `out`: the last line's end, where the message has none, and the dot.
    ///
    /// # Errors
    /// As [`send_body`](Self::send_body).
    pub fn finish_body(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.check_streaming()?;
        let finished = self.stuffer.finish(out);
        self.check_line_ends(finished)?;
        if let Some(Pending { kind: Kind::Data(step), .. }) = self.pending.front_mut() {
            *step = Body::Finished;
        }
        Ok(())
    }

    /// How many lines of the message that goes out, or has gone out last, have more than the 998 octets that RFC 5321
    /// section 4.5.3.1.6 allows. They are sent as they are; some servers cut them or break them.
    #[must_use]
    pub fn long_lines(&self) -> u64 {
        self.stuffer.long_lines()
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
        let result = self.next(input);
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

    /// Appends a piece of a message behind its length.
    fn chunk(
        &mut self,
        chunk: &[u8],
        last: bool,
        line_ends: LineEnds,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.check_bits(chunk)?;
        if self.chunks != Some(line_ends) {
            if self.chunks.is_some() {
                return Err(Error::Misuse { what: "all pieces of a message have the same line ends" });
            }
            self.stuffer = Stuffer::new(line_ends, false);
            self.chunks = Some(line_ends);
        }
        let start = out.len();
        if self.body == Some(BodyType::BinaryMime) {
            out.extend_from_slice(chunk);
        } else {
            let mut pushed = self.stuffer.push(chunk, out);
            if last {
                pushed = pushed.and_then(|()| self.stuffer.finish(out));
            }
            if pushed.is_err() {
                out.truncate(start);
            }
            self.check_line_ends(pushed)?;
        }
        if last {
            self.chunks = None;
        }
        // The length is known now, and stands before.
        let header = format!("BDAT {}{}\r\n", out.len() - start, if last { " LAST" } else { "" });
        out.splice(start..start, header.into_bytes());
        Ok(())
    }

    fn check_bits(&mut self, piece: &[u8]) -> Result<(), Error> {
        let eight = matches!(self.body, Some(BodyType::EightBitMime | BodyType::BinaryMime));
        if eight || piece.is_ascii() {
            return Ok(());
        }
        self.phase = Phase::Broken;
        let why = "it has octets above 127, which need BODY=8BITMIME";
        Err(Error::Invalid { what: "the message", why })
    }

    fn check_streaming(&self) -> Result<(), Error> {
        match (self.phase, self.pending.front()) {
            (Phase::Broken, _) => Err(Error::Broken),
            (_, Some(Pending { kind: Kind::Data(Body::Streaming), .. })) => Ok(()),
            _ => Err(Error::Misuse { what: "the server does not wait for a message" }),
        }
    }

    fn check_line_ends(&mut self, stuffed: Result<(), BareLineEnd>) -> Result<(), Error> {
        stuffed.map_err(|BareLineEnd| {
            self.phase = Phase::Broken;
            Error::Invalid { what: "the message", why: "it has a CR or LF that stands alone" }
        })
    }

    fn answer(&mut self, with: Sasl) -> Result<(), Error> {
        match (self.phase, self.pending.front_mut()) {
            (Phase::Broken, _) => Err(Error::Broken),
            (_, Some(Pending { kind: Kind::Authenticate { step: step @ Sasl::Owed, .. }, .. })) => {
                *step = with;
                Ok(())
            }
            _ => Err(Error::Misuse { what: "there is no challenge to answer" }),
        }
    }

    fn next<'i>(&mut self, input: &'i [u8]) -> Result<Option<(usize, Event<'i>)>, Error> {
        match self.phase {
            Phase::Broken => return Err(Error::Broken),
            Phase::Handshake if input.is_empty() => return Ok(None),
            Phase::Handshake => return Err(before_tls(input)),
            Phase::Greeting | Phase::Greeted | Phase::Ready | Phase::Ended => {}
        }
        let Some(frame) = self.scan.reply(input, &self.limits)? else { return Ok(None) };
        let raw = frame.raw;
        if frame.bare_lf && !self.told_bare_lf {
            self.told_bare_lf = true;
            return Ok(Some((0, Event::Quirk(Quirk::BareLf))));
        }
        let Some(parsed) = parse::reply(&frame) else {
            return Err(Error::protocol("a reply without a code", raw));
        };
        let reply = Reply::new(parsed.code, parsed.enhanced, raw);
        let Some(&Pending { id, kind }) = self.pending.front() else {
            if parsed.code != 421 {
                return Err(Error::protocol("a reply that answers no command", raw));
            }
            self.scan.consumed();
            self.phase = Phase::Ended;
            return Ok(Some((raw.len(), Event::Closing(reply))));
        };
        let (meaning, quirk) =
            answer::meaning(kind, parsed.code, raw).map_err(|what| Error::protocol(what, raw))?;
        let quirks = [parsed.mixed.then_some(Quirk::MixedCodes), quirk];
        if let Some(quirk) = quirks.into_iter().flatten().nth(self.told) {
            self.told += 1;
            return Ok(Some((0, Event::Quirk(quirk))));
        }
        self.scan.consumed();
        self.told = 0;
        let event = self.accept(id, kind, meaning, reply, raw)?;
        Ok(Some((raw.len(), event)))
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
