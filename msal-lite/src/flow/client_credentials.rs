//! A token for the application itself (RFC 6749 section 4.4).

use super::exchange::TokenExchange;
use crate::{
    Application, CorrelationId, Error, Flow, Response, Scopes, Secret, Step, Timestamp, TransportError,
};

/// Gets a token that belongs to the application and to no person, by the application's secret or by an
/// assertion. There is no refresh token: asking again is as easy.
///
/// An outage or a broken connection is tried once more after a second.
///
/// ```
/// use msal_lite::{Application, Authority, ClientCredentialsFlow, Cloud, CorrelationId, Flow, Scopes, Secret, Step};
///
/// let authority = Authority::entra(Cloud::Public, "contoso.com")?;
/// let app = Application::new("11112222-3333-4444-5555-666677778888", authority)?
///     .with_client_secret(Secret::new("q~8Q~secret-value".to_owned()))?;
/// let scopes = Scopes::parse("https://outlook.office365.com/.default")?;
/// let mut flow = ClientCredentialsFlow::new(&app, &scopes, CorrelationId::from_random([7; 16]))?;
/// assert!(matches!(flow.step()?, Step::Send(_)));
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Debug)]
pub struct ClientCredentialsFlow(TokenExchange);

impl ClientCredentialsFlow {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with Entra: for an authority that stands for many tenants, and for scopes that
    /// are not exactly one `.../.default`.
    pub fn new(app: &Application, scopes: &Scopes, correlation: CorrelationId) -> Result<Self, Error> {
        if app.authority().is_entra() {
            check_tenant(app)?;
            check_scope(scopes)?;
        }
        let exchange = TokenExchange::new(app, scopes, correlation)
            .field("grant_type", "client_credentials")
            .field("scope", scopes.to_string());
        Ok(Self(exchange))
    }

    /// Proves who the application is by an assertion (RFC 7523 section 2.2) instead of its secret: signed
    /// by its certificate, or made by an identity provider that the application trusts.
    #[must_use]
    pub fn with_assertion(mut self, assertion: Secret) -> Self {
        self.0.set_assertion(assertion);
        self
    }

    /// Hands a claims challenge back.
    #[must_use]
    pub fn with_claims(mut self, claims: &str) -> Self {
        self.0.set_claims(claims);
        self
    }
}

impl Flow for ClientCredentialsFlow {
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

fn check_tenant(app: &Application) -> Result<(), Error> {
    if app.authority().is_shared() {
        let reason = format!(
            "an application has no account of its own in \"{}\": name the tenant by its id or a domain",
            app.authority().tenant()
        );
        return Err(Error::invalid("authority", reason));
    }
    Ok(())
}

/// AADSTS1002012 and 70011, before they happen.
fn check_scope(scopes: &Scopes) -> Result<(), Error> {
    let mut all = scopes.iter();
    match (all.next(), all.next()) {
        (Some(one), None) if one.to_ascii_lowercase().ends_with("/.default") => Ok(()),
        _ => Err(Error::invalid(
            "scope",
            "an application asks for exactly one scope, which ends in /.default, such as https://outlook.office365.com/.default: it gets whatever an administrator has granted",
        )),
    }
}
