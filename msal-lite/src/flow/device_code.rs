//! Sign-in on another device (RFC 8628).
//!
//! ```text
//!                     200                      waited            200
//! AskCode ─> Asked ─────────> Show ─> Wait ──────────> Poll ─> Polled ─> Done
//!    ^         │ 5xx, reset             ^                        │
//!    └─ Pause <┘ (once)                 └── pending, slow_down, ─┘
//!                                           no answer, 429, 5xx
//! ```
//!
//! Every other answer ends the flow, and so does the life of the code, counted in the waits handed out:
//! a clock that is set back or forward changes nothing.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    Application, CorrelationId, Error, Flow, Request, Response, Scopes, Secret, Step, Timestamp,
    TokenResponse, TransportError, TransportErrorKind,
    flow::{RETRY_PAUSE, is_worth_a_retry},
    json,
    text::escape_and_cut,
};

/// A sign-in in which the person enters a code in a browser anywhere.
#[derive(Debug)]
pub struct DeviceCodeFlow {
    app: Application,
    scopes: Scopes,
    correlation: CorrelationId,
    retried: bool,
    device_code: Secret,
    assertion: Option<Secret>,
    claims: Option<String>,
    /// Time between two polls: the server's, plus 5 s for each `slow_down`.
    interval: Duration,
    /// Polls in a row without an answer of the protocol.
    failures: u32,
    /// What is left of the code's life.
    left: Duration,
    state: State,
}

/// What the person has to see. All of it comes from the server; controls are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCodePrompt {
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    message: String,
    expires_in: Duration,
    interval: Duration,
}

#[derive(Debug)]
enum State {
    AskCode,
    Asked,
    Pause,
    Show(DeviceCodePrompt),
    Wait(Duration),
    Poll,
    Polled,
    Done(Box<TokenResponse>),
    Ended,
}

/// RFC 8628 section 3.2.
const DEFAULT_INTERVAL: u64 = 5;
/// No provider asks for more, and a person is waiting.
const LONGEST_INTERVAL: u64 = 300;
/// RFC 8628 section 3.5.
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// RFC 8628 requires `expires_in`; this is Entra's.
const DEFAULT_LIFE: u64 = 900;
/// A day: longer than any provider's.
const LONGEST_LIFE: u64 = 86_400;
/// The longest wait between two polls that got no answer.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

impl DeviceCodeFlow {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the scopes belong to two resources (Entra), or the authority has no device
    /// authorization endpoint.
    pub fn new(app: &Application, scopes: &Scopes, correlation: CorrelationId) -> Result<Self, Error> {
        if app.authority().is_entra() {
            scopes.resource()?;
        }
        if app.authority().device_endpoint().is_none() {
            return Err(Error::invalid("authority", "it has no device authorization endpoint"));
        }
        Ok(Self {
            app: app.clone(),
            scopes: scopes.clone(),
            correlation,
            retried: false,
            device_code: Secret::new(String::new()),
            assertion: None,
            claims: None,
            interval: Duration::from_secs(DEFAULT_INTERVAL),
            failures: 0,
            left: Duration::ZERO,
            state: State::AskCode,
        })
    }

    /// Hands a claims challenge back, as [`ServerError::claims`](crate::ServerError::claims) gave it.
    #[must_use]
    pub fn with_claims(mut self, claims: &str) -> Self {
        self.claims = Some(claims.to_owned());
        self
    }

    /// Proves who a confidential client is by an assertion instead of a secret.
    #[must_use]
    pub fn with_assertion(mut self, assertion: Secret) -> Self {
        self.assertion = Some(assertion);
        self
    }

    fn ask(&self) -> Request {
        let endpoint = self.app.authority().device_endpoint().unwrap_or_default();
        if self.app.authority().is_entra() {
            // Entra's endpoint knows these two, and proves nobody.
            let scope = self.scopes.with_reserved().to_string();
            let fields = [("client_id", self.app.client_id()), ("scope", &scope)];
            return Request::form(endpoint, &self.correlation, &fields);
        }
        // RFC 8628 section 3.1: a confidential client proves who it is here as at the token endpoint.
        let fields = [("scope", &*self.scopes.to_string())];
        self.app.request_to(endpoint, self.assertion.as_ref(), &self.correlation, &fields)
    }

