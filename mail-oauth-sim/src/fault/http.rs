use std::time::Duration;

/// One of the identity endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `/oauth2/v2.0/authorize`.
    Authorize,
    /// `/oauth2/v2.0/token`.
    Token,
    /// `/oauth2/v2.0/devicecode`.
    DeviceCode,
    /// `/v2.0/.well-known/openid-configuration`.
    Metadata,
    /// `/common/discovery/instance`.
    Instance,
    /// `/common/userrealm/{upn}`.
    UserRealm,
}

/// What an identity endpoint answers in place of, or does to, its own answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpFault {
    /// 503 with an Entra error body (`temporarily_unavailable`, AADSTS90033), and `Retry-After` in seconds if given.
    Unavailable {
        /// What `Retry-After` says, rounded down to seconds.
        retry_after: Option<Duration>,
    },
    /// 429 with the plain text `Too Many Requests`, and `Retry-After` in seconds if given.
    TooManyRequests {
        /// What `Retry-After` says, rounded down to seconds.
        retry_after: Option<Duration>,
    },
    /// As [`TooManyRequests`](Self::TooManyRequests), with `Retry-After` as a date this far ahead in the tenant's time.
    TooManyRequestsUntil {
        /// How far ahead, rounded down to seconds.
        ahead: Duration,
    },
    /// 502 with an HTML page, as a proxy or a load balancer sends it.
    Html,
    /// This status without a body.
    Status(u16),
    /// 200 with an HTML page, as a captive portal sends it.
    HtmlUnder200,
    /// Half of the body, then the end of the connection; `Content-Length` is that of the whole.
    Truncated,
    /// The answer comes late, in real time.
    Slow(Duration),
    /// The body begins with a byte order mark.
    Bom,
    /// `expires_in` and `ext_expires_in` are strings.
    StringExpiresIn,
    /// An error comes under 200.
    ErrorUnder200,
    /// 302 to this address.
    Redirect(String),
    /// A body of this many octets, all blanks.
    Blanks(usize),
    /// An error in the plain form of OAuth (RFC 6749 section 5.2), as other providers send it.
    OauthError {
        /// The HTTP status.
        status: u16,
        /// `error`.
        error: String,
        /// `error_description`.
        description: String,
    },
    /// The `Date` header is this far ahead of the tenant's time, as to a client whose clock is slow.
    DateAhead(Duration),
    /// The `Date` header is this far behind the tenant's time, as to a client whose clock is fast.
    DateBehind(Duration),
    /// The token answer has no `refresh_token`.
    NoRefreshToken,
    /// The token answer's `scope` has lost the resource's name.
    ShortScope,
}

impl HttpFault {
    /// Whether the endpoint's own answer is made and then changed, and not replaced.
    pub(crate) fn changes_own_answer(&self) -> bool {
        matches!(
            self,
            Self::Truncated
                | Self::Slow(_)
                | Self::Bom
                | Self::StringExpiresIn
                | Self::ErrorUnder200
                | Self::DateAhead(_)
                | Self::DateBehind(_)
                | Self::NoRefreshToken
                | Self::ShortScope
        )
    }
}
