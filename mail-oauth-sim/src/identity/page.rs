//! The pages that a person sees. They work without script, and in every browser.

use hyper::StatusCode;

use super::answer::Answer;
use super::device::Decision;
use super::request::Request;
use super::signin::{self, Purpose, SignIn};
use crate::Aadsts;
use crate::state::State;

/// All of the look; no page loads anything.
const STYLE: &str = include_str!("page.css");
/// A letter in a circle.
const MARK: &str = "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" \
    stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"10.5\"/>\
    <path d=\"M6.5 8.5h11v7.5h-11zM6.5 9l5.5 4 5.5-4\"/></svg>";

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
    plain(StatusCode::OK, "Enter code", &body)
}

/// `POST /device`: what the person did. By curl: `--data 'user_code=…&account=…&action=approve'`. Whoever has neither a
/// password nor a second factor nor anything to consent to is signed in by it; others go on to the pages.
pub(super) fn decide(request: &Request, state: &State) -> Answer {
    let code = request.form("user_code").unwrap_or_default();
    match request.form("action") {
        Some("decline") => return decided(code, Decision::Declined, state),
        Some("approve") => {}
        _ => return plain(StatusCode::BAD_REQUEST, "Choose one", "<p>Sign in or cancel.</p>"),
    }
    let Some((client_id, scopes)) = state.device_codes.waiting(code, state.clock.now()) else {
        return code_failed();
    };
    let account = request.form("account").unwrap_or_default();
    if !account.is_empty() && state.directory.user(account).is_none() {
        let text = format!("<p>This account does not exist: {}</p>", escape(account));
        return plain(StatusCode::BAD_REQUEST, "We couldn't find an account", &text);
    }
    let Some(app) = state.directory.app(&client_id) else { return code_failed() };
    let sign_in = SignIn::new(app, scopes, request, Purpose::Device(code.to_owned()));
    signin::for_device(sign_in, account, request, state)
}

/// Tells a waiting device code what the person decided.
pub(super) fn decided(user_code: &str, decision: Decision, state: &State) -> Answer {
    let declined = decision == Decision::Declined;
    if !state.device_codes.decide(user_code, decision, state.clock.now()) {
        return code_failed();
    }
    let text = "<p>You may now close this window and go back to your device.</p>";
    plain(StatusCode::OK, if declined { "You have cancelled" } else { "You have signed in" }, text)
}

pub(super) fn account(flow: &str, hint: &str, password: bool, wrong: Option<&str>) -> Answer {
    let (hint, wrong) = (escape(hint), wrong.map(wrong_line).unwrap_or_default());
    // Whoever is known already only has the password left to give.
    let (first, then) = match (password, hint.is_empty()) {
        (true, false) => ("", " autofocus"),
        _ => (" autofocus", ""),
    };
    let password = match password {
        true => format!(
            "<label>Password<input name=\"password\" type=\"password\" autocomplete=\"current-password\"{then}></label>"
        ),
        false => String::new(),
    };
    step(
        flow,
        "Sign in",
        &format!(
            "{wrong}<label>Email or phone<input name=\"account\" type=\"email\" value=\"{hint}\" \
             autocomplete=\"username\" placeholder=\"someone@example.com\" required{first}></label>{password}"
        ),
        ("signin", "Sign in"),
    )
}

pub(super) fn enrol(flow: &str, who: &str) -> Answer {
    let text = "<p>Your organization needs more information to keep your account secure.</p>";
    step(flow, "More information required", &format!("{}{text}", who_line(who)), ("enrol", "Next"))
}

pub(super) fn second_factor(flow: &str, who: &str, wrong: Option<&str>) -> Answer {
    let wrong = wrong.map(wrong_line).unwrap_or_default();
    step(
        flow,
        "Enter code",
        &format!(
            "{}{wrong}<p id=\"how\">Enter the code of your authenticator app: here, any six digits but 000000.</p>\
             <label>Code<input name=\"otc\" inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"6\" \
             aria-describedby=\"how\" required autofocus></label>",
            who_line(who)
        ),
        ("verify", "Verify"),
    )
}

