//! lettre's `SmtpConnection`, which has an XOAUTH2 of its own that loses the reason of a refusal, and sends
//! a token of any length on the line of the command.

use std::fmt;

use lettre::transport::smtp::{client::SmtpConnection, response::Response};
use sasl_xoauth2::{Answer, Exchange, SMTP_COMMAND_LINE, ServerError};

/// Why a login failed.
#[derive(Debug)]
pub enum AuthError {
    /// The connection, or the server's final answer.
    Smtp(lettre::transport::smtp::Error),
    /// The server refused the token and said why.
    Refused(Box<ServerError>),
    /// The server broke the mechanism.
    Exchange(sasl_xoauth2::Error),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(error) => write!(f, "{error}"),
            Self::Refused(reason) => write!(f, "the token was refused: {reason}"),
            Self::Exchange(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for AuthError {}

/// Logs in on a connection that is encrypted already.
///
/// ```no_run
/// use lettre::transport::smtp::{client::SmtpConnection, extension::ClientId};
/// use sasl_xoauth2::{Credentials, Exchange, Mechanism};
///
/// # fn example(mut connection: SmtpConnection, token: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::new("user@contoso.com", token)?;
/// let mut exchange = Exchange::new(Mechanism::XOAuth2, credentials);
/// sasl_xoauth2_adapters::authenticate(&mut connection, &mut exchange)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// What the server answered.
pub fn authenticate(connection: &mut SmtpConnection, exchange: &mut Exchange<'_>) -> Result<(), AuthError> {
    let mut line = format!("AUTH {}", exchange.mechanism()).into_bytes();
    if exchange.fits(SMTP_COMMAND_LINE, line.len() + 1) {
        line.push(b' ');
        exchange.initial_response_base64(&mut line).map_err(AuthError::Exchange)?;
    }
    let outcome = rounds(connection, exchange, line);
    // The final answer tells less than the challenge before it.
    match exchange.server_error() {
        Some(reason) if outcome.is_err() => Err(AuthError::Refused(Box::new(reason.clone()))),
        _ => outcome,
    }
}

fn rounds(
    connection: &mut SmtpConnection,
    exchange: &mut Exchange<'_>,
    first: Vec<u8>,
) -> Result<(), AuthError> {
    let mut response = send(connection, first)?;
    while response.has_code(334) {
        let challenge = response.first_line().unwrap_or_default().to_owned();
        let mut answer = Vec::new();
        let answered =
            exchange.respond_base64(challenge.as_bytes(), &mut answer).map_err(AuthError::Exchange)?;
        debug_assert!(matches!(answered, Answer::Token | Answer::Acknowledgement));
        response = send(connection, answer)?;
    }
    Ok(())
}

fn send(connection: &mut SmtpConnection, mut line: Vec<u8>) -> Result<Response, AuthError> {
    line.extend_from_slice(b"\r\n");
    let line = String::from_utf8_lossy(&line).into_owned();
    connection.command(line).map_err(AuthError::Smtp)
}
