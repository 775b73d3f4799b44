/// How far anything that a client controls may grow.
///
/// A client that passes a limit gets an answer in the protocol's words, and where the framing is lost by it, a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest command line in octets, without its line end. Default 65,536: the longest token seen in life is about
    /// 8 KiB, and a UID set of a large mailbox is longer than that.
    pub line: usize,
    /// Largest literal in octets in an IMAP command other than `APPEND`, and all literals of one command together.
    /// Default 65,536, for the same reason as [`line`](Self::line).
    pub literal: usize,
    /// Largest message in octets that `APPEND` takes. Default 160 MiB, above Exchange's own 150 MB.
    pub append: usize,
    /// Largest message in octets that SMTP takes, announced as `SIZE`. Default 157,286,400, Exchange's figure.
    pub smtp_message: usize,
    /// Most recipients of one SMTP message. Default 1,000, Exchange's ceiling for one message.
    pub recipients: usize,
    /// Largest body in octets of an HTTP request. Default 65,536: a token request with a client assertion is about 4 KiB.
    pub request_body: usize,
    /// Most device codes waiting at one time; the oldest goes first. Default 10,000.
    pub device_codes: usize,
    /// Most authorization codes waiting at one time; the oldest goes first. Default 10,000.
    pub authorization_codes: usize,
    /// Most sign-ins under way on the pages, and most sessions of browsers; the oldest goes first. Default 10,000.
    pub sign_ins: usize,
    /// Most refresh tokens remembered; the oldest goes first. Default 100,000.
    pub refresh_tokens: usize,
    /// Most folders of one mailbox. Default 1,000.
    pub folders: usize,
    /// Most connections of one service at one time; more wait in the system's queue. Default 4,096.
    pub connections: usize,
    /// Most connections that the log remembers; the oldest goes first. Default 10,000.
    pub log_connections: usize,
    /// Most events that the log remembers of one connection; later ones are counted only. Default 1,000.
    pub log_events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 65_536,
            literal: 65_536,
            append: 160 * 1024 * 1024,
            smtp_message: 157_286_400,
            recipients: 1_000,
            request_body: 65_536,
            device_codes: 10_000,
            authorization_codes: 10_000,
            sign_ins: 10_000,
            refresh_tokens: 100_000,
            folders: 1_000,
            connections: 4_096,
            log_connections: 10_000,
            log_events: 1_000,
        }
    }
}
