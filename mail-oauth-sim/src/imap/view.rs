use std::fmt::Write as _;
use std::sync::Arc;

use super::set::Set;
use crate::store::{Folder, Store, Stored};

/// An open folder as the client sees it: which UID has which message number.
pub(super) struct View {
    pub(super) folder: Arc<str>,
    pub(super) read_only: bool,
    /// Whether the client is told of MODSEQ (RFC 7162).
    pub(super) condstore: bool,
    uids: Vec<u32>,
    /// Messages from this UID on are recent to this session.
    recent_from: u32,
    /// Flags that changed later than this have not been told.
    told: u64,
}

/// Messages that a command is about, by number and UID.
pub(super) type Chosen = Vec<(u32, u32)>;

impl View {
    pub(super) fn open(name: Arc<str>, folder: &mut Folder, read_only: bool) -> Self {
        let recent_from = folder.recent_from();
        if !read_only {
            folder.claim_recent();
        }
        let told = folder.modseq();
        Self { folder: name, read_only, condstore: false, uids: folder.uids(), recent_from, told }
    }

    pub(super) fn exists(&self) -> usize {
        self.uids.len()
    }

    pub(super) fn is_recent(&self, uid: u32) -> bool {
        uid >= self.recent_from
    }

    pub(super) fn recent(&self) -> usize {
        self.uids.iter().filter(|uid| self.is_recent(**uid)).count()
    }

    pub(super) fn last_uid(&self) -> u32 {
        self.uids.last().copied().unwrap_or(0)
    }

    /// The highest message number.
    pub(super) fn last_number(&self) -> u32 {
        u32::try_from(self.uids.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, u32)> {
        (1..).zip(self.uids.iter().copied())
    }

    /// The messages that a set names. `None` if it is not a set, or names a number that no message has; UIDs that no
    /// message has are passed over (RFC 3501 section 6.4.8).
    pub(super) fn choose(&self, set: &str, uid: bool) -> Option<Chosen> {
        if uid {
            let set = Set::parse(set, self.last_uid())?;
            return Some(self.numbered().filter(|(_, uid)| set.contains(*uid)).collect());
        }
        let set = Set::parse(set, self.last_number())?;
        if set.highest() > self.last_number() || set.contains(0) {
            return None;
        }
        Some(self.numbered().filter(|(number, _)| set.contains(*number)).collect())
    }

    /// What the client did itself is told to it by the answer, so it need not be told again.
    pub(super) fn own_change(&mut self, before: u64, after: u64) {
        if self.told == before {
            self.told = after;
        }
    }

    /// Takes over what happened to the folder and gives the responses that say so. Without `expunged`, messages that
    /// are gone keep their numbers for now.
    pub(super) fn catch_up(&mut self, store: &Store, mailbox: &str, expunged: bool) -> String {
        let told = self.told;
        let looked = store.with(mailbox, &self.folder, |folder| {
            // Nothing has happened: the usual case costs nothing.
            if folder.modseq() == told {
                return None;
            }
            let changed: Vec<Stored> = folder.all().iter().filter(|m| m.modseq > told).cloned().collect();
            Some((folder.uids(), changed, folder.modseq()))
        });
        let Some(Some((now, changed, modseq))) = looked else { return String::new() };
        let mut out = String::new();
        let gone: Vec<u32> =
            self.numbered().filter(|(_, uid)| now.binary_search(uid).is_err()).map(|(n, _)| n).collect();
        if expunged {
            // From the end, so that the numbers of those to come stay right.
            for number in gone.iter().rev() {
                let _ = write!(out, "* {number} EXPUNGE\r\n");
            }
            if !gone.is_empty() {
                self.uids.retain(|uid| now.binary_search(uid).is_ok());
            }
        }
        if gone.is_empty() || expunged {
            self.told = modseq;
        }
        for message in changed {
            if let Ok(at) = self.uids.binary_search(&message.uid) {
                let modseq =
                    if self.condstore { format!(" MODSEQ ({})", message.modseq) } else { String::new() };
                let _ = write!(out, "* {} FETCH ({}{modseq})\r\n", at + 1, self.flags_item(&message));
            }
        }
        let last = self.last_uid();
        let before = self.uids.len();
        self.uids.extend(now.into_iter().filter(|uid| *uid > last));
        if self.uids.len() > before {
            let _ = write!(out, "* {} EXISTS\r\n* {} RECENT\r\n", self.exists(), self.recent());
        }
        out
    }

    /// `FLAGS (...)` of a message as `FETCH` gives it.
    pub(super) fn flags_item(&self, message: &Stored) -> String {
        let recent = self.is_recent(message.uid).then_some("\\Recent");
        let names: Vec<_> = message.flags.names().chain(recent).collect();
        format!("FLAGS ({})", names.join(" "))
    }
}
