//! What a server has told of messages, collected.

use std::collections::BTreeMap;

use super::wanted::Wanted;
use crate::error::Error;
use crate::event::{Event, FetchItem};
use crate::types::{BodyStructure, DateTime, Envelope, Flags, MailboxName};

/// What a server has told of one message. A field is `None` when it was not asked for, or not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The unique identifier; 0 when messages were asked for by position, and it was not asked for.
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

/// Rows of a `FETCH`, by the number that was asked for.
pub(super) struct Rows<'a> {
    messages: Wanted<'a>,
    limit: usize,
    octets: usize,
    // Servers may tell of a message in several responses.
    found: BTreeMap<u32, Summary>,
    row: Option<Summary>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(messages: Wanted<'a>, limit: usize) -> Self {
        Rows { messages, limit, octets: 0, found: BTreeMap::new(), row: None }
    }

    pub(super) fn take(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::FetchStart(start) => {
                // What nobody asked for is about messages of others.
                let ours = start.command.is_some();
                self.row = ours.then(|| Summary { seq: start.seq, ..Summary::default() });
            }
            Event::FetchItem(item) => {
                if let Some(row) = &mut self.row {
                    self.octets += row.take(item);
                }
            }
            Event::FetchEnd => {
                let Some(row) = self.row.take() else { return Ok(()) };
                if let Some(key) = self.messages.key(row.seq, row.uid) {
                    self.octets += size_of::<Summary>();
                    self.found.entry(key).or_default().merge(row);
                }
            }
            _ => {}
        }
        if self.octets > self.limit {
            return Err(Error::TooLong { what: "a list of messages", limit: self.limit });
        }
        Ok(())
    }

    pub(super) fn done(self) -> Vec<Summary> {
        self.found.into_values().collect()
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
            uid: if newer.uid > 0 { newer.uid } else { self.uid },
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
