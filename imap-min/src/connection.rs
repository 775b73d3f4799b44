//! The machine: one session, from its greeting to its end.
//!
//! ```text
//!             OK                  AUTHENTICATE OK               SELECT OK
//!  Greeting ------> NotAuthenticated ----------> Authenticated ----------> Selected
//!     |  |              |      ^                   ^      ^                   |
//!     |  |  STARTTLS OK |      | tls_started       |      +--- SELECT NO -----+
//!     |  |              v      |                   |           UNSELECT OK
//!     |  |              Securing                   |
//!     |  +----- PREAUTH ---------------------------+
//!     +-------- BYE, and BYE or LOGOUT in any state ----> Logout
//! ```

mod receiving;
mod rules;
mod sending;
mod view;

use std::time::Duration;

use crate::command::{self, Command, CommandId, CommandKind, Wire};
use crate::error::Error;
use crate::event::{Completed, Event, Greeting, GreetingKind, Notice, Status};
use crate::frame::Segment;
use crate::limits::Limits;
use crate::parse::response::Response;
use crate::pipeline::Pipeline;
use crate::quirk::Quirk;
use crate::reader::{Found, Place, Reader, Usual};
use crate::selected::{Selected, Views};
use crate::text::{Code, CodeName, Text};
use crate::turn::Turn;
use crate::types::Capabilities;

/// Where a session stands (RFC 9051 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not spoken yet.
    Greeting,
    /// Log in, or secure the connection first.
    NotAuthenticated,
    /// The server has agreed to TLS: not a byte may pass before [`tls_started`](Connection::tls_started).
    Securing,
    /// Open a mailbox.
    Authenticated,
    /// A mailbox is open.
    Selected,
    /// The server has said `BYE`, or the session was ended.
    Logout,
    /// An error has ended it.
    Broken,
}

/// An IMAP session without its I/O.
///
/// Bytes to send are appended to the caller's buffer, bytes received are borrowed from it; the crate's front page
/// shows the loop. After an error of [`receive`](Self::receive) the session is over: everything gives
/// [`Error::Broken`].
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    state: State,
    reader: Reader,
    pipeline: Pipeline,
    turn: Turn,
    /// A command that the caller must be told to go on with, though the server has said nothing.
    ready: Option<CommandId>,
    capabilities: Option<Capabilities<'static>>,
    /// The capabilities were told before the log-in that is under way.
    capabilities_old: bool,
    enabled: Capabilities<'static>,
    /// The `ENABLE` that is open was answered by what it has enabled.
    enabled_told: bool,
    views: Views,
    eager: bool,
}

impl Connection {
    /// A session that waits for its greeting.
    pub fn new(limits: Limits) -> Self {
        Connection {
            limits,
            state: State::Greeting,
            reader: Reader::default(),
            pipeline: Pipeline::default(),
            turn: Turn::None,
            ready: None,
            capabilities: None,
            capabilities_old: false,
            enabled: Capabilities::from(""),
            enabled_told: false,
            views: Views::default(),
            eager: false,
        }
    }

    /// A session that says what it has to say before it is asked, which saves up to two round trips: `AUTHENTICATE` with
    /// its initial response may be sent before the greeting, and behind it, before its answer, commands that open a
    /// mailbox and read it. RFC 9051 does not forbid the first, and forbids the second (section 5.5); known servers take
    /// both. For connections that began with TLS and whose certificate is verified; `STARTTLS` is refused.
    ///
    /// When the log-in fails, commands behind it are refused too. A server that has asked back by a challenge has taken
    /// the first of them for its answer: the challenge says so ([`Challenge::is_answered`](crate::Challenge::is_answered)), must not be answered again,
    /// and [`Event::Swallowed`] tells of the command once the server has gone on to the next.
    pub fn eager(limits: Limits) -> Self {
        Connection { eager: true, ..Connection::new(limits) }
    }

