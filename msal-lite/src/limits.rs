//! What may grow, and how far.

/// Bounds on what a provider can make this crate read, keep or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a response's body. The default of 1 MiB is 100 times a token response with three JWTs.
    pub body: usize,
    /// Characters kept of a text that is meant to be read: error description, device code message. The
    /// default of 1,024 holds every AADSTS text seen.
    pub text: usize,
    /// Characters kept of a device code's parts that are sent back or typed in. 8,192 by default: Entra's
    /// device code has about 200.
    pub code: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1 << 20, text: 1024, code: 8192 }
    }
}
