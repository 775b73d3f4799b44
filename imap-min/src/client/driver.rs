//! Bytes from the stream to the machine, and back.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use zeroize::{Zeroize as _, Zeroizing};

use crate::command::{Command, CommandId, CommandKind};
use crate::connection::Connection;
use crate::error::Error;
use crate::event::{Completed, Event, Greeting, GreetingKind, Status};
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::text::Text;

/// Octets of input held at a time. It grows only for a response that is longer.
const INPUT: usize = 32 * 1024;

/// An IMAP session over any stream: TLS, TCP, or a pipe in a test.
///
/// Needs a tokio runtime with its timer on. Methods that send a command wait for its answer; [`send`](Self::send),
/// [`flush`](Self::flush) and [`next_event`](Self::next_event) do anything else that the machine can.
///
/// A server's refusal is [`Error::Refused`], after which the client can be used on. After any other error from the
/// network or the server, and after a method's future was dropped half way, all methods give [`Error::Broken`].
/// [`next_event`](Self::next_event) and [`flush`](Self::flush) may be dropped at any time and called again. A [`Fetch`]
/// or [`Idle`] that is dropped early costs nothing but the time to read the rest.
///
/// [`Fetch`]: crate::Fetch
/// [`Idle`]: crate::Idle
pub struct Client<S> {
    stream: S,
    connection: Connection,
    input: Vec<u8>,
    /// Octets of the input that are done.
    done: usize,
    /// Octets of the input that the last event used.
    used: usize,
    output: Zeroizing<Vec<u8>>,
    /// The stream may hold octets back.
    unflushed: bool,
    /// A method is under way, or has failed: answers would be taken for those of other commands.
    out_of_step: bool,
    /// A stream of answers was dropped before its end.
    left: Option<Left>,
}

/// What a dropped stream has left behind.
#[derive(Debug, Clone, Copy)]
struct Left {
    command: CommandId,
    /// The server must be told to stop.
    endless: bool,
}

impl<S> fmt::Debug for Client<S> {
    /// Without the buffers: one may hold a token, the other mail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("connection", &self.connection)
            .field("input", &(self.input.len() - self.done))
            .field("output", &self.output.len())
            .field("out_of_step", &self.out_of_step)
            .finish_non_exhaustive()
    }
}

impl<S> Client<S> {
    /// All answers of a method have been read.
    pub(super) fn in_step(&mut self) {
        self.out_of_step = false;
    }

    /// Answers to a command are to come, and nobody wants them. An `endless` one must be told to end.
    pub(super) fn leave(&mut self, command: CommandId, endless: bool) {
        self.left = Some(Left { command, endless });
        self.out_of_step = false;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// A session on a fresh connection. Waits for the greeting.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server greets with `BYE`; [`Error::Protocol`] when it is no IMAP server.
    pub async fn connect(stream: S, limits: Limits) -> Result<(Self, Greeting<'static>), Error> {
        let mut client = Client::new(stream, Connection::new(limits));
        loop {
            match client.next_event().await? {
                Event::Greeting(greeting) if greeting.kind == GreetingKind::Bye => {
                    return Err(refused("greeting", Status::Bye, &greeting.text));
                }
                Event::Greeting(greeting) => {
                    let greeting = greeting.into_owned();
                    return Ok((client, greeting));
                }
                _ => {}
            }
        }
    }

    /// Appends a command to what the next [`flush`](Self::flush) sends. Several appended before it are one flight.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub fn send(&mut self, command: Command<'_>) -> Result<CommandId, Error> {
        self.connection.send(command, &mut self.output)
    }

    /// Answers a challenge; sent by the next [`flush`](Self::flush).
    ///
    /// # Errors
    /// As [`Connection::respond`].
    pub fn respond(&mut self, message: &[u8]) -> Result<(), Error> {
        self.connection.respond(message, &mut self.output)
    }

    /// Gives up an authentication; sent by the next [`flush`](Self::flush).
    ///
    /// # Errors
    /// As [`Connection::cancel`].
    pub fn cancel(&mut self) -> Result<(), Error> {
        self.connection.cancel(&mut self.output)
    }

    /// Sends what waits, in one write where the stream takes it. What is written is removed at once, so that a
    /// future dropped half way sends nothing twice.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::TimedOut`] when the peer takes nothing for as long as a body may stand still.
    pub async fn flush(&mut self) -> Result<(), Error> {
        let after = self.connection.limits().stall;
        while !self.output.is_empty() {
            self.unflushed = true;
            let written = in_time(after, "sending", self.stream.write(&self.output)).await?;
            if written == 0 {
                return Err(Error::Io(std::io::ErrorKind::WriteZero.into()));
            }
            self.output.drain(..written);
        }
        if self.unflushed {
            self.output.zeroize();
            in_time(after, "sending", self.stream.flush()).await?;
            self.unflushed = false;
        }
        Ok(())
    }

