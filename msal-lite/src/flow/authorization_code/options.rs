//! What a sign-in page can be told.

use url::form_urlencoded::Serializer;

use crate::Error;

/// What a program may ask of the sign-in page. All of it is optional.
///
/// ```
/// use msal_lite::AuthorizationOptions;
///
/// let options = AuthorizationOptions::new().with_login_hint("user@contoso.com").with_prompt("select_account");
/// assert!(options.with_parameter("state", "mine").is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorizationOptions {
    login_hint: Option<String>,
    prompt: Option<String>,
    domain_hint: Option<String>,
    claims: Option<String>,
    response_mode: Option<ResponseMode>,
    more: Vec<(String, String)>,
}

/// How the browser brings the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseMode {
    /// In the body of a POST (OAuth 2.0 Form Post Response Mode), which leaves no code in the browser's
    /// history. The default with Entra.
    FormPost,
    /// In the address. The default of every other provider, which need not know another.
    Query,
}

/// Parameters that the flow itself sets.
const OWN: [&str; 15] = [
    "client_id",
    "client_secret",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "client_info",
    "response_mode",
    "login_hint",
    "prompt",
    "domain_hint",
    "claims",
];

impl AuthorizationOptions {
    /// Nothing special.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who is to sign in, so that the name need not be typed. With a provider that does not tell who signed in, the
    /// account goes by this name; without it, all who sign in there are one account in the cache.
    #[must_use]
    pub fn with_login_hint(mut self, user: &str) -> Self {
        self.login_hint = Some(user.to_owned());
        self
    }

    /// `login`, `select_account`, `consent` or `none` (OpenID Connect Core section 3.1.2.1). Replaces the
    /// provider's own, such as Google's `consent`.
    #[must_use]
    pub fn with_prompt(mut self, prompt: &str) -> Self {
        self.prompt = Some(prompt.to_owned());
        self
    }

    /// The tenant's domain, `organizations` or `consumers`: skips Entra's question of what kind of account
    /// it is.
    #[must_use]
    pub fn with_domain_hint(mut self, domain: &str) -> Self {
        self.domain_hint = Some(domain.to_owned());
        self
    }

    /// A claims challenge (JSON), as [`ServerError::claims`](crate::ServerError::claims) gave it.
    #[must_use]
    pub fn with_claims(mut self, claims: &str) -> Self {
        self.claims = Some(claims.to_owned());
        self
    }

    /// How the answer is brought.
    #[must_use]
    pub fn with_response_mode(mut self, mode: ResponseMode) -> Self {
        self.response_mode = Some(mode);
        self
    }

    /// Any other parameter that a provider wants, such as `resource` (RFC 8707).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for one that the flow sets itself.
    pub fn with_parameter(mut self, name: &str, value: &str) -> Result<Self, Error> {
        if name.is_empty() || OWN.contains(&name) {
            return Err(Error::invalid("parameter", "it is empty, or the flow itself sets it"));
        }
        self.more.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    pub(super) fn login_hint(&self) -> Option<&str> {
        self.login_hint.as_deref()
    }

    /// Whether `name` is set here, so that a provider's own value gives way.
    pub(super) fn sets(&self, name: &str) -> bool {
        (name == "prompt" && self.prompt.is_some()) || self.more.iter().any(|(one, _)| one == name)
    }

    pub(super) fn append_to(&self, query: &mut Serializer<'_, String>, entra: bool) {
        let mode = match self.response_mode {
            Some(ResponseMode::FormPost) => Some("form_post"),
            Some(ResponseMode::Query) => Some("query"),
            None => entra.then_some("form_post"),
        };
        let named = [
            ("response_mode", mode),
            ("login_hint", self.login_hint.as_deref()),
            ("prompt", self.prompt.as_deref()),
            ("domain_hint", self.domain_hint.as_deref()),
            ("claims", self.claims.as_deref()),
        ];
        query.extend_pairs(named.into_iter().filter_map(|(name, value)| Some((name, value?))));
        query.extend_pairs(&self.more);
    }
}
