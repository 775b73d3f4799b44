//! What a server offers.

/// An extension that a server offers in its answer to `EHLO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// `SIZE`: the size of a message may be announced (RFC 1870).
    Size,
    /// `AUTH` (RFC 4954).
    Auth,
    /// `PIPELINING`: several commands in one flight (RFC 2920).
    Pipelining,
    /// `CHUNKING`: `BDAT` (RFC 3030).
    Chunking,
    /// `8BITMIME`: octets above 127 in messages (RFC 6152).
    EightBitMime,
    /// `SMTPUTF8`: UTF-8 in addresses and headers (RFC 6531).
    SmtpUtf8,
    /// `STARTTLS` (RFC 3207).
    StartTls,
    /// `ENHANCEDSTATUSCODES` (RFC 2034).
    EnhancedStatusCodes,
    /// `DSN`: delivery reports on demand (RFC 3461).
    Dsn,
    /// `BINARYMIME` (RFC 3030).
    BinaryMime,
    /// `REQUIRETLS` (RFC 8689).
    RequireTls,
}

impl Extension {
    /// The keyword in the answer to `EHLO`.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Extension::Size => "SIZE",
            Extension::Auth => "AUTH",
            Extension::Pipelining => "PIPELINING",
            Extension::Chunking => "CHUNKING",
            Extension::EightBitMime => "8BITMIME",
            Extension::SmtpUtf8 => "SMTPUTF8",
            Extension::StartTls => "STARTTLS",
            Extension::EnhancedStatusCodes => "ENHANCEDSTATUSCODES",
            Extension::Dsn => "DSN",
            Extension::BinaryMime => "BINARYMIME",
            Extension::RequireTls => "REQUIRETLS",
        }
    }
}

/// What the server offered at the last `EHLO`; nothing at all after `HELO`.
///
/// What was offered before TLS does not count after it: the machine forgets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    extensions: Vec<Extension>,
    mechanisms: Vec<String>,
    max_size: Option<u64>,
}

impl Capabilities {
    /// Whether the server offers this.
    #[must_use]
    pub fn has(&self, extension: Extension) -> bool {
        self.extensions.contains(&extension)
    }

    /// Whether the server offers `AUTH` with this mechanism. Case does not matter.
    #[must_use]
    pub fn mechanism(&self, name: &str) -> bool {
        self.mechanisms().any(|offered| offered.eq_ignore_ascii_case(name))
    }

    /// The mechanisms of `AUTH`, in the server's order, in upper case, each once.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.mechanisms.iter().map(String::as_str)
    }

    /// The largest message that the server takes, in octets; `None` where it names no limit.
    #[must_use]
    pub fn max_size(&self) -> Option<u64> {
        self.max_size
    }

    pub(crate) fn add(&mut self, extension: Extension) {
        if !self.extensions.contains(&extension) {
            self.extensions.push(extension);
        }
    }

    pub(crate) fn add_mechanism(&mut self, name: &str) {
        if !self.mechanism(name) {
            self.mechanisms.push(name.to_ascii_uppercase());
        }
    }

    /// Zero means no limit (RFC 1870 section 3).
    pub(crate) fn set_max_size(&mut self, octets: u64) {
        self.max_size = (octets > 0).then_some(octets);
    }
}
