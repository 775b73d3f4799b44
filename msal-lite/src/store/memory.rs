//! A cache that ends with the process.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use super::{Revision, Saved, Store};
use crate::{Cache, Error};

/// A cache in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    cache: Mutex<Cache>,
    changes: AtomicU64,
}

impl MemoryStore {
    /// Takes a cache over.
    pub fn new(cache: Cache) -> Self {
        Self { cache: Mutex::new(cache), changes: AtomicU64::new(0) }
    }
}

impl Store for MemoryStore {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        look(&self.cache.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the change, and under the lock: whoever reads the new cache knows the new number.
        self.changes.fetch_add(1, Ordering::Release);
        change(&mut cache);
        Ok(Saved::default())
    }

    fn may_block(&self) -> bool {
        false
    }

    fn revision(&self) -> Option<Revision> {
        Some(Revision::from_counter(self.changes.load(Ordering::Acquire)))
    }
}
