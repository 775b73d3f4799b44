//! Sign-in by browser on this machine (RFC 6749 section 4.1 with PKCE, RFC 7636).
//!
//! ```text
//!          right answer                          200
//! Browser ──────────────> Exchange: Send ─> Sent ───> Done
//!  └─ foreign ─^              nothing is ever repeated: a code is good for one request
//! ```

mod options;
mod pkce;

pub use options::{AuthorizationOptions, ResponseMode};

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::exchange::TokenExchange;
use crate::{
    Application, CorrelationId, Error, Flow, Response, Scopes, Secret, ServerError, Step, Timestamp,
    TransportError, json, jwt,
};

/// A sign-in in which the browser brings a code to an address of this program.
///
/// [`authorization_url`](Self::authorization_url) goes to a browser. What the browser then brings to the
/// redirect address goes into [`receive_redirect`](Self::receive_redirect). The rest is as with every
/// [`Flow`]. With the feature `reqwest`, `TokenClient::authorization_code` does all of it.
///
/// ```
/// use msal_lite::{
///     Application, AuthorizationCodeFlow, AuthorizationOptions, Authority, Cloud, CorrelationId, Flow, Redirect,
///     Scopes, Step,
/// };
///
/// let authority = Authority::entra(Cloud::Public, "organizations")?;
/// let app = Application::new("11112222-3333-4444-5555-666677778888", authority)?;
/// let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All")?;
/// let mut flow = AuthorizationCodeFlow::new(
///     &app,
///     &scopes,
///     "http://localhost:44641",
///     &AuthorizationOptions::new().with_login_hint("user@contoso.com"),
///     [7; 96], // from the system's source of randomness
///     CorrelationId::from_random([7; 16]),
/// )?;
/// assert!(flow.authorization_url().contains("code_challenge_method=S256"));
///
/// // A page that somebody made the browser open is not the answer.
/// assert_eq!(flow.receive_redirect(b"code=stolen&state=guessed")?, Redirect::Foreign);
///
/// # let state = url::Url::parse(flow.authorization_url()).unwrap();
/// # let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
/// assert_eq!(flow.receive_redirect(format!("code=1.AX&state={state}").as_bytes())?, Redirect::Accepted);
/// let Step::Send(_token_request) = flow.step()? else { unreachable!() };
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Debug)]
pub struct AuthorizationCodeFlow {
    app: Application,
    /// Holds `state` and `nonce`.
    url: Secret,
    csrf_state: Secret,
    nonce: Secret,
    code_length: usize,
    state: State,
}

/// What the browser brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// The answer of the sign-in page: go on with [`Flow::step`].
    Accepted,
    /// Something else, which has changed nothing: the icon of the page, an old tab, a page that guesses.
    Foreign,
}

#[derive(Debug)]
enum State {
    Browser(TokenExchange),
    Exchange(TokenExchange),
    Ended,
}

