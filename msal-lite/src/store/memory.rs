//! A cache that ends with the process.

use std::sync::{Mutex, PoisonError};

use super::{Saved, Store};
use crate::{Cache, Error};

/// A cache in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Cache>);

impl MemoryStore {
    /// Takes a cache over.
    pub fn new(cache: Cache) -> Self {
        Self(Mutex::new(cache))
    }
}

impl Store for MemoryStore {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Saved::default())
    }
}
