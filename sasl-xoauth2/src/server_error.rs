//! The reason that a server gives in its error challenge.

use alloc::{string::String, string::ToString, vec::Vec};
use core::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use crate::Limits;

/// A refusal in the server's words (RFC 7628 section 3.2.2), for humans. Decide by the final reply of the
/// protocol and by [`kind`](ServerError::kind), which tells a bad token from a server in trouble (Dovecot
/// 2.4 makes that difference here and nowhere else).
///
/// Every value is escaped and cut to [`Limits::text`] characters. A value that repeats the token is left
/// out (for tokens of 16 characters and more: a shorter one is a word of a test, such as `token`).
///
/// ```
/// use sasl_xoauth2::{Credentials, Exchange, Mechanism, ServerErrorKind};
///
/// # fn main() -> Result<(), sasl_xoauth2::Error> {
/// let mut exchange = Exchange::new(Mechanism::OAuthBearer, Credentials::new("user@example.com", "token")?);
/// exchange.initial_response(&mut Vec::new())?;
/// let mut answer = Vec::new();
/// exchange.respond(br#"{"status":"invalid_token","scope":"mail"}"#, &mut answer)?;
/// assert_eq!(answer, b"\x01");
/// let error = exchange.into_server_error().expect("the server gave a reason");
/// assert_eq!(error.kind(), ServerErrorKind::InvalidToken);
/// assert_eq!(error.to_string(), "status invalid_token, scope mail");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    status: Option<String>,
    schemes: Option<String>,
    scope: Option<String>,
    openid_configuration: Option<String>,
    text: Option<String>,
}

/// What a refusal amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerErrorKind {
    /// `invalid_request` or 400: the server did not understand the message.
    InvalidRequest,
    /// `invalid_token` or 401: expired, revoked, for another audience or another user.
    InvalidToken,
    /// `insufficient_scope` or 403.
    InsufficientScope,
    /// `internal_failure`, `temporarily_unavailable` or 5xx: the token may be good; try later.
    ServerTrouble,
    /// Anything else, or no status at all.
    Other,
}

/// A token shorter than this is not looked for in what the server says.
const SHORTEST_SECRET: usize = 16;

impl ServerError {
    pub(crate) fn parse(challenge: &[u8], limits: &Limits, token: &str) -> Self {
        let token = if token.len() < SHORTEST_SECRET { "" } else { token };
        let repeats = |text: &[u8]| !token.is_empty() && contains(text, token.as_bytes());
        let keep = |text: &str| (!repeats(text.as_bytes())).then(|| escape_and_cut(text, limits.text));
        let object = if challenge.len() <= limits.challenge {
            serde_json::from_slice::<Value>(challenge.trim_ascii()).ok()
        } else {
            None
        };
        let Some(Value::Object(object)) = object else {
            let head = challenge.get(..limits.challenge).unwrap_or(challenge);
            let text = String::from_utf8_lossy(head);
            let text = if text.is_empty() || repeats(challenge) { None } else { keep(&text) };
            return Self { text, ..Self::default() };
        };
        // `schemes` is a string by RFC 7628; a number as status is seen too.
        let value = |key: &str| match object.get(key)? {
            Value::String(text) => keep(text),
            Value::Number(number) => keep(&number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        Self {
            status: value("status"),
            schemes: value("schemes"),
            scope: value("scope"),
            openid_configuration: value("openid-configuration"),
            text: None,
        }
    }

    /// What it amounts to, by [`status`](Self::status).
    pub fn kind(&self) -> ServerErrorKind {
        match self.status().unwrap_or_default() {
            "invalid_request" | "400" => ServerErrorKind::InvalidRequest,
            "invalid_token" | "401" => ServerErrorKind::InvalidToken,
            "insufficient_scope" | "403" => ServerErrorKind::InsufficientScope,
            "internal_failure" | "temporarily_unavailable" => ServerErrorKind::ServerTrouble,
            status if status.len() == 3 && status.starts_with('5') => ServerErrorKind::ServerTrouble,
            _ => ServerErrorKind::Other,
        }
    }

    /// `status`: an HTTP code (XOAUTH2) or an error name (OAUTHBEARER).
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// `schemes`: what kinds of token the server takes, such as `bearer`.
    pub fn schemes(&self) -> Option<&str> {
        self.schemes.as_deref()
    }

    /// `scope`: the scope that the token should have.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// `openid-configuration`: where the server's token issuer describes itself. Data from an
    /// unauthenticated field: show it, do not follow it blindly.
    pub fn openid_configuration(&self) -> Option<&str> {
        self.openid_configuration.as_deref()
    }

    /// The challenge itself, where it was not a JSON object or was too long.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("status ", self.status()),
            ("schemes ", self.schemes()),
            ("scope ", self.scope()),
            ("openid-configuration ", self.openid_configuration()),
            ("", self.text()),
        ];
        let mut separator = "";
        for (name, value) in parts {
            if let Some(value) = value {
                write!(f, "{separator}{name}{value}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() { f.write_str("no reason given") } else { Ok(()) }
    }
}

/// Whether a challenge is meant as a refusal even though no token was sent.
pub(crate) fn is_json_object(challenge: &[u8]) -> bool {
    challenge.trim_ascii_start().starts_with(b"{")
}

/// The challenge behind base64, padded or not; `None` if it is not base64 or decodes to more than the limit.
pub(crate) fn decode_base64(challenge: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let challenge = challenge.trim_ascii();
    if challenge.len() / 4 * 3 > limits.challenge {
        return None;
    }
    LENIENT.decode(challenge).ok()
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

fn escape_and_cut(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            kept.push_str("...");
            break;
        }
        // Line ends of Unicode, and what turns the order of a line around.
        if c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            kept.extend(c.escape_unicode());
        } else {
            kept.push(c);
        }
    }
    kept
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
