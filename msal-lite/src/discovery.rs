//! A provider's own description of where its endpoints are.
//!
//! ```text
//!                    200, right issuer
//! OpenId: Ask ─> Asked ────────────────> Done
//!                  │ 4xx, no JSON
//! OAuth:  Ask <────┘  ... the same, and then the end
//! ```

use serde_json::{Map, Value};
use url::Url;

use crate::{
    Authority, CorrelationId, Error, Limits, Request, Response, Timestamp,
    authority::{Addresses, Particulars},
    json,
    text::shown,
};

/// Finds out the endpoints of a provider from its issuer: OpenID Connect Discovery 1.0 section 4, or else
/// RFC 8414 section 3.
///
/// Entra needs none of this: its endpoints are known by template, see [`Authority::entra`]; and the
/// issuer in its documents is a pattern.
///
/// ```
/// use msal_lite::{Body, CorrelationId, DiscoveryFlow, DiscoveryStep, Response, Timestamp};
///
/// let mut flow = DiscoveryFlow::new("https://accounts.google.com", CorrelationId::from_random([7; 16]))?;
/// let DiscoveryStep::Send(request) = flow.step()? else { unreachable!() };
/// assert_eq!(request.url(), "https://accounts.google.com/.well-known/openid-configuration");
///
/// let document = br#"{"issuer":"https://accounts.google.com","token_endpoint":"https://oauth2.googleapis.com/token"}"#;
/// flow.receive(&Response::new(200, Body::new(document.to_vec())), Timestamp::from_unix(0))?;
/// let DiscoveryStep::Done(authority) = flow.step()? else { unreachable!() };
/// assert_eq!(authority.token_endpoint(), "https://oauth2.googleapis.com/token");
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Debug)]
pub struct DiscoveryFlow {
    issuer: String,
    addresses: Addresses,
    /// Where the document may be, the next one last.
    places: Vec<String>,
    correlation: CorrelationId,
    limits: Limits,
    state: State,
}

/// What a [`DiscoveryFlow`] wants.
#[derive(Debug)]
pub enum DiscoveryStep {
    /// Send this, then call `receive`. If there is no response, begin anew.
    Send(Request),
    /// The provider.
    Done(Box<Authority>),
}

#[derive(Debug)]
enum State {
    Ask,
    Asked,
    Done(Box<Authority>),
    Ended,
}

impl DiscoveryFlow {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an issuer that is not an https address.
    pub fn new(issuer: &str, correlation: CorrelationId) -> Result<Self, Error> {
        Self::over(Addresses::Https, issuer, correlation)
    }

    /// As [`new`](Self::new), over plain http to this machine, where the endpoints have to be too: for a
    /// provider under test. Whoever can listen on the loopback interface reads the tokens.
    ///
    /// # Errors
    ///
    /// As `new`; and for any host but `localhost`, `127.0.0.0/8` and `[::1]`.
    pub fn dangerous_new_loopback_http(issuer: &str, correlation: CorrelationId) -> Result<Self, Error> {
        Self::over(Addresses::LoopbackHttp, issuer, correlation)
    }

    fn over(addresses: Addresses, issuer: &str, correlation: CorrelationId) -> Result<Self, Error> {
        let url = addresses.check("issuer", issuer)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            addresses,
            places: places(&url),
            correlation,
            limits: Limits::default(),
            state: State::Ask,
        })
    }

    /// Sets other limits on what the provider may send.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What to do next.
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] when a response is due or the flow has ended.
    pub fn step(&mut self) -> Result<DiscoveryStep, Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Ask => {
                let place = self.places.last().ok_or(Error::Misuse("the flow has ended"))?;
                self.state = State::Asked;
                Ok(DiscoveryStep::Send(Request::get(place, &self.correlation)))
            }
            State::Done(authority) => Ok(DiscoveryStep::Done(authority)),
            State::Asked => {
                self.state = State::Asked;
                Err(Error::Misuse("a response is due"))
            }
            State::Ended => Err(Error::Misuse("the flow has ended")),
        }
    }

    /// Takes the response to the request of the last step.
    ///
    /// # Errors
    ///
    /// The end of the flow: no document at either place, a document of another issuer, one without
    /// endpoints that could be used.
    pub fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        if !matches!(self.state, State::Asked) {
            return Err(Error::Misuse("no response is due"));
        }
        self.state = State::Ended;
        self.places.pop();
        match json::success(response, &self.limits, &[], now) {
            Ok(document) => {
                let authority = read(&self.issuer, self.addresses, response.status(), &document.0)?;
                self.state = State::Done(Box::new(authority));
                Ok(())
            }
            Err(Error::Malformed { .. } | Error::Page { .. } | Error::Refused(_))
                if !self.places.is_empty() =>
            {
                self.state = State::Ask;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// The one of RFC 8414, which goes between host and path, and before it that of OpenID Connect.
fn places(issuer: &Url) -> Vec<String> {
    let origin = issuer.origin().ascii_serialization();
    let path = issuer.path().trim_end_matches('/');
    vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ]
}

fn read(
    issuer: &str,
    addresses: Addresses,
    status: u16,
    document: &Map<String, Value>,
) -> Result<Authority, Error> {
    let malformed = |what: &str| Error::Malformed { status, what: what.to_owned() };
    // RFC 8414 section 3.3: identical, or somebody else speaks.
    let named = json::text(document, "issuer").unwrap_or_default();
    if named != issuer {
        // The difference may be a slash: whoever gave the issuer has to see it.
        let what = format!(
            "the document is of another issuer than was asked for: it is \"{}\" and not \"{}\"",
            shown(named),
            shown(issuer)
        );
        return Err(malformed(&what));
    }
    let token = json::text(document, "token_endpoint").ok_or_else(|| malformed("no token_endpoint in it"))?;
    let device = json::text(document, "device_authorization_endpoint");
    let mut authority = Authority::with_endpoints_over(addresses, issuer, token, device)?;
    if let Some(address) = json::text(document, "authorization_endpoint") {
        authority = authority.with_authorization_endpoint_over(addresses, address)?;
    }
    let methods = document.get("token_endpoint_auth_methods_supported");
    let takes_post = json::array(document, "token_endpoint_auth_methods_supported")
        .any(|method| method.as_str() == Some("client_secret_post"));
    let names_itself = document.get("authorization_response_iss_parameter_supported");
    Ok(authority.with_particulars(Particulars {
        authorize: &[],
        // A list that is left out means Basic (RFC 8414 section 2), but those who leave it out take both.
        basic: methods.is_some() && !takes_post,
        issuer_in_answer: names_itself == Some(&Value::Bool(true)),
    }))
}