impl AuthorizationCodeFlow {
    /// Begins. `redirect_uri` is where the browser comes back to, octet by octet as it is registered but
    /// for the port of `http://localhost`. `random` is from a source fit for keys.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the authority has no authorization endpoint, the scopes belong to two
    /// resources (Entra), or the redirect address is neither https nor `http` to this machine nor a
    /// scheme of the program's own (RFC 8252 section 7).
    pub fn new(
        app: &Application,
        scopes: &Scopes,
        redirect_uri: &str,
        options: &AuthorizationOptions,
        random: [u8; 96],
        correlation: CorrelationId,
    ) -> Result<Self, Error> {
        let authority = app.authority();
        if authority.is_entra() {
            scopes.resource()?;
        }
        let endpoint = authority
            .authorization_endpoint()
            .ok_or_else(|| Error::invalid("authority", "its authorization endpoint is not known"))?;
        check_redirect(redirect_uri)?;
        let [csrf_state, nonce, verifier] = pkce::secrets(&random);

        let asked = if authority.is_entra() { scopes.with_reserved() } else { scopes.clone() };
        let (scope, challenge) = (asked.to_string(), pkce::challenge(&verifier));
        let address = format!("{endpoint}?");
        let start = address.len();
        let mut query = form_urlencoded::Serializer::for_suffix(address, start);
        query.extend_pairs([
            ("client_id", app.client_id()),
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("scope", &scope),
            ("state", csrf_state.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        if asked.contains("openid") {
            query.append_pair("nonce", nonce.expose());
        }
        if authority.is_entra() {
            query.append_pair("client_info", "1");
            query.append_pair("client-request-id", correlation.as_str());
        }
        let own = authority.particulars().authorize.iter().filter(|(name, _)| !options.sets(name));
        query.extend_pairs(own);
        options.append_to(&mut query, authority.is_entra());

        let mut exchange = TokenExchange::new(app, scopes, correlation)
            .field("grant_type", "authorization_code")
            .field("redirect_uri", redirect_uri)
            .secret_field("code_verifier", verifier)
            .user_fields()
            .never_repeated();
        if let Some(user) = options.login_hint() {
            exchange.set_login_hint(user);
        }
        Ok(Self {
            app: app.clone(),
            url: Secret::new(query.finish()),
            csrf_state,
            nonce,
            code_length: app.limits().code,
            state: State::Browser(exchange),
        })
    }

    /// Proves who a confidential client is by an assertion instead of a secret.
    #[must_use]
    pub fn with_assertion(mut self, assertion: Secret) -> Self {
        if let State::Browser(exchange) | State::Exchange(exchange) = &mut self.state {
            exchange.set_assertion(assertion);
        }
        self
    }

    /// The page to open in a browser. It holds what makes the answer recognizable: show it to the person
    /// who signs in and to nobody else.
    pub fn authorization_url(&self) -> &str {
        self.url.expose()
    }

    /// Takes what the browser brought to the redirect address: the query, or the body of a form. The first
    /// right answer counts.
    ///
    /// Without the right `state`, it is [`Redirect::Foreign`]: any page that the browser shows can make it
    /// ask the redirect address for anything, and must not be able to end the sign-in.
    ///
    /// # Errors
    ///
    /// The end of the flow: [`Error::Refused`] with the provider's words, [`Error::Redirect`] for an
    /// answer in the name of another issuer (RFC 9207) or without a code. [`Error::Misuse`] if no answer
    /// is due.
    pub fn receive_redirect(&mut self, parameters: &[u8]) -> Result<Redirect, Error> {
        if !matches!(self.state, State::Browser(_)) {
            return Err(Error::Misuse("no answer of the sign-in page is due"));
        }
        let Some(answer) = Answer::read(parameters) else { return Ok(Redirect::Foreign) };
        if !pkce::same(answer.text("state").as_bytes(), self.csrf_state.expose().as_bytes()) {
            return Ok(Redirect::Foreign);
        }
        let State::Browser(exchange) = std::mem::replace(&mut self.state, State::Ended) else {
            return Err(Error::Misuse("no answer of the sign-in page is due"));
        };
        self.check_issuer(&answer)?;
        let secrets = [self.csrf_state.expose(), answer.text("code")];
        if let Some(error) = answer.error(self.app.limits().text, &secrets) {
            return Err(Error::Refused(Box::new(error)));
        }
        let code = answer.text("code");
        if code.is_empty() || code.len() > self.code_length {
            return Err(Error::Redirect { reason: "it holds neither a usable code nor an error" });
        }
        self.state = State::Exchange(exchange.secret_field("code", Secret::new(code.to_owned())));
        Ok(Redirect::Accepted)
    }

    fn check_issuer(&self, answer: &Answer) -> Result<(), Error> {
        let authority = self.app.authority();
        let reason = match answer.text("iss") {
            "" if authority.particulars().issuer_in_answer => {
                "it does not name its issuer, though the provider says that it does"
            }
            "" => return Ok(()),
            issuer if authority.is_issuer(issuer) => return Ok(()),
            _ => "it is in the name of another issuer; somebody may have mixed up two sign-ins on purpose",
        };
        Err(Error::Redirect { reason })
    }

    /// An id token must be for this client and of this sign-in (OpenID Connect Core section 3.1.3.7, numbers 3 and 11).
    fn check_id_token(&self, exchange: &TokenExchange) -> Result<(), Error> {
        let Some(id_token) = exchange.done().and_then(|response| response.id_token.as_ref()) else {
            return Ok(());
        };
        let malformed = |what: &str| Error::Malformed { status: 200, what: what.to_owned() };
        let claims = jwt::claims(id_token.expose());
        let claims = claims.as_ref().map(|claims| &claims.0);
        let is_for = |audience: &Value| audience.as_str() == Some(self.app.client_id());
        let for_us = claims.and_then(|claims| claims.get("aud")).is_none_or(|audience| match audience {
            Value::Array(all) => all.iter().any(is_for),
            one => is_for(one),
        });
        if !for_us {
            return Err(malformed("the id token is for another application"));
        }
        match claims.and_then(|claims| json::text(claims, "nonce")) {
            // Without openid in the request there was no nonce to repeat.
            None if !self.url.expose().contains("&nonce=") => Ok(()),
            Some(nonce) if pkce::same(nonce.as_bytes(), self.nonce.expose().as_bytes()) => Ok(()),
            _ => Err(malformed("the id token is not of this sign-in: its nonce is another")),
        }
    }
}

impl Flow for AuthorizationCodeFlow {
    fn step(&mut self) -> Result<Step, Error> {
        match &mut self.state {
            State::Browser(_) => Err(Error::Misuse("the answer of the sign-in page is due")),
            State::Exchange(exchange) => exchange.step(),
            State::Ended => Err(Error::Misuse("the flow has ended")),
        }
    }

    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Exchange(mut exchange) => {
                let received = exchange.receive(response, now).and_then(|()| self.check_id_token(&exchange));
                // After a misuse the flow is as it was.
                if matches!(received, Ok(()) | Err(Error::Misuse(_))) {
                    self.state = State::Exchange(exchange);
                }
                received
            }
            other => {
                self.state = other;
                Err(Error::Misuse("no response is due"))
            }
        }
    }

    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        match &mut self.state {
            State::Exchange(exchange) => exchange.receive_failure(failure),
            State::Browser(_) | State::Ended => Err(Error::Misuse("no response is due")),
        }
    }
}

