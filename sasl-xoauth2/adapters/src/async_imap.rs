//! `async_imap::Client::authenticate`.

use sasl_xoauth2::{Error, Exchange, ServerError};

/// Answers the server's challenges, of which async-imap does the base64.
///
/// ```no_run
/// use sasl_xoauth2::{Credentials, Exchange, Mechanism};
/// use sasl_xoauth2_adapters::AsyncImapAuthenticator;
///
/// # async fn example(stream: tokio::net::TcpStream, token: &str) -> Result<(), Box<dyn std::error::Error>> {
/// // `stream` is a TLS stream whose greeting was read.
/// let client = async_imap::Client::new(stream);
/// let credentials = Credentials::new("user@contoso.com", token)?;
/// let mut authenticator = AsyncImapAuthenticator::new(Exchange::new(Mechanism::XOAuth2, credentials));
/// match client.authenticate("XOAUTH2", &mut authenticator).await {
///     Ok(session) => drop(session),
///     Err((error, _client)) => match authenticator.server_error() {
///         Some(reason) => eprintln!("the token was refused: {reason}"),
///         None => return Err(error.into()),
///     },
/// }
/// # Ok(())
/// # }
/// ```
pub struct AsyncImapAuthenticator<'a> {
    exchange: Exchange<'a>,
    error: Option<Error>,
}

impl<'a> AsyncImapAuthenticator<'a> {
    /// Begins an attempt.
    pub fn new(exchange: Exchange<'a>) -> Self {
        Self { exchange, error: None }
    }

    /// Why the server refused, if it said so.
    pub fn server_error(&self) -> Option<&ServerError> {
        self.exchange.server_error()
    }

    /// What was wrong with the exchange itself: the server went on after its refusal.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl async_imap::Authenticator for &mut AsyncImapAuthenticator<'_> {
    type Response = Vec<u8>;

    fn process(&mut self, challenge: &[u8]) -> Self::Response {
        let mut answer = Vec::new();
        // The trait has no room for an error. An empty answer ends in the server's NO.
        if let Err(error) = self.exchange.respond(challenge, &mut answer) {
            self.error = Some(error);
        }
        answer
    }
}
