//! What can be observed. A signal holds no secret.

use crate::error::TlsProblem;
use crate::server::Protocol;

/// One observation that causes are recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signal {
    /// An AADSTS number of the Microsoft identity platform.
    Aadsts(u64),
    /// OAuth's `error` and `suberror` (RFC 6749 section 5.2).
    OAuth {
        /// `error`.
        error: String,
        /// `suberror`, which Entra adds.
        suberror: Option<String>,
    },
    /// An SMTP reply.
    Smtp {
        /// The reply code.
        code: u16,
        /// The enhanced status code (RFC 2034), such as `5.7.139`.
        enhanced: Option<String>,
        /// The text.
        text: String,
    },
    /// A refusal or a last word in IMAP or POP3.
    Said {
        /// Who said it.
        protocol: Protocol,
        /// The text.
        text: String,
    },
    /// What the identity provider said for people: `error_description`, or the text of its page.
    Told(String),
    /// TLS could not be trusted.
    Tls(TlsProblem),
    /// Something that this library found out itself.
    Fact(Fact),
}

/// What this library finds out itself, or knows of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fact {
    // --- the account, as context for other signals
    /// The provider is Microsoft, for work or school.
    Microsoft,
    /// The provider is Microsoft, for personal accounts.
    Consumer,
    /// The provider is Google.
    Google,
    /// The provider is known, and neither Microsoft nor Google.
    OtherProvider,
    /// The application signs in as itself, without a person.
    AppOnly,
    /// A person signs in: the opposite of [`AppOnly`](Fact::AppOnly). Neither is set where it is not known.
    Delegated,
    /// The mailbox is that of the person in the token.
    OwnMailbox,
    /// The mailbox is another one than that of the person in the token: shared or delegated.
    OtherMailbox,
    /// The visible sender is another address than the person's.
    OtherSender,
    /// The failure was in IMAP.
    InImap,
    /// The failure was in POP3.
    InPop3,
    /// The failure was in SMTP.
    InSmtp,
    /// The refusal came in the device code flow: at its start or at a poll.
    InDeviceFlow,
    /// The refusal came when an authorization code was redeemed.
    InCodeExchange,
    /// The refusal came when a refresh token was used.
    InRefresh,
    /// The submission server is one of High Volume Email: `smtp.hve.mx.microsoft` or `smtp-hve.office365.com`.
    HighVolume,
    // --- settings
    /// The address has no domain, or is none.
    AddressUnusable,
    /// The provider's name is not known.
    ProviderUnknown,
    /// The domain's provider has no OAuth for mail, only passwords.
    ProviderPasswordOnly,
    /// The client id is a mail address, a placeholder, or not a GUID where it must be one.
    ClientIdForm,
    /// The client secret has the form of a GUID: the secret's id, not its value.
    SecretIsId,
    /// The client secret has another form than a GUID.
    SecretNotId,
    /// The client secret holds `%` before two hex digits, a blank, or a line end.
    SecretEncoded,
    /// The client id has the form that it must have.
    ClientIdRight,
    /// The client secret holds nothing that an encoder leaves behind.
    SecretPlain,
    /// A client secret is set.
    SecretSet,
    /// A scope names another resource than the mail servers'.
    ScopeOfOtherResource,
    /// Scopes of several resources are asked for together.
    ScopesMixed,
    /// Two accounts of one configuration have one name.
    NameTwice,
    /// The server's host is not the provider's.
    HostNotOfProvider,
    /// The server's host is the provider's.
    HostOfProvider,
    /// The domain's mail is elsewhere than the chosen provider.
    DomainElsewhere,
    /// The user name has the old form `user\shared`.
    OldSharedSyntax,
    /// Port and security do not fit, such as TLS at once on port 587.
    SecurityUnusual,
    // --- this machine
    /// The clock differs from the server's by more than five minutes.
    ClockOff,
    /// The clock was compared with a server's `Date` and agrees within five minutes.
    ClockRight,
    /// The token cache cannot be written.
    StoreUnwritable,
    /// The token cache cannot be read.
    StoreUnreadable,
    /// The token cache is damaged.
    StoreDamaged,
    /// The token cache, read again after a refresh was refused, holds another refresh token than the refused one.
    StoreChanged,
    /// Nobody has signed in yet.
    NobodySignedIn,
    /// The port for the browser's answer is taken.
    CallbackPortBusy,
    /// No browser came to the redirect address.
    NoCallback,
    // --- network
    /// The host name has no address.
    NameNotFound,
    /// An IPv6 address did not answer, an IPv4 address did.
    Ipv6Dead,
    /// Nothing listens at the port.
    PortClosed,
    /// No answer at the port.
    PortSilent,
    /// HTTPS to the identity provider works while the mail port does not.
    WebWorks,
    /// The identity provider cannot be reached while a mail port can.
    IdentityUnreachable,
    /// HTTP 407, or another sign of a proxy.
    ProxyAsked,
    /// HTTPS answers with a page that is not the identity provider's.
    ForeignPage,
    /// Nothing at all can be reached.
    NoNetwork,
    /// The connection broke in the middle.
    Broke,
    /// STARTTLS or STLS is not offered.
    NoStartTls,
    // --- capabilities and SASL
    /// Neither XOAUTH2 nor OAUTHBEARER is offered.
    NoOAuthOffered,
    /// The token goes in a step of its own, behind the server's go-ahead, and never on the AUTH line.
    TwoSteps,
    /// The server refused a token on the AUTH line, or closed upon it.
    InitialResponseRefused,
    /// The SASL message is longer than the server's line.
    TokenTooLong,
    /// The server called the SASL message malformed.
    SaslMalformed,
    /// The server refused the sign-in for good.
    SignInRefused,
    /// The server could not decide now.
    SignInTemporary,
    /// The server sent an error challenge.
    ErrorChallenge,
    /// The error challenge says that the token is not valid ([`ServerErrorKind::InvalidToken`]).
    ///
    /// [`ServerErrorKind::InvalidToken`]: sasl_xoauth2::ServerErrorKind::InvalidToken
    ChallengeToken,
    /// The error challenge says that the message is malformed (`ServerErrorKind::InvalidRequest`).
    ChallengeRequest,
    /// The error challenge says that the token's scope is not enough (`ServerErrorKind::InsufficientScope`).
    ChallengeScope,
    /// The error challenge says that the server is in trouble (`ServerErrorKind::ServerTrouble`).
    ChallengeTrouble,
    /// The server refused a token of the cache that had not ended, and took a fresh one.
    OldTokenRefused,
    /// A token is at the mail server, and it is good there: the refusal came after the sign-in.
    SignedIn,
    // --- identity provider
    /// The tenant is not known.
    TenantUnknown,
    /// The tenant is in another cloud than the endpoints.
    OtherCloud,
    /// The redirect address is not registered.
    RedirectUnregistered,
    /// A request without a secret was answered by a demand for one: a poll of the device flow or a refresh got
    /// AADSTS7000218.
    PublicClientOff,
    /// The identity provider throttles.
    IdentityThrottles,
    /// The identity provider is out of order.
    IdentityDown,
    /// The identity provider's answer is no JSON, or half of one.
    AnswerUnreadable,
    /// The refresh token is dead.
    RefreshTokenDead,
    /// The answer held no refresh token.
    NoRefreshToken,
    /// Another person signed in than the account says.
    OtherPerson,
    // --- what the token says
    /// The token cannot be looked into: it is opaque.
    TokenOpaque,
    /// There is no token to look into.
    TokenUnseen,
    /// `aud` is Microsoft Graph.
    AudienceGraph,
    /// `aud` is neither the mail servers' nor Graph.
    AudienceOther,
    /// `scp` lacks the protocol's permission.
    ScopeMissing,
    /// `roles` lacks the protocol's permission.
    RoleMissing,
    /// A token of an application, without roles.
    AppTokenWithoutRoles,
    /// `tid` is not the mailbox's tenant.
    ForeignTenant,
    /// `exp` is in the past.
    TokenExpired,
    /// `exp` is within ten minutes, and the token is fresh.
    TokenEndsSoon,
    /// `upn` differs from the name that signs in.
    UpnDiffers,
    /// SMTP's SASL user is the shared mailbox, not the person in the token.
    SmtpUserShared,
    /// `scp` or `roles` hold more than mail needs.
    MorePermissions,
    // --- mailbox and sending
    /// IMAP's "User is authenticated but not connected", or its like.
    NotConnected,
    /// The server throttles.
    Throttled,
    /// Too many connections at once.
    TooManyConnections,
    /// There is no such folder or maildrop.
    NoSuchMailbox,
    /// The sender was refused.
    SenderRefused,
    /// The recipient was refused.
    RecipientRefused,
    /// The message was refused after its last octet.
    MessageRefused,
    /// The same sign-in works in another protocol.
    WorksElsewhere,
    /// The server's largest message is smaller than 10 MiB.
    SizeSmall,
    // --- green, but
    /// The certificate ends within 60 days.
    CredentialEndsSoon,
    /// The refresh token was not used for more than 60 days.
    RefreshTokenOld,
    /// The tokens came by device code, which a tenant may block.
    DeviceCodeUsed,
}
