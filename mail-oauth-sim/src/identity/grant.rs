use super::answer::Answer;
use super::client::{self, Client};
use super::codes::Found;
use super::device::Poll;
use super::grantee::Grantee;
use super::issue;
use super::policy;
use super::refresh::Redeemed;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use super::{app_only, password, pkce};
use crate::state::State;
use crate::{Aadsts, Platform, date};

/// The grants that the token endpoint knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    DeviceCode,
    RefreshToken,
    AuthorizationCode,
    ClientCredentials,
    Password,
}

impl Grant {
    fn named(name: &str) -> Option<Self> {
        match name {
            // The second is the older name, which MSAL Node sends.
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => Some(Self::DeviceCode),
            "refresh_token" => Some(Self::RefreshToken),
            "authorization_code" => Some(Self::AuthorizationCode),
            "client_credentials" => Some(Self::ClientCredentials),
            "password" => Some(Self::Password),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::DeviceCode => "device_code",
            Self::RefreshToken => "refresh_token",
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
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
    if request.form("resource").is_some() {
        return (Some(grant.as_str()), Err(Aadsts::ResourceParameter.into()));
    }
    let answer = client::client(request, state).and_then(|client| match grant {
        Grant::DeviceCode => device_code(request, &client, state),
        Grant::RefreshToken => refresh_token(request, &client, state),
        Grant::AuthorizationCode => authorization_code(request, &client, state),
        Grant::ClientCredentials => app_only::answer(request, &client, state),
        Grant::Password => password::answer(request, &client, state),
    });
    (Some(grant.as_str()), answer)
}

/// The device access token request (RFC 8628 section 3.4). MSAL Python sends the code under both names.
fn device_code(request: &Request, client: &Client<'_>, state: &State) -> Result<Answer, Refusal> {
    client.check_public()?;
    let app = client.app;
    let code = request.form("device_code").or_else(|| request.form("code"));
    let code = code.ok_or_else(|| Refusal::missing("device_code"))?;
    let now = state.clock.now();
    let auto = state.settings.auto_approve.as_deref();
    let auto = auto.map(|upn| Grantee { mfa: true, ..state.people.grantee(upn, now) });
    let (grantee, scopes) = match state.device_codes.poll(code, &app.client_id, auto, now) {
        Poll::Unknown => return Err(Aadsts::BadVerificationCode.into()),
        Poll::Expired => return Err(Aadsts::DeviceCodeExpired.into()),
        Poll::Pending => return Err(Aadsts::AuthorizationPending.into()),
        Poll::Declined => return Err(Aadsts::AuthorizationDeclined.into()),
        Poll::Redeemed => return Err(Aadsts::CodeRedeemed.into()),
        Poll::Approved { grantee, scopes } => (grantee, scopes),
    };
    if let Some(refused) = state.settings.device_flow {
        return Err(refused.into());
    }
    issue::answer(request, app, &grantee, &scopes, None, state)
}

/// Refreshing an access token (RFC 6749 section 6). Entra insists on `scope`, and takes any that is consented to.
fn refresh_token(request: &Request, client: &Client<'_>, state: &State) -> Result<Answer, Refusal> {
    let app = client.app;
    let token = request.form("refresh_token").ok_or_else(|| Refusal::missing("refresh_token"))?;
    let scope = request.form("scope").ok_or_else(|| Refusal::missing("scope"))?;
    let scopes = Scopes::parse(scope, app, state)?;
    let now = state.clock.now();
    let (grantee, issued) = match state.refresh_tokens.redeem(token, &app.client_id, now) {
        Redeemed::Unknown => return Err(Aadsts::RefreshTokenInvalid.into()),
        Redeemed::Inactive(issued) => return Err(Refusal::refresh_token_inactive(&date::entra(issued))),
        Redeemed::SpaExpired => return Err(Aadsts::SpaRefreshTokenExpired.into()),
        Redeemed::Valid { grantee, issued } => (grantee, issued),
    };
    match grantee.platform {
        Platform::Desktop => client.check_public()?,
        platform => client.check_platform(platform, request)?,
    }
    if let Some(since) = state.people.revoked(&grantee) {
        return Err(Refusal::revoked(&date::iso_ms(issued * 1_000), &date::iso_ms(since * 1_000)));
    }
    if let Some(user) = state.directory.user(&grantee.upn) {
        policy::check_frequency(user, &grantee, state)?;
        policy::check_mfa(user, grantee.mfa, state)?;
    }
    // Entra gives a new refresh token here whether or not `offline_access` is asked for again.
    let scopes = Scopes { offline_access: true, ..scopes };
    issue::answer(request, app, &grantee, &scopes, None, state)
}

/// Redeeming an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
fn authorization_code(request: &Request, client: &Client<'_>, state: &State) -> Result<Answer, Refusal> {
    let app = client.app;
    let code = request.form("code").ok_or_else(|| Refusal::missing("code"))?;
    let redirect = request.form("redirect_uri").ok_or_else(|| Refusal::missing("redirect_uri"))?;
    let code = match state.codes.redeem(code, &app.client_id, state.clock.now()) {
        Found::Unknown => return Err(Aadsts::RefreshTokenInvalid.into()),
        Found::Redeemed => return Err(Aadsts::CodeRedeemed.into()),
        Found::Expired => return Err(Aadsts::CodeExpired.into()),
        Found::Code(code) => code,
    };
    client.check_platform(code.grantee.platform, request)?;
    if code.redirect_uri != redirect {
        return Err(Aadsts::ReplyAddressChanged.into());
    }
    if !pkce::fits(code.challenge.as_ref(), request.form("code_verifier")) {
        return Err(Aadsts::VerifierMismatch.into());
    }
    // A scope here may only repeat what was asked for, or a part of it; Entra takes the code's where there is none.
    let scopes = match request.form("scope") {
        Some(scope) => {
            let asked = Scopes::parse(scope, app, state)?;
            Scopes {
                openid: asked.openid || code.scopes.openid,
                offline_access: asked.offline_access || code.scopes.offline_access,
                ..asked
            }
        }
        None => code.scopes.clone(),
    };
    issue::answer(request, app, &code.grantee, &scopes, code.nonce.as_deref(), state)
}
