use super::authorize;
use super::redirect::Delivery;
use super::request::Request;
use super::signin;
use super::target::Outcome;
use crate::model::{Authority, Cloud};
use crate::state::State;
use crate::{Aadsts, Profile, User};

/// Opens an authorize address as a person's browser would, and does what the person does there; `None` cancels. An error
/// is the AADSTS number of the page that the person would be left with, or 0 if the address is not the tenant's.
pub(crate) fn browse(url: &str, user: Option<&User>, state: &State) -> Result<Delivery, u32> {
    let rest = url.strip_prefix("https://").ok_or(0_u32)?;
    let (host, path) = rest.split_once('/').ok_or(0_u32)?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut request = Request::browser(&format!("/{path}"), query, host, &state.random);
    let other_cloud = |cloud: &Cloud| *cloud != state.directory.cloud() && cloud.aliases().contains(&host);
    if Cloud::ALL.iter().any(other_cloud) {
        return Err(Aadsts::NationalCloud.code());
    }
    request.authority = match *path.split('/').collect::<Vec<_>>() {
        [tenant, "oauth2", "v2.0", "authorize"] => {
            state.directory.authority(tenant).ok_or(Aadsts::TenantNotFound.code())?
        }
        ["o", "oauth2", "v2", "auth"] if state.settings.profile == Profile::Gmail => Authority::Tenant,
        // A browser would find nothing there.
        _ => return Err(0),
    };
    let outcome = match authorize::read(&request, state) {
        Ok(sign_in) => signin::without_browser(sign_in, user, &request, state),
        Err(outcome) => outcome,
    };
    match outcome {
        Outcome::Deliver(delivery) => Ok(delivery),
        Outcome::Page(refusal) => Err(refusal.aadsts.code()),
    }
}
