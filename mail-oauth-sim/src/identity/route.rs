use hyper::Method;

use super::answer::Answer;
use super::refusal::Refusal;
use super::request::Request;
use super::{
    admin_consent, authorize, broken, control, devicecode, discovery, grant, introspect, logout, lookup,
    signin, user_code,
};
use crate::fault::{Endpoint, HttpFault};
use crate::model::Cloud;
use crate::state::State;
use crate::{Aadsts, Profile};

/// Finds who answers a request, and lets a fault answer instead, or change the answer, if one is set. The fault is given
/// back where the answer has to be sent in its way.
pub(super) fn answer(request: &mut Request, state: &State) -> (Answer, Option<HttpFault>) {
    match state.faults.http(endpoint(&request.segments())) {
        Some(fault) if !fault.changes_own_answer() => (broken::instead(&fault, request, state), Some(fault)),
        Some(fault) => (broken::changed(&fault, own(request, state)), Some(fault)),
        None => (own(request, state), None),
    }
}

/// Finds the action of a request to the control endpoint, which no fault reaches.
pub(super) fn control(request: &Request, state: &State) -> Answer {
    match *request.segments() {
        ["control", what] => control::answer(what, request, state),
        _ => Answer::not_found(),
    }
}

fn own(request: &mut Request, state: &State) -> Answer {
    let segments: Vec<String> = request.segments().iter().map(|segment| (*segment).to_owned()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    // Where a person reads the answer it is a page.
    let refused = |refusal: &Refusal, request: &Request| match segments.as_slice() {
        [_, "oauth2", "v2.0", "authorize" | "logout"] | [_, "v2.0", "adminconsent"] => {
            Answer::refusal_page(refusal, request, state)
        }
        _ => Answer::refusal(refusal, request, state),
    };
    if let Some(refused) =
        endpoint(&segments).filter(|at| *at != Endpoint::Authorize).and_then(|at| state.faults.refuse(at))
    {
        return Answer::refusal(&refused.into(), request, state);
    }
    let home = state.directory.cloud();
    if Cloud::ALL.iter().any(|cloud| *cloud != home && cloud.aliases().contains(&request.host())) {
        return refused(&Aadsts::NationalCloud.into(), request);
    }
    let google = state.settings.profile == Profile::Gmail;
    match *segments {
        ["error"] => lookup::answer(request),
        ["device"] => match request.method {
            Method::POST => user_code::decide(request, state),
            _ => user_code::form(request),
        },
        ["login"] => match request.method {
            Method::POST => signin::answer(request, state),
            _ => Answer::method_not_allowed(),
        },
        ["common", "discovery", "instance"] => {
            discovery::instance(request, state).unwrap_or_else(|refusal| refused(&refusal, request))
        }
        ["common", "userrealm", upn] => discovery::user_realm(upn, request, state),
        // Google's addresses of the same endpoints.
        ["device", "code"] if google => tenant_endpoint(&["devicecode"], request, state),
        ["token"] if google => tenant_endpoint(&["token"], request, state),
        ["o", "oauth2", "v2", "auth"] if google => tenant_endpoint(&["authorize"], request, state),
        [tenant, ref path @ ..] if is_endpoint(path) => {
            let Some(authority) = state.directory.authority(tenant) else {
                return refused(&Refusal::unknown_tenant(tenant), request);
            };
            request.authority = authority;
            tenant_endpoint(path, request, state)
        }
        _ => Answer::not_found(),
    }
}

/// The paths that exist under each tenant.
fn is_endpoint(path: &[&str]) -> bool {
    matches!(
        path,
        ["oauth2", "v2.0", "authorize" | "devicecode" | "token" | "introspect" | "logout"]
            | ["v2.0", ".well-known", "openid-configuration"]
            | ["v2.0", "adminconsent"]
            | ["discovery", "v2.0", "keys"]
    )
}

/// The endpoint that faults know by this path.
fn endpoint(path: &[&str]) -> Option<Endpoint> {
    match path {
        [.., "oauth2", "v2.0", "authorize"] => Some(Endpoint::Authorize),
        [.., "oauth2", "v2.0", "token"] => Some(Endpoint::Token),
        [.., "oauth2", "v2.0", "devicecode"] => Some(Endpoint::DeviceCode),
        [.., "openid-configuration"] => Some(Endpoint::Metadata),
        ["common", "discovery", "instance"] => Some(Endpoint::Instance),
        ["common", "userrealm", _] => Some(Endpoint::UserRealm),
        _ => None,
    }
}

fn tenant_endpoint(path: &[&str], request: &Request, state: &State) -> Answer {
    let refused = |refusal: Refusal| Answer::refusal(&refusal, request, state);
    match path {
        ["v2.0", "adminconsent"] => admin_consent::answer(request, state),
        ["v2.0", ..] => discovery::configuration(request, state),
        ["discovery", ..] => discovery::keys(state),
        [.., "authorize"] => authorize::answer(request, state),
        [.., "logout"] => logout::answer(),
        _ if request.method != Method::POST => Answer::method_not_allowed(),
        [.., "devicecode"] => devicecode::answer(request, state).unwrap_or_else(refused),
        [.., "introspect"] => introspect::answer(request, state),
        _ => {
            let (grant, answer) = grant::answer(request, state);
            answer.unwrap_or_else(refused).with_grant(grant)
        }
    }
}
