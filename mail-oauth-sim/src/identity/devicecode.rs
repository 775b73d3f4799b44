use hyper::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::policy;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::Profile;
use crate::log::shown;
use crate::state::State;

/// `POST /{tenant}/oauth2/v2.0/devicecode` (RFC 8628 section 3.1 and 3.2). Whether the app may use the flow at all is
/// said by the token endpoint only, as in life.
pub(super) fn answer(request: &Request, state: &State) -> Result<Answer, Refusal> {
    let client_id = request.form("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
    let domain = state.directory.domain();
    let app = state.directory.app(client_id).ok_or_else(|| Refusal::unknown_app(client_id, domain))?;
    policy::check_audience(app, request.authority)?;
    let scope = request.form("scope").ok_or_else(|| Refusal::missing("scope"))?;
    if state.settings.profile == Profile::Gmail && scope.contains("mail") {
        // Google's device flow gives no access to mail.
        let description = format!("Invalid device flow scope: {}", shown(scope));
        let body = json!({ "error": "invalid_scope", "error_description": description });
        return Ok(Answer::json(StatusCode::BAD_REQUEST, &body));
    }
    let scopes = Scopes::parse(scope, app, state)?;

    let lifetime = state.settings.device_code_lifetime.as_secs();
    let expires = state.clock.now().saturating_add(lifetime);
    let new = state.device_codes.issue(client_id, scopes, expires, &state.random);
    let page = format!("{}/device", request.base_url());
    Ok(Answer::json(
        StatusCode::OK,
        &json!({
            "user_code": new.user_code,
            "device_code": new.device_code,
            "verification_uri": page,
            "expires_in": lifetime,
            "interval": state.settings.poll_interval.as_secs(),
            "message": format!(
                "To sign in, use a web browser to open the page {page} and enter the code {} to authenticate.",
                new.user_code
            ),
        }),
    ))
}
