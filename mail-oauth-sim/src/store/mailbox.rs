use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Flags, Folder};
use crate::Profile;

/// All mailboxes of the tenant. Locked for moments only: message bytes are shared out, never written under the lock.
#[derive(Debug)]
pub(crate) struct Store {
    mailboxes: HashMap<String, Slot>,
    /// The UIDVALIDITY of the next folder that is made.
    validity: AtomicU32,
    most_folders: usize,
}

#[derive(Debug)]
struct Slot {
    folders: Mutex<Vec<Entry>>,
    changed: watch::Sender<()>,
}

/// A folder under its name.
#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    /// What it is for, as `LIST` says it, such as `\Sent`; empty for most.
    purpose: &'static str,
    subscribed: bool,
    folder: Folder,
}

/// What `LIST` says of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: Arc<str>,
    pub(crate) purpose: &'static str,
    pub(crate) subscribed: bool,
    pub(crate) has_children: bool,
}

/// Why a folder could not be made, moved or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Exists,
    Missing,
    /// It is one of those that every mailbox has.
    Fixed,
    HasChildren,
    TooMany,
}

impl Store {
    /// A store with these mailboxes, empty. `validity` is the UIDVALIDITY of all their folders.
    pub(crate) fn new<'a>(
        addresses: impl Iterator<Item = &'a str>,
        profile: Profile,
        validity: u32,
        most_folders: usize,
    ) -> Self {
        let slot = || Slot {
            folders: Mutex::new(
                fixed(profile).iter().map(|(name, purpose)| Entry::new(name, purpose, validity)).collect(),
            ),
            changed: watch::Sender::new(()),
        };
        let mailboxes = addresses.map(|address| (address.to_ascii_lowercase(), slot())).collect();
        Self { mailboxes, validity: AtomicU32::new(validity.saturating_add(1)), most_folders }
    }

    /// Looks into a folder; `None` if there is no such mailbox or folder.
    pub(crate) fn with<T>(&self, mailbox: &str, folder: &str, f: impl FnOnce(&mut Folder) -> T) -> Option<T> {
        self.folders(mailbox, |folders| find(folders, folder).map(|entry| f(&mut entry.folder)))?
    }

    /// The name of a folder as it was written when it was made; upper and lower case are the same.
    pub(crate) fn name(&self, mailbox: &str, folder: &str) -> Option<Arc<str>> {
        self.folders(mailbox, |folders| find(folders, folder).map(|entry| Arc::clone(&entry.name)))?
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

    /// All folders of a mailbox in the order of their names.
    pub(crate) fn list(&self, mailbox: &str) -> Vec<Listed> {
        self.folders(mailbox, |folders| {
            let mut all: Vec<Listed> = folders
                .iter()
                .map(|entry| Listed {
                    name: Arc::clone(&entry.name),
                    purpose: entry.purpose,
                    subscribed: entry.subscribed,
                    has_children: folders.iter().any(|other| is_below(&other.name, &entry.name)),
                })
                .collect();
            all.sort_by_key(|listed| listed.name.to_ascii_lowercase());
            all
        })
        .unwrap_or_default()
    }

    /// Makes a folder, and those above it that are missing.
    pub(crate) fn create(&self, mailbox: &str, name: &str) -> Result<(), Refused> {
        let made = self.folders(mailbox, |folders| {
            if find(folders, name).is_some() {
                return Err(Refused::Exists);
            }
            let parents = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
            for path in parents.chain([name]) {
                if find(folders, path).is_some() {
                    continue;
                }
                if folders.len() >= self.most_folders {
                    return Err(Refused::TooMany);
                }
                let validity = self.validity.fetch_add(1, Ordering::Relaxed);
                folders.push(Entry::new(path, "", validity));
            }
            Ok(())
        });
        made.unwrap_or(Err(Refused::Missing))
    }

    pub(crate) fn delete(&self, mailbox: &str, name: &str) -> Result<(), Refused> {
        let deleted = self.folders(mailbox, |folders| {
            let Some(entry) = find(folders, name) else { return Err(Refused::Missing) };
            if entry.is_fixed() {
                return Err(Refused::Fixed);
            }
            let name = Arc::clone(&entry.name);
            if folders.iter().any(|other| is_below(&other.name, &name)) {
                return Err(Refused::HasChildren);
            }
            folders.retain(|entry| entry.name != name);
            Ok(())
        });
        self.touch(mailbox);
        deleted.unwrap_or(Err(Refused::Missing))
    }

    /// Renames a folder, and with it those below.
    pub(crate) fn rename(&self, mailbox: &str, from: &str, to: &str) -> Result<(), Refused> {
        let renamed = self.folders(mailbox, |folders| {
            let Some(entry) = find(folders, from) else { return Err(Refused::Missing) };
            if entry.is_fixed() {
                return Err(Refused::Fixed);
            }
            let from = Arc::clone(&entry.name);
            if find(folders, to).is_some() || is_below(to, &from) {
                return Err(Refused::Exists);
            }
            for entry in folders.iter_mut() {
                if entry.name == from {
                    entry.name = to.into();
                } else if is_below(&entry.name, &from) {
                    entry.name = format!("{to}{}", entry.name.get(from.len()..).unwrap_or_default()).into();
                }
            }
            Ok(())
        });
        self.touch(mailbox);
        renamed.unwrap_or(Err(Refused::Missing))
    }

    /// False if there is no such folder.
    pub(crate) fn subscribe(&self, mailbox: &str, name: &str, on: bool) -> bool {
        let found = self.folders(mailbox, |folders| find(folders, name).map(|entry| entry.subscribed = on));
        found.flatten().is_some()
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

    fn folders<T>(&self, mailbox: &str, f: impl FnOnce(&mut Vec<Entry>) -> T) -> Option<T> {
        let slot = self.mailboxes.get(&mailbox.to_ascii_lowercase())?;
        Some(f(&mut slot.folders.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Entry {
    fn new(name: &str, purpose: &'static str, validity: u32) -> Self {
        Self { name: name.into(), purpose, subscribed: true, folder: Folder::new(validity) }
    }

    fn is_fixed(&self) -> bool {
        !self.purpose.is_empty()
    }
}

/// The folders that every mailbox has, and what each is for.
fn fixed(profile: Profile) -> &'static [(&'static str, &'static str)] {
    match profile {
        Profile::Exchange => &[
            ("Archive", "\\Archive"),
            ("Deleted Items", "\\Trash"),
            ("Drafts", "\\Drafts"),
            ("INBOX", "\\Marked"),
            ("Junk Email", "\\Junk"),
            ("Notes", "\\Notes"),
            ("Outbox", "\\Outbox"),
            ("Sent Items", "\\Sent"),
        ],
        Profile::Gmail => &[
            ("INBOX", "\\Marked"),
            ("[Gmail]", "\\Noselect"),
            ("[Gmail]/All Mail", "\\All"),
            ("[Gmail]/Drafts", "\\Drafts"),
            ("[Gmail]/Sent Mail", "\\Sent"),
            ("[Gmail]/Spam", "\\Junk"),
            ("[Gmail]/Trash", "\\Trash"),
        ],
        Profile::Plain => &[
            ("Drafts", "\\Drafts"),
            ("INBOX", "\\Marked"),
            ("Junk", "\\Junk"),
            ("Sent", "\\Sent"),
            ("Trash", "\\Trash"),
        ],
    }
}

fn find<'f>(folders: &'f mut [Entry], name: &str) -> Option<&'f mut Entry> {
    folders.iter_mut().find(|entry| entry.name.eq_ignore_ascii_case(name))
}

fn is_below(name: &str, parent: &str) -> bool {
    name.get(..parent.len()).is_some_and(|start| start.eq_ignore_ascii_case(parent))
        && name.get(parent.len()..).is_some_and(|rest| rest.starts_with('/'))
}
