use std::sync::Arc;
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::Answer;
use super::device::Decision;
use super::grantee::Grantee;
use super::record;
use super::request::Request;
use crate::log::shown;
use crate::state::State;
use crate::store::Flags;
use crate::token;
use crate::{CatalogueEntry, Fault, TokenSpec, catalogue};

/// What [`Tenant`](crate::Tenant) does for a test in Rust, for a test in another language. Parameters come
/// in the body, form-encoded.
pub(super) fn answer(what: &str, request: &Request, state: &State) -> Answer {
    if what == "log" {
        let log = state.log.entries();
        let text: Vec<String> = log.iter().map(|entry| format!("{entry:?}")).collect();
        let entries: Vec<Value> = log.iter().map(record::entry).collect();
        return Answer::json(StatusCode::OK, &json!({ "entries": entries, "connections": text }));
    }
    if what == "faults" {
        let list =
            |entry: CatalogueEntry| json!({ "name": entry.name, "rows": entry.rows, "wire": entry.wire });
        return Answer::json(
            StatusCode::OK,
            &json!({ "faults": catalogue().into_iter().map(list).collect::<Vec<_>>() }),
        );
    }
    if request.method != Method::POST {
        return Answer::method_not_allowed();
    }
    match act(what, request, state) {
        Ok(body) => Answer::json(StatusCode::OK, &body),
        Err(problem) => Answer::json(StatusCode::BAD_REQUEST, &json!({ "problem": problem })),
    }
}

/// Does it; or tells what is wrong with the request, and what would be right.
fn act(what: &str, request: &Request, state: &State) -> Result<Value, String> {
    let given = |name: &str| {
        request.form(name).ok_or_else(|| format!("{what} needs {name}: send it in the body, form-encoded"))
    };
    let number = |name: &str| -> Result<u64, String> {
        given(name)?.parse().map_err(|_| format!("{name} is no number: give a whole one, 0 or more"))
    };
    let user = || {
        let upn = given("user")?;
        state.directory.user(upn).ok_or_else(|| format!("the tenant has no user {}", shown(upn)))
    };
    let fault = || given("name")?.parse::<Fault>().map_err(|error| error.to_string());
    let waiting = |decided: bool| match decided {
        true => Ok(()),
        false => {
            Err("no such user code waits: it may have run out or been used; ask for a new one".to_owned())
        }
    };
    let now = state.clock.now();
    match what {
        "fault" => {
            let times = match request.form("times") {
                Some(_) => Some(u32::try_from(number("times")?).unwrap_or(u32::MAX)),
                None => None,
            };
            state.faults.set(fault()?, times);
        }
        "clear" if request.form("name").is_some() => state.faults.clear(&fault()?),
        "clear" => state.faults.clear_all(),
        "advance" => state.clock.advance(Duration::from_secs(number("seconds")?)),
        "approve" => {
            let grantee = Grantee { mfa: true, ..state.people.grantee(&user()?.upn, now) };
            let decision = Decision::Approved(grantee);
            waiting(state.device_codes.decide(given("user_code")?, decision, now))?;
        }
        "decline" => waiting(state.device_codes.decide(given("user_code")?, Decision::Declined, now))?,
        "revoke" => state.people.revoke(&user()?.upn, now),
        "password" => state.people.set_password(&user()?.upn, given("password")?, now),
        "token" => {
            let spec = TokenSpec::new(user()?.upn.clone());
            let minted = token::mint(spec, state).map_err(|error| error.to_string())?;
            return Ok(json!({ "token": minted }));
        }
        "deliver" => {
            let message = Arc::new(given("message")?.as_bytes().to_vec());
            let name = given("mailbox")?;
            let added = state
                .directory
                .mailbox(name)
                .and_then(|mailbox| state.store.add(mailbox, "INBOX", message, Flags::NONE, now));
            let (_, uid) = added.ok_or_else(|| format!("the tenant has no mailbox {}", shown(name)))?;
            return Ok(json!({ "uid": uid }));
        }
        "assertion" => {
            let claims = json!({
                "iss": given("issuer")?, "sub": given("subject")?, "aud": super::FEDERATED_AUDIENCE,
                "iat": now, "nbf": now, "exp": now.saturating_add(3_600), "jti": state.random.guid(),
            });
            let signed = state.issuer_key.sign(&claims).ok_or("the system has no randomness")?;
            return Ok(json!({ "assertion": signed }));
        }
        _ => {
            return Err(format!(
                "there is no action {}: use fault, clear, advance, approve, decline, revoke, password, token, deliver or \
                 assertion; log and faults can be read",
                shown(what)
            ));
        }
    }
    Ok(json!({}))
}
