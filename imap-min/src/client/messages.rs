//! Changes of messages.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::driver::{Client, outcome, refused};
use super::summary::{Rows, Summary};
use super::wanted::Wanted;
use crate::command::{Command, CommandId};
use crate::error::Error;
use crate::event::{Event, Status};
use crate::text::{Code, Text};
use crate::types::{Append, Mailbox, Store, UidSet};

/// Where copied messages are (RFC 4315): the UIDs of both sides, in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The value under which the new UIDs are valid.
    pub uid_validity: u32,
    /// UIDs in the mailbox they came from.
    pub source: UidSet,
    /// UIDs in the mailbox they went to.
    pub destination: UidSet,
}

/// Where an added message is (RFC 4315).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The value under which the UID is valid.
    pub uid_validity: u32,
    /// Its UID.
    pub uid: u32,
}

/// What has become of flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// New flags of messages, as far as the server has told them.
    pub changed: Vec<Summary>,
    /// Messages that were left alone, for they had changed since.
    pub modified: UidSet,
}

/// Octets that are read from a caller's message at a time.
const PIECE: usize = 16 * 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Changes flags of messages.
    ///
    /// # Errors
    /// [`Error::TooLong`] when the new flags take more than [`Limits::collected`](crate::Limits::collected).
    pub async fn uid_store(&mut self, messages: &UidSet, store: Store<'_>) -> Result<Stored, Error> {
        self.stored(Command::UidStore { messages, store }, Wanted::Uids(messages)).await
    }

    /// Copies messages. Tells where they are, when the server does.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`CodeName::TryCreate`](crate::CodeName::TryCreate) when there is no such mailbox and it
    /// could be made.
    pub async fn uid_copy(&mut self, messages: &UidSet, mailbox: &Mailbox) -> Result<Option<Copied>, Error> {
        self.copy(Command::UidCopy { messages, mailbox }).await
    }

    /// Moves messages. Tells where they are, when the server does.
    ///
    /// # Errors
    /// As [`uid_copy`](Self::uid_copy); [`Error::Lacks`] when the server has told its capabilities and lacks `MOVE`.
    pub async fn uid_move(&mut self, messages: &UidSet, mailbox: &Mailbox) -> Result<Option<Copied>, Error> {
        self.copy(Command::UidMove { messages, mailbox }).await
    }

    /// Removes the messages that are marked for it.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn expunge(&mut self) -> Result<(), Error> {
        self.run(Command::Expunge).await
    }

    /// Removes those of some messages that are marked for it. For servers that have `UIDPLUS`.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn uid_expunge(&mut self, messages: &UidSet) -> Result<(), Error> {
        self.run(Command::UidExpunge { messages }).await
    }

    /// Lets the server keep house.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn check(&mut self) -> Result<(), Error> {
        self.run(Command::Check).await
    }

    /// Adds a message, streamed from `source`, of which as many octets are read as `append` announces. Tells where it is,
    /// when the server does.
    ///
    /// What the server says meanwhile is read, so that neither side waits for the other.
    ///
    /// # Errors
    /// [`Error::Source`] when `source` fails or ends too early: the connection is over then, for the server waits for the
    /// rest. [`Error::Refused`] also before a single octet was sent, and with
    /// [`CodeName::TryCreate`](crate::CodeName::TryCreate) when there is no such mailbox.
    pub async fn append(
        &mut self,
        append: Append<'_>,
        source: &mut (impl AsyncRead + Unpin),
    ) -> Result<Option<Appended>, Error> {
        self.begin().await?;
        let result = match self.send(Command::Append(append)) {
            Ok(command) => self.append_inner(command, source).await,
            Err(error) => Err(error),
        };
        self.end(result)
    }

    pub(super) async fn stored(
        &mut self,
        command: Command<'_>,
        messages: Wanted<'_>,
    ) -> Result<Stored, Error> {
        let limit = self.connection().limits().collected;
        let mut rows = Rows::new(messages, limit);
        let mut modified = UidSet::new();
        self.collect(command, |event| {
            if let Event::Completed(done) = &event
                && let Some(Code::Modified(ranges)) = &done.text.code
            {
                modified = ranges.to_set();
            }
            rows.take(event)
        })
        .await?;
        Ok(Stored { changed: rows.done(), modified })
    }

    pub(super) async fn copy(&mut self, command: Command<'_>) -> Result<Option<Copied>, Error> {
        let mut found = None;
        self.collect(command, |event| {
            // A COPY tells it with its end, a MOVE before that.
            match &event {
                Event::Completed(done) => found = copied(&done.text).or(found.take()),
                Event::Notice(notice) => found = copied(&notice.text).or(found.take()),
                _ => {}
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    async fn append_inner(
        &mut self,
        command: CommandId,
        source: &mut (impl AsyncRead + Unpin),
    ) -> Result<Option<Appended>, Error> {
        let mut answer: Option<Result<Option<Appended>, Error>> = None;
        // Until the server lets the message follow, or refuses it.
        while self.connection().body_left().is_none() || self.has_event() {
            self.ready().await?;
            self.note(command, &mut answer)?;
            if self.connection().body_left().is_none()
                && let Some(answer) = answer.take()
            {
                return answer;
            }
        }
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(left) = self.connection().body_left().filter(|left| *left > 0) {
            piece.clear();
            let most = left.min(PIECE as u64);
            let read = (&mut *source).take(most).read_buf(&mut piece).await.map_err(Error::Source)?;
            if read == 0 {
                return Err(Error::Source(std::io::ErrorKind::UnexpectedEof.into()));
            }
            self.send_body(&piece)?;
            self.drain(command, &mut answer).await?;
        }
        self.finish_body()?;
        self.drain(command, &mut answer).await?;
        loop {
            if let Some(answer) = answer {
                return answer;
            }
            self.ready().await?;
            self.note(command, &mut answer)?;
        }
    }

    /// Sends what waits, and reads what comes meanwhile.
    async fn drain(
        &mut self,
        command: CommandId,
        answer: &mut Option<Result<Option<Appended>, Error>>,
    ) -> Result<(), Error> {
        while self.has_output() {
            while self.has_event() {
                self.note(command, answer)?;
            }
            self.exchange().await?;
        }
        Ok(())
    }

    /// One event while a message is sent.
    fn note(
        &mut self,
        command: CommandId,
        answer: &mut Option<Result<Option<Appended>, Error>>,
    ) -> Result<(), Error> {
        match self.take()? {
            Event::Completed(done) if done.command == command => {
                *answer = Some(outcome(&done).map(|()| appended(&done.text)));
                Ok(())
            }
            Event::Bye(text) => Err(refused("APPEND", Status::Bye, &text)),
            _ => Ok(()),
        }
    }
}

fn copied(text: &Text<'_>) -> Option<Copied> {
    let Some(Code::CopyUid { uid_validity, source, destination }) = &text.code else { return None };
    let copied =
        Copied { uid_validity: *uid_validity, source: source.to_set(), destination: destination.to_set() };
    // Some servers tell sets without a message.
    Some(copied).filter(|copied| !copied.destination.is_empty())
}

fn appended(text: &Text<'_>) -> Option<Appended> {
    let Some(Code::AppendUid { uid_validity, uids }) = &text.code else { return None };
    let uid = uids.numbers().next()?;
    Some(Appended { uid_validity: *uid_validity, uid })
}
