//! Answers as they come in: of a fetch, and of the server's own accord.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::driver::{Client, outcome, refused};
use crate::command::{Command, CommandId};
use crate::error::Error;
use crate::event::{Event, Status};
use crate::types::{FetchAttribute, UidSet};

/// The answers to a `FETCH` as they come in. Nothing is collected: any number of messages costs the same.
///
/// Read it to its end, or let [`finish`](Self::finish) do so. Dropped before that, the rest is read and left by the next
/// method of the client.
#[derive(Debug)]
pub struct Fetch<'c, S> {
    client: &'c mut Client<S>,
    command: CommandId,
    /// Its end has come.
    over: bool,
    after: After,
}

/// What the server says of its own accord, as it comes in.
///
/// Read it to its end, or let [`done`](Self::done) do so. Dropped before that, it is ended by the next method of the
/// client.
#[derive(Debug)]
pub struct Idle<'c, S> {
    client: &'c mut Client<S>,
    phase: Phase,
    /// When it ends for good.
    end: Option<Instant>,
    after: After,
}

/// What becomes of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Answers are to come.
    Open,
    /// It can be used on.
    InStep,
    /// An error has ended it.
    Broken,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The command is to be sent.
    Begin,
    /// The server has not begun.
    Waiting(CommandId),
    /// Until then.
    Idling(CommandId, Instant),
    /// It was ended; its answer is to come. Then it may begin again.
    Ending(CommandId, bool),
    Over,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Fetches of messages, by UID, as a stream of events.
    ///
    /// ```
    /// # use imap_min::{Client, Error, Event, FetchAttribute, FetchItem, UidSet};
    /// # use tokio::io::{AsyncRead, AsyncWrite};
    /// # async fn example<S: AsyncRead + AsyncWrite + Unpin>(client: &mut Client<S>) -> Result<(), Error> {
    /// let attributes = [FetchAttribute::Uid, FetchAttribute::MESSAGE];
    /// let mut answers = client.uid_fetch_stream(&UidSet::all(), &attributes).await?;
    /// while let Some(event) = answers.next().await? {
    ///     match event {
    ///         Event::FetchItem(FetchItem::Uid(uid)) => println!("message {uid}"),
    ///         Event::BodyStart(_) => {
    ///             answers.copy_body(&mut tokio::io::sink()).await?;
    ///         }
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn uid_fetch_stream(
        &mut self,
        messages: &UidSet,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Fetch<'_, S>, Error> {
        self.fetch_stream(Command::UidFetch { messages, attributes }).await
    }

    /// The same for messages that have changed after a modification sequence. `vanished` asks for those that are gone as
    /// well: [`Event::Vanished`].
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn uid_fetch_changed(
        &mut self,
        messages: &UidSet,
        attributes: &[FetchAttribute<'_>],
        since: u64,
        vanished: bool,
    ) -> Result<Fetch<'_, S>, Error> {
        self.fetch_stream(Command::UidFetchChanged { messages, attributes, since, vanished }).await
    }

    /// Waits for what is new (RFC 2177), for as long as `at_most`: the time that a token has left, say; until
    /// [`Idle::done`] when `None`. It begins again before the server loses its patience
    /// ([`Limits::idle`](crate::Limits::idle)).
    ///
    /// # Errors
    /// [`Error::Lacks`] when the server has told its capabilities and lacks `IDLE`.
    pub async fn idle(&mut self, at_most: Option<Duration>) -> Result<Idle<'_, S>, Error> {
        self.begin().await?;
        let end = at_most.and_then(|time| Instant::now().checked_add(time));
        match self.send(Command::Idle) {
            Ok(command) => Ok(Idle { client: self, phase: Phase::Waiting(command), end, after: After::Open }),
            Err(error) => self.end(Err(error)),
        }
    }

    pub(super) async fn fetch_stream(&mut self, command: Command<'_>) -> Result<Fetch<'_, S>, Error> {
        self.begin().await?;
        match self.send(command) {
            Ok(command) => Ok(Fetch { client: self, command, over: false, after: After::Open }),
            Err(error) => self.end(Err(error)),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Fetch<'_, S> {
    /// The next event; `None` when all have come. They are those of the fetch, and what the server says besides:
    /// [`FetchStart`](crate::FetchStart) says what is what. May be dropped and called again.
    ///
    /// # Errors
    /// [`Error::Refused`] at the end, maybe after answers: some messages could not be fetched.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, Error> {
        if self.over {
            return Ok(None);
        }
        if !self.client.is_ready()
            && let Err(error) = self.client.ready().await
        {
            self.after = After::Broken;
            return Err(error);
        }
        match self.client.take() {
            Ok(Event::Completed(done)) if done.command == self.command => {
                self.over = true;
                self.after = After::of(done.status);
                outcome(&done).map(|()| None)
            }
            Ok(Event::Bye(text)) => {
                self.after = After::Broken;
                Err(refused("a fetch", Status::Bye, &text))
            }
            Ok(event) => Ok(Some(event)),
            Err(error) => {
                self.after = After::Broken;
                Err(error)
            }
        }
    }

    /// Streams the body whose [`BodyStart`](crate::BodyStart) was the last event to `sink`. Gives the number of octets.
    ///
    /// # Errors
    /// [`Error::Sink`] when `sink` fails.
    pub async fn copy_body(&mut self, sink: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let mut copied = 0;
        loop {
            while let Some(octets) = self.client.octets() {
                sink.write_all(octets).await.map_err(Error::Sink)?;
                copied += octets.len() as u64;
            }
            match self.next().await? {
                Some(Event::Body(octets)) => {
                    sink.write_all(octets).await.map_err(Error::Sink)?;
                    copied += octets.len() as u64;
                }
                Some(Event::Quirk(_)) => {}
                Some(Event::BodyEnd) => return Ok(copied),
                _ => return Err(Error::Misuse { what: "no body has begun" }),
            }
        }
    }

    /// Reads and leaves what is still to come.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn finish(mut self) -> Result<(), Error> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}

impl After {
    fn of(status: Status) -> Self {
        if status == Status::Bye { After::Broken } else { After::InStep }
    }
}

impl<S> Drop for Fetch<'_, S> {
    fn drop(&mut self) {
        match self.after {
            After::Open => self.client.leave(self.command, false),
            After::InStep => self.client.in_step(),
            After::Broken => {}
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Idle<'_, S> {
    /// The next event; `None` at the end of the time. [`Connection::selected`](crate::Connection::selected) follows all
    /// of them. The ends of single `IDLE` commands are among them. May be dropped and called again.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server does not want to idle, or says farewell:
    /// [`Condition::TokenExpired`](crate::Condition::TokenExpired) is one of its reasons.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.wait().await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => {
                self.after = After::Broken;
                return Err(error);
            }
        }
        let patience = self.client.connection().limits().idle;
        let event = match self.client.take() {
            Ok(event) => event,
            Err(error) => {
                self.after = After::Broken;
                return Err(error);
            }
        };
        match (&event, self.phase) {
            (Event::Bye(text), _) => {
                self.after = After::Broken;
                return Err(refused("IDLE", Status::Bye, text));
            }
            (Event::Ready(ready), Phase::Waiting(command)) if *ready == command => {
                self.phase = Phase::Idling(command, Instant::now() + patience);
            }
            (Event::Completed(done), phase) if phase.command() == Some(done.command) => {
                if let Err(error) = outcome(done) {
                    self.phase = Phase::Over;
                    self.after = After::of(done.status);
                    return Err(error);
                }
                if matches!(phase, Phase::Ending(_, false)) {
                    self.phase = Phase::Over;
                    self.after = After::InStep;
                    return Ok(None);
                }
                self.phase = Phase::Begin;
            }
            _ => {}
        }
        Ok(Some(event))
    }

    /// Ends it now, and reads and leaves what is still to come.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn done(mut self) -> Result<(), Error> {
        match self.phase {
            Phase::Begin | Phase::Over => {
                self.phase = Phase::Over;
                self.after = After::InStep;
            }
            Phase::Waiting(command) | Phase::Idling(command, _) => {
                self.client.end_idle()?;
                self.phase = Phase::Ending(command, false);
            }
            Phase::Ending(command, _) => self.phase = Phase::Ending(command, false),
        }
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// Waits for an event, and ends and begins the command meanwhile; `false` when there will be none.
    async fn wait(&mut self) -> Result<bool, Error> {
        loop {
            match self.phase {
                Phase::Over => return Ok(false),
                Phase::Begin => self.phase = Phase::Waiting(self.client.send(Command::Idle)?),
                Phase::Waiting(_) | Phase::Ending(..) => {
                    self.client.ready().await?;
                    return Ok(true);
                }
                Phase::Idling(command, patience) => {
                    self.client.flush().await?;
                    if self.client.has_event() {
                        return Ok(true);
                    }
                    let until = self.end.map_or(patience, |end| end.min(patience));
                    if let Ok(filled) = timeout_at(until, self.client.fill()).await {
                        return filled.map(|()| true);
                    }
                    self.client.end_idle()?;
                    let again = self.end.is_none_or(|end| Instant::now() < end);
                    self.phase = Phase::Ending(command, again);
                }
            }
        }
    }
}

impl Phase {
    fn command(self) -> Option<CommandId> {
        match self {
            Phase::Waiting(command) | Phase::Idling(command, _) | Phase::Ending(command, _) => Some(command),
            Phase::Begin | Phase::Over => None,
        }
    }
}

impl<S> Drop for Idle<'_, S> {
    fn drop(&mut self) {
        match (self.after, self.phase) {
            (After::Broken, _) => {}
            (After::InStep, _) | (After::Open, Phase::Begin | Phase::Over) => self.client.in_step(),
            (After::Open, Phase::Waiting(command) | Phase::Idling(command, _)) => {
                self.client.leave(command, true);
            }
            (After::Open, Phase::Ending(command, _)) => self.client.leave(command, false),
        }
    }
}
