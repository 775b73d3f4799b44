use super::aadsts::Refusal;
use super::answer::Answer;
use super::device::Poll;
use super::issue;
use super::refresh::Redeemed;
use super::request::Request;
use super::scope::Scopes;
use crate::state::State;
use crate::{App, date};

/// The grants that the token endpoint knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    DeviceCode,
    RefreshToken,
}

impl Grant {
    fn named(name: &str) -> Option<Self> {
        match name {
            // The second is the older name, which MSAL Node sends.
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => Some(Self::DeviceCode),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::DeviceCode => "device_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// `POST /{tenant}/oauth2/v2.0/token` (RFC 6749 section 3.2).
pub(super) fn answer(request: &Request, state: &State) -> (Option<&'static str>, Result<Answer, Refusal>) {
    let grant = match request.form("grant_type") {
        None => return (None, Err(Refusal::missing("grant_type"))),
        Some(name) => match Grant::named(name) {
            None => return (None, Err(Refusal::unknown_grant(name))),
            Some(grant) => grant,
        },
    };
    let answer = known_public_app(request, state).and_then(|app| match grant {
        Grant::DeviceCode => device_code(request, app, state),
        Grant::RefreshToken => refresh_token(request, app, state),
    });
    (Some(grant.as_str()), answer)
}

fn known_public_app<'s>(request: &Request, state: &'s State) -> Result<&'s App, Refusal> {
    let client_id = request.form("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
    let app = state.directory.app(client_id);
    let app = app.ok_or_else(|| Refusal::unknown_app(client_id, state.directory.domain()))?;
    if app.public_flows { Ok(app) } else { Err(Refusal::public_flows_off()) }
}

/// The device access token request (RFC 8628 section 3.4). MSAL Python sends the code under both names.
fn device_code(request: &Request, app: &App, state: &State) -> Result<Answer, Refusal> {
    let code = request.form("device_code").or_else(|| request.form("code"));
    let code = code.ok_or_else(|| Refusal::missing("device_code"))?;
    let auto = state.settings.auto_approve.as_deref();
    match state.device_codes.poll(code, &app.client_id, auto, state.clock.now()) {
        Poll::Unknown => Err(Refusal::code_unknown()),
        Poll::Expired => Err(Refusal::code_expired()),
        Poll::Pending => Err(Refusal::pending()),
        Poll::Declined => Err(Refusal::declined()),
        Poll::Redeemed => Err(Refusal::code_redeemed()),
        Poll::Approved { upn, scopes } => issue::answer(request, app, &upn, &scopes, state),
    }
}

/// Refreshing an access token (RFC 6749 section 6). Entra insists on `scope`, and takes any that is consented to.
fn refresh_token(request: &Request, app: &App, state: &State) -> Result<Answer, Refusal> {
    let token = request.form("refresh_token").ok_or_else(|| Refusal::missing("refresh_token"))?;
    let scope = request.form("scope").ok_or_else(|| Refusal::missing("scope"))?;
    let scopes = Scopes::parse(scope, app, state.directory.domain())?;
    match state.refresh_tokens.redeem(token, &app.client_id, state.clock.now()) {
        Redeemed::Unknown => Err(Refusal::refresh_token_invalid()),
        Redeemed::Inactive(issued) => Err(Refusal::refresh_token_inactive(&date::entra(issued))),
        Redeemed::Valid { upn } => {
            // Entra gives a new refresh token here whether or not `offline_access` is asked for again.
            let scopes = Scopes { offline_access: true, ..scopes };
            issue::answer(request, app, &upn, &scopes, state)
        }
    }
}