    fn poll(&self) -> Request {
        let mut fields = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", self.device_code.expose()),
        ];
        if self.app.authority().is_entra() {
            fields.push(("client_info", "1"));
        }
        fields.extend(self.claims.as_deref().map(|claims| ("claims", claims)));
        self.app.token_request(self.assertion.as_ref(), &self.correlation, &fields)
    }

    fn receive_code(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        let limits = self.app.limits();
        let object = match json::success(response, &limits, &self.secrets(), now) {
            Ok(object) => object,
            Err(error) if is_worth_a_retry(&error) && !self.retried => {
                self.retried = true;
                self.state = State::Pause;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let object = &object.0;
        let malformed = |what: &str| Error::Malformed { status: response.status(), what: what.to_owned() };
        let code =
            |key: &str| json::text(object, key).filter(|code| !code.is_empty() && code.len() <= limits.code);
        let device_code = code("device_code").ok_or_else(|| malformed("no usable device_code in it"))?;
        let prompt = DeviceCodePrompt::read(object, limits.text)
            .ok_or_else(|| malformed("no user_code or no verification_uri in it"))?;
        self.device_code = Secret::new(device_code.to_owned());
        self.interval = prompt.interval;
        self.left = prompt.expires_in;
        self.state = State::Show(prompt);
        Ok(())
    }

    /// What the provider must not be quoted with.
    fn secrets(&self) -> Vec<&str> {
        let all = [Some(&self.device_code), self.assertion.as_ref(), self.app.client_secret()];
        all.into_iter().flatten().map(Secret::expose).collect()
    }

    fn receive_poll(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        match TokenResponse::parse(response, &self.app, &self.scopes, &self.secrets(), now) {
            Ok(tokens) => {
                self.state = State::Done(Box::new(tokens));
                Ok(())
            }
            Err(Error::Refused(refusal)) => {
                match refusal.error() {
                    "authorization_pending" => {}
                    "slow_down" => self.interval += SLOW_DOWN,
                    "temporarily_unavailable" => return self.back_off(refusal.retry_after()),
                    _ if refusal.status() == 429 || refusal.status() >= 500 => {
                        return self.back_off(refusal.retry_after());
                    }
                    _ => return Err(Error::Refused(refusal)),
                }
                self.failures = 0;
                self.state = State::Wait(self.interval);
                Ok(())
            }
            Err(Error::Throttled { retry_after } | Error::Unavailable { retry_after, .. }) => {
                self.back_off(retry_after)
            }
            Err(error) => Err(error),
        }
    }

    /// No answer is no end: the person may be typing the code right now (RFC 8628 section 3.5).
    fn back_off(&mut self, retry_after: Option<Duration>) -> Result<(), Error> {
        self.failures = self.failures.saturating_add(1);
        let doubled = self.interval.saturating_mul(1 << self.failures.min(8)).min(LONGEST_BACKOFF);
        let wait = doubled.max(self.interval).max(retry_after.unwrap_or_default());
        self.state = State::Wait(wait);
        Ok(())
    }
}

impl Flow for DeviceCodeFlow {
    fn step(&mut self) -> Result<Step, Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::AskCode => {
                self.state = State::Asked;
                Ok(Step::Send(self.ask()))
            }
            State::Pause => {
                self.state = State::AskCode;
                Ok(Step::Wait(RETRY_PAUSE))
            }
            State::Show(prompt) => {
                self.state = State::Wait(self.interval);
                Ok(Step::Show(prompt))
            }
            State::Wait(wait) => {
                self.left = self.left.checked_sub(wait).ok_or(Error::CodeExpired)?;
                self.state = State::Poll;
                Ok(Step::Wait(wait))
            }
            State::Poll => {
                self.state = State::Polled;
                Ok(Step::Send(self.poll()))
            }
            State::Done(response) => Ok(Step::Done(response)),
            due @ (State::Asked | State::Polled) => {
                self.state = due;
                Err(Error::Misuse("a response is due"))
            }
            State::Ended => Err(Error::Misuse("the flow has ended")),
        }
    }

    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Asked => self.receive_code(response, now),
            State::Polled => self.receive_poll(response, now),
            other => {
                self.state = other;
                Err(Error::Misuse("no response is due"))
            }
        }
    }

    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Asked if failure.kind() == TransportErrorKind::Interrupted && !self.retried => {
                self.retried = true;
                self.state = State::Pause;
                Ok(())
            }
            State::Polled if failure.kind() != TransportErrorKind::Tls => self.back_off(None),
            State::Asked | State::Polled => Err(failure.into()),
            other => {
                self.state = other;
                Err(Error::Misuse("no response is due"))
            }
        }
    }
}

impl DeviceCodePrompt {
    /// The code to enter.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The page to open, as the server gave it.
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// The page with the code filled in, where the server offers one (Entra does not).
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// The server's own sentence with page and code; made up here if it sent none.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How long the code lives.
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// How often the flow asks the server.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    fn read(object: &Map<String, Value>, limit: usize) -> Option<Self> {
        let value = |key: &str| {
            json::text(object, key).filter(|text| !text.is_empty()).map(|text| escape_and_cut(text, limit))
        };
        let seconds = |key: &str, default: u64, most: u64| {
            Duration::from_secs(object.get(key).and_then(json::number).unwrap_or(default).clamp(1, most))
        };
        let user_code = value("user_code")?;
        // `verification_url` is Google's name from before the RFC.
        let verification_uri = value("verification_uri").or_else(|| value("verification_url"))?;
        let message = value("message").unwrap_or_else(|| {
            format!("To sign in, open {verification_uri} and enter the code {user_code}.")
        });
        Some(Self {
            user_code,
            verification_uri,
            verification_uri_complete: value("verification_uri_complete"),
            message,
            expires_in: seconds("expires_in", DEFAULT_LIFE, LONGEST_LIFE),
            interval: seconds("interval", DEFAULT_INTERVAL, LONGEST_INTERVAL),
        })
    }
}