    /// Appends a command to `out`. Called again before the answer, it pipelines.
    ///
    /// # Errors
    /// Nothing is appended then. [`Error::Invalid`] when an argument cannot be sent. [`Error::Misuse`] when the
    /// command is not possible in this state. [`Error::MustWait`] when it must not share the line with those that are
    /// open: nothing goes behind `AUTHENTICATE`, `STARTTLS` and `LOGOUT`, the first two go behind nothing, and positions
    /// of messages wait for every command that may remove messages (RFC 9051 section 5.5). [`Error::Lacks`] when the server has told its
    /// capabilities and lacks the one it takes. [`Error::Protocol`] for `STARTTLS` after `PREAUTH`, which an
    /// attacker sends to keep a connection in the clear; the session is over then.
    pub fn send(&mut self, command: Command<'_>, out: &mut Vec<u8>) -> Result<CommandId, Error> {
        let kind = command.kind();
        if kind == CommandKind::StartTls && matches!(self.state, State::Authenticated | State::Selected) {
            self.state = State::Broken;
            return Err(Error::protocol("it is logged in before it could be secured", b"* PREAUTH"));
        }
        self.may_send(&command)?;
        let start = out.len();
        let wire =
            Wire { utf8: self.abilities().utf8(), literal: self.abilities().literal(self.limits.literal) };
        let stops = match command::encode(&command, self.pipeline.next(), wire, out) {
            Ok(stops) => stops,
            Err(error) => {
                out.truncate(start);
                return Err(error);
            }
        };
        let literal =
            !stops.is_empty() || out.get(start..out.len() - 2).is_some_and(|line| line.contains(&b'\n'));
        if (!stops.is_empty() && !self.pipeline.is_empty()) || (literal && self.is_ahead()) {
            out.truncate(start);
            return Err(Error::MustWait {
                what: "the command needs a go-ahead; wait for the answers that are open",
            });
        }
        let id = self.pipeline.push(&command);
        self.begin_turn(&command, id, &stops, out);
        Ok(id)
    }

    /// Whether [`receive`](Self::receive) needs more input than this. It remembers how far it has looked, so that the
    /// same input with more behind it costs only what is new.
    pub fn wants_input(&mut self, input: &[u8]) -> bool {
        match self.state {
            State::Broken => false,
            State::Securing => input.is_empty(),
            State::Greeting
            | State::NotAuthenticated
            | State::Authenticated
            | State::Selected
            | State::Logout => self.ready.is_none() && self.reader.wants_input(input, &self.limits),
        }
    }

    /// The next event, with the number of octets it uses up; the caller removes these from the front of the input.
    /// `None` when more input is needed. To `out` is appended what the machine itself must say: the next part of a
    /// command that waited for the server's go-ahead.
    ///
    /// # Errors
    /// [`Error::Protocol`] and [`Error::TooLong`] end the session. After them: [`Error::Broken`].
    #[inline]
    pub fn receive<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<(usize, Event<'i>)>, Error> {
        if self.ready.is_none()
            && self.state != State::Broken
            && let Some((used, usual)) = self.reader.quick(input)
        {
            if let Usual::Item(item) = &usual {
                self.see(item);
            }
            return Ok(Some((used, usual.into())));
        }
        self.receive_any(input, out)
    }

    /// The peer has closed the connection.
    ///
    /// # Errors
    /// [`Error::Eof`] says what was cut. `Ok` after `LOGOUT` was answered, and after `BYE` when no other command is
    /// open.
    pub fn receive_eof(&mut self) -> Result<(), Error> {
        let during = match (self.state, self.reader.place()) {
            (State::Broken, _) => return Err(Error::Broken),
            (State::Greeting, _) => "the greeting",
            (State::Securing, _) => "the start of TLS",
            (_, Place::Literal(..) | Place::Quoted(_)) => "a body",
            (_, Place::Fetch(_) | Place::Search | Place::Items(_) | Place::Set(_)) => "a response",
            (State::Logout, Place::Start) => match self.pipeline.cut() {
                Some(kind) => kind.name(),
                None => return Ok(()),
            },
            (State::NotAuthenticated | State::Authenticated | State::Selected, Place::Start) => {
                self.pipeline.oldest().map_or("an idle session", CommandKind::name)
            }
        };
        self.state = State::Broken;
        Err(Error::Eof { during })
    }

    /// TLS has been started after the `OK` to `STARTTLS`. What was learned before is forgotten (RFC 9051 section
    /// 6.2.1). `leftover` is what was received in the clear and not used: an attacker's words.
    ///
    /// # Errors
    /// [`Error::Protocol`] when there is any; [`Error::Misuse`] when the server has not agreed to TLS.
    pub fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Error> {
        match self.state {
            State::Securing => {}
            State::Broken => return Err(Error::Broken),
            _ => return Err(Error::Misuse { what: "the server has not agreed to STARTTLS" }),
        }
        if !leftover.is_empty() {
            self.state = State::Broken;
            return Err(Error::protocol("bytes before TLS", leftover));
        }
        let pipeline = self.pipeline.emptied();
        *self =
            Connection { pipeline, state: State::NotAuthenticated, ..Connection::new(self.limits.clone()) };
        Ok(())
    }

