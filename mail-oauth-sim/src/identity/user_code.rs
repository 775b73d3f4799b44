//! The page of user codes (RFC 8628 section 3.3).

use hyper::StatusCode;

use super::answer::Answer;
use super::device::Decision;
use super::layout::{buttons, escape};
use super::page::code_failed;
use super::request::Request;
use super::signin::{self, Purpose, SignIn, decided};
use crate::state::State;

/// `GET /device`: the page that a person opens to enter a user code.
pub(super) fn form(request: &Request) -> Answer {
    let code = escape(request.query("user_code").or_else(|| request.query("otc")).unwrap_or_default());
    let body = format!(
        "<form method=\"post\" action=\"/device\"><p>Enter the code displayed on your app or device.</p>\
         <label>Code<input name=\"user_code\" value=\"{code}\" autocomplete=\"off\" autocapitalize=\"characters\" \
         spellcheck=\"false\" required autofocus></label>\
         <label>Account<input name=\"account\" type=\"email\" autocomplete=\"username\" \
         placeholder=\"someone@example.com\"></label>\
         {}</form>",
        buttons(("approve", "Next"), "decline")
    );
    Answer::page(StatusCode::OK, "Enter code", &body)
}

/// `POST /device`: what the person did. By curl: `--data 'user_code=…&account=…&action=approve'`. Whoever has neither a
/// password nor a second factor nor anything to consent to is signed in by it; others go on to the pages.
pub(super) fn decide(request: &Request, state: &State) -> Answer {
    let code = request.form("user_code").unwrap_or_default();
    match request.form("action") {
        Some("decline") => return decided(code, Decision::Declined, state),
        Some("approve") => {}
        _ => return Answer::page(StatusCode::BAD_REQUEST, "Choose one", "<p>Sign in or cancel.</p>"),
    }
    let Some((client_id, scopes)) = state.device_codes.waiting(code, state.clock.now()) else {
        return code_failed();
    };
    let account = request.form("account").unwrap_or_default();
    if !account.is_empty() && state.directory.user(account).is_none() {
        let text = format!("<p>This account does not exist: {}</p>", escape(account));
        return Answer::page(StatusCode::BAD_REQUEST, "We couldn't find an account", &text);
    }
    let Some(app) = state.directory.app(&client_id) else { return code_failed() };
    let sign_in = SignIn::new(app, scopes, request, Purpose::Device(code.to_owned()));
    signin::for_device(sign_in, account, request, state)
}
