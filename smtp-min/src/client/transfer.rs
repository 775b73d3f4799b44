//! The message itself, and the last word on it.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;

use super::Client;
use crate::downgrade::Downgrade;
use crate::{Capabilities, Command, CommandId, Error, Event, Extension, LineEnds, Reply, State};

/// How much of a message is read at a time, and how much is gathered before it is written: a small message goes out in
/// one write with its final dot.
const PIECE: usize = 16 * 1024;

/// How large a piece of `BDAT` is: fewer answers to wait for where the server does not offer `PIPELINING`.
const CHUNK: usize = 32 * 1024;

/// How many pieces of `BDAT` may be unanswered.
const OPEN_CHUNKS: usize = 4;

/// The last word on a message.
pub(super) struct LastWord {
    /// LMTP: what was said for each recipient.
    pub(super) recipients: Vec<(CommandId, Reply<'static>)>,
    /// What was said for all; `None` when it was said for each.
    pub(super) all: Result<Option<Reply<'static>>, Error>,
}

impl LastWord {
    pub(super) fn refused(reply: Reply<'static>) -> Self {
        LastWord { recipients: Vec::new(), all: Ok(Some(reply)) }
    }

    /// Whether all that was said is no. Behind a `BDAT` the server may then still have the message in mind (RFC 3030
    /// section 2).
    pub(super) fn refuses(&self) -> bool {
        match &self.all {
            Ok(Some(all)) => all.is_refusal(),
            Ok(None) => self.recipients.iter().all(|(_, reply)| reply.is_refusal()),
            Err(_) => false,
        }
    }
}

/// What the server has room for, where it names a limit (RFC 1870).
struct Room {
    most: Option<u64>,
    used: u64,
}

impl Room {
    /// Octets as the source has them: never more than they are on the wire, so that nothing is refused in vain.
    fn take(&mut self, octets: usize) -> Result<(), Error> {
        self.used = self.used.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
        match self.most {
            Some(most) if self.used > most => Err(Error::TooLong {
                what: "the message for this server",
                limit: usize::try_from(most).unwrap_or(usize::MAX),
            }),
            _ => Ok(()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The message, its final dot, and the answer to it.
    pub(super) async fn data(
        &mut self,
        mut message: impl AsyncRead + Unpin,
        mut downgrade: Option<Downgrade>,
    ) -> Result<LastWord, Error> {
        let mut piece = vec![0; PIECE];
        let mut encoded = Vec::new();
        let mut room = self.room();
        loop {
            if self.has_event() {
                if let Event::Completed { reply, .. } = self.take_event()? {
                    return Ok(LastWord::refused(reply.into_owned()));
                }
            } else if self.eof {
                return Err(self.closed());
            } else if self.output.len() >= PIECE || self.write_error.is_some() {
                self.turn(Instant::now() + self.connection.timeout()).await?;
            } else {
                let read = message.read(&mut piece).await.map_err(Error::Source)?;
                if read == 0 {
                    break;
                }
                // Without its dot the server cannot have accepted it; to stop takes the connection with it.
                let read = piece.get(..read).unwrap_or_default();
                let read = match &mut downgrade {
                    Some(downgrade) => {
                        encoded.clear();
                        downgrade.push(read, &mut encoded)?;
                        &encoded
                    }
                    None => read,
                };
                room.take(read.len())?;
                self.connection.send_body(read, &mut self.output)?;
            }
        }
        if let Some(mut downgrade) = downgrade {
            encoded.clear();
            downgrade.finish(&mut encoded)?;
            self.connection.send_body(&encoded, &mut self.output)?;
        }
        self.connection.finish_body(&mut self.output)?;
        self.last_word().await
    }

    /// The message in pieces, and the answer to the last.
    pub(super) async fn chunks(
        &mut self,
        line_ends: LineEnds,
        mut message: impl AsyncRead + Unpin,
    ) -> Result<LastWord, Error> {
        let pipelining =
            self.connection.capabilities().is_some_and(|offered| offered.has(Extension::Pipelining));
        let open = if pipelining { OPEN_CHUNKS.min(self.connection.limits().pipeline) } else { 1 };
        let mut chunk = vec![0; CHUNK];
        let mut room = self.room();
        loop {
            if self.has_event() {
                if let Event::Completed { reply, .. } = self.take_event()?
                    && reply.is_refusal()
                {
                    let refusal = reply.into_owned();
                    self.answers_to_lost_chunks().await?;
                    return Ok(LastWord::refused(refusal));
                }
            } else if self.eof {
                return Err(self.closed());
            } else if self.output.len() >= CHUNK
                || self.write_error.is_some()
                || self.connection.pending() >= open
            {
                self.turn(Instant::now() + self.connection.timeout()).await?;
            } else {
                let mut filled = 0;
                while let Some(space @ [_, ..]) = chunk.get_mut(filled..) {
                    match message.read(space).await.map_err(Error::Source)? {
                        0 => break,
                        read => filled += read,
                    }
                }
                if let Err(error) = room.take(filled) {
                    // A message without its last piece is none, and RSET makes room for the next.
                    self.answers_to_lost_chunks().await?;
                    self.busy = self.connection.state() != State::Ready;
                    return Err(error);
                }
                let last = filled < chunk.len();
                let chunk = chunk.get(..filled).unwrap_or_default();
                self.connection.send(Command::Bdat { chunk, last, line_ends }, &mut self.output)?;
                if last {
                    return self.last_word().await;
                }
            }
        }
    }

    fn room(&self) -> Room {
        Room { most: self.connection.capabilities().and_then(Capabilities::max_size), used: 0 }
    }

    /// The answers to pieces behind a refused one, which mean nothing (RFC 3030 section 2).
    async fn answers_to_lost_chunks(&mut self) -> Result<(), Error> {
        while self.connection.pending() > 0 {
            self.next_event().await?;
        }
        Ok(())
    }

    /// The answer to the end of a message. Only as long as the stream has not taken all of it is it sure that the server
    /// has not got it: then an error is one.
    async fn last_word(&mut self) -> Result<LastWord, Error> {
        self.taken = false;
        let word = self.final_answers().await;
        match word.all {
            Err(error) if !self.taken => Err(error),
            _ => Ok(word),
        }
    }

    /// All answers that are still to come. Those before the last one are to pieces.
    pub(super) async fn final_answers(&mut self) -> LastWord {
        let mut recipients = Vec::new();
        let mut refused: Option<Reply<'static>> = None;
        let all = loop {
            let pending = self.connection.pending();
            match self.next_event().await {
                Err(error) => break Err(error),
                Ok(Event::Delivered { recipient, reply }) => {
                    recipients.push((recipient, reply.into_owned()));
                    if self.connection.pending() == 0 {
                        break Ok(None);
                    }
                }
                Ok(Event::Completed { reply, .. }) => {
                    let reply = reply.into_owned();
                    let last = pending == 1 || reply.code() == 421;
                    if last && !reply.is_refusal() && refused.is_some() {
                        break Err(Error::Protocol {
                            what: "a message that is accepted without one of its pieces",
                            line: reply.to_string(),
                        });
                    }
                    if reply.is_refusal() {
                        refused.get_or_insert_with(|| reply.clone());
                    }
                    if last {
                        break Ok(Some(refused.unwrap_or(reply)));
                    }
                }
                Ok(_) => {}
            }
        };
        LastWord { recipients, all }
    }
}