    /// How long this state may go without an event.
    pub fn timeout(&self) -> Duration {
        match (self.state, self.reader.place()) {
            (State::Greeting, _) => self.limits.greeting,
            (_, Place::Literal(..)) => self.limits.stall,
            _ if matches!(self.turn, Turn::Body(_)) => self.limits.stall,
            _ if matches!(self.turn, Turn::Idling) => self.limits.idle,
            _ if self.pipeline.has(CommandKind::Authenticate) => self.limits.authentication,
            _ => self.limits.command,
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// What the server has said that it can do; `None` when it has not said since it matters: before TLS and before
    /// the log-in do not count.
    pub fn capabilities(&self) -> Option<&Capabilities<'static>> {
        self.capabilities.as_ref()
    }

    /// The open mailbox as it stands now.
    pub fn selected(&self) -> Option<&Selected> {
        self.views.open.as_ref()
    }

    /// The extensions that were switched on.
    pub fn enabled(&self) -> &Capabilities<'static> {
        &self.enabled
    }

    /// Octets of the message of an `APPEND` that are due.
    pub fn body_left(&self) -> Option<u64> {
        match self.turn {
            Turn::Body(body) => Some(body.left),
            _ => None,
        }
    }

    /// The bounds of this connection.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a command has no answer yet.
    pub fn is_open(&self, command: CommandId) -> bool {
        self.pipeline.is_open(command)
    }

    /// The oldest command that has no answer yet.
    pub fn oldest_open(&self) -> Option<CommandKind> {
        self.pipeline.oldest()
    }

