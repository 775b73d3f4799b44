//! How an app proves who it is at the token endpoint.

use super::assertion;
use super::refusal::Refusal;
use super::request::Request;
use crate::random::Fingerprint;
use crate::state::State;
use crate::{Aadsts, App, Platform};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The app that a request comes from, and whether it proved it.
pub(super) struct Client<'s> {
    pub(super) app: &'s App,
    pub(super) proved: bool,
}

/// Finds the app, by `client_id` in the body or the user name of HTTP Basic, and checks the credential that it sent.
pub(super) fn client<'s>(request: &Request, state: &'s State) -> Result<Client<'s>, Refusal> {
    let basic = request.basic();
    let client_id = request.form("client_id").or(basic.as_ref().map(|(name, _)| name.as_str()));
    let client_id = client_id.ok_or_else(|| Refusal::missing("client_id"))?;
    let app = state.directory.app(client_id);
    let app = app.ok_or_else(|| Refusal::unknown_app(client_id, state.directory.domain()))?;
    super::policy::check_audience(app, request.authority)?;

    let secret = request.form("client_secret").or(basic.as_ref().map(|(_, password)| password.as_str()));
    let proved = match (secret, request.form("client_assertion")) {
        (None, None) => false,
        _ if !app.has_credentials() => return Err(Aadsts::PublicClientWithSecret.into()),
        (_, Some(jwt)) => {
            if request.form("client_assertion_type") != Some(JWT_BEARER) {
                return Err(Refusal::missing("client_assertion_type"));
            }
            assertion::check(jwt, app, request, state)?;
            true
        }
        (Some(secret), None) => {
            check_secret(secret, app, state)?;
            true
        }
    };
    Ok(Client { app, proved })
}

impl Client<'_> {
    /// For the grants of a public client: device code and password.
    pub(super) fn check_public(&self) -> Result<(), Refusal> {
        if self.proved || self.app.public_flows { Ok(()) } else { Err(Aadsts::CredentialMissing.into()) }
    }

    /// For what goes back to a redirect address: the platform of the address decides.
    pub(super) fn check_platform(&self, platform: Platform, request: &Request) -> Result<(), Refusal> {
        match platform {
            Platform::Spa if !request.has_origin() => Err(Aadsts::SpaNeedsCrossOrigin.into()),
            Platform::Desktop | Platform::Web if request.has_origin() => {
                Err(Aadsts::CrossOriginOnlyForSpa.into())
            }
            Platform::Web if !self.proved => Err(Aadsts::CredentialMissing.into()),
            Platform::Desktop if self.proved => Err(Aadsts::PublicClientWithSecret.into()),
            Platform::Desktop | Platform::Web | Platform::Spa => Ok(()),
        }
    }
}

fn check_secret(secret: &str, app: &App, state: &State) -> Result<(), Refusal> {
    let given = Fingerprint::of(secret);
    let found = app.secrets.iter().find(|known| known.value == given);
    let Some(found) = found else {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{}'.",
            app.client_id
        );
        return Err(Refusal::saying(Aadsts::WrongSecret, text));
    };
    let age = state.clock.now().saturating_sub(state.started);
    if found.life.is_some_and(|life| age >= life.as_secs()) {
        return Err(Refusal::secret_expired(&app.client_id));
    }
    Ok(())
}
