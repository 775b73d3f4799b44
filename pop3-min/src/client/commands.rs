//! One method per command, the logins excepted.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::{Client, Refusal};
use crate::{Capabilities, Command, Error, Event, Status};

/// What one entry of a collected listing costs besides its text.
const ENTRY: usize = 48;

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// `CAPA`. `None` means that the server would not say: old servers do not know the command, others answer it
    /// before the login only. Ask again after the login, where more may be offered.
    ///
    /// # Errors
    /// Only those of the connection.
    pub async fn capabilities(&mut self) -> Result<Option<Capabilities>, Error> {
        self.begin()?;
        self.queue(Command::Capa)?;
        loop {
            match self.next_event().await? {
                Event::ListingEnd { .. } => break,
                Event::Completed { .. } => {
                    self.busy = false;
                    return Ok(None);
                }
                _ => {}
            }
        }
        self.busy = false;
        Ok(self.connection.capabilities().cloned())
    }

    /// `STAT`: the number of messages and their octets together, the latter where the server sent a usable number.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn stat(&mut self) -> Result<(u32, Option<u64>), Error> {
        self.begin()?;
        self.queue(Command::Stat)?;
        loop {
            match self.next_event().await? {
                Event::Stat { messages, octets, .. } => {
                    self.busy = false;
                    return Ok((messages, octets));
                }
                Event::Completed { reply, .. } => {
                    let refusal = Refusal::error("STAT", &reply);
                    self.busy = false;
                    return Err(refusal);
                }
                _ => {}
            }
        }
    }

    /// `UIDL`: the number and the unique id of each message. Lines without a usable id are left out; see
    /// [`quirks`](Self::quirks). Two messages may have the same id.
    ///
    /// # Errors
    /// [`Error::TooLong`] beyond `Limits::collected`: then use [`send`](Self::send) and
    /// [`next_event`](Self::next_event) on another connection, which stream. [`Error::Refused`], and those of the
    /// connection.
    pub async fn uidl(&mut self) -> Result<Vec<(u32, String)>, Error> {
        self.begin()?;
        self.queue(Command::Uidl)?;
        let limit = self.connection.limits().collected;
        let mut collected = 0_usize;
        let mut items = Vec::new();
        let mut keep = |number: u32, unique_id: &str| {
            collected = collected.saturating_add(ENTRY + unique_id.len());
            if collected <= limit {
                items.push((number, unique_id.to_owned()));
                return Ok(());
            }
            Err(Error::TooLong { what: "what one method may collect", limit })
        };
        loop {
            // Plain lines go in runs; the machine tells what else comes.
            let mut kept = Ok(());
            let unread = self.input.get(self.used..).unwrap_or_default();
            self.used += self.connection.receive_uidl(unread, |number, unique_id| {
                if kept.is_ok() {
                    kept = keep(number, unique_id);
                }
            });
            kept?;
            match self.next_event().await? {
                Event::UidlItem { number, unique_id, .. } => keep(number, unique_id)?,
                Event::ListingEnd { .. } => break,
                Event::Completed { reply, .. } => {
                    let refusal = Refusal::error("UIDL", &reply);
                    self.busy = false;
                    return Err(refusal);
                }
                _ => {}
            }
        }
        self.busy = false;
        Ok(items)
    }

    /// `LIST`: the number and the octets of each message, the latter where the server sent a usable number.
    ///
    /// # Errors
    /// As [`uidl`](Self::uidl).
    pub async fn list(&mut self) -> Result<Vec<(u32, Option<u64>)>, Error> {
        self.listing(Command::List, |event| match event {
            Event::ListItem { number, octets, .. } => Some(((*number, *octets), 0)),
            _ => None,
        })
        .await
    }

    /// `UIDL` of one message: its unique id, `None` where the server sent none that can be read.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn uidl_one(&mut self, number: u32) -> Result<Option<String>, Error> {
        self.one(Command::UidlOne { number }, |event| match event {
            Event::UidlItem { unique_id, .. } => Some((*unique_id).to_owned()),
            _ => None,
        })
        .await
    }

    /// `LIST` of one message: its octets, `None` where the server sent no usable number. It may be wrong; how long a
    /// message is, only [`retrieve`](Self::retrieve) tells.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn list_one(&mut self, number: u32) -> Result<Option<u64>, Error> {
        let octets = self.one(Command::ListOne { number }, |event| match event {
            Event::ListItem { octets, .. } => Some(*octets),
            _ => None,
        });
        Ok(octets.await?.flatten())
    }

    /// `LANG` without an argument: the languages of the server's texts, each a tag and its name.
    ///
    /// # Errors
    /// As [`uidl`](Self::uidl).
    pub async fn languages(&mut self) -> Result<Vec<(String, String)>, Error> {
        self.listing(Command::Languages, |event| match event {
            Event::LangItem { tag, description, .. } => {
                Some((((*tag).to_owned(), (*description).to_owned()), tag.len() + description.len()))
            }
            _ => None,
        })
        .await
    }

    /// `LANG`: the server's texts are in this language from now on; `*` leaves the choice to the server.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server does not know it, and those of the connection.
    pub async fn set_language(&mut self, tag: &str) -> Result<(), Error> {
        self.simple(Command::Lang { tag }).await
    }

    /// `UTF8`: messages come as they are, with UTF-8 in their headers. Before the login, where the server offers it.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn utf8(&mut self) -> Result<(), Error> {
        self.simple(Command::Utf8).await
    }

    /// `RETR`: writes a message to `sink`, unstuffed, and flushes it. Returns how many octets it has. Memory does not
    /// depend on the message's size.
    ///
    /// # Errors
    /// [`Error::Sink`] when `sink` fails; the rest of the message is then on the way, and the client is broken.
    /// [`Error::Refused`] when there is no such message, and those of the connection. After an error `sink` holds a
    /// part of the message.
    pub async fn retrieve(
        &mut self,
        number: u32,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Error> {
        self.begin()?;
        self.queue(Command::Retr { number })?;
        self.body("RETR", sink).await
    }

    /// `TOP`: writes the header of a message and the first `lines` of its body to `sink`, as
    /// [`retrieve`](Self::retrieve). Some servers send fewer lines, or the whole message.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve).
    pub async fn top(
        &mut self,
        number: u32,
        lines: u32,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Error> {
        self.begin()?;
        self.queue(Command::Top { number, lines })?;
        self.body("TOP", sink).await
    }

    /// `DELE`: marks a message as deleted. [`quit`](Self::quit) deletes it, a lost connection does not.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn delete(&mut self, number: u32) -> Result<(), Error> {
        self.simple(Command::Dele { number }).await
    }

    /// `RSET`: unmarks all messages.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn reset(&mut self) -> Result<(), Error> {
        self.simple(Command::Rset).await
    }

    /// `NOOP`: shows that the session lives.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.simple(Command::Noop).await
    }

    /// `QUIT`: deletes what was marked, and ends the session. `Ok` is the server's word that the deletions happened,
    /// and gives the stream back for whoever wants to close it in order.
    ///
    /// # Errors
    /// [`Error::Refused`] when some of the marked messages were not deleted (RFC 1939 section 6). With any other
    /// error nobody knows; fetch again, and compare unique ids.
    pub async fn quit(mut self) -> Result<S, Error> {
        self.simple(Command::Quit).await?;
        Ok(self.into_inner())
    }

    /// A command that is answered by one item.
    async fn one<T>(
        &mut self,
        command: Command<'_>,
        mut item: impl FnMut(&Event<'_>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.begin()?;
        self.queue(command)?;
        loop {
            let event = self.next_event().await?;
            let found = item(&event);
            let refusal = match &event {
                Event::Completed { reply, .. } if reply.status == Status::Err => {
                    Some(Refusal::error(command.name(), reply))
                }
                Event::Completed { .. } => None,
                _ if found.is_some() => None,
                _ => continue,
            };
            self.busy = false;
            return refusal.map_or(Ok(found), Err);
        }
    }

    /// The answer to `RETR` or `TOP`.
    pub(super) async fn body(
        &mut self,
        name: &'static str,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Error> {
        let mut octets = 0_u64;
        loop {
            match self.next_event().await? {
                Event::Body(bytes) => {
                    sink.write_all(bytes).await.map_err(Error::Sink)?;
                    octets = octets.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                }
                Event::BodyEnd { .. } => break,
                Event::Completed { reply, .. } => {
                    let refusal = Refusal::error(name, &reply);
                    self.busy = false;
                    return Err(refusal);
                }
                _ => {}
            }
        }
        // The answer is complete: a sink that fails now does no harm to the connection.
        self.busy = false;
        sink.flush().await.map_err(Error::Sink)?;
        Ok(octets)
    }

    /// Collects a listing under `Limits::collected`.
    async fn listing<T>(
        &mut self,
        command: Command<'_>,
        mut item: impl FnMut(&Event<'_>) -> Option<(T, usize)>,
    ) -> Result<Vec<T>, Error> {
        self.begin()?;
        self.queue(command)?;
        let limit = self.connection.limits().collected;
        let mut collected = 0_usize;
        let mut items = Vec::new();
        loop {
            match self.next_event().await? {
                Event::ListingEnd { .. } => break,
                Event::Completed { reply, .. } => {
                    let refusal = Refusal::error(command.name(), &reply);
                    self.busy = false;
                    return Err(refusal);
                }
                event => {
                    if let Some((found, octets)) = item(&event) {
                        collected = collected.saturating_add(ENTRY + octets);
                        if collected > limit {
                            return Err(Error::TooLong { what: "what one method may collect", limit });
                        }
                        items.push(found);
                    }
                }
            }
        }
        self.busy = false;
        Ok(items)
    }
}