    /// Sends what waits, then gives the next event.
    ///
    /// # Errors
    /// [`Error::Eof`] when the server closes the connection, [`Error::TimedOut`] when it is silent, and those of
    /// [`Connection::receive`].
    pub async fn next_event(&mut self) -> Result<Event<'_>, Error> {
        if !self.is_ready() {
            self.ready().await?;
        }
        self.take()
    }

    /// The machine: its state, the server's capabilities, the open mailbox as it stands.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The stream, for whoever wants to end it. Input that was read and not used is lost.
    pub fn into_inner(self) -> S {
        self.stream
    }

    pub(super) fn new(stream: S, connection: Connection) -> Self {
        Client {
            stream,
            connection,
            input: Vec::with_capacity(INPUT),
            done: 0,
            used: 0,
            output: Zeroizing::new(Vec::new()),
            unflushed: false,
            out_of_step: false,
            left: None,
        }
    }

    /// Gives up the parts: the stream, the machine, and the input that is not used.
    pub(super) fn into_parts(mut self) -> (S, Connection, Vec<u8>) {
        self.release();
        let leftover = self.input.split_off(self.done.min(self.input.len()));
        (self.stream, self.connection, leftover)
    }

    /// Sends what waits, and reads until there is an event. May be dropped at any time.
    pub(super) async fn ready(&mut self) -> Result<(), Error> {
        if self.is_ready() {
            return Ok(());
        }
        self.flush().await?;
        if self.has_event() {
            return Ok(());
        }
        let after = self.connection.timeout();
        let during = match self.connection.oldest_open() {
            Some(kind) => kind.name(),
            None => "a wait for the server",
        };
        match timeout(after, self.fill()).await {
            Ok(filled) => filled,
            Err(_) => Err(Error::TimedOut { after, during }),
        }
    }

    /// Whether nothing waits to be sent and there is an event: most events come with others, and need no look at the
    /// stream.
    #[inline]
    pub(super) fn is_ready(&mut self) -> bool {
        self.output.is_empty() && !self.unflushed && self.has_event()
    }

    /// Octets of a body that are there: what is most of a fetch goes by without an event.
    pub(super) fn octets(&mut self) -> Option<&[u8]> {
        if !self.output.is_empty() || self.unflushed {
            return None;
        }
        self.release();
        let octets = self.connection.receive_octets(self.input.get(self.done..)?)?;
        self.used = octets.len();
        Some(octets)
    }

    /// The event that is there.
    #[inline]
    pub(super) fn take(&mut self) -> Result<Event<'_>, Error> {
        let input = self.input.get(self.done..).unwrap_or_default();
        match self.connection.receive(input, &mut self.output)? {
            Some((used, event)) => {
                self.used = used;
                Ok(event)
            }
            // INVARIANT: the machine has just said that it wants no more input than this.
            None => Err(Error::Broken),
        }
    }

    /// Whether there is an event without reading more.
    pub(super) fn has_event(&mut self) -> bool {
        self.release();
        !self.wants_input()
    }

    /// Writes what waits, in one write where the stream takes it, or reads, whichever is possible first.
    pub(super) async fn exchange(&mut self) -> Result<(), Error> {
        self.make_room();
        let after = self.connection.limits().stall;
        let (stream, input, output) = (&mut self.stream, &mut self.input, &mut self.output);
        let progress = poll_fn(|context| {
            if let Poll::Ready(written) = Pin::new(&mut *stream).poll_write(context, output) {
                return Poll::Ready(written.map(|written| (written, None)));
            }
            // A peer that waits until it is read from takes nothing.
            let read = pin!(stream.read_buf(input)).poll(context);
            read.map(|read| read.map(|read| (0, Some(read))))
        });
        let (written, read) = in_time(after, "sending", progress).await?;
        match read {
            Some(read) => self.check_eof(read),
            None if written == 0 => Err(Error::Io(std::io::ErrorKind::WriteZero.into())),
            None => {
                self.unflushed = true;
                self.output.drain(..written);
                Ok(())
            }
        }
    }

    /// Octets of the message of an `APPEND`, for the next write.
    pub(super) fn send_body(&mut self, octets: &[u8]) -> Result<(), Error> {
        self.connection.send_body(octets, &mut self.output)
    }

    pub(super) fn finish_body(&mut self) -> Result<(), Error> {
        self.connection.finish_body(&mut self.output)
    }

    pub(super) fn end_idle(&mut self) -> Result<(), Error> {
        self.connection.end_idle(&mut self.output)
    }

    /// Whether something waits to be sent.
    pub(super) fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Starts a method. What the server has said by now changes the view of the mailbox, a farewell is not missed, and
    /// an answer to a command that was not sent yet is an error.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        if self.out_of_step {
            return Err(Error::Broken);
        }
        if let Err(error) = self.read_left().await {
            self.out_of_step = true;
            return Err(error);
        }
        if self.connection.oldest_open().is_some() {
            return Err(Error::Misuse { what: "commands are open; read their answers first" });
        }
        self.out_of_step = true;
        loop {
            self.release();
            if self.wants_input() {
                match self.read_now().await {
                    Some(read) => self.check_eof(read?)?,
                    None => return Ok(()),
                }
                continue;
            }
            let input = self.input.get(self.done..).unwrap_or_default();
            match self.connection.receive(input, &mut self.output)? {
                Some((_, Event::Bye(text))) => return Err(refused("an idle session", Status::Bye, &text)),
                Some((used, _)) => self.used = used,
                None => return Ok(()),
            }
        }
    }

    /// Reads what a dropped stream has left. May be dropped at any time.
    async fn read_left(&mut self) -> Result<(), Error> {
        while let Some(left) = self.left.filter(|left| self.connection.is_open(left.command)) {
            if left.endless {
                self.connection.end_idle(&mut self.output)?;
                self.left = Some(Left { endless: false, ..left });
            }
            if let Event::Bye(text) = self.next_event().await? {
                return Err(refused("what was left of an answer", Status::Bye, &text));
            }
        }
        self.left = None;
        Ok(())
    }

    /// Ends a method: the client is in step if all answers were read.
    pub(super) fn end<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        self.out_of_step = match &result {
            Ok(_) | Err(Error::Lacks { .. } | Error::Misuse { .. } | Error::Invalid { .. }) => false,
            Err(Error::Refused(refusal)) => refusal.status == Status::Bye,
            Err(_) => true,
        };
        result
    }

    /// Reads events until a command has ended; `each` gets all of them, the last one too.
    pub(super) async fn finish(
        &mut self,
        command: CommandId,
        mut each: impl FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        loop {
            let during = self.connection.oldest_open().map_or("a wait", CommandKind::name);
            match self.next_event().await? {
                Event::Completed(done) if done.command == command => {
                    let result = outcome(&done);
                    each(Event::Completed(done))?;
                    return result;
                }
                Event::Bye(text) => {
                    return Err(refused(during, Status::Bye, &text));
                }
                event => each(event)?,
            }
        }
    }

    /// Nothing has been received that is not used.
    pub(super) fn is_quiet(&self) -> bool {
        self.input.len() == self.done + self.used
    }

    fn wants_input(&mut self) -> bool {
        self.connection.wants_input(self.input.get(self.done..).unwrap_or_default())
    }

    /// Lets go of what the last event borrowed.
    fn release(&mut self) {
        self.done += std::mem::take(&mut self.used);
        if self.done >= self.input.len() {
            self.input.clear();
            self.done = 0;
        }
    }

    /// Reads until the machine has something to say. May be dropped at any time.
    pub(super) async fn fill(&mut self) -> Result<(), Error> {
        while self.wants_input() {
            self.make_room();
            let read = self.stream.read_buf(&mut self.input).await?;
            self.check_eof(read)?;
        }
        Ok(())
    }

    /// Reads what is there; `None` when nothing is.
    async fn read_now(&mut self) -> Option<std::io::Result<usize>> {
        self.make_room();
        poll_fn(|context| match pin!(self.stream.read_buf(&mut self.input)).poll(context) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    fn check_eof(&mut self, read: usize) -> Result<(), Error> {
        if read > 0 {
            return Ok(());
        }
        self.connection.receive_eof()?;
        Err(Error::Eof { during: "an ended session" })
    }

    /// Room for more input: moved once per buffer at most, and grown only when one response fills it.
    fn make_room(&mut self) {
        if self.input.len() == self.input.capacity() {
            self.input.drain(..std::mem::take(&mut self.done));
            if self.input.capacity() - self.input.len() < INPUT / 2 {
                self.input.reserve(self.input.len().max(INPUT));
            }
        }
    }
}

/// How a command ended.
pub(super) fn outcome(done: &Completed<'_>) -> Result<(), Error> {
    match done.status {
        Status::Ok => Ok(()),
        Status::No | Status::Bad | Status::Bye => Err(refused(done.kind.name(), done.status, &done.text)),
    }
}

pub(super) fn refused(command: &'static str, status: Status, text: &Text<'_>) -> Error {
    Error::Refused(Box::new(Refusal::new(command, status, text)))
}

async fn in_time<T>(
    after: Duration,
    during: &'static str,
    work: impl Future<Output = std::io::Result<T>>,
) -> Result<T, Error> {
    match timeout(after, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Error::TimedOut { after, during }),
    }
}
