use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Flags, Folder};

/// The folders of every mailbox, with the attributes that `LIST` gives; Exchange does not announce SPECIAL-USE.
pub(crate) const FOLDERS: [(&str, &str); 8] = [
    ("Archive", "\\HasNoChildren"),
    ("Deleted Items", "\\Trash \\HasNoChildren"),
    ("Drafts", "\\Drafts \\HasNoChildren"),
    ("INBOX", "\\Marked \\HasNoChildren"),
    ("Junk Email", "\\Junk \\HasNoChildren"),
    ("Notes", "\\HasNoChildren"),
    ("Outbox", "\\HasNoChildren"),
    ("Sent Items", "\\Sent \\HasNoChildren"),
];

/// All mailboxes of the tenant. Locked for moments only: message bytes are shared out, never written under the lock.
#[derive(Debug)]
pub(crate) struct Store {
    mailboxes: HashMap<String, Slot>,
}

#[derive(Debug)]
struct Slot {
    folders: Mutex<Vec<(&'static str, Folder)>>,
    changed: watch::Sender<()>,
}

impl Store {
    /// A store with these mailboxes, empty. `validity` is the UIDVALIDITY of all their folders.
    pub(crate) fn new<'a>(addresses: impl Iterator<Item = &'a str>, validity: u32) -> Self {
        let slot = || Slot {
            folders: Mutex::new(FOLDERS.iter().map(|(name, _)| (*name, Folder::new(validity))).collect()),
            changed: watch::Sender::new(()),
        };
        Self { mailboxes: addresses.map(|address| (address.to_ascii_lowercase(), slot())).collect() }
    }

    /// Looks into a folder; `None` if there is no such mailbox or folder.
    pub(crate) fn with<T>(&self, mailbox: &str, folder: &str, f: impl FnOnce(&mut Folder) -> T) -> Option<T> {
        let slot = self.mailboxes.get(&mailbox.to_ascii_lowercase())?;
        let mut folders = slot.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, folder) = folders.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(folder))?;
        Some(f(folder))
    }

    /// Adds a message to a folder and wakes the sessions that idle on it; gives UIDVALIDITY and UID.
    pub(crate) fn add(
        &self,
        mailbox: &str,
        folder: &str,
        bytes: Arc<Vec<u8>>,
        flags: Flags,
        received: u64,
    ) -> Option<(u32, u32)> {
        let added = self.with(mailbox, folder, |f| (f.validity, f.add(bytes, flags, received)))?;
        self.touch(mailbox);
        Some(added)
    }

    /// Tells the sessions that idle on a mailbox that it has changed.
    pub(crate) fn touch(&self, mailbox: &str) {
        if let Some(slot) = self.mailboxes.get(&mailbox.to_ascii_lowercase()) {
            slot.changed.send_replace(());
        }
    }

    /// Tells each time that the mailbox changed.
    pub(crate) fn watch(&self, mailbox: &str) -> Option<watch::Receiver<()>> {
        Some(self.mailboxes.get(&mailbox.to_ascii_lowercase())?.changed.subscribe())
    }
}
