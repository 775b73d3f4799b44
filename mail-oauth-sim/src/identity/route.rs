use hyper::Method;

use super::aadsts::Refusal;
use super::answer::Answer;
use super::request::Request;
use super::{devicecode, discovery, grant, introspect, page};
use crate::state::State;

/// Finds who answers a request, and lets a fault answer instead if one is set.
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    if let Some(fault) = state.faults.http() {
        return Answer::fault(&fault, request, &state.clock);
    }
    let refused = |refusal: &Refusal| Answer::refusal(refusal, request, &state.clock);
    match *request.segments() {
        ["device"] => match request.method {
            Method::POST => page::decide(request, state),
            _ => page::form(request),
        },
        ["common", "discovery", "instance"] => {
            discovery::instance(request).unwrap_or_else(|refusal| refused(&refusal))
        }
        ["common", "userrealm", upn] => discovery::user_realm(upn, state),
        [tenant, ref endpoint @ ..] if is_endpoint(endpoint) => {
            if !state.directory.answers_to(tenant) {
                return refused(&Refusal::unknown_tenant(tenant));
            }
            tenant_endpoint(endpoint, request, state)
        }
        _ => Answer::not_found(),
    }
}

/// The paths that exist under each tenant.
fn is_endpoint(path: &[&str]) -> bool {
    matches!(
        path,
        ["oauth2", "v2.0", "devicecode" | "token" | "introspect"]
            | ["v2.0", ".well-known", "openid-configuration"]
            | ["discovery", "v2.0", "keys"]
    )
}

fn tenant_endpoint(path: &[&str], request: &Request, state: &State) -> Answer {
    let refused = |refusal: Refusal| Answer::refusal(&refusal, request, &state.clock);
    match path {
        ["v2.0", ..] => discovery::configuration(request, state),
        ["discovery", ..] => discovery::keys(state),
        _ if request.method != Method::POST => Answer::method_not_allowed(),
        [.., "devicecode"] => devicecode::answer(request, state).unwrap_or_else(refused),
        [.., "introspect"] => introspect::answer(request, state),
        _ => {
            let (grant, answer) = grant::answer(request, state);
            answer.unwrap_or_else(refused).with_grant(grant)
        }
    }
}
