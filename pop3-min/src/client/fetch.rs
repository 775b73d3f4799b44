//! What is new, and deleted only when it is safe.

use std::collections::HashSet;

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Batch, Client, Refusal};
use crate::{Command, Error, Event, Status};

/// What one listed message costs besides its id.
const ENTRY: usize = 48;

/// A message of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Listed {
    /// Its number in this session, from 1.
    pub number: u32,
    /// Its unique id, where the server gave one that can be read. Two messages may have the same.
    pub unique_id: Option<String>,
}

/// The new messages of a mailbox, fetched so that none is lost and none is deleted too early.
///
/// What was seen, the caller knows: a set of unique ids that outlives sessions. A connection that breaks deletes
/// nothing; the next session begins where this one ended.
///
/// - A message whose id was seen is [skipped](Self::skipped), also when several have that id.
/// - A message without a usable id is always new, because nobody can know better: delete it once it is stored, or it
///   comes again.
/// - Nothing is deleted but what [`stored`](Self::stored) was called for, and that not before
///   [`finish`](Self::finish).
///
/// ```
/// # async fn example(mut client: pop3_min::Client<tokio::io::DuplexStream>) -> Result<(), pop3_min::Error> {
/// use std::collections::HashSet;
///
/// let mut seen: HashSet<String> = HashSet::new(); // read from disk
/// client.capabilities().await?; // Gmail offers PIPELINING only after the login
/// let mut fetch = client.fetch_new(|unique_id| seen.contains(unique_id)).await?;
/// while let Some(message) = fetch.upcoming().cloned() {
///     let mut file = Vec::new(); // a file
///     fetch.retrieve(&mut file).await?;
///     // Here `file` is made durable, and after it the set of what was seen.
///     seen.extend(message.unique_id.clone());
///     fetch.stored(message.number)?;
/// }
/// let deleted = fetch.finish().await?;
/// println!("{} messages were taken off the server", deleted.deleted.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Fetch<'c, S> {
    batch: Batch<'c, S>,
    new: Vec<Listed>,
    /// How many of the new ones have come, or failed.
    answered: usize,
    failed: HashSet<u32>,
    skipped: Vec<Listed>,
    stored: Vec<Listed>,
}

/// What [`Fetch::finish`] did. `QUIT` was answered by `+OK`: the deletions happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// What is gone from the server.
    pub deleted: Vec<Listed>,
    /// What the server refused to mark as deleted, and why. It is still there.
    pub kept: Vec<(Listed, Refusal)>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Lists the mailbox and begins to fetch what is new: messages whose unique id `seen` does not know. `UIDL` is
    /// simply tried, since servers know it that do not offer it. `STAT` says how many there are, so that one whose line
    /// is missing is not lost; where `PIPELINING` is offered, it costs no round trip.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server does not know `UIDL`: then nobody can tell what is new, and
    /// [`batch`](Self::batch) fetches by number. [`Error::TooLong`] beyond `Limits::collected`, and those of the
    /// connection.
    pub async fn fetch_new(&mut self, mut seen: impl FnMut(&str) -> bool) -> Result<Fetch<'_, S>, Error> {
        let (messages, mut listed) = self.counted_and_listed().await?;
        listed.sort_by_key(|message| message.number);
        listed.dedup_by_key(|message| message.number);
        let last = listed.last().map_or(0, |message| message.number).max(messages);
        if u32::try_from(listed.len()).is_ok_and(|count| count < last) {
            self.fill_gaps(&mut listed, messages)?;
        }
        let known = |message: &Listed| message.unique_id.as_deref().is_some_and(&mut seen);
        let (skipped, new): (Vec<_>, Vec<_>) = listed.into_iter().partition(known);
        let batch = self.batch(new.iter().map(|message| message.number).collect::<Vec<_>>());
        Ok(Fetch { batch, new, answered: 0, failed: HashSet::new(), skipped, stored: Vec::new() })
    }

    /// `STAT` and `UIDL`, in one flight where that is allowed.
    async fn counted_and_listed(&mut self) -> Result<(u32, Vec<Listed>), Error> {
        self.begin()?;
        let ahead = self.pipelines();
        self.queue(Command::Stat)?;
        if ahead {
            self.queue(Command::Uidl)?;
        }
        let counted = self.counted().await?;
        if !ahead {
            self.queue(Command::Uidl)?;
        }
        let listed = self.listed().await?;
        self.busy = false;
        Ok((counted?, listed?))
    }

    /// The answer to `STAT`; a refusal, inside, leaves the connection as it is.
    async fn counted(&mut self) -> Result<Result<u32, Error>, Error> {
        loop {
            match self.next_event().await? {
                Event::Stat { messages, .. } => return Ok(Ok(messages)),
                Event::Completed { reply, .. } => return Ok(Err(Refusal::error("STAT", &reply))),
                _ => {}
            }
        }
    }

    /// The answer to `UIDL`, in the same way. Lines that cannot be used are left out.
    async fn listed(&mut self) -> Result<Result<Vec<Listed>, Error>, Error> {
        let limit = self.connection.limits().collected;
        let (mut messages, mut collected) = (Vec::new(), 0_usize);
        loop {
            match self.next_event().await? {
                Event::UidlItem { number, unique_id, .. } => {
                    collected = collected.saturating_add(ENTRY + unique_id.len());
                    if collected > limit {
                        return Err(Error::TooLong { what: "what one method may collect", limit });
                    }
                    messages.push(Listed { number, unique_id: Some(unique_id.to_owned()) });
                }
                Event::ListingEnd { .. } => return Ok(Ok(messages)),
                Event::Completed { reply, .. } => return Ok(Err(Refusal::error("UIDL", &reply))),
                _ => {}
            }
        }
    }

    /// Adds the messages that `STAT` counts and `UIDL` did not tell of.
    fn fill_gaps(&self, listed: &mut Vec<Listed>, messages: u32) -> Result<(), Error> {
        let limit = self.connection.limits().collected;
        if usize::try_from(messages).unwrap_or(usize::MAX).saturating_mul(ENTRY) > limit {
            return Err(Error::TooLong { what: "what one method may collect", limit });
        }
        let told: HashSet<u32> = listed.iter().map(|message| message.number).collect();
        let missing = (1..=messages).filter(|number| !told.contains(number));
        listed.extend(missing.map(|number| Listed { number, unique_id: None }));
        listed.sort_by_key(|message| message.number);
        Ok(())
    }
}

