use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::aadsts::Refusal;
use super::answer::Answer;
use super::request::Request;
use super::scope::Scopes;
use crate::state::State;
use crate::token::Claims;
use crate::{App, random};

/// The token answer (RFC 6749 section 5.1) for a user who has signed in, after the last checks.
pub(super) fn answer(
    request: &Request,
    app: &App,
    upn: &str,
    scopes: &Scopes,
    state: &State,
) -> Result<Answer, Refusal> {
    let user = state.directory.user(upn).ok_or_else(Refusal::refresh_token_invalid)?;
    if user.disabled || state.faults.user_disabled(upn) {
        return Err(Refusal::user_disabled());
    }
    scopes.check_consent(app)?;

    let now = state.clock.now();
    let lifetime = state.settings.token_lifetime.as_secs();
    let claims = Claims {
        audience: scopes.audience.clone(),
        scopes: scopes.permissions.clone(),
        upn: user.upn.clone(),
        client_id: app.client_id.clone(),
        tenant_id: state.directory.tenant_id().to_owned(),
        issued: now,
        expires: now.saturating_add(lifetime),
    };
    let access_token = claims.sign(&state.key, &state.directory).ok_or_else(Refusal::transient)?;
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes.granted(),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": access_token,
    });
    let Some(fields) = body.as_object_mut() else { return Err(Refusal::transient()) };
    if scopes.offline_access {
        let token = state.refresh_tokens.issue(&user.upn, &app.client_id, now);
        fields.insert("refresh_token".into(), token.into());
    }
    if scopes.openid {
        let token = state.key.sign(&id_claims(request, &claims, state)).ok_or_else(Refusal::transient)?;
        fields.insert("id_token".into(), token.into());
    }
    if request.form("client_info") == Some("1") {
        let info =
            json!({ "uid": state.directory.object_id(&user.upn), "utid": state.directory.tenant_id() });
        fields.insert("client_info".into(), URL_SAFE_NO_PAD.encode(info.to_string()).into());
    }
    Ok(Answer::json(StatusCode::OK, &body))
}

/// The claims of a version 2 ID token (OpenID Connect Core section 2).
fn id_claims(request: &Request, claims: &Claims, state: &State) -> Value {
    let oid = state.directory.object_id(&claims.upn);
    json!({
        "aud": claims.client_id,
        "iss": format!("{}/{}/v2.0", request.base_url(), claims.tenant_id),
        "iat": claims.issued, "nbf": claims.issued, "exp": claims.expires,
        "name": claims.upn.split('@').next().unwrap_or_default(),
        "oid": oid,
        "preferred_username": claims.upn,
        "rh": format!("1.{}", random::text(48)),
        "sub": random::guid_of(&[oid.as_bytes(), claims.client_id.as_bytes()]),
        "tid": claims.tenant_id,
        "uti": random::text(16),
        "ver": "2.0",
    })
}
