use std::sync::Arc;

use super::Flags;

/// A message as the store keeps it. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) uid: u32,
    pub(crate) flags: Flags,
    /// When its flags last changed, counted in changes of the folder (RFC 7162 section 3.1).
    pub(crate) modseq: u64,
    /// Seconds since the Unix epoch, in the tenant's time.
    pub(crate) received: u64,
    pub(crate) bytes: Arc<Vec<u8>>,
}

/// The messages of one folder in the order of their UIDs.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) validity: u32,
    next_uid: u32,
    /// Messages from this UID on have not been announced as recent to any session.
    recent_from: u32,
    modseq: u64,
    messages: Vec<Stored>,
}

impl Folder {
    pub(crate) fn new(validity: u32) -> Self {
        Self { validity, next_uid: 1, recent_from: 1, modseq: 1, messages: Vec::new() }
    }

    /// Adds a message and gives its UID.
    pub(crate) fn add(&mut self, bytes: Arc<Vec<u8>>, flags: Flags, received: u64) -> u32 {
        let uid = self.next_uid;
        self.next_uid = uid.saturating_add(1);
        self.modseq = self.modseq.saturating_add(1);
        self.messages.push(Stored { uid, flags, modseq: self.modseq, received, bytes });
        uid
    }

    pub(crate) fn next_uid(&self) -> u32 {
        self.next_uid
    }

    pub(crate) fn recent_from(&self) -> u32 {
        self.recent_from
    }

    /// The count of changes so far.
    pub(crate) fn modseq(&self) -> u64 {
        self.modseq
    }

    /// From here on no message is recent to a later session (RFC 3501 section 2.3.2).
    pub(crate) fn claim_recent(&mut self) {
        self.recent_from = self.next_uid;
    }

    pub(crate) fn all(&self) -> &[Stored] {
        &self.messages
    }

    pub(crate) fn uids(&self) -> Vec<u32> {
        self.messages.iter().map(|message| message.uid).collect()
    }

    pub(crate) fn get(&self, uid: u32) -> Option<&Stored> {
        self.messages.get(self.position(uid)?)
    }

    /// Changes the flags of a message; gives it as it is then.
    pub(crate) fn set_flags(&mut self, uid: u32, change: impl FnOnce(Flags) -> Flags) -> Option<&Stored> {
        let at = self.position(uid)?;
        let message = self.messages.get_mut(at)?;
        let flags = change(message.flags);
        if flags != message.flags {
            self.modseq = self.modseq.saturating_add(1);
            message.flags = flags;
            message.modseq = self.modseq;
        }
        Some(message)
    }

    /// Takes out every message with one of these UIDs, which are in ascending order.
    pub(crate) fn remove(&mut self, uids: &[u32]) {
        let before = self.messages.len();
        self.messages.retain(|message| uids.binary_search(&message.uid).is_err());
        if self.messages.len() < before {
            self.modseq = self.modseq.saturating_add(1);
        }
    }

    fn position(&self, uid: u32) -> Option<usize> {
        self.messages.binary_search_by_key(&uid, |message| message.uid).ok()
    }
}
