use std::sync::Arc;
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::answer::Answer;
use super::device::Decision;
use super::grantee::Grantee;
use super::request::Request;
use crate::fault;
use crate::state::State;
use crate::store::Flags;

/// `/control/...`: what [`Tenant`](crate::Tenant) does for a test in Rust, for a test in another language. Parameters come
/// in the body, form-encoded.
pub(super) fn answer(what: &str, request: &Request, state: &State) -> Answer {
    if what == "log" {
        let log: Vec<String> = state.log.entries().iter().map(|entry| format!("{entry:?}")).collect();
        return Answer::json(StatusCode::OK, &json!({ "connections": log }));
    }
    if request.method != Method::POST {
        return Answer::method_not_allowed();
    }
    match act(what, request, state) {
        Some(body) => Answer::json(StatusCode::OK, &body),
        None => {
            let problem = "no such action, or a parameter is missing or names nothing of the tenant";
            Answer::json(StatusCode::BAD_REQUEST, &json!({ "problem": problem }))
        }
    }
}

fn act(what: &str, request: &Request, state: &State) -> Option<serde_json::Value> {
    let user = || state.directory.user(request.form("user")?);
    let now = state.clock.now();
    match what {
        "fault" => {
            let times = match request.form("times") {
                Some(times) => Some(times.parse().ok()?),
                None => None,
            };
            state.faults.set(fault::named(request.form("name")?)?, times);
        }
        "clear" => match request.form("name") {
            Some(name) => state.faults.clear(&fault::named(name)?),
            None => state.faults.clear_all(),
        },
        "advance" => state.clock.advance(Duration::from_secs(request.form("seconds")?.parse().ok()?)),
        "approve" => {
            let grantee = Grantee { mfa: true, ..state.people.grantee(&user()?.upn, now) };
            let decided =
                state.device_codes.decide(request.form("user_code")?, Decision::Approved(grantee), now);
            decided.then_some(())?;
        }
        "decline" => {
            state.device_codes.decide(request.form("user_code")?, Decision::Declined, now).then_some(())?;
        }
        "revoke" => state.people.revoke(&user()?.upn, now),
        "password" => state.people.set_password(&user()?.upn, request.form("password")?, now),
        "deliver" => {
            let message = Arc::new(request.form("message")?.as_bytes().to_vec());
            let mailbox = state.directory.mailbox(request.form("mailbox")?)?;
            let (_, uid) = state.store.add(mailbox, "INBOX", message, Flags::NONE, now)?;
            return Some(json!({ "uid": uid }));
        }
        "assertion" => {
            let claims = json!({
                "iss": request.form("issuer")?, "sub": request.form("subject")?,
                "aud": super::FEDERATED_AUDIENCE, "iat": now, "nbf": now, "exp": now.saturating_add(3_600),
                "jti": state.random.guid(),
            });
            return Some(json!({ "assertion": state.issuer_key.sign(&claims)? }));
        }
        _ => return None,
    }
    Some(json!({}))
}
