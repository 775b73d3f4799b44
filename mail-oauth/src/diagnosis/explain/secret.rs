//! The tokens and secrets in a line: what they are, and what they say about themselves.

use msal_lite::{Timestamp, TokenInspection};
use sasl_xoauth2::{Credentials, Exchange, Mechanism, ServerErrorKind};

use super::redact::{self, Vocabulary};
use super::{base64, token};
use crate::diagnosis::signal::Fact;

/// What stands in a line; the texts hold no secret.
pub(super) enum Found {
    /// A JWT, its claims and what they mean.
    Jwt(Box<TokenInspection>, Vec<Fact>, String),
    /// A SASL message, and the same of the token in it where that is a JWT.
    Message(Option<(Box<TokenInspection>, Vec<Fact>)>, String),
    /// A server's error challenge.
    Challenge(Vec<Fact>, String),
    /// A secret, or what may be one.
    Secret(String),
}

/// A shorter word is no token.
const SHORTEST_TOKEN: usize = 16;
/// How opaque tokens begin: refresh tokens of Entra, of personal accounts and of Google, access tokens of both.
const OPAQUE: [&str; 8] = ["0.A", "1.A", "M.C", "M.R", "1//0", "ya29.", "EwA", "EwB"];

/// All of them in a line.
pub(super) fn find(line: &str, vocabulary: &Vocabulary, now: Timestamp) -> Vec<Found> {
    let mut found = Vec::new();
    let mut key = None;
    for word in line.split(|c| !redact::in_word(c)).filter(|word| !word.is_empty()) {
        let seen = whole(word, vocabulary, now).or_else(|| {
            let key: &str = key.filter(|_| word.len() >= 6)?;
            Some(Found::Secret(format!("{} ({} characters)", key.to_ascii_lowercase(), word.len())))
        });
        found.extend(seen);
        key = redact::is_key(word).then_some(word);
    }
    found
}

fn whole(word: &str, vocabulary: &Vocabulary, now: Timestamp) -> Option<Found> {
    if word.len() < SHORTEST_TOKEN {
        return None;
    }
    let length = word.len();
    if word.starts_with("eyJ") && word.contains('.') {
        return Some(match token::inspect(word, now) {
            Some((inspection, facts)) => {
                let text = claims(&inspection, vocabulary);
                Found::Jwt(Box::new(inspection), facts, text)
            }
            None => Found::Secret(format!("token, encrypted or cut ({length} characters)")),
        });
    }
    if length >= 40 && OPAQUE.iter().any(|start| word.starts_with(start)) {
        return Some(Found::Secret(format!("opaque token ({length} characters)")));
    }
    let decoded = base64::decode(word)?;
    if decoded.starts_with(b"{") {
        return challenge(&decoded);
    }
    let message = std::str::from_utf8(&decoded).ok()?;
    message_inside(message, vocabulary, now)
}

/// `user=U^Aauth=Bearer T^A^A` and `n,a=U,^A...^Aauth=Bearer T^A^A`.
fn message_inside(message: &str, vocabulary: &Vocabulary, now: Timestamp) -> Option<Found> {
    let (before, rest) = message.split_once("auth=Bearer ")?;
    let bearer = rest.split('\u{1}').next().unwrap_or_default();
    let user = before
        .split(['\u{1}', ','])
        .find_map(|part| part.strip_prefix("user=").or_else(|| part.strip_prefix("a=")));
    let user = vocabulary.show(user.unwrap_or_default());
    let inside = token::inspect(bearer, now).map(|(inspection, facts)| (Box::new(inspection), facts));
    let kind = if inside.is_some() { "a JWT" } else { "an opaque token" };
    Some(Found::Message(inside, format!("sign-in of {user} with {kind} ({} characters)", bearer.len())))
}

fn challenge(decoded: &[u8]) -> Option<Found> {
    let credentials = Credentials::new("user@example.com", "token").ok()?;
    let mut exchange = Exchange::new(Mechanism::XOAuth2, credentials);
    exchange.initial_response(&mut Vec::new()).ok()?;
    exchange.respond(decoded, &mut Vec::new()).ok()?;
    let error = exchange.into_server_error()?;
    error.status()?;
    let fact = match error.kind() {
        ServerErrorKind::InvalidRequest => Some(Fact::ChallengeRequest),
        ServerErrorKind::InvalidToken => Some(Fact::ChallengeToken),
        ServerErrorKind::InsufficientScope => Some(Fact::ChallengeScope),
        ServerErrorKind::ServerTrouble => Some(Fact::ChallengeTrouble),
        _ => None,
    };
    Some(Found::Challenge([Fact::ErrorChallenge].into_iter().chain(fact).collect(), error.to_string()))
}

/// `aud https://outlook.office.com, scp IMAP.AccessAsUser.All, user adele@contoso.com`.
fn claims(token: &TokenInspection, vocabulary: &Vocabulary) -> String {
    let list = |items: &[String]| Some(items.join(" ")).filter(|list| !list.is_empty());
    let parts = [
        ("aud", token.audience.clone()),
        ("scp", list(&token.scopes)),
        ("roles", list(&token.roles)),
        ("tid", token.tenant.clone()),
        ("user", token.user.clone()),
        ("exp", token.expires_on.map(|end| end.as_unix().to_string())),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name} {}", vocabulary.show(&value))))
        .collect();
    said.join(", ")
}
