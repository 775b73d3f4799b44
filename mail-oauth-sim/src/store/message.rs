use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::folder::Stored;

/// A message in the inbox of a mailbox. The bytes are shared with the store and not copied.
#[derive(Clone)]
pub struct Message {
    uid: u32,
    flags: Vec<&'static str>,
    received: SystemTime,
    bytes: Arc<Vec<u8>>,
}

impl Message {
    pub(crate) fn of(stored: &Stored) -> Self {
        Self {
            uid: stored.uid,
            flags: stored.flags.names().collect(),
            received: UNIX_EPOCH + Duration::from_secs(stored.received),
            bytes: Arc::clone(&stored.bytes),
        }
    }

    /// Its IMAP UID in the inbox.
    #[must_use]
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// Its flags as IMAP writes them, such as `\Seen`.
    #[must_use]
    pub fn flags(&self) -> &[&'static str] {
        &self.flags
    }

    /// When it came, in the tenant's time.
    #[must_use]
    pub fn received(&self) -> SystemTime {
        self.received
    }

    /// The message, byte for byte as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("uid", &self.uid)
            .field("flags", &self.flags)
            .field("received", &self.received)
            .field("octets", &self.bytes.len())
            .finish()
    }
}
