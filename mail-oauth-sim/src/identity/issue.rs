use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use super::grantee::Grantee;
use super::policy;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::model::Kind;
use crate::state::State;
use crate::token::{Claims, Subject};
use crate::{Aadsts, App, IssueFault, random};

/// From this life on an answer says when to refresh early, in seconds.
const LONG_LIVED: u64 = 7_200;

/// The token answer (RFC 6749 section 5.1) for a user who has signed in, after the last checks.
pub(super) fn answer(
    request: &Request,
    app: &App,
    grantee: &Grantee,
    scopes: &Scopes,
    nonce: Option<&str>,
    state: &State,
) -> Result<Answer, Refusal> {
    let user = state.directory.user(&grantee.upn).ok_or(Aadsts::RefreshTokenInvalid)?;
    policy::check_account(user, app, state)?;
    policy::check_consent(user, app, scopes, state)?;

    let now = state.clock.now();
    let lifetime = state.settings.token_lifetime.as_secs();
    let mut claims = Claims {
        audience: scopes.audience.clone(),
        subject: Subject::User {
            upn: user.upn.clone(),
            scopes: scopes.permissions.clone(),
            guest: user.kind == Kind::Guest,
            mfa: grantee.mfa,
        },
        client_id: app.client_id.clone(),
        tenant_id: state.directory.tenant_of(&user.upn).to_owned(),
        issued: now,
        expires: now.saturating_add(lifetime),
    };
    let fault = state.faults.issue();
    let lifetime = spoil(&mut claims, fault, lifetime, state);
    let access_token = match user.kind {
        Kind::Personal => claims.seal(&state.key, &state.random),
        _ if fault == Some(IssueFault::Opaque) => claims.seal(&state.key, &state.random),
        _ => claims.sign(&state.key, &state.directory, &state.random),
    };
    let access_token = access_token.ok_or(Aadsts::Transient)?;
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes.granted(),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": access_token,
    });
    let Some(fields) = body.as_object_mut() else { return Err(Aadsts::Transient.into()) };
    if lifetime >= LONG_LIVED {
        fields.insert("refresh_in".into(), (lifetime / 2).into());
    }
    if scopes.offline_access {
        let token = state.refresh_tokens.issue(grantee, &app.client_id, now, &state.random);
        fields.insert("refresh_token".into(), token.into());
    }
    if scopes.openid {
        let claims = id_claims(request, &claims, &user.upn, nonce, state);
        fields.insert("id_token".into(), state.key.sign(&claims).ok_or(Aadsts::Transient)?.into());
    }
    if request.form("client_info") == Some("1") {
        fields.insert("client_info".into(), client_info(&user.upn, state).into());
    }
    Ok(Answer::json(StatusCode::OK, &body))
}

/// Lets a fault change the claims; gives what the answer says of their life.
pub(super) fn spoil(claims: &mut Claims, fault: Option<IssueFault>, lifetime: u64, state: &State) -> u64 {
    let Some(fault) = fault else { return lifetime };
    claims.spoil(fault, state.directory.cloud());
    if fault == IssueFault::ShortLived { 60 } else { lifetime }
}

/// Who signed in, in the form that token caches name accounts by.
pub(super) fn client_info(upn: &str, state: &State) -> String {
    let directory = &state.directory;
    let info = json!({ "uid": directory.object_id(upn), "utid": directory.tenant_of(upn) });
    URL_SAFE_NO_PAD.encode(info.to_string())
}

/// The claims of a version 2 ID token (OpenID Connect Core section 2).
fn id_claims(request: &Request, claims: &Claims, upn: &str, nonce: Option<&str>, state: &State) -> Value {
    let oid = state.directory.object_id(upn);
    let mut value = json!({
        "aud": claims.client_id,
        "iss": format!("{}/{}/v2.0", request.base_url(), claims.tenant_id),
        "iat": claims.issued, "nbf": claims.issued, "exp": claims.expires,
        "name": upn.split('@').next().unwrap_or_default(),
        "oid": oid,
        "preferred_username": upn,
        "rh": format!("1.{}", state.random.text(48)),
        "sub": random::guid_of(&[oid.as_bytes(), claims.client_id.as_bytes()]),
        "tid": claims.tenant_id,
        "uti": state.random.text(16),
        "ver": "2.0",
    });
    if let (Some(nonce), Some(fields)) = (nonce, value.as_object_mut()) {
        fields.insert("nonce".into(), nonce.into());
    }
    value
}
