use std::io;

use crate::mime;
use crate::net::Wire;
use crate::store::{Store, Stored};

/// The inbox as it was at login (RFC 1939 section 3). Message bytes are shared with the store.
pub(super) struct Maildrop {
    mailbox: String,
    validity: u32,
    messages: Vec<Stored>,
    deleted: Vec<bool>,
}

impl Maildrop {
    pub(super) fn open(store: &Store, mailbox: &str) -> Self {
        let (validity, messages) = store
            .with(mailbox, "INBOX", |folder| (folder.validity, folder.all().to_vec()))
            .unwrap_or_default();
        Self { mailbox: mailbox.to_owned(), validity, deleted: vec![false; messages.len()], messages }
    }

    /// The messages that are not marked as deleted, with their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Stored)> {
        (1..).zip(&self.messages).zip(&self.deleted).filter(|(_, deleted)| !**deleted).map(|(entry, _)| entry)
    }

    /// How many messages there are, and their octets together.
    pub(super) fn totals(&self) -> (usize, usize) {
        self.all().fold((0, 0), |(count, octets), (_, message)| (count + 1, octets + message.bytes.len()))
    }

    pub(super) fn get(&self, number: usize) -> Option<&Stored> {
        let at = number.checked_sub(1)?;
        self.messages.get(at).filter(|_| self.deleted.get(at) == Some(&false))
    }

    pub(super) fn delete(&mut self, number: usize) -> bool {
        match number.checked_sub(1).and_then(|at| self.deleted.get_mut(at)) {
            Some(deleted) if !*deleted => {
                *deleted = true;
                true
            }
            _ => false,
        }
    }

    pub(super) fn reset(&mut self) {
        self.deleted.fill(false);
    }

    /// A name for the message that no other ever has (RFC 1939 section 7).
    pub(super) fn unique_id(&self, message: &Stored) -> String {
        format!("{:08x}{:08x}", self.validity, message.uid)
    }

    /// Removes what is marked as deleted.
    pub(super) fn commit(&self, store: &Store) {
        let marked = self.messages.iter().zip(&self.deleted).filter(|(_, deleted)| **deleted);
        let uids: Vec<u32> = marked.map(|(message, _)| message.uid).collect();
        if !uids.is_empty() {
            store.with(&self.mailbox, "INBOX", |folder| folder.remove(&uids));
            store.touch(&self.mailbox);
        }
    }
}

/// The header and the first lines of the body, for `TOP`.
pub(super) fn top(message: &[u8], lines: usize) -> &[u8] {
    let header = mime::header_len(message);
    let body: usize =
        mime::lines(message.get(header..).unwrap_or_default()).take(lines).map(<[u8]>::len).sum();
    message.get(..header + body).unwrap_or(message)
}

/// Sends octets as a multi-line response: a dot at the start of a line is doubled, and a last line without CRLF gets
/// one (RFC 1939 section 3). Lines are what CRLF ends; a bare LF is an octet like any other.
pub(super) async fn send(wire: &mut Wire, octets: &[u8]) -> io::Result<()> {
    if octets.first() == Some(&b'.') {
        wire.say(".");
    }
    let mut sent = 0;
    for at in memchr::memmem::find_iter(octets, b"\r\n.") {
        let end = at + 3;
        wire.stream(octets.get(sent..end).unwrap_or_default()).await?;
        wire.say(".");
        sent = end;
    }
    wire.stream(octets.get(sent..).unwrap_or_default()).await?;
    if !octets.is_empty() && !octets.ends_with(b"\r\n") {
        wire.say("\r\n");
    }
    wire.say(".\r\n");
    Ok(())
}
