//! The provider's refusal: what to act on, and everything for a human.

use std::{fmt, time::Duration};

use serde_json::{Map, Value};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::{ErrorKind, json, text::escape_and_cut};

/// An error answer of a token or device endpoint (RFC 6749 section 5.2 with Entra's additions).
///
/// Texts are escaped and cut to [`Limits::text`](crate::Limits::text). A text that repeats a secret of the
/// request is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    status: u16,
    error: String,
    suberror: Option<String>,
    description: Option<String>,
    codes: Vec<u64>,
    timestamp: Option<String>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
    claims: Option<String>,
    error_uri: Option<String>,
    retry_after: Option<Duration>,
}

impl ServerError {
    pub(crate) fn parse(
        status: u16,
        object: &Map<String, Value>,
        retry_after: Option<Duration>,
        limit: usize,
        secrets: &[&str],
    ) -> Option<Self> {
        let error = json::text(object, "error").filter(|error| !error.is_empty())?;
        // A password of three letters is in many a word, and such a word tells nothing of it.
        let clean = |text: &str| !secrets.iter().any(|secret| secret.len() > 3 && repeats(text, secret));
        let raw = |key: &str| json::text(object, key).filter(|text| !text.is_empty() && clean(text));
        let value = |key: &str| raw(key).map(|text| escape_and_cut(text, limit));
        let description = raw("error_description").unwrap_or_default();
        let (sentence, tail) = split_tail(description);
        let mut codes: Vec<u64> = json::array(object, "error_codes").filter_map(json::number).collect();
        if codes.is_empty() {
            codes.extend(aadsts(description));
        }
        codes.truncate(16);
        let short = |text: &str| escape_and_cut(text, 80);
        let from_tail = |name: &str| after(tail, name).map(short);
        Some(Self {
            status,
            // A refusal is one even if its name must not be told.
            error: short(if is_error_name(error) || clean(error) { error } else { WITHHELD }),
            suberror: raw("suberror").map(short),
            description: Some(escape_and_cut(sentence, limit)).filter(|text| !text.is_empty()),
            codes,
            timestamp: value("timestamp").or_else(|| from_tail("Timestamp:")),
            trace_id: value("trace_id").or_else(|| from_tail("Trace ID:")),
            correlation_id: value("correlation_id").or_else(|| from_tail("Correlation ID:")),
            claims: value("claims"),
            error_uri: value("error_uri"),
            retry_after,
        })
    }

    /// What to do, from [`error`](Self::error) and [`suberror`](Self::suberror) alone.
    ///
    /// With one exception, which Entra leaves no other way to tell from a grant that has died: AADSTS50196,
    /// an `invalid_grant` by which it stops a client that asks too often. It is [`ErrorKind::Wait`].
    pub fn kind(&self) -> ErrorKind {
        if self.is_loop_breaker() {
            return ErrorKind::Wait;
        }
        match self.error.as_str() {
            "invalid_grant" | "interaction_required" | "login_required" | "consent_required" => {
                match self.suberror() {
                    // What the person is shown cannot be answered by the person.
                    Some("message_only" | "client_mismatch" | "protection_policy_required") => {
                        ErrorKind::FixConfiguration
                    }
                    _ => ErrorKind::SignInAgain,
                }
            }
            "authorization_declined" | "access_denied" => ErrorKind::Declined,
            "expired_token" | "code_expired" | "bad_verification_code" => ErrorKind::CodeExpired,
            "authorization_pending" | "slow_down" | "temporarily_unavailable" => ErrorKind::Wait,
            "server_error" => ErrorKind::ProviderDown,
            _ if self.status == 429 => ErrorKind::Wait,
            _ if self.status >= 500 => ErrorKind::ProviderDown,
            _ => ErrorKind::FixConfiguration,
        }
    }

    /// Whether it is Entra's word to a client that asks the same again and again. The grant is still good.
    pub(crate) fn is_loop_breaker(&self) -> bool {
        const LOOP: u64 = 50196;
        self.error == "invalid_grant" && self.suberror.is_none() && self.codes == [LOOP]
    }

    /// The same, said again after some of the wait.
    #[cfg(feature = "reqwest")]
    pub(crate) fn with_retry_after(&self, rest: Duration) -> Self {
        Self { retry_after: Some(rest), ..self.clone() }
    }

    /// HTTP status; some providers answer errors with 200. 0 for a refusal that the browser brought.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// `error`: the name to act on, such as `invalid_grant`.
    pub fn error(&self) -> &str {
        &self.error
    }

    /// `suberror`: what kind of `error`, such as `consent_required`.
    pub fn suberror(&self) -> Option<&str> {
        self.suberror.as_deref()
    }

    /// `error_description` without the ids at its end. In the language of the tenant, and subject to change.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// AADSTS numbers: for diagnosis, never for decisions.
    pub fn codes(&self) -> &[u64] {
        &self.codes
    }

    /// When it happened, in the provider's words.
    pub fn timestamp(&self) -> Option<&str> {
        self.timestamp.as_deref()
    }

    /// Trace ID: what the provider's support asks for.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// Correlation ID: what an administrator searches the sign-in log for.
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// `claims`: the challenge to hand back in an interactive sign-in.
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// `error_uri`: a page about the error.
    pub fn error_uri(&self) -> Option<&str> {
        self.error_uri.as_deref()
    }

    /// `Retry-After`, at most an hour.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the provider refused: {}", self.error)?;
        if let Some(suberror) = &self.suberror {
            write!(f, " ({suberror})")?;
        }
        if let Some(description) = &self.description {
            write!(f, ": {description}")?;
        }
        let ids =
            [("correlation id", &self.correlation_id), ("trace id", &self.trace_id), ("at", &self.timestamp)];
        for (name, value) in ids {
            if let Some(value) = value {
                write!(f, "; {name} {value}")?;
            }
        }
        Ok(())
    }
}

/// Whether a text holds the secret, as it is or as it was sent in the form.
fn repeats(text: &str, secret: &str) -> bool {
    let mut sent = Zeroizing::new(String::with_capacity(3 * secret.len()));
    sent.extend(form_urlencoded::byte_serialize(secret.as_bytes()));
    text.contains(secret) || text.contains(sent.as_str())
}

/// For a name that repeats a secret of the request.
const WITHHELD: &str = "withheld";

/// The names that are acted on are the protocol's, even if somebody's password is one of them.
fn is_error_name(error: &str) -> bool {
    matches!(error, "invalid_grant" | "invalid_client" | "invalid_request" | "interaction_required")
}

/// The sentence, and the ids that Entra appends to it with blanks or, until 2023, with line ends.
fn split_tail(description: &str) -> (&str, &str) {
    let at = description.find("Trace ID:").unwrap_or(description.len());
    let (sentence, tail) = description.split_at_checked(at).unwrap_or((description, ""));
    (sentence.trim_end(), tail)
}

/// The words behind a name, up to the next name or the end.
fn after<'t>(tail: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tail.split_once(name)?;
    let end = ["Trace ID:", "Correlation ID:", "Timestamp:", "\r", "\n"]
        .iter()
        .filter_map(|stop| rest.find(stop))
        .min()
        .unwrap_or(rest.len());
    rest.get(..end).map(str::trim).filter(|value| !value.is_empty())
}

/// Numbers behind `AADSTS` in a text.
fn aadsts(text: &str) -> impl Iterator<Item = u64> {
    text.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    })
}
