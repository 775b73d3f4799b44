//! A refresh token for an access token (RFC 6749 section 6).

use super::exchange::TokenExchange;
use crate::{
    Application, CorrelationId, Error, Flow, Response, Scopes, Secret, Step, Timestamp, TransportError,
};

/// Renews an access token, or gets one for other scopes of the same account: a refresh token belongs to
/// the account and the client, not to a resource.
///
/// An outage or a broken connection is tried once more after a second.
#[derive(Debug)]
pub struct RefreshFlow(TokenExchange);

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
        let exchange = TokenExchange::new(app, scopes, correlation)
            .field("grant_type", "refresh_token")
            .secret_field("refresh_token", refresh_token)
            .user_fields();
        Ok(Self(exchange))
    }

    /// Says whose the refresh token is, where that is known without the provider.
    #[must_use]
    pub fn with_login_hint(mut self, user: &str) -> Self {
        self.0.set_login_hint(user);
        self
    }

    /// Hands a claims challenge back, as [`ServerError::claims`](crate::ServerError::claims) or a resource
    /// gave it.
    #[must_use]
    pub fn with_claims(mut self, claims: &str) -> Self {
        self.0.set_claims(claims);
        self
    }

    /// Proves who a confidential client is by an assertion (RFC 7523 section 2.2) instead of a secret.
    #[must_use]
    pub fn with_assertion(mut self, assertion: Secret) -> Self {
        self.0.set_assertion(assertion);
        self
    }
}

impl Flow for RefreshFlow {
    fn step(&mut self) -> Result<Step, Error> {
        self.0.step()
    }

    fn receive(&mut self, response: &Response, now: Timestamp) -> Result<(), Error> {
        self.0.receive(response, now)
    }

    fn receive_failure(&mut self, failure: TransportError) -> Result<(), Error> {
        self.0.receive_failure(failure)
    }
}
