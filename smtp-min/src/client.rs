//! The machine driven over a tokio stream.

mod answers;
mod commands;
mod envelope;
mod probe;
mod refusal;
mod report;
mod send;
mod transfer;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Command, CommandId, Connection, Error, Event, Greeting, Limits, Protocol, Quirk, Reply, State};

pub use envelope::{EightBit, Envelope, Transfer};
pub use refusal::Refusal;
pub use report::{Outcome, RecipientOutcome, SendReport};

/// How much is read at a time.
const CHUNK: usize = 8 * 1024;

/// An SMTP client over any stream that reads and writes: TLS, or plain TCP until [`starttls`](Client::starttls).
///
/// A refused command is [`Error::Refused`], and the client stays usable. After any other error, and after a future of
/// one of its methods was dropped half way, it answers [`Error::Broken`]: it never goes on out of step.
///
/// The time-outs of [`Limits`] need a runtime with its timer enabled.
///
/// ```
/// # async fn example(tls: tokio::io::DuplexStream) -> Result<(), smtp_min::Error> {
/// use smtp_min::{Address, Client, EhloName, Envelope, Limits, Outcome};
///
/// let (mut client, _greeting) = Client::connect(tls, Limits::default()).await?;
/// client.ehlo(&EhloName::new("client.example.org")?).await?;
/// let envelope = Envelope::new(Some(Address::new("ann@example.org")?), vec![Address::new("bob@example.org")?]);
/// let report = client.send(&envelope, &b"Subject: hi\r\n\r\nhi\r\n"[..]).await?;
/// match &report.outcome {
///     Outcome::Accepted(_) => {}
///     Outcome::Refused(reply) => println!("not sent: {reply}"),
///     Outcome::Unknown { why } => println!("perhaps sent: {why}"),
///     _ => {}
/// }
/// client.quit().await?;
/// # Ok(())
/// # }
/// ```
pub struct Client<S> {
    stream: S,
    connection: Connection,
    input: Vec<u8>,
    /// How much of the input was used up.
    used: usize,
    output: Zeroizing<Vec<u8>>,
    /// How much of the output was written.
    written: usize,
    /// The output holds a token, and is wiped when it was written.
    secret: bool,
    flushed: bool,
    /// The stream has taken all of the output. What it does with it, nobody knows.
    taken: bool,
    /// The server has closed its side.
    eof: bool,
    /// Why writing ended. The server may have said why before it closed, so that reading goes on.
    write_error: Option<io::Error>,
    /// A method has begun and not come to its end.
    busy: bool,
    /// The server may still have a sender and recipients in mind.
    reset_first: bool,
    quirks: Vec<Quirk>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Reads the greeting.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server greets with a 4xx or 5xx.
    pub async fn connect(stream: S, limits: Limits) -> Result<(Client<S>, Greeting<'static>), Error> {
        Client::connect_with(stream, limits, Protocol::Smtp).await
    }