pub(super) fn consent(flow: &str, who: &str, app: &str, permissions: &[String]) -> Answer {
    let item = |name: &String| {
        let name = escape(name);
        format!("<li>{}<small>{name}</small></li>", meaning(&name))
    };
    let items: String = permissions.iter().map(item).collect();
    step(
        flow,
        "Permissions requested",
        &format!(
            "{}<p class=\"app\">{}</p><p class=\"soft\">unverified</p><p>This app would like to:</p><ul>{items}</ul>",
            who_line(who),
            escape(app)
        ),
        ("accept", "Accept"),
    )
}

pub(super) fn needs_admin(flow: &str, app: &str) -> Answer {
    let body = format!(
        "<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"flow\" value=\"{}\">\
         <p><strong>{}</strong> needs permission to access resources in your organization that only an admin can \
         grant. Please ask an admin to grant permission to this app before you can use it.</p>\
         <p><small>AADSTS90094</small></p>\
         <nav><button name=\"action\" value=\"back\">Return to the application without granting consent</button>\
         </nav></form>",
        escape(flow),
        escape(app)
    );
    plain(StatusCode::OK, "Need admin approval", &body)
}

pub(super) fn plain(status: StatusCode, title: &str, body: &str) -> Answer {
    Answer::html(
        status,
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><main><header>{MARK}mail-oauth-sim</header><h1>{title}</h1>{body}</main>\
             <footer>A simulated tenant, for tests only.</footer></body></html>\n"
        ),
    )
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
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

/// A page of a sign-in, with a button to go on and one to cancel.
fn step(flow: &str, title: &str, body: &str, go: (&str, &str)) -> Answer {
    let form = format!(
        "<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"flow\" value=\"{}\">{body}\
         {}</form>",
        escape(flow),
        buttons(go, "cancel")
    );
    plain(StatusCode::OK, title, &form)
}

/// The button that goes on comes first, so that Enter in a field presses it (HTML, implicit submission); the style shows it
/// last.
pub(super) fn buttons((action, label): (&str, &str), cancel: &str) -> String {
    format!(
        "<nav><button class=\"go\" name=\"action\" value=\"{action}\">{label}</button>\
         <button name=\"action\" value=\"{cancel}\" formnovalidate>Cancel</button></nav>"
    )
}

fn who_line(who: &str) -> String {
    format!("<p class=\"who\">{}</p>", escape(who))
}

fn wrong_line(text: &str) -> String {
    format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(text))
}

fn code_failed() -> Answer {
    let text = "<p>That code didn't work. Check the code and try again.</p>";
    plain(StatusCode::BAD_REQUEST, "Enter code", text)
}

/// `GET /error?code=NUMBER`: what a refusal gives as `error_uri`.
pub(super) fn error(request: &Request) -> Answer {
    let known = request.query("code").and_then(|code| code.parse::<u32>().ok());
    match known.and_then(|code| Aadsts::ALL.iter().find(|aadsts| aadsts.code() == code)) {
        Some(aadsts) => {
            let text = format!("<p>AADSTS{}: {}</p>", aadsts.code(), escape(aadsts.text()));
            plain(StatusCode::OK, "Error", &text)
        }
        None => {
            let text =
                "<p>There is no such error: give a number of an AADSTS error as <code>code</code>.</p>";
            plain(StatusCode::NOT_FOUND, "Error", text)
        }
    }
}

/// What a permission lets an app do, as the consent page says it.
fn meaning(permission: &str) -> &'static str {
    match permission {
        "IMAP.AccessAsUser.All" => "Read and write your mail by IMAP",
        "POP.AccessAsUser.All" => "Read and write your mail by POP",
        "SMTP.Send" => "Send mail as you by SMTP AUTH",
        "User.Read" => "Sign you in and read your profile",
        _ => "Access your data",
    }
}
