//! Points in time, handed in by the caller.

use std::{
    ops::Add,
    time::{Duration, SystemTime},
};

/// Whole seconds since 1970-01-01T00:00:00Z. The core reads no clock: whoever runs a flow says what time
/// it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From seconds since the epoch.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// Time from `self` to `later`; zero if `later` is not later.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_secs(later.0.saturating_sub(self.0))
    }

    /// Reads a date of HTTP: as it is written now, or in one of the two forms of before, which a reader has to take too
    /// (RFC 9110 section 5.6.7).
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        httpdate::parse_http_date(text.trim()).ok().map(Self::from)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Later by the whole seconds of `duration`; stays at the end of time.
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }
}

impl From<SystemTime> for Timestamp {
    /// A clock set before 1970 counts as 1970.
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs())
    }
}
