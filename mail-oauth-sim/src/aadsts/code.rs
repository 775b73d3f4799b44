use super::{all, table};

/// A refusal of the identity endpoints, by its AADSTS number.
///
/// Which `error` and `suberror` comes with it is data ([`error`](Self::error), [`suberror`](Self::suberror)); numbers
/// and meanings are those of Microsoft's page of error codes. [`Fault::Refuse`](crate::Fault::Refuse) makes the endpoints
/// answer any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aadsts {
    /// 28000: scopes of more than one resource, in the words for a code's redemption.
    ScopesOfSeveralResources,
    /// 28002: the scope is not valid for an access token.
    ScopeNotValid,
    /// 50011: the redirect address is not registered.
    RedirectMismatch,
    /// 50012: a client assertion could not be read.
    AssertionInvalid,
    /// 50020: the account belongs to another directory.
    WrongDirectory,
    /// 50034: nobody has this name.
    UserNotFound,
    /// 50049: the authority's host is unknown.
    UnknownInstance,
    /// 50053: smart lockout.
    UserLocked,
    /// 50055: the password has run out.
    PasswordExpired,
    /// 50056: the directory has no password for the user.
    NoPassword,
    /// 50057: the account is blocked.
    UserDisabled,
    /// 50058: prompt=none without a session.
    NoSession,
    /// 50059: the request does not say which tenant.
    NoTenant,
    /// 50072: a second factor has to be registered first (new location).
    MfaRegistration,
    /// 50074: a second factor is needed since a while.
    MfaByPolicyChange,
    /// 50076: a second factor is needed.
    MfaRequired,
    /// 50078: the second factor has run out.
    MfaSessionExpired,
    /// 50079: a second factor has to be registered first.
    MfaEnrolmentRequired,
    /// 50097: the device has to prove itself.
    DeviceAuthentication,
    /// 50105: the app is for assigned users only.
    AssignmentRequired,
    /// 50126: wrong user name or password.
    WrongPassword,
    /// 50131: a policy blocks the sign-in.
    BlockedByPolicy,
    /// 50132: the session was revoked.
    SessionRevoked,
    /// 50133: the session has run out.
    SessionExpired,
    /// 50134: the device code went to another data centre.
    WrongDataCenter,
    /// 50144: the password on premises has run out.
    PasswordExpiredOnPremises,
    /// 50158: another provider wants to be asked.
    ExternalChallenge,
    /// 50173: refresh tokens were revoked, or the password changed.
    GrantRevoked,
    /// 50194: an app of one tenant was used under common.
    SingleTenant,
    /// 50196: the client asks over and over.
    ClientLoop,
    /// 51004: the account was deleted.
    UnknownUserAccount,
    /// 53000: a managed device is needed.
    DeviceNotCompliant,
    /// 53001: a joined device is needed.
    DeviceNotJoined,
    /// 53002: an approved app is needed.
    AppNotApproved,
    /// 53003: Conditional Access blocks the sign-in.
    BlockedByConditionalAccess,
    /// 54005: the code was redeemed before.
    CodeRedeemed,
    /// 65001: no consent.
    ConsentRequired,
    /// 65002: a borrowed client id of Microsoft's own.
    FirstPartyPreauthorization,
    /// 65004: the person said no.
    ConsentDeclined,
    /// 65005: a permission of the app is misconfigured.
    MisconfiguredApplication,
    /// 65006: a permission id of the registration does not exist.
    InvalidPermission,
    /// 70000: the code or refresh token is not valid.
    RefreshTokenInvalid,
    /// 70001: the app is disabled, or missing.
    AppDisabled,
    /// 70003: the grant type is unknown.
    UnsupportedGrant,
    /// 70004: the redirect address is invalid.
    RedirectInvalid,
    /// 70008: the code has run out.
    CodeExpired,
    /// 70011: the scope is wrong.
    ScopeInvalid,
    /// 70016: nobody has entered the code yet.
    AuthorizationPending,
    /// 70017: the person cancelled.
    AuthorizationDeclined,
    /// 70018: the code is unknown.
    BadVerificationCode,
    /// 70019: the user code has run out.
    VerificationCodeExpired,
    /// 70020: the device code has run out.
    DeviceCodeExpired,
    /// 70043: the sign-in is too long ago.
    SignInFrequency,
    /// 80001: pass-through authentication has no agent.
    PassThroughUnavailable,
    /// 90002: the tenant does not exist.
    TenantNotFound,
    /// 90033: trouble of the server's own.
    Transient,
    /// 90038: the tenant lives in another cloud.
    NationalCloud,
    /// 900382: a confidential client asks across clouds.
    CrossCloud,
    /// 900432: a confidential client asks across clouds, for a user of another one.
    CrossCloudUser,
    /// 90055: the tenant is throttled.
    TenantThrottled,
    /// 90072: the guest is not invited.
    GuestMissing,
    /// 90094: only an administrator may consent.
    AdminConsentRequired,
    /// 90095: consent has been asked for.
    AdminConsentRequested,
    /// 90124: the resource is for work accounts only.
    WrongAudience,
    /// 90130: the app is for work accounts only.
    AudienceMismatch,
    /// 500011: the resource does not exist in the tenant.
    ResourceNotFound,
    /// 500021: tenant restrictions.
    TenantRestrictions,
    /// 500022: tenant restrictions of a proxy.
    TenantRestrictionsDevice,
    /// 500112: the code was asked for with another redirect address.
    ReplyAddressChanged,
    /// 500113: no redirect address is registered.
    NoReplyAddress,
    /// 500208: a personal account at an app for work accounts.
    PersonalAccountNotAllowed,
    /// 500212: outbound cross-tenant policy.
    CrossTenantOutbound,
    /// 500213: inbound cross-tenant policy.
    CrossTenantInbound,
    /// 501481: PKCE failed.
    VerifierMismatch,
    /// 530032: a security policy blocks the sign-in.
    BlockedBySecurityPolicy,
    /// 530035: security defaults block the sign-in.
    SecurityDefaults,
    /// 650052: the organisation has no Exchange Online.
    ResourceNotSubscribed,
    /// 650056: no permission is declared.
    ConsentMisconfigured,
    /// 650057: the resource is not among the declared permissions.
    PermissionNotDeclared,
    /// 700016: the app does not exist in the tenant.
    ApplicationNotFound,
    /// 700022: scopes of two resources.
    TwoResources,
    /// 700024: the assertion has run out, or is of the future.
    AssertionExpired,
    /// 700025: a public client sent a secret.
    PublicClientWithSecret,
    /// 700027: the assertion's key is not registered.
    CertificateNotRegistered,
    /// 700030: the certificate is not accepted.
    CertificateInvalid,
    /// 700054: another response type than code.
    ResponseTypeUnsupported,
    /// 700082: the refresh token was not used for 90 days.
    RefreshTokenInactive,
    /// 700084: a refresh token of a single-page app is older than 24 hours.
    SpaRefreshTokenExpired,
    /// 700211: no federated credential for the issuer.
    FederatedIssuer,
    /// 700212: no federated credential for the audience.
    FederatedAudience,
    /// 700213: no federated credential for the subject.
    FederatedSubject,
    /// 900144: a parameter is missing.
    ParameterMissing,
    /// 900971: no redirect address.
    RedirectMissing,
    /// 901002: resource instead of scope.
    ResourceParameter,
    /// 1002012: client credentials with another scope than .default.
    DefaultScopeOnly,
    /// 7000112: the enterprise application is disabled.
    ServicePrincipalDisabled,
    /// 7000215: the secret is wrong.
    WrongSecret,
    /// 7000216: client credentials without a credential.
    AppOnlyWithoutCredential,
    /// 7000218: public flows are off, or the redirect address is of the Web platform.
    CredentialMissing,
    /// 7000222: the secret has run out.
    SecretExpired,
    /// 9001023: the password grant under common.
    PasswordGrantAtCommon,
    /// 9002313: the request cannot be read.
    MalformedRequest,
    /// 9002326: an Origin header without the SPA platform.
    CrossOriginOnlyForSpa,
    /// 9002327: an SPA redirect address redeemed without an Origin header.
    SpaNeedsCrossOrigin,
    /// 9002331: an app for personal accounts under another authority.
    PersonalAppElsewhere,
    /// 9002332: an app for work accounts under consumers.
    WorkAppAtConsumers,
}

/// What belongs to a number.
pub(super) struct Row {
    pub(super) code: u32,
    pub(super) error: &'static str,
    pub(super) suberror: Option<&'static str>,
    pub(super) text: &'static str,
    pub(super) page: bool,
}

impl Aadsts {
    /// All of them, by number.
    pub const ALL: &'static [Self] = all::ALL;

    /// The number.
    #[must_use]
    pub fn code(self) -> u32 {
        table::row(self).code
    }

    /// The OAuth error that programs act on.
    #[must_use]
    pub fn error(self) -> &'static str {
        table::row(self).error
    }

    /// Entra's finer error, where it sends one.
    #[must_use]
    pub fn suberror(self) -> Option<&'static str> {
        table::row(self).suberror
    }

    /// The text after the number, as far as it does not name the app or the user.
    #[must_use]
    pub fn text(self) -> &'static str {
        table::row(self).text
    }

    /// Whether it is shown to the person on a page, and never told to the program.
    #[must_use]
    pub fn is_page(self) -> bool {
        table::row(self).page
    }
}
