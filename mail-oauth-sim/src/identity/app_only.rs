use hyper::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::client::Client;
use super::issue;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::Aadsts;
use crate::model::Authority;
use crate::state::State;
use crate::token::{Claims, Subject};

/// The client credentials grant (RFC 6749 section 4.4): a token of the app itself, with its application permissions.
pub(super) fn answer(request: &Request, client: &Client<'_>, state: &State) -> Result<Answer, Refusal> {
    if request.authority != Authority::Tenant {
        return Err(Aadsts::NoTenant.into());
    }
    if !client.proved {
        return Err(Aadsts::AppOnlyWithoutCredential.into());
    }
    let scope = request.form("scope").ok_or_else(|| Refusal::missing("scope"))?;
    let audience = Scopes::app_only(scope, state.directory.cloud(), state.directory.domain())?;
    let on_exchange = state.directory.cloud().exchange().contains(&audience);
    let now = state.clock.now();
    let lifetime = state.settings.token_lifetime.as_secs();
    let mut claims = Claims {
        audience: audience.to_owned(),
        subject: Subject::App { roles: if on_exchange { client.app.roles.clone() } else { Vec::new() } },
        client_id: client.app.client_id.clone(),
        tenant_id: state.directory.tenant_id().to_owned(),
        issued: now,
        expires: now.saturating_add(lifetime),
    };
    let lifetime = issue::spoil(&mut claims, state.faults.issue(), lifetime, state);
    let token = claims.sign(&state.key, &state.directory, &state.random).ok_or(Aadsts::Transient)?;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token,
    });
    Ok(Answer::json(StatusCode::OK, &body))
}
