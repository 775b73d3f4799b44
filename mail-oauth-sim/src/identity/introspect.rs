use hyper::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::request::Request;
use crate::random::Fingerprint;
use crate::state::{Introspection, State};
use crate::token::Claims;

/// `POST /{tenant}/oauth2/v2.0/introspect` (RFC 7662). Entra has no such endpoint: it is here so that real mail servers
/// (Dovecot: `introspection_mode = post`) can take this tenant's tokens. A token for another resource than Exchange is
/// inactive to them, so that a wrong audience fails there as it does at the tenant's own mail servers.
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    let allowed = match &state.settings.introspection {
        Introspection::Closed => false,
        Introspection::Open => true,
        Introspection::Secret(expected) => {
            request.basic().is_some_and(|(_, given)| Fingerprint::of(&given) == *expected)
        }
    };
    if !allowed {
        return Answer::unauthorized();
    }
    let claims = Claims::check(
        request.form("token").unwrap_or_default(),
        &state.key,
        &state.directory,
        state.clock.now(),
    );
    match claims {
        Ok(claims) if claims.check_audience(state.directory.cloud()).is_ok() => Answer::json(
            StatusCode::OK,
            &json!({
                "active": true,
                "token_type": "Bearer",
                "username": claims.who(),
                "email": claims.who(),
                "scope": claims.permissions().join(" "),
                "client_id": claims.client_id,
                "aud": claims.audience,
                "iat": claims.issued,
                "exp": claims.expires,
                "sub": state.directory.object_id(claims.who()),
            }),
        ),
        _ => Answer::json(StatusCode::OK, &json!({ "active": false })),
    }
}
