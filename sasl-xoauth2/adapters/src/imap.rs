//! `imap::Client::authenticate`.

use std::sync::{Mutex, PoisonError};

use sasl_xoauth2::{Error, Exchange, ServerError};

/// Answers the server's challenges, of which imap does the base64. The trait hands out `&self`, hence the
/// lock.
///
/// ```no_run
/// use sasl_xoauth2::{Credentials, Exchange, Mechanism};
/// use sasl_xoauth2_adapters::ImapAuthenticator;
///
/// # fn example(stream: std::net::TcpStream, token: &str) -> Result<(), Box<dyn std::error::Error>> {
/// // `stream` is a TLS stream.
/// let mut client = imap::Client::new(stream);
/// client.read_greeting()?;
/// let credentials = Credentials::new("user@contoso.com", token)?;
/// let authenticator = ImapAuthenticator::new(Exchange::new(Mechanism::XOAuth2, credentials));
/// match client.authenticate("XOAUTH2", &authenticator) {
///     Ok(session) => drop(session),
///     Err((error, _client)) => match authenticator.outcome() {
///         Ok(Some(reason)) => eprintln!("the token was refused: {reason}"),
///         _ => return Err(error.into()),
///     },
/// }
/// # Ok(())
/// # }
/// ```
pub struct ImapAuthenticator<'a>(Mutex<State<'a>>);

struct State<'a> {
    exchange: Exchange<'a>,
    error: Option<Error>,
}

impl<'a> ImapAuthenticator<'a> {
    /// Begins an attempt.
    pub fn new(exchange: Exchange<'a>) -> Self {
        Self(Mutex::new(State { exchange, error: None }))
    }

    /// Ends the attempt: why the server refused, if it said so.
    ///
    /// # Errors
    ///
    /// The server went on after its refusal.
    pub fn outcome(self) -> Result<Option<ServerError>, Error> {
        let State { exchange, error } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(error) => Err(error),
            None => Ok(exchange.into_server_error()),
        }
    }
}

impl imap::Authenticator for ImapAuthenticator<'_> {
    type Response = Vec<u8>;

    fn process(&self, challenge: &[u8]) -> Self::Response {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = Vec::new();
        if let Err(error) = state.exchange.respond(challenge, &mut answer) {
            state.error = Some(error);
        }
        answer
    }
}
