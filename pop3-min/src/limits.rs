//! What a server may make grow, and how far; how long it may stay silent.

use std::time::Duration;

/// The bounds of one connection.
///
/// Nothing that a server sends makes memory grow past these. Bodies and listings stream and cost no memory; their
/// bounds protect what the caller does with them.
///
/// ```
/// let mut limits = pop3_min::Limits::default();
/// limits.line = 1024;
/// # assert!(limits.body > 1024);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets in one line of a reply, without its line end; lines of a message are not counted. Default 16 KiB: RFC
    /// 2449 section 4 allows 512, but a SASL challenge may be as long as the answers that servers take (Dovecot: 8 KiB).
    pub line: usize,
    /// Octets in one message. Default 4 GiB, twenty times what any provider takes: it stops a server that never
    /// sends the final dot from filling a disk.
    pub body: u64,
    /// Lines in one `UIDL` or `LIST` answer. Default 10 million: the largest mailboxes known have about one.
    pub listing: u64,
    /// Octets in the capabilities that the machine keeps. Default 8 KiB, twenty times the longest list known.
    pub list: usize,
    /// Octets in a unique id. RFC 1939 section 7 allows 70; default 255, because some servers use file names. A
    /// longer one is skipped as [`Quirk::BrokenItem`](crate::Quirk::BrokenItem).
    pub unique_id: usize,
    /// Commands whose answers are open at one time. Default 64: more gains no time on any network.
    pub pipeline: usize,
    /// Messages that a `Batch` of the client asks for ahead where the server offers `PIPELINING`. Default 16: enough to
    /// fill any network with messages of 4 KiB, and few enough that the commands fit any buffer.
    pub batch: usize,
    /// Octets in a SASL challenge after decoding. Default 12 KiB, what fits into the longest line.
    pub challenge: usize,
    /// Challenges in one login. Default 16: no mechanism needs more than five.
    pub rounds: u32,
    /// Octets that one method of the client may collect. Default 64 MiB: about half a million unique ids.
    pub collected: usize,
    /// How long the greeting may take. Default 30 s: busy servers look up the caller's name first.
    pub greeting: Duration,
    /// How long an answer to `AUTH` may take. Default 60 s: servers delay refusals, and fetch keys.
    pub authentication: Duration,
    /// How long any other event may take. Default 120 s: a server counts a large mailbox before it answers `STAT`,
    /// and deletes messages before it answers `QUIT`.
    pub command: Duration,
    /// How long a body may stand still. Default 60 s.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line: 16 * 1024,
            body: 4 * 1024 * 1024 * 1024,
            listing: 10_000_000,
            list: 8 * 1024,
            unique_id: 255,
            pipeline: 64,
            batch: 16,
            challenge: 12 * 1024,
            rounds: 16,
            collected: 64 * 1024 * 1024,
            greeting: Duration::from_secs(30),
            authentication: Duration::from_secs(60),
            command: Duration::from_secs(120),
            stall: Duration::from_secs(60),
        }
    }
}