    /// The next event, whatever it is.
    fn receive_any<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Result<Option<Found<'i>>, Error> {
        if self.state == State::Broken {
            return Err(Error::Broken);
        }
        let found = self.step(input, out);
        if found.is_err() {
            self.state = State::Broken;
        }
        found
    }

    fn greeting<'i>(&mut self, parsed: Response<'i>, line: &[u8]) -> Result<Event<'i>, Error> {
        let (kind, state, text) = match parsed {
            Response::Status { status: Status::Ok, text } => {
                (GreetingKind::Ok, State::NotAuthenticated, text)
            }
            Response::PreAuth(text) => (GreetingKind::PreAuth, State::Authenticated, text),
            Response::Status { status: Status::Bye, text } => (GreetingKind::Bye, State::Logout, text),
            _ => return Err(Error::protocol("the greeting is not one of IMAP", line)),
        };
        self.state = state;
        self.learn(Status::Ok, &text)?;
        // What is told before a log-in ends does not hold after it, also when it was sent before the greeting.
        self.capabilities_old |= self.is_ahead();
        Ok(Event::Greeting(Greeting { kind, text }))
    }

    /// What a response does to the session.
    fn event<'i>(
        &mut self,
        parsed: Response<'i>,
        line: &[u8],
        segment: Segment,
        out: &mut Vec<u8>,
    ) -> Result<Found<'i>, Error> {
        let event = match parsed {
            Response::Tagged { tag, status, text } => self.complete(tag, status, text, line)?,
            Response::Continue(base64) => self.go_on(base64, line, out)?,
            Response::Status { status: Status::Bye, text } => {
                self.state = State::Logout;
                Event::Bye(text)
            }
            Response::Status { status, text } => {
                if matches!(text.code, Some(Code::Named(CodeName::Closed))) {
                    // What came so far was about the old mailbox.
                    self.views = Views::default();
                }
                self.learn(status, &text)?;
                Event::Notice(Notice { status, text })
            }
            Response::PreAuth(_) => return Err(Error::protocol("a second greeting", line)),
            Response::Capability(capabilities) => {
                self.keep(&capabilities)?;
                Event::Capability(capabilities)
            }
            Response::Enabled(names) => {
                self.enable(&names)?;
                Event::Enabled(names)
            }
            Response::Flags(flags) => {
                let limit = self.limits.list;
                self.views.change(self.pipeline.is_opening(), |view| view.set_flags(&flags, limit))?;
                Event::Flags(flags)
            }
            Response::Exists(number) => {
                self.view(|view| view.exists = number);
                Event::Exists(number)
            }
            Response::Recent(number) => {
                self.view(|view| view.recent = number);
                Event::Recent(number)
            }
            Response::Expunge(number) => {
                self.view(|view| view.expunge(number));
                Event::Expunge(number)
            }
            Response::Vanished { earlier, uids } => {
                if !earlier {
                    self.view(|view| view.vanish(uids.count()));
                }
                Event::Vanished { earlier, uids }
            }
            Response::List(list) => Event::List(list),
            Response::MailboxStatus(status) => Event::MailboxStatus(Box::new(status)),
            Response::Namespace(namespaces) => Event::Namespace(namespaces),
            Response::Quota(quota) => Event::Quota(quota),
            Response::QuotaRoot(root) => Event::QuotaRoot(root),
            Response::Id(fields) => Event::Id(fields),
            Response::Fetch { seq, used, open } => return Ok(self.fetch_start(seq, segment, used, open)),
            Response::Untyped(untyped) => Event::Untyped(untyped),
            Response::Blank => return Ok((segment.len, Event::Quirk(Quirk::BlankLine))),
        };
        Ok((segment.len, event))
    }

    /// A tagged response ends a command.
    fn complete<'i>(
        &mut self,
        tag: &[u8],
        status: Status,
        text: Text<'i>,
        line: &[u8],
    ) -> Result<Event<'i>, Error> {
        let opening = self.pipeline.is_opening();
        let Some((command, kind)) = self.pipeline.answered(tag) else {
            return Err(Error::protocol("an answer to a command that was not sent", line));
        };
        let done = status == Status::Ok;
        self.end_turn(command, kind, done, line)?;
        // Behind BYE no answer brings the session back.
        let ended = self.state == State::Logout;
        match kind {
            CommandKind::Authenticate | CommandKind::Login if done => {
                self.state = State::Authenticated;
                if self.capabilities_old {
                    self.capabilities = None;
                }
            }
            CommandKind::StartTls if done => self.state = State::Securing,
            CommandKind::Select | CommandKind::Examine => {
                let mut view = self.views.opening.take().filter(|_| opening).unwrap_or_default();
                view.learn(status, &text, self.limits.list)?;
                view.settle();
                view.read_only |= kind == CommandKind::Examine;
                self.views.open = done.then_some(view);
                self.state = match self.state {
                    // A command that went ahead of a log-in that has failed.
                    State::NotAuthenticated => State::NotAuthenticated,
                    _ if done => State::Selected,
                    _ => State::Authenticated,
                };
            }
            CommandKind::Close | CommandKind::Unselect if done => {
                self.views.open = None;
                self.state = State::Authenticated;
            }
            CommandKind::Logout if done => self.state = State::Logout,
            _ => {}
        }
        if ended || status == Status::Bye {
            self.state = State::Logout;
        }
        if !kind.selects() {
            self.learn(status, &text)?;
            if let Some(open) = &mut self.views.open {
                open.settle();
            }
        }
        Ok(Event::Completed(Completed { command, kind, status, text }))
    }

    /// Learns from a response code.
    fn learn(&mut self, status: Status, text: &Text<'_>) -> Result<(), Error> {
        match &text.code {
            Some(Code::Capability(capabilities)) => self.keep(capabilities),
            Some(_) => {
                let limit = self.limits.list;
                self.views.change(self.pipeline.is_opening(), |view| view.learn(status, text, limit))
            }
            None => Ok(()),
        }
    }

    fn keep(&mut self, capabilities: &Capabilities<'_>) -> Result<(), Error> {
        if capabilities.octets() > self.limits.list {
            return Err(Error::TooLong { what: "a list of capabilities", limit: self.limits.list });
        }
        self.capabilities = Some(capabilities.clone().into_owned());
        self.capabilities_old = false;
        Ok(())
    }

    fn enable(&mut self, names: &Capabilities<'_>) -> Result<(), Error> {
        self.enabled_told = true;
        let all = format!("{} {names}", self.enabled);
        if all.len() > self.limits.list {
            return Err(Error::TooLong { what: "a list of extensions", limit: self.limits.list });
        }
        self.enabled = Capabilities::from(all.trim_start()).into_owned();
        Ok(())
    }
}
