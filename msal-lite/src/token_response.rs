//! A successful answer of the token endpoint.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Application, Error, Response, Scopes, Secret, Timestamp, json};

/// What the token endpoint gave (RFC 6749 section 5.1 with Entra's additions).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token, if a new one was given. It replaces the old one.
    pub refresh_token: Option<Secret>,
    /// The id token, if one was given.
    pub id_token: Option<Secret>,
    /// `client_info`, which names the account across tenants.
    pub client_info: Option<String>,
    /// `scope`: what was granted; what was asked for if nothing is said.
    pub scopes: Scopes,
    /// When the access token ends.
    pub expires_on: Timestamp,
    /// Until when it may be used if the provider is out of order.
    pub extended_expires_on: Option<Timestamp>,
    /// When it should be renewed.
    pub refresh_on: Option<Timestamp>,
    /// `foci`: the family that shares refresh tokens.
    pub family_id: Option<String>,
    /// Who was to sign in, as the program said and not the provider: the account goes by this name where the provider
    /// does not tell whose the tokens are.
    pub login_hint: Option<String>,
}

/// The life of an access token that is given without one. Short, because an expired token must not be
/// handed out.
const LIFE_IF_UNKNOWN: u64 = 600;

/// The longest life believed: Entra's longest is 28 hours.
const LONGEST_LIFE: u64 = 10 * 366 * 86_400;

impl TokenResponse {
    /// Reads an answer to a token request for `requested`, in which `secrets` were sent.
    pub(crate) fn parse(
        response: &Response,
        app: &Application,
        requested: &Scopes,
        secrets: &[&str],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut object = json::success(response, &app.limits(), secrets, now)?;
        let object = &mut object.0;
        let malformed = |what: &str| Error::Malformed { status: response.status(), what: what.to_owned() };
        let access_token =
            secret(object, "access_token").ok_or_else(|| malformed("no access token in it"))?;
        // All octets are looked at, which takes less time than to stop at the first.
        if !access_token.expose().bytes().fold(true, |so_far, octet| so_far & octet.is_ascii_graphic()) {
            return Err(malformed("the access token holds a blank, a control or a character beyond ASCII"));
        }
        if json::text(object, "token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err(malformed("the token is not a bearer token"));
        }
        let (refresh_token, id_token) = (secret(object, "refresh_token"), secret(object, "id_token"));
        let seconds = |key: &str| object.get(key).and_then(json::number).map(|count| count.min(LONGEST_LIFE));
        let point = |count: u64| now + Duration::from_secs(count);
        let granted = Scopes::lenient(json::text(object, "scope").unwrap_or_default());
        Ok(Self {
            access_token,
            refresh_token,
            id_token,
            client_info: json::text(object, "client_info").map(str::to_owned),
            scopes: if granted.is_empty() { requested.clone() } else { granted },
            expires_on: point(seconds("expires_in").unwrap_or(LIFE_IF_UNKNOWN)),
            extended_expires_on: seconds("ext_expires_in").map(point),
            refresh_on: seconds("refresh_in").map(point),
            family_id: json::text(object, "foci").map(str::to_owned),
            login_hint: None,
        })
    }
}

/// Taken out and not copied, so that it is in one place.
fn secret(object: &mut Map<String, Value>, key: &str) -> Option<Secret> {
    match object.get_mut(key)? {
        Value::String(text) if !text.is_empty() => Some(Secret::new(std::mem::take(text))),
        _ => None,
    }
}
