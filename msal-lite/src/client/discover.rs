//! Discovery, run.

use std::time::Duration;

use super::correlation_id;
use crate::{
    Authority, DiscoveryFlow, DiscoveryStep, Error, Limits, Timestamp, Transport, TransportError,
    TransportErrorKind,
};

/// The longest that one request may take, whatever the HTTP client allows.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

impl Authority {
    /// Asks a provider for its endpoints, by its issuer: OpenID Connect Discovery, or else RFC 8414. A connection
    /// that breaks is tried once more.
    ///
    /// Not for Entra, whose endpoints are known: [`Authority::entra`].
    ///
    /// ```no_run
    /// # async fn example(http: reqwest::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use msal_lite::{Application, Authority, FileStore, TokenClient};
    ///
    /// let authority = Authority::discover("https://auth.example.com/realms/mail", &http).await?;
    /// let client = TokenClient::new(Application::new("mail-client", authority)?, FileStore::new("tokens.json"), http);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`DiscoveryFlow`]; [`Error::Network`].
    pub async fn discover<T: Transport>(issuer: &str, transport: &T) -> Result<Self, Error> {
        run(DiscoveryFlow::new(issuer, correlation_id()?)?, transport).await
    }

    /// As [`discover`](Self::discover), over plain http to this machine, and with endpoints there: for a provider
    /// under test. Whoever can listen on the loopback interface reads the tokens.
    ///
    /// # Errors
    ///
    /// As `discover`; and for any host but `localhost`, `127.0.0.0/8` and `[::1]`.
    pub async fn dangerous_discover_loopback_http<T: Transport>(
        issuer: &str,
        transport: &T,
    ) -> Result<Self, Error> {
        run(DiscoveryFlow::dangerous_new_loopback_http(issuer, correlation_id()?)?, transport).await
    }
}

async fn run<T: Transport>(mut flow: DiscoveryFlow, transport: &T) -> Result<Authority, Error> {
    let mut repetitions = 1;
    loop {
        let request = match flow.step()? {
            DiscoveryStep::Send(request) => request,
            DiscoveryStep::Done(authority) => return Ok(*authority),
        };
        let response = loop {
            match tokio::time::timeout(REQUEST_TIMEOUT, transport.send(request.clone(), &Limits::default()))
                .await
            {
                Ok(Ok(response)) => break response,
                Ok(Err(error)) if error.kind() == TransportErrorKind::Interrupted && repetitions > 0 => {
                    repetitions -= 1;
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {
                    let late = TransportError::new(TransportErrorKind::Timeout, "no answer in 30 s");
                    return Err(late.into());
                }
            }
        };
        flow.receive(&response, Timestamp::from(std::time::SystemTime::now()))?;
    }
}
