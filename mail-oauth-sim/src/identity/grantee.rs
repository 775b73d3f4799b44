use crate::Platform;

/// Who signed in, and how: what every token of the sign-in goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grantee {
    pub(crate) upn: String,
    /// When, in seconds since the Unix epoch.
    pub(crate) signed_in: u64,
    /// Whether a second factor was asked for.
    pub(crate) mfa: bool,
    /// What the redirect address was registered as; device codes and passwords count as desktop.
    pub(crate) platform: Platform,
    /// How often the person's tokens had been revoked then.
    pub(crate) generation: u64,
}
