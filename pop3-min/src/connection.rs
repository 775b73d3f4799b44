//! The machine. It alone changes the state.
//!
//! ```text
//!            +OK greeting                 +OK to STLS               tls_started
//!  Greeting ------------> Authorization ------------> Handshake ------------------> Authorization
//!     | -ERR                   | +OK to AUTH, PASS, APOP
//!     v                        v
//!   Ended <-- QUIT is answered -- Transaction                any error: Broken
//! ```
//!
//! Beside the session stands what the next bytes are: a first line, the line of a listing, a piece of a body, or
//! nothing, because the server waits for our answer to a challenge. Answers come in the order of the commands.

mod receiving;
mod rules;
mod sending;

use std::collections::VecDeque;
use std::time::Duration;

use crate::answer::{Found, Kind, Listing, Pending, Progress, Sasl, Then};
use crate::frame::{BodyScan, Line, LineScan, Part};
use crate::{Capabilities, Command, CommandId, Error, Event, Limits, Quirk, Status};

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The greeting is still to come.
    Greeting,
    /// Nobody is logged in.
    Authorization,
    /// `AUTH` is on its way.
    Authenticating,
    /// The server accepted `STLS`: do the handshake, then call `tls_started`.
    StartingTls,
    /// Logged in.
    Transaction,
    /// `QUIT` is answered, or the greeting was a refusal. The server closes the connection.
    Ended,
    /// An error has put the connection out of step.
    Broken,
}

/// A POP3 session without I/O.
///
/// The caller keeps what was not used up of the input and passes it again with more behind it. After any error of
/// [`receive`](Self::receive) every call answers [`Error::Broken`].
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    phase: Phase,
    reading: Reading,
    pending: VecDeque<Pending>,
    last_id: CommandId,
    capabilities: Option<Capabilities>,
    /// Those of a `CAPA` whose answer is being read.
    collecting: Capabilities,
    lines: LineScan,
    body: BodyScan,
    /// The quirk of the line at the front of the input that was told already.
    told: Option<Quirk>,
    told_bare_lf: bool,
    /// `USER` was accepted, and `PASS` may follow.
    named: bool,
    /// `UTF8` was sent, and `STLS` may not follow (RFC 6856 section 2.1).
    utf8: bool,
}

