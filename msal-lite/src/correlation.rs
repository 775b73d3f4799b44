//! The id by which an administrator finds a sign-in.

use std::fmt;

/// A GUID that goes with every request of one flow as `client-request-id`. Entra writes it into its
/// sign-in log as Correlation ID: tell it in every failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrelationId(String);

impl CorrelationId {
    /// A GUID of version 4 (RFC 9562 section 5.4) from 16 random octets, which the caller brings because
    /// the core has no source of randomness.
    pub fn from_random(octets: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(octets) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        Self([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
    }

    /// The GUID in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
