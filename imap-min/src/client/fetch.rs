//! What messages there are, and what is in them.

use std::num::NonZeroU32;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::driver::{Client, outcome, refused};
use super::summary::{Rows, Summary};
use super::wanted::Wanted;
use crate::command::{Command, CommandId, CommandKind};
use crate::error::Error;
use crate::event::{Event, FetchItem, Status};
use crate::selected::Selected;
use crate::types::{FetchAttribute, Mailbox, Partial, Section, UidSet};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// What the server knows of messages, by UID. Messages that do not exist are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a body is asked for: that is streamed by [`fetch_body`](Self::fetch_body).
    /// [`Error::TooLong`] when the result takes more than [`Limits::collected`](crate::Limits::collected).
    pub async fn uid_fetch(
        &mut self,
        messages: &UidSet,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Vec<Summary>, Error> {
        self.summaries(Command::UidFetch { messages, attributes }, Wanted::Uids(messages)).await
    }

    /// Streams a message to `sink`, and does not mark it as read. Gives the number of octets; `None` when there is no
    /// such message.
    ///
    /// # Errors
    /// [`Error::Sink`] when `sink` fails. After any error `sink` may have a part of the message.
    pub async fn fetch_body(
        &mut self,
        uid: u32,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        self.fetch_section(uid, Section::Full, None, sink).await
    }

    /// Streams a part of a message to `sink`; otherwise as [`fetch_body`](Self::fetch_body). `None` also when the
    /// message has no such part.
    ///
    /// # Errors
    /// As [`fetch_body`](Self::fetch_body).
    pub async fn fetch_section(
        &mut self,
        uid: u32,
        section: Section<'_>,
        partial: Option<Partial>,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        let messages = UidSet::from(uid);
        let attributes = [FetchAttribute::Body { section, partial }];
        let command = Command::UidFetch { messages: &messages, attributes: &attributes };
        self.section(command, Wanted::Uids(&messages), (section, partial), sink).await
    }

    /// Opens a mailbox and streams a message of it in one flight, which saves a round trip. Of several messages it
    /// is the first that the server sends; [`UidSet::last`] is the newest.
    ///
    /// # Errors
    /// As [`select`](Self::select) and [`fetch_body`](Self::fetch_body).
    pub async fn select_and_fetch(
        &mut self,
        mailbox: &Mailbox,
        messages: &UidSet,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(Selected, Option<u64>), Error> {
        self.begin().await?;
        let result = self.select_and_fetch_inner(mailbox, messages, sink).await;
        self.end(result)
    }

    async fn select_and_fetch_inner(
        &mut self,
        mailbox: &Mailbox,
        messages: &UidSet,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(Selected, Option<u64>), Error> {
        let wanted = Wanted::Uids(messages);
        if wanted.is_empty() {
            return Err(Error::Invalid { what: "a set of messages", why: "it is empty" });
        }
        let select = self.send(Command::Select { mailbox })?;
        let attributes = [FetchAttribute::MESSAGE];
        let fetch = self.send(Command::UidFetch { messages, attributes: &attributes })?;
        let opened = match self.finish(select, |_| Ok(())).await {
            Err(Error::Refused(refusal)) if refusal.status != Status::Bye => Err(Error::Refused(refusal)),
            other => Ok(other?),
        };
        let selected = self.connection().selected().cloned().unwrap_or_default();
        let fetched = self.body(fetch, wanted, (Section::Full, None), sink).await;
        match (opened, fetched) {
            // The server refuses both; the reason is that of the first.
            (Err(refused), Ok(_) | Err(Error::Refused(_))) => Err(refused),
            (_, fetched) => Ok((selected, fetched?)),
        }
    }

    /// A command whose data are kept, a row for each message.
    pub(super) async fn summaries(
        &mut self,
        command: Command<'_>,
        messages: Wanted<'_>,
    ) -> Result<Vec<Summary>, Error> {
        if let Command::Fetch { attributes, .. } | Command::UidFetch { attributes, .. } = &command
            && attributes.iter().any(FetchAttribute::is_body)
        {
            return Err(Error::Invalid { what: "a summary", why: "bodies are streamed: use fetch_body" });
        }
        let limit = self.connection().limits().collected;
        let mut rows = Rows::new(messages, limit);
        self.collect(command, |event| rows.take(event)).await?;
        Ok(rows.done())
    }

    /// A command whose answer is one body.
    pub(super) async fn section(
        &mut self,
        command: Command<'_>,
        messages: Wanted<'_>,
        part: (Section<'_>, Option<Partial>),
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        self.begin().await?;
        let result = match self.send(command) {
            Ok(command) => self.body(command, messages, part, sink).await,
            Err(error) => Err(error),
        };
        self.end(result)
    }

    /// The first body that answers a command goes to `sink`; all others are read and left.
    pub(super) async fn body(
        &mut self,
        command: CommandId,
        messages: Wanted<'_>,
        (section, partial): (Section<'_>, Option<Partial>),
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        let (mut ours, mut seq, mut uid, mut copying) = (false, 0, None, false);
        // Octets written, and whether by the response that is being read.
        let (mut written, mut here) = (None, false);
        let mut cut = Cut::default();
        loop {
            match self.next_event().await? {
                Event::FetchStart(start) => {
                    (ours, seq, uid, here) = (start.command == Some(command), start.seq, None, false);
                }
                Event::FetchItem(FetchItem::Uid(number)) => {
                    uid = Some(number);
                    if here && !messages.may_mean(seq, uid) {
                        return Err(Error::protocol("the body of a message that was not asked for", b""));
                    }
                }
                Event::BodyStart(start) => {
                    copying = ours
                        && written.is_none()
                        && start.size.is_some()
                        && start.section.is_same(&section)
                        && messages.may_mean(seq, uid);
                    if copying {
                        (written, here) = (Some(0), true);
                        cut = Cut::new(partial, start.origin);
                    }
                }
                Event::Body(octets) if copying => {
                    let octets = cut.apply(octets);
                    sink.write_all(octets).await.map_err(Error::Sink)?;
                    written = written.map(|sum: u64| sum.saturating_add(octets.len() as u64));
                }
                Event::BodyEnd => copying = false,
                Event::Completed(done) if done.command == command => {
                    outcome(&done)?;
                    sink.flush().await.map_err(Error::Sink)?;
                    return Ok(written);
                }
                Event::Bye(text) => return Err(refused(CommandKind::UidFetch.name(), Status::Bye, &text)),
                _ => {}
            }
        }
    }
}

/// What a server that ignores a partial fetch sends too much (QQ).
#[derive(Default)]
struct Cut {
    skip: u64,
    most: Option<u64>,
}

impl Cut {
    fn new(partial: Option<Partial>, origin: Option<u32>) -> Self {
        match (partial, origin) {
            (Some(Partial { offset, length }), None) => {
                Cut { skip: offset.into(), most: Some(NonZeroU32::get(length).into()) }
            }
            _ => Cut::default(),
        }
    }

    fn apply<'b>(&mut self, octets: &'b [u8]) -> &'b [u8] {
        let fits = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(octets.len());
        let skipped = fits(self.skip);
        self.skip -= skipped as u64;
        let rest = octets.get(skipped..).unwrap_or_default();
        let Some(most) = &mut self.most else { return rest };
        let rest =
            rest.get(..usize::try_from(*most).unwrap_or(usize::MAX).min(rest.len())).unwrap_or_default();
        *most -= rest.len() as u64;
        rest
    }
}
