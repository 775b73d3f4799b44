//! Where a cache lives. Its files are the one thing outside of the core that is here without a feature; `.ci/cores` has
//! an eye on the rest.

#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a file by nature")]
mod file;
#[cfg(feature = "encrypted")]
mod key;
#[cfg(feature = "keyring")]
mod keyring;
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a file by nature")]
mod lock;
mod memory;
#[cfg(feature = "encrypted")]
mod seal;

use std::path::PathBuf;

pub use file::FileStore;
#[cfg(feature = "encrypted")]
pub use key::FileKey;
pub use memory::MemoryStore;

use crate::{AccountQuery, Cache, Error};

/// A place for a [`Cache`] that several callers, and perhaps several processes, share.
///
/// ```
/// use msal_lite::{Cache, MemoryStore, Store};
///
/// let store = MemoryStore::new(Cache::new());
/// store.update(&mut |cache| drop(cache.accounts()))?;
/// # Ok::<(), msal_lite::Error>(())
/// ```
pub trait Store: Send + Sync {
    /// Looks at the cache as it is now. Short: waits for no lock that is held during a write.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or is damaged.
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error>;

    /// As [`read`](Self::read), for one who asks after this account only: the cache that is shown may lack
    /// what the query cannot mean. For the tokens of the application itself, the query is that of an
    /// account with an empty id.
    ///
    /// # Errors
    ///
    /// As `read`.
    fn read_of(&self, _query: &AccountQuery, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        self.read(look)
    }

    /// Reads, changes and saves the cache as one step that no other caller or process comes between. When
    /// it returns, the change is durable.
    ///
    /// # Errors
    ///
    /// The cache cannot be read or written. Then it is as it was.
    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error>;

    /// Finds out whether [`update`](Self::update) will work, before a person goes to the trouble of
    /// signing in.
    ///
    /// # Errors
    ///
    /// As `update`.
    fn probe(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Whether [`update`](Self::update) may take long, as with a file, so that it wants a thread for
    /// blocking work.
    fn may_block(&self) -> bool {
        true
    }

    /// Whether the next look may take long and so wants a thread for blocking work too: until a key is there that a
    /// keyring gives when a person has unlocked it, or that is stretched from a passphrase.
    fn is_locked(&self) -> bool {
        false
    }

    /// What changes whenever the cache changes, at the cost of a glance: as long as it stays the same, what
    /// was read from the cache is still true. `None` if that cannot be said; then the cache is read each
    /// time.
    fn revision(&self) -> Option<Revision> {
        None
    }

    /// Waits until no other process refreshes a token of this store, as far as it can be known. The guard
    /// is kept during the request to the provider. It is a courtesy that saves requests, and no more:
    /// what must not be lost is guarded by [`update`](Self::update).
    fn begin_refresh(&self) -> RefreshGuard {
        RefreshGuard::none()
    }
}

/// A store that is shared, or chosen at run time.
impl<S: Store + ?Sized> Store for std::sync::Arc<S> {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        (**self).read(look)
    }

    fn read_of(&self, query: &AccountQuery, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        (**self).read_of(query, look)
    }

    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        (**self).update(change)
    }

    fn probe(&self) -> Result<(), Error> {
        (**self).probe()
    }

    fn may_block(&self) -> bool {
        (**self).may_block()
    }

    fn is_locked(&self) -> bool {
        (**self).is_locked()
    }

    fn revision(&self) -> Option<Revision> {
        (**self).revision()
    }

    fn begin_refresh(&self) -> RefreshGuard {
        (**self).begin_refresh()
    }
}

/// A state of a store, to compare with another of the same store and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision([u64; 4]);

impl Revision {
    /// From a number that is never the same for two states.
    pub const fn from_counter(counter: u64) -> Self {
        Self([counter, 0, 0, 0])
    }
}

/// What a save did besides saving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Where a damaged file was put before a new one was written.
    pub kept_aside: Option<PathBuf>,
}

/// Held while a token is being refreshed.
#[derive(Debug)]
pub struct RefreshGuard {
    #[cfg_attr(not(feature = "reqwest"), expect(dead_code, reason = "held until it is dropped"))]
    lock: Option<lock::FileLock>,
}

impl RefreshGuard {
    /// A guard that guards nothing.
    pub fn none() -> Self {
        Self { lock: None }
    }

    /// Whether it guards anything.
    #[cfg(feature = "reqwest")]
    pub(crate) fn is_held(&self) -> bool {
        self.lock.is_some()
    }
}
