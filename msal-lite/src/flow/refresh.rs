//! A refresh token for an access token (RFC 6749 section 6).

use crate::{
    Application, CorrelationId, Error, Flow, Request, Response, Scopes, Secret, Step, Timestamp,
    TokenResponse, TransportError, TransportErrorKind,
    flow::{RETRY_PAUSE, is_worth_a_retry},
};

/// Renews an access token, or gets one for other scopes of the same account: a refresh token belongs to
/// the account and the client, not to a resource.
///
/// An outage or a broken connection is tried once more after a second.
#[derive(Debug)]
pub struct RefreshFlow {
    app: Application,
    scopes: Scopes,
    refresh_token: Secret,
    correlation: CorrelationId,
    retried: bool,
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

impl RefreshFlow {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the scopes belong to two resources (Entra).
    pub fn new(
        app: &Application,
        scopes: &Scopes,
        refresh_token: Secret,
        correlation: CorrelationId,
    ) -> Result<Self, Error> {
        if app.authority().is_entra() {
            scopes.resource()?;
        }
        Ok(Self {
            app: app.clone(),
            scopes: scopes.clone(),
            refresh_token,
            correlation,
            retried: false,
            state: State::Send,
        })
    }

    fn request(&self) -> Request {
        let entra = self.app.authority().is_entra();
        // Entra's tenant endpoints refuse a refresh without scope (AADSTS900144).
        let scope = if entra { self.scopes.with_reserved() } else { self.scopes.clone() }.to_string();
        let mut fields = vec![
            ("client_id", self.app.client_id()),
            ("grant_type", "refresh_token"),
            ("refresh_token", self.refresh_token.expose()),
            ("scope", &scope),
        ];
        if entra {
            fields.push(("client_info", "1"));
        }
        Request::form(self.app.authority().token_endpoint(), &self.correlation, &fields)
    }

    fn retry_or(&mut self, worth: bool, error: Error) -> Result<(), Error> {
        if worth && !self.retried {
            self.retried = true;
            self.state = State::Pause;
            return Ok(());
        }
        self.state = State::Ended;
        Err(error)
    }
}

impl Flow for RefreshFlow {
    fn step(&mut self) -> Result<Step, Error> {
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

    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        if !matches!(self.state, State::Sent) {
            return Err(Error::Misuse("no response is due"));
        }
        let secrets = [self.refresh_token.expose()];
        match TokenResponse::parse(response, &self.app, &self.scopes, &secrets, now) {
            Ok(tokens) => {
                self.state = State::Done(Box::new(tokens));
                Ok(())
            }
            Err(error) => self.retry_or(is_worth_a_retry(&error), error),
        }
    }

    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        if !matches!(self.state, State::Sent) {
            return Err(Error::Misuse("no response is due"));
        }
        self.retry_or(failure.kind() == TransportErrorKind::Interrupted, failure.into())
    }
}