/// The parameters of an answer, each at most once (RFC 6749 section 3.1).
struct Answer(json::Wiped);

/// The ones that are looked at.
const PARAMETERS: [&str; 7] =
    ["code", "state", "iss", "error", "error_description", "error_subcode", "error_uri"];

impl Answer {
    /// `None` if a parameter is given twice: two readers would differ about it.
    fn read(parameters: &[u8]) -> Option<Self> {
        let mut found = json::Wiped(Map::new());
        for (name, value) in form_urlencoded::parse(parameters) {
            if PARAMETERS.contains(&name.as_ref())
                && found.0.insert(name.into_owned(), Value::String(value.into_owned())).is_some()
            {
                return None;
            }
        }
        Some(Self(found))
    }

    fn text(&self, name: &str) -> &str {
        json::text(&self.0.0, name).unwrap_or_default()
    }

    /// The refusal, if it is one. It came without an HTTP status of its own.
    fn error(&self, limit: usize, secrets: &[&str]) -> Option<ServerError> {
        let mut object = self.0.0.clone();
        if let Some(subcode) = object.remove("error_subcode") {
            object.insert("suberror".to_owned(), subcode);
        }
        ServerError::parse(0, &json::Wiped(object).0, None, limit, secrets)
    }
}

fn check_redirect(address: &str) -> Result<(), Error> {
    let url = Url::parse(address)
        .map_err(|error| Error::invalid("redirect address", format!("it is not an address: {error}")))?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.fragment().is_some() {
        return Err(Error::invalid("redirect address", "it has a fragment"));
    }
    if url.scheme() == "http" && !loopback {
        return Err(Error::invalid("redirect address", "a code over plain http goes to this machine only"));
    }
    Ok(())
}
