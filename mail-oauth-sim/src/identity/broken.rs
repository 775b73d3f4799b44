//! Answers that are wrong on demand.

use hyper::StatusCode;
use hyper::header::{HeaderValue, LOCATION, RETRY_AFTER};
use serde_json::{Value, json};

use super::answer::Answer;
use super::refusal::Refusal;
use super::request::Request;
use crate::fault::HttpFault;
use crate::state::State;
use crate::{Aadsts, date};

/// The answer that a fault gives in place of the real one.
pub(super) fn instead(fault: &HttpFault, request: &Request, state: &State) -> Answer {
    let too_many = || Answer::new(StatusCode::TOO_MANY_REQUESTS, "text/plain", "Too Many Requests".into());
    match fault {
        HttpFault::Unavailable { retry_after } => {
            let answer = Answer::refusal(&Refusal::from(Aadsts::Transient), request, state);
            after(answer, *retry_after)
        }
        HttpFault::TooManyRequests { retry_after } => after(too_many(), *retry_after),
        HttpFault::TooManyRequestsUntil { ahead } => {
            let then = date::http(state.clock.now().saturating_add(ahead.as_secs()));
            match HeaderValue::from_str(&then) {
                Ok(then) => too_many().with_header(RETRY_AFTER, then),
                Err(_) => too_many(),
            }
        }
        HttpFault::Html => html(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
        HttpFault::HtmlUnder200 => html(StatusCode::OK, "Welcome to the guest network"),
        HttpFault::Status(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Answer::new(status, "text/plain", String::new())
        }
        HttpFault::Redirect(url) => {
            let answer = Answer::new(StatusCode::FOUND, "text/plain", String::new());
            match HeaderValue::from_str(url) {
                Ok(url) => answer.with_header(LOCATION, url),
                Err(_) => answer,
            }
        }
        HttpFault::Blanks(octets) => {
            Answer::new(StatusCode::OK, "application/json; charset=utf-8", " ".repeat(*octets))
        }
        HttpFault::OauthError { status, error, description } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
            Answer::json(status, &json!({ "error": error, "error_description": description }))
        }
        HttpFault::Truncated
        | HttpFault::Slow(_)
        | HttpFault::Bom
        | HttpFault::StringExpiresIn
        | HttpFault::ErrorUnder200
        | HttpFault::DateAhead(_)
        | HttpFault::DateBehind(_)
        | HttpFault::NoRefreshToken
        | HttpFault::ShortScope => Answer::refusal(&Refusal::from(Aadsts::Transient), request, state),
    }
}

/// The endpoint's own answer, changed by a fault.
pub(super) fn changed(fault: &HttpFault, answer: Answer) -> Answer {
    match fault {
        HttpFault::Truncated => answer.truncated(),
        HttpFault::Bom => answer.prefixed("\u{feff}".as_bytes()),
        HttpFault::StringExpiresIn => answer.rewritten(None, |body| {
            for name in ["expires_in", "ext_expires_in"] {
                if let Some(value) = body.get_mut(name)
                    && value.is_number()
                {
                    *value = Value::String(value.to_string());
                }
            }
        }),
        HttpFault::ErrorUnder200 if answer.is_error() => answer.rewritten(Some(StatusCode::OK), |_| {}),
        HttpFault::DateAhead(by) => answer.with_skew(by.as_secs(), true),
        HttpFault::DateBehind(by) => answer.with_skew(by.as_secs(), false),
        HttpFault::NoRefreshToken => answer.rewritten(None, |body| {
            if let Some(fields) = body.as_object_mut() {
                fields.remove("refresh_token");
            }
        }),
        HttpFault::ShortScope => answer.rewritten(None, |body| {
            if let Some(Value::String(scope)) = body.get_mut("scope") {
                let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
                *scope = scope.split(' ').map(short).collect::<Vec<_>>().join(" ");
            }
        }),
        _ => answer,
    }
}

fn after(answer: Answer, after: Option<std::time::Duration>) -> Answer {
    match after {
        Some(after) => answer.with_header(RETRY_AFTER, HeaderValue::from(after.as_secs())),
        None => answer,
    }
}

fn html(status: StatusCode, title: &str) -> Answer {
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n\
         </html>\r\n"
    );
    Answer::html(status, page)
}