impl<S> Fetch<'_, S> {
    /// The message that [`retrieve`](Self::retrieve) gives next.
    #[must_use]
    pub fn upcoming(&self) -> Option<&Listed> {
        self.new.get(self.answered)
    }

    /// How many messages are still to come.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.new.len() - self.answered
    }

    /// The messages that were seen before. They may be given to [`stored`](Self::stored): an earlier session that broke
    /// has left them.
    #[must_use]
    pub fn skipped(&self) -> &[Listed] {
        &self.skipped
    }

    /// The caller has this message safe: it may be deleted. It happens in [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`Error::Misuse`] when the message has not come, and was not skipped: nothing else is ever deleted.
    pub fn stored(&mut self, number: u32) -> Result<(), Error> {
        let come =
            self.new.iter().take(self.answered).filter(|message| !self.failed.contains(&message.number));
        let message = come.chain(&self.skipped).find(|message| message.number == number);
        let message = message.ok_or(Error::Misuse { what: "a message must come before it is stored" })?;
        if !self.stored.iter().any(|stored| stored.number == number) {
            self.stored.push(message.clone());
        }
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Fetch<'_, S> {
    /// Writes the [upcoming](Self::upcoming) message to `sink`, and returns its octets.
    ///
    /// # Errors
    /// As [`Batch::retrieve`]: after [`Error::Refused`] comes the next message.
    pub async fn retrieve(&mut self, sink: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let number = self.upcoming().map(|message| message.number);
        let result = self.batch.retrieve(sink).await;
        // Also where the sink failed at its end: the message has come, and is not safe.
        self.answered = self.new.len().saturating_sub(self.batch.remaining());
        if result.is_err() {
            self.failed.extend(number);
        }
        result
    }

    /// Deletes what was [stored](Self::stored), and ends the session. Messages that were asked for ahead and not
    /// retrieved are read and thrown away.
    ///
    /// # Errors
    /// [`Error::Refused`] of `QUIT` when the server did not delete all (RFC 1939 section 6). With any other error nobody
    /// knows. In both cases the next session lists what is still there, and skips what was seen.
    pub async fn finish(mut self) -> Result<Deleted, Error> {
        self.batch.drain().await?;
        let stored = std::mem::take(&mut self.stored);
        let client = self.batch.client();
        let most = if client.pipelines() { client.connection.limits().pipeline } else { 1 };
        let mut result = Deleted { deleted: Vec::new(), kept: Vec::new() };
        for flight in stored.chunks(most.max(1)) {
            client.begin()?;
            for message in flight {
                client.queue(Command::Dele { number: message.number })?;
            }
            for message in flight {
                match client.answer("DELE").await? {
                    None => result.deleted.push(message.clone()),
                    Some(refusal) => result.kept.push((message.clone(), refusal)),
                }
            }
            client.busy = false;
        }
        client.simple(Command::Quit).await?;
        Ok(result)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The answer to one command of a flight.
    async fn answer(&mut self, name: &'static str) -> Result<Option<Refusal>, Error> {
        loop {
            if let Event::Completed { reply, .. } = self.next_event().await? {
                return Ok((reply.status == Status::Err).then(|| Refusal::new(name, &reply)));
            }
        }
    }
}
