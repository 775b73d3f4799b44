//! The pages that a person sees. They work without script, and in every browser.

use hyper::StatusCode;

use super::answer::Answer;
use super::layout::{buttons, escape};

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
    Answer::page(StatusCode::OK, "Need admin approval", &body)
}

/// A page of a sign-in, with a button to go on and one to cancel.
fn step(flow: &str, title: &str, body: &str, go: (&str, &str)) -> Answer {
    let form = format!(
        "<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"flow\" value=\"{}\">{body}\
         {}</form>",
        escape(flow),
        buttons(go, "cancel")
    );
    Answer::page(StatusCode::OK, title, &form)
}

fn who_line(who: &str) -> String {
    format!("<p class=\"who\">{}</p>", escape(who))
}

fn wrong_line(text: &str) -> String {
    format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(text))
}

pub(super) fn code_failed() -> Answer {
    let text = "<p>That code didn't work. Check the code and try again.</p>";
    Answer::page(StatusCode::BAD_REQUEST, "Enter code", text)
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
