use hyper::StatusCode;

use super::answer::Answer;
use super::device::Decision;
use super::request::Request;
use crate::state::State;

/// `GET /device`: the page that a person opens to enter a user code.
pub(super) fn form(request: &Request) -> Answer {
    let code = escape(request.query("user_code").or_else(|| request.query("otc")).unwrap_or_default());
    page(
        StatusCode::OK,
        "Enter code",
        &format!(
            "<form method=\"post\" action=\"/device\">\
             <p><label>Code<br><input name=\"user_code\" value=\"{code}\" autocomplete=\"off\" required autofocus>\
             </label></p>\
             <p><label>Account<br><input name=\"account\" type=\"email\" placeholder=\"someone@example.com\">\
             </label></p>\
             <p><button name=\"action\" value=\"approve\">Sign in</button> \
             <button name=\"action\" value=\"decline\" formnovalidate>Cancel</button></p></form>"
        ),
    )
}

/// `POST /device`: what the person did. By curl: `--data 'user_code=…&account=…&action=approve'`.
pub(super) fn decide(request: &Request, state: &State) -> Answer {
    let code = request.form("user_code").unwrap_or_default();
    let decision = match request.form("action") {
        Some("decline") => Decision::Declined,
        Some("approve") => {
            let account = request.form("account").unwrap_or_default();
            match state.directory.user(account) {
                Some(user) => Decision::Approved(user.upn.clone()),
                None => {
                    let text = format!("<p>This account does not exist: {}</p>", escape(account));
                    return page(StatusCode::BAD_REQUEST, "We couldn't find an account", &text);
                }
            }
        }
        _ => return page(StatusCode::BAD_REQUEST, "Choose one", "<p>Sign in or cancel.</p>"),
    };
    let declined = decision == Decision::Declined;
    if !state.device_codes.decide(code, decision, state.clock.now()) {
        let text = "<p>That code didn't work. Check the code and try again.</p>";
        return page(StatusCode::BAD_REQUEST, "Enter code", text);
    }
    let text = "<p>You may now close this window and go back to your device.</p>";
    page(StatusCode::OK, if declined { "You have cancelled" } else { "You have signed in" }, text)
}

fn page(status: StatusCode, title: &str, body: &str) -> Answer {
    Answer::html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:16px system-ui;max-width:26em;margin:4em auto;padding:0 1em}}\
             input{{font:inherit;width:100%;padding:.4em}}button{{font:inherit;padding:.4em 1.2em}}</style>\
             <h1>{title}</h1>{body}<p><small>mail-oauth-sim: a simulated tenant. No password is asked for.</small></p>\
             </html>\n"
        ),
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().take(256) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
