use hyper::{Method, StatusCode};

use super::answer::Answer;
use super::layout::{buttons, escape};
use super::redirect::{Delivery, ResponseMode};
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use crate::Aadsts;
use crate::state::State;

/// `/{tenant}/v2.0/adminconsent`: the page on which an administrator consents for everybody. Whoever opens it counts as
/// one.
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    match consent(request, state) {
        Ok(answer) => answer,
        Err(refusal) => Answer::refusal_page(&refusal, request, state),
    }
}

fn consent(request: &Request, state: &State) -> Result<Answer, Refusal> {
    let parameter = |name: &str| request.query(name).or_else(|| request.form(name));
    let client_id = parameter("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
    let domain = state.directory.domain();
    let app = state.directory.app(client_id).ok_or_else(|| Refusal::unknown_app(client_id, domain))?;
    let uri = parameter("redirect_uri").ok_or(Aadsts::RedirectMissing)?;
    super::authorize::platform_of(app, uri).ok_or_else(|| Refusal::redirect_mismatch(uri, client_id))?;
    let scope = parameter("scope").ok_or_else(|| Refusal::missing("scope"))?;
    let scopes = Scopes::parse(scope, app, state)?;

    let mut fields = Vec::new();
    match (&request.method, request.form("action")) {
        (&Method::POST, Some("accept")) => {
            state.people.consent(None, &app.client_id, &scopes.permissions);
            fields.push(("admin_consent", "True".to_owned()));
            fields.push(("scope", scopes.granted()));
        }
        (&Method::POST, _) => {
            let declined = Refusal::from(Aadsts::ConsentDeclined);
            fields.push(("error", declined.aadsts.error().to_owned()));
            fields.push(("error_description", Answer::description(&declined, request, state).text));
        }
        _ => {
            let items: String =
                scopes.permissions.iter().map(|name| format!("<li>{}</li>", escape(name))).collect();
            let body = format!(
                "<form method=\"post\"><p><strong>{}</strong><br><small>unverified</small></p>\
                 <p>This app would like, on behalf of everybody in {}:</p><ul>{items}</ul>\
                 {}</form>",
                escape(&app.name),
                escape(domain),
                buttons(("accept", "Accept"), "cancel")
            );
            return Ok(Answer::page(
                StatusCode::OK,
                "Permissions requested: review for your organization",
                &body,
            ));
        }
    }
    fields.push(("tenant", state.directory.tenant_id().to_owned()));
    fields.extend(parameter("state").map(|state| ("state", state.to_owned())));
    Ok(Delivery::new(ResponseMode::Query, uri, &fields).answer())
}
