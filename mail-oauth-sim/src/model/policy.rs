use std::time::Duration;

use crate::Aadsts;

/// Something that stands between a user and a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// Signing in asks for a second factor. A grant that cannot ask - password, or a refresh token from a sign-in
    /// without one - answers AADSTS50076.
    Mfa,
    /// The user has to register a second factor first: AADSTS50079 where it cannot be asked for.
    EnrolMfa,
    /// Conditional Access blocks the sign-in, once the password was right: AADSTS53003.
    BlockedByConditionalAccess,
    /// Conditional Access asks for a device that is managed: AADSTS53000.
    CompliantDevice,
    /// The account is blocked: AADSTS50057.
    Disabled,
    /// Smart lockout: AADSTS50053.
    Locked,
    /// The password has run out: AADSTS50055.
    PasswordExpired,
    /// A sign-in counts for this long; refreshing later answers AADSTS70043.
    SignInFrequency(Duration),
    /// Consent of the administrator does not cover this user: the page asks for it, and grants that cannot ask answer
    /// AADSTS65001 until it was given.
    NeedsConsent,
}

impl Policy {
    /// What a request is told that runs into the policy and has no person to ask.
    pub(crate) fn refusal(self) -> Aadsts {
        match self {
            Self::Mfa => Aadsts::MfaRequired,
            Self::EnrolMfa => Aadsts::MfaEnrolmentRequired,
            Self::BlockedByConditionalAccess => Aadsts::BlockedByConditionalAccess,
            Self::CompliantDevice => Aadsts::DeviceNotCompliant,
            Self::Disabled => Aadsts::UserDisabled,
            Self::Locked => Aadsts::UserLocked,
            Self::PasswordExpired => Aadsts::PasswordExpired,
            Self::SignInFrequency(_) => Aadsts::SignInFrequency,
            Self::NeedsConsent => Aadsts::ConsentRequired,
        }
    }
}
