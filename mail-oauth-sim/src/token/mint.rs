use super::{Claims, SigningKey, Subject, TokenSpec};
use crate::Error;
use crate::model::CONSUMERS;
use crate::state::State;

/// An access token made to measure; for the tenant's first app where the caller does not say.
pub(crate) fn mint(spec: TokenSpec, state: &State) -> Result<String, Error> {
    let now = state.clock.now();
    let lifetime = spec.lifetime.unwrap_or(state.settings.token_lifetime).as_secs();
    let (issued, expires) = if spec.expired {
        (now.saturating_sub(lifetime).saturating_sub(60), now.saturating_sub(60))
    } else {
        (now, now.saturating_add(lifetime))
    };
    let app = spec.client_id.or_else(|| state.directory.first_app().map(str::to_owned));
    let audience = spec
        .audience
        .or_else(|| state.directory.cloud().exchange().first().map(|audience| (*audience).to_owned()));
    let personal = !spec.app_only && state.directory.tenant_of(&spec.user) == CONSUMERS;
    let subject = if spec.app_only {
        Subject::App { roles: spec.scopes }
    } else {
        Subject::User { upn: spec.user.clone(), scopes: spec.scopes, guest: false, mfa: true }
    };
    let claims = Claims {
        audience: audience.unwrap_or_default(),
        subject,
        client_id: app.unwrap_or_else(|| "00000000-0000-0000-0000-000000000000".into()),
        tenant_id: spec.tenant_id.unwrap_or_else(|| state.directory.tenant_of(&spec.user).into()),
        issued,
        expires,
    };
    let other = if spec.forged { Some(SigningKey::generate()?) } else { None };
    let key = other.as_ref().unwrap_or(&state.key);
    let signed = if personal {
        claims.seal(key, &state.random)
    } else {
        claims.sign(key, &state.directory, &state.random)
    };
    signed.ok_or(Error::Keys { what: "a token's signature", source: "no randomness".into() })
}
