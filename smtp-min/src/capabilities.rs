//! What a server offers.

use std::fmt;

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
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A bit for each [`Extension`].
    extensions: u16,
    /// In upper case, with a space behind each.
    mechanisms: String,
    max_size: Option<u64>,
}

impl Capabilities {
    /// Whether the server offers this.
    #[must_use]
    pub fn has(&self, extension: Extension) -> bool {
        self.extensions & bit(extension) != 0
    }

    /// Whether the server offers `AUTH` with this mechanism. Case does not matter.
    #[must_use]
    pub fn mechanism(&self, name: &str) -> bool {
        self.mechanisms().any(|offered| offered.eq_ignore_ascii_case(name))
    }

    /// The mechanisms of `AUTH`, in the server's order, in upper case, each once.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.mechanisms.split_terminator(' ')
    }

    /// The largest message that the server takes, in octets; `None` where it names no limit.
    #[must_use]
    pub fn max_size(&self) -> Option<u64> {
        self.max_size
    }

    pub(crate) fn add(&mut self, extension: Extension) {
        self.extensions |= bit(extension);
    }

    /// A name that is no ASCII is none that a client could choose.
    pub(crate) fn add_mechanism(&mut self, name: &[u8]) {
        let Ok(name) = std::str::from_utf8(name) else { return };
        if self.mechanisms.is_empty() {
            // Once for all the mechanisms that servers have.
            self.mechanisms = String::with_capacity(64);
        } else if self.mechanism(name) {
            return;
        }
        let from = self.mechanisms.len();
        self.mechanisms.push_str(name);
        if let Some(added) = self.mechanisms.get_mut(from..) {
            added.make_ascii_uppercase();
        }
        self.mechanisms.push(' ');
    }

    /// Zero means no limit (RFC 1870 section 3).
    pub(crate) fn set_max_size(&mut self, octets: u64) {
        self.max_size = (octets > 0).then_some(octets);
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extensions: Vec<Extension> = ALL.into_iter().filter(|extension| self.has(*extension)).collect();
        f.debug_struct("Capabilities")
            .field("extensions", &extensions)
            .field("mechanisms", &self.mechanisms().collect::<Vec<_>>())
            .field("max_size", &self.max_size)
            .finish()
    }
}

const ALL: [Extension; 11] = [
    Extension::Size,
    Extension::Auth,
    Extension::Pipelining,
    Extension::Chunking,
    Extension::EightBitMime,
    Extension::SmtpUtf8,
    Extension::StartTls,
    Extension::EnhancedStatusCodes,
    Extension::Dsn,
    Extension::BinaryMime,
    Extension::RequireTls,
];

fn bit(extension: Extension) -> u16 {
    1 << extension as u16
}
