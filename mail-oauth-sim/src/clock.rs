use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// The tenant's time: the system's, plus what the caller added. It never goes backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    ahead_ms: AtomicU64,
    advanced: watch::Sender<()>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { ahead_ms: AtomicU64::new(0), advanced: watch::Sender::new(()) }
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        self.now_ms() / 1_000
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> u64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        millis(real).saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by = millis(by);
        let _ = self
            .ahead_ms
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ms| Some(ms.saturating_add(by)));
        self.advanced.send_replace(());
    }

    /// Tells each time that the caller moved the clock, so that an idle session can look at its token again.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.advanced.subscribe()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
