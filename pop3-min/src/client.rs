//! The machine driven over a tokio stream.

mod batch;
mod commands;
mod drive;
mod fetch;
mod login;
mod refusal;

use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::{Command, CommandId, Connection, Error, Event, Greeting, Limits, Quirk, Status};

pub use batch::Batch;
pub use fetch::{Deleted, Fetch, Listed};
pub use refusal::Refusal;

/// A POP3 client over any stream that reads and writes: TLS, or plain TCP until [`starttls`](Client::starttls).
///
/// A refused command is [`Error::Refused`], and the client stays usable. After any other error, and after a future of
/// one of its methods was dropped half way, it answers [`Error::Broken`]: it never goes on out of step.
///
/// The time-outs of [`Limits`] need a runtime with its timer enabled.
///
/// ```
/// # async fn example(tls: tokio::io::DuplexStream) -> Result<(), pop3_min::Error> {
/// use pop3_min::{Client, Limits};
///
/// let (mut client, greeting) = Client::connect(tls, Limits::default()).await?;
/// println!("connected to {}", greeting.reply.text_lossy());
/// let message = b"user=ann@example.org\x01auth=Bearer ya29.token\x01\x01";
/// // In two steps, as Exchange wants it: the server asks, then the message goes.
/// let mut messages = [message.to_vec()].into_iter();
/// // A second challenge tells why the token was refused; an empty answer ends the exchange.
/// client.authenticate("XOAUTH2", None, |_| Some(messages.next().unwrap_or_default())).await?;
/// for (number, unique_id) in client.uidl().await? {
///     println!("{number} is {unique_id}");
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
    /// May hold a token, and is wiped when it was written or is dropped.
    output: Zeroizing<Vec<u8>>,
    /// How much of the output was written.
    written: usize,
    flushed: bool,
    /// Why writing ended. The server may have said why before it closed, so that reading goes on.
    write_error: Option<io::Error>,
    /// A method has begun and not come to its end.
    busy: bool,
    quirks: Vec<Quirk>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Reads the greeting.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server greets with `-ERR`.
    pub async fn connect(stream: S, limits: Limits) -> Result<(Client<S>, Greeting<'static>), Error> {
        let mut client = Client::over(stream, Connection::new(limits));
        client.busy = true;
        let greeting = loop {
            match client.next_event().await? {
                Event::Greeting(greeting) => break greeting.into_owned(),
                Event::Completed { reply, .. } => return Err(Refusal::error("the greeting", &reply)),
                _ => {}
            }
        };
        client.busy = false;
        Ok((client, greeting))
    }

    /// Sends `STLS`, waits for the `+OK`, lets `upgrade` do the handshake, and forgets what was learned before.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server does not want to, [`Error::Protocol`] when it sent bytes behind its `+OK`:
    /// in plaintext anybody can. The stream is given up then. [`Error::Io`] is `upgrade`'s.
    pub async fn starttls<T, F, Fut>(mut self, upgrade: F) -> Result<Client<T>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin,
        F: FnOnce(S) -> Fut,
        Fut: Future<Output = io::Result<T>>,
    {
        self.simple(Command::Stls).await?;
        let leftover = self.input.get(self.used..).unwrap_or_default();
        self.connection.tls_started(leftover)?;
        let stream = upgrade(self.stream).await?;
        Ok(Client { quirks: self.quirks, ..Client::over(stream, self.connection) })
    }

    /// Queues a command; [`flush`](Self::flush) or [`next_event`](Self::next_event) sends it. Several may be queued
    /// for one flight where the server offers `PIPELINING`.
    ///
    /// # Errors
    /// Those of [`Connection::send`].
    pub fn send(&mut self, command: Command<'_>) -> Result<CommandId, Error> {
        self.reject_early_replies()?;
        self.connection.send(command, &mut self.output)
    }

    /// Queues the answer to [`Event::Challenge`].
    ///
    /// # Errors
    /// Those of [`Connection::respond`].
    pub fn respond(&mut self, message: &[u8]) -> Result<(), Error> {
        self.connection.respond(message, &mut self.output)
    }

    /// Queues `*` as the answer to [`Event::Challenge`], which makes the server refuse.
    ///
    /// # Errors
    /// Those of [`Connection::cancel`].
    pub fn cancel(&mut self) -> Result<(), Error> {
        self.connection.cancel(&mut self.output)
    }

    /// Writes what is queued, and takes in what the server says meanwhile, as far as there is room. A future that is
    /// dropped half way has used up what it wrote, so that no byte is sent twice.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::TimedOut`], and [`Error::Eof`].
    pub async fn flush(&mut self) -> Result<(), Error> {
        while !self.all_written() {
            self.turn(Instant::now() + self.connection.timeout()).await?;
        }
        self.write_error.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Writes what is queued, and waits for the next event. Reading never waits for writing: a server that sends
    /// messages and takes no command meanwhile blocks nobody.
    ///
    /// # Errors
    /// Those of [`Connection::receive`], [`Error::Io`], [`Error::TimedOut`], and [`Error::Eof`] when the server
    /// closed the connection.
    pub async fn next_event(&mut self) -> Result<Event<'_>, Error> {
        let deadline = Instant::now() + self.connection.timeout();
        while self.connection.wants_input(self.input.get(self.used..).unwrap_or_default()) {
            self.turn(deadline).await?;
        }
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

    /// The machine: its state, the server's capabilities.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
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
            flushed: true,
            write_error: None,
            busy: false,
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
        match self.connection.receive(unread, &mut self.output) {
            Err(error) => Err(error),
            Ok(_) => Err(Error::protocol("half a reply that answers no command", unread)),
        }
    }

    /// Waits for the end of a command, by whatever event that is.
    async fn completed(&mut self, name: &'static str) -> Result<(), Error> {
        loop {
            if let Event::Completed { reply, .. } = self.next_event().await? {
                let refusal = (reply.status == Status::Err).then(|| Refusal::error(name, &reply));
                self.busy = false;
                return refusal.map_or(Ok(()), Err);
            }
        }
    }

    /// A command that has an answer of one line.
    async fn simple(&mut self, command: Command<'_>) -> Result<(), Error> {
        self.begin()?;
        self.queue(command)?;
        self.completed(command.name()).await
    }

    /// Queues the command of a method that has begun. One that cannot be sent leaves the client as it was.
    fn queue(&mut self, command: Command<'_>) -> Result<(), Error> {
        let queued = self.connection.send(command, &mut self.output);
        self.busy = queued.is_ok();
        queued.map(|_| ())
    }
}

impl<S> std::fmt::Debug for Client<S> {
    /// Buffers are not shown: they may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &self.connection.state()).finish_non_exhaustive()
    }
}
