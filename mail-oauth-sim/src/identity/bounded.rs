use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::random::Fingerprint;

/// What was handed out, by the fingerprint of each; the oldest goes first when there are too many.
#[derive(Debug)]
pub(super) struct Bounded<T> {
    entries: Mutex<Entries<T>>,
    keep: usize,
}

#[derive(Debug)]
pub(super) struct Entries<T> {
    by_fingerprint: HashMap<Fingerprint, T>,
    oldest: VecDeque<Fingerprint>,
}

impl<T> Bounded<T> {
    pub(super) fn new(keep: usize) -> Self {
        let entries = Entries { by_fingerprint: HashMap::new(), oldest: VecDeque::new() };
        Self { entries: Mutex::new(entries), keep: keep.max(1) }
    }

    pub(super) fn add(&self, secret: &str, entry: T) {
        let fingerprint = Fingerprint::of(secret);
        let keep = self.keep;
        self.with(|entries| {
            while entries.oldest.len() >= keep
                && let Some(oldest) = entries.oldest.pop_front()
            {
                entries.by_fingerprint.remove(&oldest);
            }
            entries.oldest.push_back(fingerprint);
            entries.by_fingerprint.insert(fingerprint, entry);
        });
    }

    /// Looks at the entry of a secret, if there is one.
    pub(super) fn find<R>(&self, secret: &str, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.with(|entries| entries.by_fingerprint.get_mut(&Fingerprint::of(secret)).map(f))
    }

    /// The first entry that `f` says something about, in no particular order.
    pub(super) fn find_map<R>(&self, f: impl FnMut(&mut T) -> Option<R>) -> Option<R> {
        self.with(|entries| entries.by_fingerprint.values_mut().find_map(f))
    }

    fn with<R>(&self, f: impl FnOnce(&mut Entries<T>) -> R) -> R {
        f(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
