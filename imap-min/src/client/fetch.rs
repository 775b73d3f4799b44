//! What messages there are, and what is in them.

use std::collections::BTreeMap;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::driver::{Client, outcome, refused};
use crate::command::{Command, CommandId, CommandKind};
use crate::error::Error;
use crate::event::{Event, FetchItem, Status};
use crate::selected::Selected;
use crate::types::{
    BodyStructure, DateTime, Envelope, FetchAttribute, Flags, Mailbox, MailboxName, Partial, SearchKey,
    Section, UidSet,
};

/// What a server has told of one message. A field is `None` when it was not asked for, or not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The unique identifier.
    pub uid: u32,
    /// The position in the mailbox when it was told.
    pub seq: u32,
    /// The flags.
    pub flags: Option<Flags<'static>>,
    /// When the server received it.
    pub internal_date: Option<DateTime>,
    /// The size in octets, as the server thinks.
    pub size: Option<u64>,
    /// What the server has read from the header.
    pub envelope: Option<Envelope<'static>>,
    /// The parts of the message.
    pub body_structure: Option<BodyStructure<'static>>,
    /// The modification sequence.
    pub mod_seq: Option<u64>,
    /// Gmail's number of the message.
    pub gmail_message_id: Option<u64>,
    /// Gmail's number of the conversation.
    pub gmail_thread_id: Option<u64>,
    /// Gmail's labels.
    pub gmail_labels: Option<Vec<MailboxName<'static>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The messages for which all conditions hold.
    ///
    /// # Errors
    /// [`Error::TooLong`] when the result takes more than [`Limits::collected`](crate::Limits::collected).
    pub async fn uid_search(&mut self, keys: &[SearchKey<'_>]) -> Result<UidSet, Error> {
        self.begin().await?;
        let result = self.uid_search_inner(keys).await;
        self.end(result)
    }

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
        if attributes.iter().any(FetchAttribute::is_body) {
            return Err(Error::Invalid { what: "a summary", why: "bodies are streamed: use fetch_body" });
        }
        self.begin().await?;
        let result = self.uid_fetch_inner(messages, attributes).await;
        self.end(result)
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
        self.begin().await?;
        let messages = UidSet::from(uid);
        let attributes = [FetchAttribute::Body { section, partial }];
        let result = match self.send(Command::UidFetch { messages: &messages, attributes: &attributes }) {
            Ok(command) => self.body(command, &messages, section, sink).await,
            Err(error) => Err(error),
        };
        self.end(result)
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

    async fn uid_search_inner(&mut self, keys: &[SearchKey<'_>]) -> Result<UidSet, Error> {
        let command = self.send(Command::UidSearch { keys })?;
        let limit = self.connection().limits().collected;
        let (mut found, mut ours) = (UidSet::new(), false);
        self.finish(command, |event| {
            match event {
                Event::SearchStart(of) => ours = of == Some(command),
                Event::SearchHits(hits) if ours => hits.for_each(|uid| found.push(uid)),
                _ => {}
            }
            if found.octets() > limit {
                return Err(Error::TooLong { what: "the result of a search", limit });
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    async fn uid_fetch_inner(
        &mut self,
        messages: &UidSet,
        attributes: &[FetchAttribute<'_>],
    ) -> Result<Vec<Summary>, Error> {
        let command = self.send(Command::UidFetch { messages, attributes })?;
        let limit = self.connection().limits().collected;
        // Servers may tell of a message in several responses.
        let mut found: BTreeMap<u32, Summary> = BTreeMap::new();
        let mut octets = 0;
        let mut row: Option<Summary> = None;
        self.finish(command, |event| {
            match event {
                Event::FetchStart(start) => {
                    let ours = start.command == Some(command);
                    row = ours.then(|| Summary { seq: start.seq, ..Summary::default() });
                }
                Event::FetchItem(item) => {
                    if let Some(row) = &mut row {
                        octets += row.take(item);
                    }
                }
                Event::FetchEnd => {
                    // A row without UID answers no UID FETCH.
                    if let Some(row) = row.take().filter(|row| row.uid > 0 && messages.may_mean(row.uid)) {
                        octets += size_of::<Summary>();
                        found.entry(row.uid).or_default().merge(row);
                    }
                }
                _ => {}
            }
            if octets > limit {
                return Err(Error::TooLong { what: "a list of messages", limit });
            }
            Ok(())
        })
        .await?;
        Ok(found.into_values().collect())
    }

    async fn select_and_fetch_inner(
        &mut self,
        mailbox: &Mailbox,
        messages: &UidSet,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(Selected, Option<u64>), Error> {
        if messages.is_empty() {
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
        let fetched = self.body(fetch, messages, Section::Full, sink).await;
        match (opened, fetched) {
            // The server refuses both; the reason is that of the first.
            (Err(refused), Ok(_) | Err(Error::Refused(_))) => Err(refused),
            (_, fetched) => Ok((selected, fetched?)),
        }
    }

    /// The first body that answers a command goes to `sink`; all others are read and left.
    async fn body(
        &mut self,
        command: CommandId,
        messages: &UidSet,
        section: Section<'_>,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Option<u64>, Error> {
        let (mut ours, mut uid, mut copying) = (false, None, false);
        // Octets written, and whether by the response that is being read.
        let (mut written, mut here) = (None, false);
        loop {
            match self.next_event().await? {
                Event::FetchStart(start) => {
                    (ours, uid, here) = (start.command == Some(command), None, false);
                }
                Event::FetchItem(FetchItem::Uid(number)) => {
                    uid = Some(number);
                    if here && !messages.may_mean(number) {
                        return Err(Error::protocol("the body of a message that was not asked for", b""));
                    }
                }
                Event::BodyStart(start) => {
                    copying = ours
                        && written.is_none()
                        && start.size.is_some()
                        && start.section.is_same(&section)
                        && uid.is_none_or(|uid| messages.may_mean(uid));
                    if copying {
                        (written, here) = (Some(0), true);
                    }
                }
                Event::Body(octets) if copying => {
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

impl Summary {
    /// Takes an item; gives the octets that it takes in memory.
    fn take(&mut self, item: FetchItem<'_>) -> usize {
        match item {
            FetchItem::Uid(uid) => self.uid = uid,
            FetchItem::Flags(flags) => {
                let octets = flags.octets();
                self.flags = Some(flags.into_owned());
                return octets;
            }
            FetchItem::InternalDate(date) => self.internal_date = date,
            FetchItem::Rfc822Size(size) => self.size = Some(size),
            FetchItem::Envelope(envelope) => {
                let octets = envelope.octets();
                self.envelope = Some(envelope.into_owned());
                return octets;
            }
            FetchItem::BodyStructure(structure) => {
                let octets = structure.octets();
                self.body_structure = Some(structure.into_owned());
                return octets;
            }
            FetchItem::ModSeq(number) => self.mod_seq = Some(number),
            FetchItem::GmailMessageId(number) => self.gmail_message_id = Some(number),
            FetchItem::GmailThreadId(number) => self.gmail_thread_id = Some(number),
            FetchItem::GmailLabels(labels) => {
                let labels: Vec<_> = labels.iter().map(MailboxName::into_owned).collect();
                let octets = labels.iter().map(|label| label.octets().len() + size_of_val(label)).sum();
                self.gmail_labels = Some(labels);
                return octets;
            }
            FetchItem::BinarySize { .. } | FetchItem::Unknown { .. } => {}
        }
        0
    }

    /// What is new wins.
    fn merge(&mut self, newer: Summary) {
        *self = Summary {
            uid: newer.uid,
            seq: newer.seq,
            flags: newer.flags.or(self.flags.take()),
            internal_date: newer.internal_date.or(self.internal_date),
            size: newer.size.or(self.size),
            envelope: newer.envelope.or(self.envelope.take()),
            body_structure: newer.body_structure.or(self.body_structure.take()),
            mod_seq: newer.mod_seq.or(self.mod_seq),
            gmail_message_id: newer.gmail_message_id.or(self.gmail_message_id),
            gmail_thread_id: newer.gmail_thread_id.or(self.gmail_thread_id),
            gmail_labels: newer.gmail_labels.or(self.gmail_labels.take()),
        };
    }
}