impl Connection {
    /// A session whose greeting is still to come.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Connection {
            limits,
            phase: Phase::Greeting,
            reading: Reading::First,
            pending: VecDeque::from([Pending { id: CommandId::GREETING, kind: Kind::Greeting }]),
            last_id: CommandId::GREETING,
            capabilities: None,
            collecting: Capabilities::default(),
            lines: LineScan::default(),
            body: BodyScan::new(false),
            told: None,
            told_bare_lf: false,
            named: false,
            utf8: false,
        }
    }

    /// Appends a command to `out`. Commands may be sent before earlier ones are answered where the server offers
    /// `PIPELINING` (RFC 2449 section 6.6), which is the caller's to know: many servers offer it only in a `CAPA` after
    /// the login. `AUTH`, `PASS`, `APOP`, `STLS` and `QUIT` end such a flight.
    ///
    /// # Errors
    /// [`Error::Misuse`] when the state does not allow it, [`Error::Lacks`] when a name or password needs `UTF8 USER`
    /// and the server did not offer it, [`Error::Invalid`] and [`Error::TooLong`] when an argument
    /// does not fit. Then `out` and the machine are as before.
    pub fn send(&mut self, command: Command<'_>, out: &mut Vec<u8>) -> Result<CommandId, Error> {
        self.check(&command)?;
        command.encode(out)?;
        self.utf8 |= matches!(command, Command::Utf8);
        let kind = match command {
            Command::Capa => Kind::Capa,
            Command::Stls => Kind::Stls,
            Command::Authenticate { initial_response, .. } => {
                let step = if initial_response.is_some() { Sasl::Answered } else { Sasl::Opened };
                Kind::Authenticate { step, rounds: 0 }
            }
            Command::User { .. } => Kind::User,
            Command::Pass { .. } | Command::Apop { .. } => Kind::Login(command.name()),
            Command::Stat => Kind::Stat,
            Command::Uidl => Kind::Listing(Listing::Uidl),
            Command::List => Kind::Listing(Listing::List),
            Command::Languages => Kind::Listing(Listing::Lang),
            Command::UidlOne { number } => Kind::One(Listing::Uidl, number),
            Command::ListOne { number } => Kind::One(Listing::List, number),
            Command::Retr { .. } | Command::Top { .. } => Kind::Body(command.name()),
            Command::Lang { .. } | Command::Utf8 | Command::Dele { .. } | Command::Rset | Command::Noop => {
                Kind::Simple(command.name())
            }
            Command::Quit => Kind::Quit,
        };
        // A name is good for one password.
        self.named &= !matches!(kind, Kind::User | Kind::Login(_));
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
            Phase::Greeting | Phase::Authorization | Phase::Transaction | Phase::Ended => {
                match self.reading {
                    Reading::Body { .. } => self.body.wants_input(input),
                    Reading::First | Reading::Listing(_) | Reading::Owed => {
                        matches!(self.lines.line(input, self.limits.line), Ok(None))
                    }
                }
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
    /// [`Error::Eof`], with what was cut, unless `QUIT` was answered or the greeting was a refusal.
    pub fn receive_eof(&mut self) -> Result<(), Error> {
        match self.phase {
            Phase::Ended => Ok(()),
            Phase::Broken => Err(Error::Broken),
            Phase::Greeting | Phase::Authorization | Phase::Handshake | Phase::Transaction => {
                let during = self.during();
                self.phase = Phase::Broken;
                Err(Error::Eof { during })
            }
        }
    }

    /// TLS is up: what was learned before it is forgotten. `leftover` is what the caller has read behind the answer
    /// to `STLS`, before the handshake.
    ///
    /// # Errors
    /// [`Error::Protocol`] when `leftover` is not empty: somebody put bytes into the plaintext that were to be taken
    /// for the server's (RFC 2595 section 4). [`Error::Misuse`] when `STLS` was not accepted.
    pub fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Error> {
        match self.phase {
            Phase::Broken => Err(Error::Broken),
            Phase::Handshake if leftover.is_empty() => {
                self.capabilities = None;
                self.named = false;
                self.phase = Phase::Authorization;
                Ok(())
            }
            Phase::Handshake => {
                self.phase = Phase::Broken;
                Err(before_tls(leftover))
            }
            Phase::Greeting | Phase::Authorization | Phase::Transaction | Phase::Ended => {
                Err(Error::Misuse { what: "TLS starts after STLS was accepted" })
            }
        }
    }

    /// How long the next event may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        if matches!(self.reading, Reading::Body { .. }) {
            return self.limits.stall;
        }
        match self.pending.front().map(|pending| &pending.kind) {
            Some(Kind::Greeting) => self.limits.greeting,
            Some(Kind::Authenticate { .. } | Kind::User | Kind::Login(_)) => self.limits.authentication,
            Some(
                Kind::Capa
                | Kind::Stls
                | Kind::Stat
                | Kind::Listing(_)
                | Kind::One(..)
                | Kind::Body(_)
                | Kind::Simple(_)
                | Kind::Quit,
            )
            | None => self.limits.command,
        }
    }

    /// How far the session has come.
    #[must_use]
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Greeting => State::Greeting,
            Phase::Authorization if matches!(self.pending.back(), Some(p) if p.kind.is_login()) => {
                State::Authenticating
            }
            Phase::Authorization => State::Authorization,
            Phase::Handshake => State::StartingTls,
            Phase::Transaction => State::Transaction,
            Phase::Ended => State::Ended,
            Phase::Broken => State::Broken,
        }
    }

    /// How many answers are still to come; the greeting counts.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// What is being waited for, for errors and logs: the name of a command, or a part of an answer.
    #[must_use]
    pub fn during(&self) -> &'static str {
        match (&self.reading, self.pending.front()) {
            (Reading::Body { .. }, _) => "the body of a message",
            (_, Some(pending)) => pending.kind.name(),
            (_, None) if self.phase == Phase::Handshake => "the start of TLS",
            (_, None) => "an idle session",
        }
    }

    /// The answer to the last `CAPA` since TLS was started; `None` when there was none.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// The limits of this connection.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The line is understood: uses it up, and moves on.
    fn accept<'i>(&mut self, line: &Line<'i>, found: Found<'i>) -> (usize, Event<'i>) {
        self.lines.consumed();
        self.told = None;
        let event = found.event;
        match found.then {
            Then::Owe => {
                self.reading = Reading::Owed;
                if let Some(Pending { kind: Kind::Authenticate { rounds, .. }, .. }) =
                    self.pending.front_mut()
                {
                    *rounds += 1;
                }
            }
            Then::List(progress) => {
                self.reading = Reading::Listing(progress);
                match &event {
                    Event::ListingStart { .. } => self.collecting = Capabilities::default(),
                    Event::CapaItem { capability, .. } => self.collecting.push(capability.clone()),
                    _ => {}
                }
            }
            Then::Body => {
                self.reading = Reading::Body { octets: 0 };
                self.body = BodyScan::new(line.bare_lf);
            }
            Then::Done(status) => {
                self.reading = Reading::First;
                let answered = self.pending.pop_front();
                self.answered(answered, status);
            }
        }
        (line.len, event)
    }

    /// A command has its whole answer: what that means for the session.
    fn answered(&mut self, answered: Option<Pending>, status: Status) {
        let Some(Pending { kind, .. }) = answered else { return };
        match (kind, status) {
            (Kind::Greeting, Status::Ok) => self.phase = Phase::Authorization,
            (Kind::Greeting, Status::Err) | (Kind::Quit, _) => {
                self.phase = Phase::Ended;
                self.pending.clear();
            }
            (Kind::Stls, Status::Ok) => self.phase = Phase::Handshake,
            (Kind::Authenticate { .. } | Kind::Login(_), Status::Ok) => self.phase = Phase::Transaction,
            (Kind::User, Status::Ok) => self.named = true,
            (Kind::Capa, Status::Ok) => self.capabilities = Some(std::mem::take(&mut self.collecting)),
            (
                Kind::Stls
                | Kind::Authenticate { .. }
                | Kind::User
                | Kind::Login(_)
                | Kind::Capa
                | Kind::Stat
                | Kind::Listing(_)
                | Kind::One(..)
                | Kind::Body(_)
                | Kind::Simple(_),
                _,
            ) => {}
        }
    }

    fn body_part<'i>(&mut self, input: &'i [u8], octets: u64) -> Result<Option<(usize, Event<'i>)>, Error> {
        match self.body.part(input) {
            None => Ok(None),
            Some(Part::Run { bytes, len }) => {
                let octets = octets.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                if octets > self.limits.body {
                    let limit = usize::try_from(self.limits.body).unwrap_or(usize::MAX);
                    return Err(Error::TooLong { what: "the body of a message", limit });
                }
                self.reading = Reading::Body { octets };
                Ok(Some((len, Event::Body(bytes))))
            }
            Some(Part::End { bare_lf: true, .. }) if !self.told_bare_lf => {
                self.told_bare_lf = true;
                Ok(Some((0, Event::Quirk(Quirk::BareLf))))
            }
            Some(Part::End { len, .. }) => {
                self.reading = Reading::First;
                let id = self.pending.pop_front().map_or(CommandId::GREETING, |pending| pending.id);
                Ok(Some((len, Event::BodyEnd { id })))
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Greeting,
    Authorization,
    Handshake,
    Transaction,
    Ended,
    Broken,
}

/// What the next bytes of the server are.
#[derive(Debug, Clone, Copy)]
enum Reading {
    First,
    Listing(Progress),
    Body {
        octets: u64,
    },
    /// The server waits for us.
    Owed,
}

fn before_tls(bytes: &[u8]) -> Error {
    // One byte says enough: how many more were read is chance.
    Error::protocol("bytes behind the answer to STLS, before TLS", bytes.get(..1).unwrap_or_default())
}
