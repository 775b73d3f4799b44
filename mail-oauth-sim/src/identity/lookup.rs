use hyper::StatusCode;

use super::answer::Answer;
use super::layout::escape;
use super::request::Request;
use crate::Aadsts;

/// `GET /error?code=NUMBER`: what a refusal gives as `error_uri`.
pub(super) fn answer(request: &Request) -> Answer {
    let known = request.query("code").and_then(|code| code.parse::<u32>().ok());
    match known.and_then(|code| Aadsts::ALL.iter().find(|aadsts| aadsts.code() == code)) {
        Some(aadsts) => {
            let text = format!("<p>AADSTS{}: {}</p>", aadsts.code(), escape(aadsts.text()));
            Answer::page(StatusCode::OK, "Error", &text)
        }
        None => {
            let text =
                "<p>There is no such error: give a number of an AADSTS error as <code>code</code>.</p>";
            Answer::page(StatusCode::NOT_FOUND, "Error", text)
        }
    }
}
