use super::answer::Answer;
use super::policy;
use super::redirect::ResponseMode;
use super::refusal::Refusal;
use super::request::Request;
use super::scope::Scopes;
use super::signin::{self, Purpose, SignIn};
use super::target::{Outcome, Target};
use crate::state::State;
use crate::{Aadsts, App, Platform};

/// `GET /{tenant}/oauth2/v2.0/authorize` (RFC 6749 section 4.1.1).
pub(super) fn answer(request: &Request, state: &State) -> Answer {
    match read(request, state) {
        Err(outcome) => outcome.answer(request, state),
        Ok(sign_in) => signin::begin(sign_in, request, state),
    }
}

/// Reads and checks an authorize request. What is wrong with the app or its redirect address is shown on a page, never
/// sent to an address that may be somebody else's.
pub(super) fn read(request: &Request, state: &State) -> Result<SignIn, Outcome> {
    let page = |refusal: Refusal| Outcome::Page(refusal);
    let parameter = |name: &str| request.query(name).or_else(|| request.form(name));
    let client_id = parameter("client_id").ok_or_else(|| page(Refusal::missing("client_id")))?;
    let domain = state.directory.domain();
    let app = state.directory.app(client_id).ok_or_else(|| page(Refusal::unknown_app(client_id, domain)))?;
    policy::check_audience(app, request.authority).map_err(page)?;
    let uri = parameter("redirect_uri").ok_or_else(|| page(Aadsts::RedirectMissing.into()))?;
    if app.redirects.is_empty() {
        return Err(page(Aadsts::NoReplyAddress.into()));
    }
    let platform = platform_of(app, uri).ok_or_else(|| page(Refusal::redirect_mismatch(uri, client_id)))?;
    let mode = ResponseMode::named(parameter("response_mode"))
        .ok_or_else(|| page(Aadsts::MalformedRequest.into()))?;
    let challenge = parameter("code_challenge")
        .map(|challenge| (challenge.to_owned(), parameter("code_challenge_method") == Some("S256")));
    let target = Target {
        uri: uri.to_owned(),
        platform,
        mode,
        state: parameter("state").map(str::to_owned),
        nonce: parameter("nonce").map(str::to_owned),
        challenge,
        client_info: parameter("client_info") == Some("1"),
    };
    let back = |refusal: Refusal| Outcome::Deliver(target.refuse(&refusal, None, request, state));
    if let Some(refused) = state.faults.refuse(crate::Endpoint::Authorize) {
        return Err(if refused.is_page() { page(refused.into()) } else { back(refused.into()) });
    }
    if parameter("response_type") != Some("code") {
        return Err(back(Aadsts::ResponseTypeUnsupported.into()));
    }
    let scope = parameter("scope").ok_or_else(|| back(Refusal::missing("scope")))?;
    let scopes = Scopes::parse(scope, app, state).map_err(back)?;
    Ok(SignIn::new(app, scopes, request, Purpose::Code(target)))
}

/// What a redirect address is registered as. `http://localhost` and the loopback addresses stand for every port
/// (RFC 8252 section 7.3); the path counts.
pub(super) fn platform_of(app: &App, uri: &str) -> Option<Platform> {
    let registered = app.redirects.iter().find(|(platform, known)| {
        known == uri
            || *platform == Platform::Desktop
                && without_port(known).is_some_and(|known| Some(known) == without_port(uri))
    });
    registered.map(|(platform, _)| *platform)
}

/// Host and path of a loopback address.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let loopback = matches!(host, "localhost" | "127.0.0.1") && port.bytes().all(|b| b.is_ascii_digit());
    loopback.then_some((host, path.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_do_not_count_on_localhost_and_paths_do() {
        let app = App::public("x")
            .redirect(Platform::Desktop, "http://localhost/cb")
            .redirect(Platform::Web, "https://portal.example/auth");
        for (uri, found) in [
            ("http://localhost", Some(Platform::Desktop)),
            ("http://localhost/", Some(Platform::Desktop)),
            ("http://localhost:44641", Some(Platform::Desktop)),
            ("http://localhost:44641/cb", Some(Platform::Desktop)),
            ("http://localhost:44641/other", None),
            ("http://127.0.0.1:44641", None),
            ("http://localhost:44641@evil.example/", None),
            ("https://portal.example/auth", Some(Platform::Web)),
            ("https://portal.example/auth/", None),
            ("https://portal.example:444/auth", None),
        ] {
            assert_eq!(platform_of(&app, uri), found, "{uri}");
        }
    }
}
