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

use std::time::Duration;

use crate::command::{self, Command, CommandId, CommandKind};
use crate::error::Error;
use crate::event::{
    Challenge, Completed, Event, FetchStart, Greeting, GreetingKind, Notice, Status, Unreadable,
};
use crate::frame::{End, Segment};
use crate::limits::Limits;
use crate::parse::response::{Response, response};
use crate::pipeline::Pipeline;
use crate::quirk::{Quirk, QuirkSet};
use crate::reader::{Found, Place, Reader};
use crate::selected::Selected;
use crate::text::{Code, CodeName, Text};
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
    /// A challenge waits for its answer.
    challenged: bool,
    capabilities: Option<Capabilities<'static>>,
    /// The capabilities were told before the log-in that is under way.
    capabilities_old: bool,
    selected: Option<Selected>,
    /// What the oldest open command, which opens a mailbox, has brought so far.
    opening: Option<Selected>,
}

impl Connection {
    /// A session that waits for its greeting.
    pub fn new(limits: Limits) -> Self {
        Connection {
            limits,
            state: State::Greeting,
            reader: Reader::default(),
            pipeline: Pipeline::default(),
            challenged: false,
            capabilities: None,
            capabilities_old: false,
            selected: None,
            opening: None,
        }
    }

    /// Appends a command to `out`. Called again before the answer, it pipelines.
    ///
    /// # Errors
    /// Nothing is appended then. [`Error::Invalid`] when an argument cannot be sent. [`Error::Misuse`] when the
    /// command is not possible in this state, or must not share the line with those that are open: nothing goes behind
    /// `AUTHENTICATE`, `STARTTLS` and `LOGOUT`, the first two go behind nothing, and positions of messages wait for
    /// every command that may remove messages (RFC 9051 section 5.5). [`Error::Lacks`] when the server has told its
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
        if let Err(error) = command::encode(&command, self.pipeline.next(), out) {
            out.truncate(start);
            return Err(error);
        }
        let id = self.pipeline.push(kind);
        if kind == CommandKind::Authenticate {
            self.capabilities_old = true;
        }
        Ok(id)
    }

    /// Appends the answer to [`Event::Challenge`]: a raw SASL message, sent in base64.
    ///
    /// # Errors
    /// [`Error::Misuse`] when no challenge waits.
    pub fn respond(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer_challenge()?;
        command::put_base64(out, message);
        out.extend(b"\r\n");
        Ok(())
    }

    /// Answers [`Event::Challenge`] by giving up: the server will refuse the command.
    ///
    /// # Errors
    /// [`Error::Misuse`] when no challenge waits.
    pub fn cancel(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer_challenge()?;
        out.extend(b"*\r\n");
        Ok(())
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
            | State::Logout => self.reader.wants_input(input, &self.limits),
        }
    }

    /// The next event, with the number of octets it uses up; the caller removes these from the front of the input.
    /// `None` when more input is needed. `out` is for what the machine itself must say; it has nothing to say yet.
    ///
    /// # Errors
    /// [`Error::Protocol`] and [`Error::TooLong`] end the session. After them: [`Error::Broken`].
    pub fn receive<'i>(
        &mut self,
        input: &'i [u8],
        _out: &mut Vec<u8>,
    ) -> Result<Option<(usize, Event<'i>)>, Error> {
        if self.state == State::Broken {
            return Err(Error::Broken);
        }
        let found = self.step(input);
        if found.is_err() {
            self.state = State::Broken;
        }
        found
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
            (_, Place::Fetch(_) | Place::Search) => "a response",
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
        if self.state != State::Securing {
            return Err(Error::Misuse { what: "the server has not agreed to STARTTLS" });
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
        self.selected.as_ref()
    }

    /// The bounds of this connection.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The oldest command that has no answer yet.
    pub fn oldest_open(&self) -> Option<CommandKind> {
        self.pipeline.oldest()
    }

    fn may_send(&self, command: &Command<'_>) -> Result<(), Error> {
        let kind = command.kind();
        let misuse = |what| Err(Error::Misuse { what });
        match self.state {
            State::Broken => return Err(Error::Broken),
            State::Greeting => return misuse("the greeting has not come"),
            State::Securing => return misuse("the connection waits for TLS"),
            State::Logout => return misuse("the session has ended"),
            State::NotAuthenticated | State::Authenticated | State::Selected => {}
        }
        let logged_in = self.state != State::NotAuthenticated;
        match kind {
            CommandKind::StartTls | CommandKind::Authenticate if logged_in => {
                return misuse("the session is logged in already");
            }
            CommandKind::Select | CommandKind::Examine if !logged_in => return misuse("log in first"),
            _ => {}
        }
        self.pipeline.check(command, self.state == State::Selected, self.limits.pipeline)?;
        self.lacks(command)
    }

    fn lacks(&self, command: &Command<'_>) -> Result<(), Error> {
        let Some(known) = &self.capabilities else { return Ok(()) };
        match command {
            Command::StartTls if !known.has("STARTTLS") => Err(Error::Lacks { what: "STARTTLS" }),
            Command::Authenticate { initial_response: Some(_), .. }
                if !known.has("SASL-IR") && !known.has("IMAP4rev2") =>
            {
                Err(Error::Lacks { what: "SASL-IR" })
            }
            _ => Ok(()),
        }
    }

    fn answer_challenge(&mut self) -> Result<(), Error> {
        if self.state == State::Broken {
            return Err(Error::Broken);
        }
        if !std::mem::take(&mut self.challenged) {
            return Err(Error::Misuse { what: "no SASL challenge waits for an answer" });
        }
        Ok(())
    }

    fn step<'i>(&mut self, input: &'i [u8]) -> Result<Option<Found<'i>>, Error> {
        if self.wants_input(input) {
            return Ok(None);
        }
        if self.state == State::Securing {
            return Err(Error::protocol("bytes before TLS", input));
        }
        if let Some(quirk) = self.reader.held() {
            return Ok(Some((0, Event::Quirk(quirk))));
        }
        if let Some(error) = self.reader.failure() {
            return Err(error);
        }
        match self.reader.place() {
            Place::Search | Place::Fetch(_) | Place::Literal(..) | Place::Quoted(_) => {
                self.reader.step(input, &self.limits)
            }
            Place::Start => self.response(input).map(Some),
        }
    }

    /// A response, or the beginning of one that comes in parts.
    fn response<'i>(&mut self, input: &'i [u8]) -> Result<Found<'i>, Error> {
        if input.first() == Some(&0) {
            return Ok((1, Event::Quirk(Quirk::LeadingNul)));
        }
        let Some((line, segment)) = self.reader.response(input) else { return self.search(input) };
        let mut quirks = QuirkSet::default();
        if segment.len - segment.text == 1 {
            quirks.insert(Quirk::BareLf);
        }
        let parsed = match response(line, &mut quirks) {
            Ok(parsed) => parsed,
            Err(_) if self.state == State::Greeting => {
                return Err(Error::protocol("the greeting is not one of IMAP", line));
            }
            Err(fault) if segment.end == End::Response => {
                self.reader.leave_response();
                let unreadable = Unreadable { reason: fault.0, line };
                return Ok((segment.len, Event::Unreadable(unreadable)));
            }
            Err(fault) => return Err(Error::protocol(fault.0, line)),
        };
        if self.is_beyond(&parsed) {
            quirks.insert(Quirk::BeyondExists);
        }
        let unneeded = match parsed {
            Response::Blank => Some(Quirk::BlankLine),
            Response::Continue(_) if !self.pipeline.has(CommandKind::Authenticate) => {
                Some(Quirk::UnneededContinuation)
            }
            _ => None,
        };
        if let Some(quirk) = unneeded {
            self.reader.leave_response();
            return Ok((segment.len, Event::Quirk(quirk)));
        }
        if let Some(quirk) = self.reader.tell(quirks) {
            return Ok((0, Event::Quirk(quirk)));
        }
        self.reader.leave_response();
        if self.state == State::Greeting {
            return self.greeting(parsed, line).map(|event| (segment.len, event));
        }
        self.event(parsed, line, segment)
    }

    /// `* SEARCH`, of which only the name is looked at.
    fn search<'i>(&mut self, input: &'i [u8]) -> Result<Found<'i>, Error> {
        const NAME: usize = b"* SEARCH".len();
        if self.state == State::Greeting {
            return Err(Error::protocol("the greeting is not one of IMAP", input));
        }
        let mut quirks = QuirkSet::default();
        if input.iter().take(NAME).any(u8::is_ascii_lowercase) {
            quirks.insert(Quirk::LowerCase);
        }
        if let Some(quirk) = self.reader.tell(quirks) {
            return Ok((0, Event::Quirk(quirk)));
        }
        self.reader.enter_search();
        Ok((NAME, Event::SearchStart(self.pipeline.owner(CommandKind::searches))))
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
        Ok(Event::Greeting(Greeting { kind, text }))
    }

    /// What a response does to the session.
    fn event<'i>(&mut self, parsed: Response<'i>, line: &[u8], segment: Segment) -> Result<Found<'i>, Error> {
        let event = match parsed {
            Response::Tagged { tag, status, text } => self.complete(tag, status, text, line)?,
            Response::Continue(base64) => {
                if std::mem::replace(&mut self.challenged, true) {
                    return Err(Error::protocol("a SASL challenge before the last one was answered", line));
                }
                Event::Challenge(Challenge { base64, limit: self.limits.challenge })
            }
            Response::Status { status: Status::Bye, text } => {
                self.state = State::Logout;
                Event::Bye(text)
            }
            Response::Status { status, text } => {
                if matches!(text.code, Some(Code::Named(CodeName::Closed))) {
                    // What came so far was about the old mailbox.
                    self.selected = None;
                    self.opening = None;
                }
                self.learn(status, &text)?;
                Event::Notice(Notice { status, text })
            }
            Response::PreAuth(_) => return Err(Error::protocol("a second greeting", line)),
            Response::Capability(capabilities) => {
                self.keep(&capabilities)?;
                Event::Capability(capabilities)
            }
            Response::Flags(flags) => {
                let limit = self.limits.list;
                self.view(|view| view.set_flags(&flags, limit))?;
                Event::Flags(flags)
            }
            Response::Exists(number) => {
                self.view(|view| {
                    view.exists = number;
                    Ok(())
                })?;
                Event::Exists(number)
            }
            Response::Recent(number) => {
                self.view(|view| {
                    view.recent = number;
                    Ok(())
                })?;
                Event::Recent(number)
            }
            Response::Expunge(number) => {
                self.view(|view| {
                    view.expunge(number);
                    Ok(())
                })?;
                Event::Expunge(number)
            }
            Response::Fetch { seq, used } => {
                self.reader.enter_fetch(segment, used);
                let command = self.pipeline.owner(CommandKind::fetches);
                return Ok((used, Event::FetchStart(FetchStart { seq, command })));
            }
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
        match kind {
            CommandKind::Authenticate => {
                self.challenged = false;
                if done {
                    self.state = State::Authenticated;
                    if self.capabilities_old {
                        self.capabilities = None;
                    }
                }
            }
            CommandKind::StartTls if done => self.state = State::Securing,
            CommandKind::Select | CommandKind::Examine => {
                let mut view = self.opening.take().filter(|_| opening).unwrap_or_default();
                view.learn(status, &text, self.limits.list)?;
                view.read_only |= kind == CommandKind::Examine;
                self.selected = done.then_some(view);
                self.state = if done { State::Selected } else { State::Authenticated };
            }
            CommandKind::Unselect if done => {
                self.selected = None;
                self.state = State::Authenticated;
            }
            CommandKind::Logout if done => self.state = State::Logout,
            CommandKind::StartTls
            | CommandKind::Unselect
            | CommandKind::Logout
            | CommandKind::Capability
            | CommandKind::Noop
            | CommandKind::Search
            | CommandKind::UidSearch
            | CommandKind::Fetch
            | CommandKind::UidFetch => {}
        }
        if status == Status::Bye {
            self.state = State::Logout;
        }
        if !kind.selects() {
            self.learn(status, &text)?;
        }
        Ok(Event::Completed(Completed { command, kind, status, text }))
    }

    /// Learns from a response code.
    fn learn(&mut self, status: Status, text: &Text<'_>) -> Result<(), Error> {
        match &text.code {
            Some(Code::Capability(capabilities)) => self.keep(capabilities),
            Some(_) => {
                let limit = self.limits.list;
                self.view(|view| view.learn(status, text, limit))
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

    /// Changes the mailbox that data are about: the one being opened, or the open one.
    fn view(&mut self, change: impl FnOnce(&mut Selected) -> Result<(), Error>) -> Result<(), Error> {
        if self.pipeline.is_opening() {
            return change(self.opening.get_or_insert_default());
        }
        self.selected.as_mut().map_or(Ok(()), change)
    }

    fn is_beyond(&self, parsed: &Response<'_>) -> bool {
        let Some(view) = self.selected.as_ref().filter(|_| !self.pipeline.is_opening()) else { return false };
        match parsed {
            Response::Fetch { seq: number, .. } | Response::Expunge(number) => *number > view.exists,
            _ => false,
        }
    }
}
