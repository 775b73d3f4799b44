//! User name and password (RFC 6749 section 4.3), where nothing else is possible.
//!
//! ```text
//!              Managed
//! Ask ─> Asked ─────> Exchange ─> ...
//!  ^       │ 5xx, reset
//!  └ Pause <┘ (once)
//! ```

use super::{RETRY_PAUSE, exchange::TokenExchange, is_worth_a_retry};
use crate::{
    Application, CorrelationId, Error, Flow, Request, Response, Scopes, Secret, Step, Timestamp,
    TransportError, TransportErrorKind, json, text::shown,
};

/// Signs a person in by name and password: with Entra only, for users whose password Entra itself knows,
/// and who need no second factor. Every other flow is better.
///
/// Before the password goes anywhere, the user's realm is asked for, because the password of a federated
/// user is none of Entra's business. The password is never sent twice by one flow after an answer: too
/// many wrong ones lock the account.
#[derive(Debug)]
pub struct PasswordFlow {
    username: String,
    retried: bool,
    exchange: TokenExchange,
    state: State,
}

#[derive(Debug)]
enum State {
    Ask,
    Asked,
    Pause,
    Exchange,
    Ended,
}

impl PasswordFlow {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] without Entra; for `common` and `consumers`, where Entra refuses the grant
    /// (AADSTS9001023); for scopes of two resources; for an empty name or password and one with blanks
    /// around it.
    pub fn new(
        app: &Application,
        scopes: &Scopes,
        username: &str,
        password: Secret,
        correlation: CorrelationId,
    ) -> Result<Self, Error> {
        let authority = app.authority();
        if !authority.is_entra() {
            return Err(Error::invalid("authority", "sign-in by password is for tenants of Entra only"));
        }
        if matches!(authority.tenant(), "common" | "consumers") {
            let reason =
                "there is no sign-in by password for personal accounts: name the tenant, or organizations";
            return Err(Error::invalid("authority", reason));
        }
        scopes.resource()?;
        check("user name", username)?;
        check("password", password.expose())?;
        let mut exchange = TokenExchange::new(app, scopes, correlation)
            .field("grant_type", "password")
            .field("username", username)
            .secret_field("password", password)
            .user_fields()
            .never_repeated();
        exchange.set_login_hint(username);
        Ok(Self { username: username.to_owned(), retried: false, exchange, state: State::Ask })
    }

    /// Proves who a confidential client is by an assertion instead of a secret.
    #[must_use]
    pub fn with_assertion(mut self, assertion: Secret) -> Self {
        self.exchange.set_assertion(assertion);
        self
    }

    fn receive_realm(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        let limits = self.exchange.app().limits();
        let object = match json::success(response, &limits, &[], now) {
            Ok(object) => object,
            Err(error) => return self.retry_or(is_worth_a_retry(&error), error),
        };
        let kind = json::text(&object.0, "account_type").unwrap_or_default();
        let refused = |reason: String| Err(Error::invalid("user name", reason));
        if kind.eq_ignore_ascii_case("managed") {
            self.state = State::Exchange;
            Ok(())
        } else if kind.eq_ignore_ascii_case("federated") {
            refused(format!(
                "{} is a federated user, whose password another identity provider checks; sign in by browser or device code",
                shown(&self.username)
            ))
        } else if kind.eq_ignore_ascii_case("unknown") {
            refused(format!(
                "no tenant knows the domain of {}; give the user principal name, not an alias or a personal account",
                shown(&self.username)
            ))
        } else {
            let what = "no known account_type in the user's realm".to_owned();
            Err(Error::Malformed { status: response.status(), what })
        }
    }

    fn retry_or(&mut self, worth: bool, error: Error) -> Result<(), Error> {
        if worth && !self.retried {
            self.retried = true;
            self.state = State::Pause;
            return Ok(());
        }
        Err(error)
    }
}

impl Flow for PasswordFlow {
    fn step(&mut self) -> Result<Step, Error> {
        match self.state {
            State::Ask => {
                self.state = State::Asked;
                let url = self.exchange.app().authority().user_realm(&self.username);
                Ok(Step::Send(Request::get(&url, self.exchange.correlation())))
            }
            State::Pause => {
                self.state = State::Ask;
                Ok(Step::Wait(RETRY_PAUSE))
            }
            State::Exchange => self.exchange.step(),
            State::Asked => Err(Error::Misuse("a response is due")),
            State::Ended => Err(Error::Misuse("the flow has ended")),
        }
    }

    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        match self.state {
            State::Asked => {
                self.state = State::Ended;
                self.receive_realm(response, now)
            }
            State::Exchange => self.exchange.receive(response, now),
            State::Ask | State::Pause | State::Ended => Err(Error::Misuse("no response is due")),
        }
    }

    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        match self.state {
            State::Asked => {
                self.state = State::Ended;
                self.retry_or(failure.kind() == TransportErrorKind::Interrupted, failure.into())
            }
            State::Exchange => self.exchange.receive_failure(failure),
            State::Ask | State::Pause | State::Ended => Err(Error::Misuse("no response is due")),
        }
    }
}

/// A blank around a password is a copied one (AADSTS50126), and each try counts towards the lock-out.
fn check(what: &'static str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::invalid(what, "it is empty"));
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(Error::invalid(what, "there is a blank or a line end around it, or a control in it"));
    }
    Ok(())
}
