//! One token request and its answer: what every grant has in common.

use crate::{
    Application, CorrelationId, Error, Request, Response, Scopes, Secret, Step, Timestamp, TokenResponse,
    TransportError, TransportErrorKind,
    flow::{RETRY_PAUSE, is_worth_a_retry},
};

/// ```text
///  Send ─> Sent ─> Done        outage, reset: Sent ─> Pause ─> Send, once and only if repeatable
/// ```
#[derive(Debug)]
pub(super) struct TokenExchange {
    app: Application,
    /// What the token is for: recorded with it.
    scopes: Scopes,
    correlation: CorrelationId,
    /// The form but for what proves who the client is.
    fields: Vec<(&'static str, Secret)>,
    assertion: Option<Secret>,
    /// Who is to sign in: recorded with the answer.
    login_hint: Option<String>,
    /// Whether sending it twice does no harm.
    repeatable: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Send,
    Sent,
    Pause,
    Done(Box<TokenResponse>),
    Ended,
}

impl TokenExchange {
    /// A request that may be repeated once.
    pub(super) fn new(app: &Application, scopes: &Scopes, correlation: CorrelationId) -> Self {
        Self {
            app: app.clone(),
            scopes: scopes.clone(),
            correlation,
            fields: Vec::new(),
            assertion: None,
            login_hint: None,
            repeatable: true,
            state: State::Send,
        }
    }

    pub(super) fn never_repeated(mut self) -> Self {
        self.repeatable = false;
        self
    }

    pub(super) fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, Secret::new(value.into())));
        self
    }

    pub(super) fn secret_field(mut self, name: &'static str, value: Secret) -> Self {
        self.fields.push((name, value));
        self
    }

    /// What Entra wants to be told with every grant on behalf of a person.
    pub(super) fn user_fields(self) -> Self {
        let entra = self.app.authority().is_entra();
        // Entra's tenant endpoints refuse a refresh without scope (AADSTS900144).
        let scope = if entra { self.scopes.with_reserved() } else { self.scopes.clone() }.to_string();
        let all = self.field("scope", scope);
        if entra { all.field("client_info", "1") } else { all }
    }

    pub(super) fn set_login_hint(&mut self, user: &str) {
        self.login_hint = Some(user.to_owned());
    }

    pub(super) fn set_claims(&mut self, claims: &str) {
        self.fields.push(("claims", Secret::new(claims.to_owned())));
    }

    pub(super) fn set_assertion(&mut self, assertion: Secret) {
        self.assertion = Some(assertion);
    }

    pub(super) fn app(&self) -> &Application {
        &self.app
    }

    pub(super) fn correlation(&self) -> &CorrelationId {
        &self.correlation
    }

    /// The answer, when it is there.
    pub(super) fn done(&self) -> Option<&TokenResponse> {
        match &self.state {
            State::Done(response) => Some(response),
            State::Send | State::Sent | State::Pause | State::Ended => None,
        }
    }

    pub(super) fn step(&mut self) -> Result<Step, Error> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Send => {
                self.state = State::Sent;
                Ok(Step::Send(self.request()))
            }
            State::Pause => {
                self.state = State::Send;
                Ok(Step::Wait(RETRY_PAUSE))
            }
            State::Done(response) => Ok(Step::Done(response)),
            State::Sent => {
                self.state = State::Sent;
                Err(Error::Misuse("a response is due"))
            }
            State::Ended => Err(Error::Misuse("the flow has ended")),
        }
    }

    pub(super) fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        self.expect_response()?;
        let secrets: Vec<&str> = self
            .fields
            .iter()
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| value)
            .chain(&self.assertion)
            .chain(self.app.client_secret())
            .map(Secret::expose)
            .collect();
        match TokenResponse::parse(response, &self.app, &self.scopes, &secrets, now) {
            Ok(mut tokens) => {
                tokens.login_hint.clone_from(&self.login_hint);
                self.state = State::Done(Box::new(tokens));
                Ok(())
            }
            Err(error) => self.retry_or(is_worth_a_retry(&error), error),
        }
    }

    pub(super) fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        self.expect_response()?;
        self.retry_or(failure.kind() == TransportErrorKind::Interrupted, failure.into())
    }

    fn expect_response(&self) -> Result<(), Error> {
        match self.state {
            State::Sent => Ok(()),
            State::Send | State::Pause | State::Done(_) | State::Ended => {
                Err(Error::Misuse("no response is due"))
            }
        }
    }

    fn retry_or(&mut self, worth: bool, error: Error) -> Result<(), Error> {
        if worth && self.repeatable {
            self.repeatable = false;
            self.state = State::Pause;
            return Ok(());
        }
        self.state = State::Ended;
        Err(error)
    }

    fn request(&self) -> Request {
        let fields: Vec<_> = self.fields.iter().map(|(name, value)| (*name, value.expose())).collect();
        self.app.token_request(self.assertion.as_ref(), &self.correlation, &fields)
    }
}

/// The fields that a provider must not be quoted with. The others are public and short: a text that
/// happens to hold one is no leak.
fn is_secret(name: &str) -> bool {
    matches!(name, "refresh_token" | "code" | "code_verifier" | "password" | "device_code")
}
