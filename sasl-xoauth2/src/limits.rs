//! What may grow, how far, and how long a line may be.

/// The longest SMTP command line in octets, CRLF included (RFC 5321 section 4.5.3.1.4). RFC 4954
/// section 4 holds the AUTH command to it, initial response and all; a response on a line of its own may
/// be longer (12,288 octets are deemed enough there).
pub const SMTP_COMMAND_LINE: usize = 512;

/// The longest POP3 command line in octets, CRLF included (RFC 2449 section 4). RFC 5034 section 4 holds
/// the AUTH command to it. Exchange refuses an initial response of any length: use two steps.
pub const POP3_COMMAND_LINE: usize = 255;

/// The longest IMAP command line that a client should send, CRLF included (RFC 7162 section 4). Dovecot
/// closes the connection without a reply above it.
pub const IMAP_COMMAND_LINE: usize = 8192;

/// Bounds on what a server can make this crate read and keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a challenge, after base64, that are parsed as JSON. A longer one is kept as cut text. The
    /// longest seen in the wild has 170; the default of 4,096 leaves room for a long scope list.
    pub challenge: usize,
    /// Characters kept of each value of a challenge. The default of 512 holds any scope list and
    /// configuration address seen, and is short enough for a log line.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { challenge: 4096, text: 512 }
    }
}
