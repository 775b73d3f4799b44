//! What a server may make grow, and how far; how long it may stay silent.

use std::time::Duration;

/// The bounds of one connection.
///
/// Nothing that a server sends makes memory grow past these. Messages stream out, and are not bounded here.
///
/// ```
/// let mut limits = smtp_min::Limits::default();
/// // Office 365 is known to take long lines: saves a round trip at login.
/// limits.auth_line = smtp_min::Limits::AUTH_LINE_OFFICE_365;
/// # assert!(limits.line < limits.reply);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets in one line of a reply, without its line end. Default 16 KiB: RFC 5321 section 4.5.3.1.5 allows 512,
    /// but RFC 4954 section 4 gives a SASL challenge 12,288.
    pub line: usize,
    /// Octets in one reply, all its lines together. Default 64 KiB: the longest answers to `EHLO` have 2.
    pub reply: usize,
    /// Lines in one reply. Default 512: the longest answers to `EHLO` have about 40.
    pub lines: usize,
    /// Octets in the `AUTH` line that goes out, CRLF included. Default 512 (RFC 5321 section 4.5.3.1.4). Servers that
    /// are known to take more save a round trip; others answer a longer line as if the token were bad (Postfix above
    /// 2,045 octets), or as an unknown command (Dovecot above 1,027).
    pub auth_line: usize,
    /// Commands whose answers are open at one time. Default 128: `MAIL`, a hundred recipients (what RFC 5321 section
    /// 4.5.3.1.8 lets every server take) and `DATA` fit one flight.
    pub pipeline: usize,
    /// Octets in a SASL challenge after decoding. Default 12 KiB, what fits into the longest line.
    pub challenge: usize,
    /// Challenges in one login. Default 16: no mechanism needs more than five.
    pub rounds: u32,
    /// How long the greeting may take. Default 5 min (RFC 5321 section 4.5.3.2.1).
    pub greeting: Duration,
    /// How long an answer to `AUTH` may take. Default 60 s: servers delay refusals, and fetch keys.
    pub authentication: Duration,
    /// How long an answer to any other command may take. Default 5 min (RFC 5321 sections 4.5.3.2.2 and 3).
    pub command: Duration,
    /// How long an answer to `DATA` may take. Default 2 min (RFC 5321 section 4.5.3.2.4).
    pub data_start: Duration,
    /// How long the server may take nothing of the message. Default 3 min (RFC 5321 section 4.5.3.2.5).
    pub stall: Duration,
    /// How long the answer to the final dot may take. Default 10 min (RFC 5321 section 4.5.3.2.6): a client that gives
    /// up sooner does not know whether the message was sent.
    pub data_end: Duration,
}

/// How long an `AUTH` line servers take, CRLF included. Above it they answer as if the token were bad.
impl Limits {
    /// What every server takes (RFC 5321 section 4.5.3.1.4). The default.
    pub const AUTH_LINE_STANDARD: usize = 512;
    /// Office 365 is not known to have a limit of its own; RFC 4954 section 4 gives a SASL message 12,288 octets.
    pub const AUTH_LINE_OFFICE_365: usize = 12 * 1024;
    /// Postfix 3.7, which answers a longer one with `535 Invalid base64 data in initial response`.
    pub const AUTH_LINE_POSTFIX: usize = 2045;
    /// The submission service of Dovecot 2.3 and 2.4, which answers a longer one with `500 5.5.2 Line too long`.
    pub const AUTH_LINE_DOVECOT: usize = 1027;
    /// Exim 4.96, which takes the rest of a longer one for another command.
    pub const AUTH_LINE_EXIM: usize = 16_315;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            line: 16 * 1024,
            reply: 64 * 1024,
            lines: 512,
            auth_line: Limits::AUTH_LINE_STANDARD,
            pipeline: 128,
            challenge: 12 * 1024,
            rounds: 16,
            greeting: Duration::from_secs(300),
            authentication: Duration::from_secs(60),
            command: Duration::from_secs(300),
            data_start: Duration::from_secs(120),
            stall: Duration::from_secs(180),
            data_end: Duration::from_secs(600),
        }
    }
}
