//! What a server may make grow, and how far; how long it may stay silent.

use std::time::Duration;

/// The bounds of one connection.
///
/// Nothing that a server sends makes memory grow past these. Bodies are not among them: they stream, and cost
/// nothing however long they are.
///
/// ```
/// let mut limits = imap_min::Limits::default();
/// limits.line = 64 * 1024;
/// # assert!(limits.response >= limits.line);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets in one line of a response. Default 1 MiB: the `ENVELOPE` of a message to five thousand recipients
    /// is one line of about half of that. A body sent as a quoted string counts here too.
    pub line: usize,
    /// Octets in one response, literals that are not bodies included. Default 2 MiB: room for a long line and
    /// for the odd subject that a server sends as a literal.
    pub response: usize,
    /// Octets in one streamed body. Default 4 GiB, the most that RFC 3501 can count. It protects the caller's
    /// disk, not this crate's memory.
    pub body: u64,
    /// Octets in a list that the machine keeps: capabilities, a mailbox's flags. Default 16 KiB, four times the
    /// longest that is known.
    pub list: usize,
    /// Levels of parentheses in a value. Default 50: a forward in a forward is about seven, an attack a million.
    pub nesting: usize,
    /// Commands whose answers are open at one time. Default 64: more gains no time on any network.
    pub pipeline: usize,
    /// Octets in a SASL challenge after decoding. Default 16 KiB: Kerberos tickets with many groups have 12.
    pub challenge: usize,
    /// Octets of a literal that are sent without the server's go-ahead, where the server allows it (RFC 7888; 4096 with
    /// `LITERAL-`). Default 64 KiB: a refusal wastes no more than that, and a go-ahead costs a round trip.
    pub literal: u64,
    /// Octets that one method of the client may collect: search results, summaries. Default 64 MiB, about a
    /// hundred thousand summaries with their envelopes.
    pub collected: usize,
    /// How long the greeting may take. Default 30 s: busy servers look up the caller's name first.
    pub greeting: Duration,
    /// How long an answer to `AUTHENTICATE` may take. Default 60 s: servers delay refusals, and fetch keys.
    pub authentication: Duration,
    /// How long any other event may take. Default 120 s: a search through a large mailbox sends nothing before
    /// it ends.
    pub command: Duration,
    /// How long an `IDLE` may last before the client begins another one; the machine gives it as its time-out
    /// meanwhile. Default 28 min: servers may end a session after 30 (RFC 2177 says to stay below 29).
    pub idle: Duration,
    /// How long a body may stand still. Default 60 s.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line: 1024 * 1024,
            response: 2 * 1024 * 1024,
            body: u64::from(u32::MAX),
            list: 16 * 1024,
            nesting: 50,
            pipeline: 64,
            challenge: 16 * 1024,
            literal: 64 * 1024,
            collected: 64 * 1024 * 1024,
            greeting: Duration::from_secs(30),
            authentication: Duration::from_secs(60),
            command: Duration::from_secs(120),
            idle: Duration::from_secs(28 * 60),
            stall: Duration::from_secs(60),
        }
    }
}
