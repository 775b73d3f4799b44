//! What a server asks for during a log-in.

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::error::Error;

/// A SASL challenge (`continue-req`, RFC 9051 section 6.2.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge<'i> {
    pub(crate) base64: &'i [u8],
    pub(crate) limit: usize,
    /// A command that went ahead is the answer.
    pub(crate) answered: bool,
}

/// Servers leave the padding out, or not.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl<'i> Challenge<'i> {
    /// As the server sent it, in base64.
    pub fn base64(&self) -> &'i [u8] {
        self.base64
    }

    /// Whether the server has its answer already: a command that went ahead of the log-in's end, which it takes for
    /// one. It will refuse the log-in, and nothing must be sent for it.
    pub fn is_answered(&self) -> bool {
        self.answered
    }

    /// The challenge itself. The first one is empty when no initial response was sent.
    ///
    /// # Errors
    /// [`Error::TooLong`] beyond [`Limits::challenge`](crate::Limits::challenge); [`Error::Protocol`] when it is not
    /// base64. The connection is none the worse for it: answer with [`cancel`](crate::Connection::cancel).
    pub fn decode(&self) -> Result<Vec<u8>, Error> {
        if self.base64.len() / 4 * 3 > self.limit {
            return Err(Error::TooLong { what: "a SASL challenge", limit: self.limit });
        }
        TOLERANT
            .decode(self.base64)
            .map_err(|_| Error::protocol("a SASL challenge is not base64", self.base64))
    }
}

impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge([{} octets])", self.base64.len())
    }
}