    /// The same for another protocol of the family: [`Protocol::Lmtp`] hands messages to a mail store.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(
        stream: S,
        limits: Limits,
        protocol: Protocol,
    ) -> Result<(Client<S>, Greeting<'static>), Error> {
        let mut client = Client::over(stream, Connection::with_protocol(limits, protocol));
        client.busy = true;
        let greeting = loop {
            match client.next_event().await? {
                Event::Greeting(greeting) => break greeting.into_owned(),
                Event::Completed { reply, .. } => {
                    return Err(Refusal::error("the greeting", reply.into_owned()));
                }
                _ => {}
            }
        };
        client.busy = false;
        Ok((client, greeting))
    }

    /// Sends `STARTTLS`, waits for the 220, lets `upgrade` do the handshake, and forgets what was learned before.
    /// [`ehlo`](Self::ehlo) comes next.
    ///
    /// # Errors
    /// [`Error::Lacks`] when the server does not offer it: then there is no TLS here, and no login should follow.
    /// [`Error::Refused`] when the server does not want to, [`Error::Protocol`] when it sent bytes behind its 220: in
    /// plaintext anybody can. The stream is given up then. [`Error::Io`] is `upgrade`'s.
    pub async fn starttls<T, F, Fut>(mut self, upgrade: F) -> Result<Client<T>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin,
        F: FnOnce(S) -> Fut,
        Fut: Future<Output = io::Result<T>>,
    {
        self.simple(Command::StartTls).await?;
        let leftover = self.input.get(self.used..).unwrap_or_default();
        self.connection.tls_started(leftover)?;
        let stream = upgrade(self.stream).await?;
        Ok(Client { quirks: self.quirks, ..Client::over(stream, self.connection) })
    }

    /// Queues a command; [`flush`](Self::flush) or [`next_event`](Self::next_event) sends it.
    ///
    /// # Errors
    /// Those of [`Connection::send`].
    pub fn send_command(&mut self, command: Command<'_>) -> Result<CommandId, Error> {
        self.reject_early_replies()?;
        let id = self.connection.send(command, &mut self.output)?;
        self.secret |= matches!(command, Command::Authenticate { .. });
        Ok(id)
    }

    /// Queues the answer to [`Event::Challenge`].
    ///
    /// # Errors
    /// Those of [`Connection::respond`].
    pub fn respond(&mut self, message: &[u8]) -> Result<(), Error> {
        self.secret = true;
        self.connection.respond(message, &mut self.output)
    }

    /// Queues `*` as the answer to [`Event::Challenge`], which makes the server refuse.
    ///
    /// # Errors
    /// Those of [`Connection::cancel`].
    pub fn cancel(&mut self) -> Result<(), Error> {
        self.connection.cancel(&mut self.output)
    }

    /// Writes what is queued, and takes in what the server says meanwhile. A future that is dropped half way has used
    /// up what it wrote, so that no byte is sent twice.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::TimedOut`], and [`Error::Eof`].
    pub async fn flush(&mut self) -> Result<(), Error> {
        while !self.all_written() {
            self.turn(Instant::now() + self.connection.timeout()).await?;
        }
        self.write_error.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Writes what is queued, and waits for the next event.
    ///
    /// # Errors
    /// Those of [`Connection::receive`], [`Error::Io`], [`Error::TimedOut`], and [`Error::Eof`] when the server
    /// closed the connection.
    pub async fn next_event(&mut self) -> Result<Event<'_>, Error> {
        let deadline = Instant::now() + self.connection.timeout();
        while self.connection.wants_input(self.input.get(self.used..).unwrap_or_default()) {
            self.turn(deadline).await?;
        }
        self.take_event()
    }

    /// The machine: its state, the server's capabilities.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether another method may begin: the session stands, none was left half way, and no answer is still to come.
    /// What the server did meanwhile shows with the next command only.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.busy && self.connection.pending() == 0 && self.connection.state() == State::Ready
    }

    /// The defects of this server that were met so far, each once.
    #[must_use]
    pub fn quirks(&self) -> &[Quirk] {
        &self.quirks
    }

    /// The stream. What was read and not reported, or queued and not written, is lost.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.stream
    }

    fn over(stream: S, connection: Connection) -> Self {
        Client {
            stream,
            connection,
            input: Vec::new(),
            used: 0,
            output: Zeroizing::default(),
            written: 0,
            secret: false,
            flushed: true,
            taken: false,
            eof: false,
            write_error: None,
            busy: false,
            reset_first: false,
            quirks: Vec::new(),
        }
    }

    /// Begins a method: from here until `busy` is cleared, a dropped future leaves the client broken.
    fn begin(&mut self) -> Result<(), Error> {
        if self.busy {
            return Err(Error::Broken);
        }
        if self.connection.pending() > 0 {
            return Err(Error::Misuse {
                what: "answers to commands that were sent by hand are still to come",
            });
        }
        self.reject_early_replies()?;
        self.busy = true;
        Ok(())
    }

    /// What was read while nothing was asked cannot be the answer to what is asked next.
    fn reject_early_replies(&mut self) -> Result<(), Error> {
        let unread = self.input.get(self.used..).unwrap_or_default();
        if unread.is_empty() || self.connection.pending() > 0 {
            return Ok(());
        }
        self.busy = true;
        loop {
            match self.connection.receive(unread, &mut self.output)? {
                Some((_, Event::Closing(reply))) => {
                    return Err(Refusal::error("the session", reply.into_owned()));
                }
                Some((0, _)) => {}
                Some(_) | None => {
                    return Err(Error::protocol("half a reply that answers no command", unread));
                }
            }
        }
    }

    /// The event that is in the input.
    fn take_event(&mut self) -> Result<Event<'_>, Error> {
        let unread = self.input.get(self.used..).unwrap_or_default();
        let (used, event) = self.connection.receive(unread, &mut self.output)?.ok_or(Error::Broken)?;
        self.used += used;
        if let Event::Quirk(quirk) = event
            && !self.quirks.contains(&quirk)
        {
            self.quirks.push(quirk);
        }
        Ok(event)
    }

    /// Whether the server has said something that was not reported yet.
    fn has_event(&mut self) -> bool {
        !self.connection.wants_input(self.input.get(self.used..).unwrap_or_default())
    }

    /// Waits for the answer to a command.
    async fn reply(&mut self) -> Result<Reply<'static>, Error> {
        loop {
            if let Event::Completed { reply, .. } = self.next_event().await? {
                return Ok(reply.into_owned());
            }
        }
    }

    /// A command, and its answer, which is an error if it is a refusal.
    async fn simple(&mut self, command: Command<'_>) -> Result<Reply<'static>, Error> {
        self.begin()?;
        self.queue(command)?;
        let reply = self.reply().await?;
        self.busy = false;
        if reply.is_refusal() { Err(Refusal::error(command.name(), reply)) } else { Ok(reply) }
    }

    /// Queues the command of a method that has begun. One that cannot be sent leaves the client as it was.
    fn queue(&mut self, command: Command<'_>) -> Result<CommandId, Error> {
        let queued = self.connection.send(command, &mut self.output);
        self.secret |= matches!(command, Command::Authenticate { .. });
        self.busy = queued.is_ok();
        queued
    }

    fn all_written(&self) -> bool {
        self.output.is_empty() && self.flushed
    }

    /// Writes and reads at the same time, until one of them has got somewhere.
    async fn turn(&mut self, deadline: Instant) -> Result<(), Error> {
        let (after, during) = (self.connection.timeout(), self.connection.during());
        let read = tokio::time::timeout_at(deadline, poll_fn(|cx| self.poll_turn(cx))).await;
        match read.map_err(|_| Error::TimedOut { after, during })? {
            Ok(Turn::Moved) => Ok(()),
            Ok(Turn::Closed) => Err(self.closed()),
            // That nothing could be written came first, and says more.
            Err(error) => Err(self.write_error.take().unwrap_or(error).into()),
        }
    }

    /// The server has closed the connection where it must not.
    fn closed(&mut self) -> Error {
        if let Some(error) = self.write_error.take() {
            return error.into();
        }
        let during = self.connection.during();
        self.connection.receive_eof().err().unwrap_or(Error::Eof { during })
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Turn>> {
        let mut moved = self.poll_write(cx);
        // A server that talks more than it may is stopped by the limits as soon as somebody looks.
        if !self.eof && self.input.len() - self.used <= self.connection.limits().reply {
            self.make_room();
            let mut read = pin!(self.stream.read_buf(&mut self.input));
            match read.as_mut().poll(cx) {
                Poll::Ready(Ok(0)) => self.eof = true,
                Poll::Ready(Ok(_)) => moved = true,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
        }
        if moved {
            Poll::Ready(Ok(Turn::Moved))
        } else if self.eof && self.all_written() {
            Poll::Ready(Ok(Turn::Closed))
        } else {
            Poll::Pending
        }
    }

    /// Writes what it can; whether that was anything. An error ends all writing, and is kept for later.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Some(rest @ [_, ..]) = self.output.get(self.written..) {
            match Pin::new(&mut self.stream).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => {
                    self.give_up_writing(io::ErrorKind::WriteZero.into());
                    return true;
                }
                Poll::Ready(Ok(written)) => {
                    self.written += written;
                    self.flushed = false;
                    moved = true;
                }
                Poll::Ready(Err(error)) => {
                    self.give_up_writing(error);
                    return true;
                }
                Poll::Pending => return moved,
            }
            self.taken = self.written == self.output.len();
        }
        self.clear_output();
        if !self.flushed {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.flushed = true;
                    moved = true;
                }
                Poll::Ready(Err(error)) => {
                    self.give_up_writing(error);
                    return true;
                }
                Poll::Pending => {}
            }
        }
        moved
    }

    fn give_up_writing(&mut self, error: io::Error) {
        self.clear_output();
        self.flushed = true;
        self.write_error.get_or_insert(error);
    }

    fn clear_output(&mut self) {
        if self.secret {
            self.output.zeroize();
            self.secret = false;
        }
        self.output.clear();
        self.written = 0;
    }

    /// Room for another read; what was used up goes first.
    fn make_room(&mut self) {
        if self.used > 0 {
            self.input.drain(..self.used);
            self.used = 0;
        }
        if self.input.capacity() - self.input.len() < CHUNK / 2 {
            self.input.reserve(CHUNK);
        }
    }
}

impl<S> std::fmt::Debug for Client<S> {
    /// Buffers are not shown: they may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &self.connection.state()).finish_non_exhaustive()
    }
}

enum Turn {
    Moved,
    Closed,
}
