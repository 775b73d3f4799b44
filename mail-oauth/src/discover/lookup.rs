//! Who answers the questions.

use std::future::Future;

/// Answers the questions of [`discover`](super::discover): [`SystemLookup`](super::SystemLookup), a program's own
/// resolver, or a table in a test.
///
/// A name is an absolute one, in ASCII and without a dot at its end. Names in answers have that form too, in any
/// case. A name that does not exist, or has no record of the kind, is an empty answer and no error. However much is
/// answered, only the first 32 records and 64 KiB of HTTP count.
pub trait Lookup: Send + Sync {
    /// The hosts of the MX records, the preferred first.
    fn mx(&self, name: &str) -> impl Future<Output = Result<Vec<String>, LookupError>> + Send;

    /// What the name is an alias of.
    fn cname(&self, name: &str) -> impl Future<Output = Result<Option<String>, LookupError>> + Send;

    /// The SRV records, the preferred first.
    fn srv(&self, name: &str) -> impl Future<Output = Result<Vec<Srv>, LookupError>> + Send;

    /// The TXT records, each in one piece.
    fn txt(&self, name: &str) -> impl Future<Output = Result<Vec<String>, LookupError>> + Send;

    /// The answer to an HTTPS GET, without following redirects.
    fn get(&self, url: &str) -> impl Future<Output = Result<HttpAnswer, LookupError>> + Send;
}

/// One SRV record (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever implements `Lookup` builds it")]
pub struct Srv {
    /// The host; empty or `.` when the service is not offered.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// What an HTTPS server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever implements `Lookup` builds it")]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The body, or its first 64 KiB.
    pub body: Vec<u8>,
}

/// A question that got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
#[non_exhaustive]
pub struct LookupError {
    /// Why.
    pub why: String,
}

impl LookupError {
    /// No answer, for this reason.
    pub fn new(why: impl Into<String>) -> Self {
        LookupError { why: why.into() }
    }
}

/// The most records of an answer that count.
pub(crate) const MAX_RECORDS: usize = 32;

/// The most octets of a body that are read: a tenant's description has 2 KiB.
pub(crate) const MAX_BODY: usize = 64 * 1024;
