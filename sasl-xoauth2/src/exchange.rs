//! The client's side: a machine of three states that lets the token out once.

use alloc::vec::Vec;
use core::fmt;

use crate::{Credentials, Error, Limits, Mechanism, ServerError, encode, server_error};

/// One attempt to log in.
///
/// Every method that writes appends to the caller's buffer. That buffer then holds the token: wipe it
/// after use.
///
/// ```
/// use sasl_xoauth2::{Answer, Credentials, Exchange, Mechanism, SMTP_COMMAND_LINE};
///
/// # fn main() -> Result<(), sasl_xoauth2::Error> {
/// let credentials = Credentials::new("user@example.com", "ya29.token")?;
/// let mut exchange = Exchange::new(Mechanism::XOAuth2, credentials);
/// let mut line = b"AUTH XOAUTH2".to_vec();
/// if exchange.fits(SMTP_COMMAND_LINE, line.len() + 1) {
///     line.push(b' ');
///     exchange.initial_response_base64(&mut line)?;
/// }
/// // S: 334 eyJzdGF0dXMiOiI0MDEifQ==
/// let mut reply = Vec::new();
/// assert_eq!(exchange.respond_base64(b"eyJzdGF0dXMiOiI0MDEifQ==", &mut reply)?, Answer::Acknowledgement);
/// assert_eq!(reply, b"");
/// assert_eq!(exchange.server_error().and_then(|error| error.status()), Some("401"));
/// # Ok(())
/// # }
/// ```
pub struct Exchange<'a> {
    mechanism: Mechanism,
    credentials: Credentials<'a>,
    limits: Limits,
    state: State,
}

/// What [`Exchange::respond`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The message with the token: the server asked for it.
    Token,
    /// The acknowledgement of the server's refusal, see [`Mechanism::acknowledgement`]. The reason is in
    /// [`Exchange::server_error`]; the server's final reply follows.
    Acknowledgement,
}

enum State {
    Start,
    Sent,
    Refused(ServerError),
}

impl<'a> Exchange<'a> {
    /// Begins an attempt.
    pub fn new(mechanism: Mechanism, credentials: Credentials<'a>) -> Self {
        Self::with_limits(mechanism, credentials, Limits::default())
    }

    /// Begins an attempt with other limits on what the server may say.
    pub fn with_limits(mechanism: Mechanism, credentials: Credentials<'a>, limits: Limits) -> Self {
        Self { mechanism, credentials, limits, state: State::Start }
    }

    /// The mechanism of this attempt.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Octets of the client's message in base64: what goes on the wire.
    pub fn encoded_len(&self) -> usize {
        encode::base64_len(self.message_len())
    }

    /// Octets of the client's message before base64.
    pub fn message_len(&self) -> usize {
        encode::message_len(self.mechanism, &self.credentials)
    }

    /// Whether the message fits a command line of `line_limit` octets (CRLF included, as the RFCs count;
    /// see [`SMTP_COMMAND_LINE`](crate::SMTP_COMMAND_LINE)) behind `prefix_len` octets of command, blank
    /// included. If not: send the command without an initial response and [`respond`](Self::respond) to
    /// the empty challenge.
    pub fn fits(&self, line_limit: usize, prefix_len: usize) -> bool {
        const CRLF: usize = 2;
        prefix_len.saturating_add(self.encoded_len()).saturating_add(CRLF) <= line_limit
    }

    /// Appends the client's message, not yet in base64, with room reserved exactly.
    ///
    /// # Errors
    ///
    /// [`Error::TokenAlreadySent`] the second time.
    pub fn initial_response(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.leave_start()?;
        encode::append_message(self.mechanism, &self.credentials, out);
        Ok(())
    }

    /// Appends the client's message in base64: one pass, no intermediate copy, room reserved exactly.
    ///
    /// # Errors
    ///
    /// [`Error::TokenAlreadySent`] the second time.
    pub fn initial_response_base64(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.leave_start()?;
        encode::append_base64(self.mechanism, &self.credentials, out);
        Ok(())
    }

    /// Answers a challenge, given and answered as bytes without base64.
    ///
    /// Before the token was sent, a challenge invites it: an empty one by the book, and any text too
    /// (`+ go ahead` is seen), unless it is a JSON object, which is a refusal. After the token was sent
    /// any challenge is a refusal, whatever it holds.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedChallenge`] if the server goes on after its refusal: give up the connection.
    pub fn respond(&mut self, challenge: &[u8], out: &mut Vec<u8>) -> Result<Answer, Error> {
        let answer = self.receive(challenge)?;
        match answer {
            Answer::Token => encode::append_message(self.mechanism, &self.credentials, out),
            Answer::Acknowledgement => out.extend_from_slice(self.mechanism.acknowledgement()),
        }
        Ok(answer)
    }

    /// As [`respond`](Self::respond), with the challenge and the answer in base64, as they are on the
    /// wire. A challenge that is not base64 counts as the text that it is.
    ///
    /// # Errors
    ///
    /// As [`respond`](Self::respond).
    pub fn respond_base64(&mut self, challenge: &[u8], out: &mut Vec<u8>) -> Result<Answer, Error> {
        let decoded = server_error::decode_base64(challenge, &self.limits);
        let answer = self.receive(decoded.as_deref().unwrap_or(challenge))?;
        match answer {
            Answer::Token => encode::append_base64(self.mechanism, &self.credentials, out),
            Answer::Acknowledgement => encode::append_short_base64(self.mechanism.acknowledgement(), out),
        }
        Ok(answer)
    }

    /// Why the server refused the token, once it has said so in a challenge. Exchange refuses without.
    pub fn server_error(&self) -> Option<&ServerError> {
        match &self.state {
            State::Refused(error) => Some(error),
            State::Start | State::Sent => None,
        }
    }

    /// Ends the attempt and keeps the server's reason.
    pub fn into_server_error(self) -> Option<ServerError> {
        match self.state {
            State::Refused(error) => Some(error),
            State::Start | State::Sent => None,
        }
    }

    fn leave_start(&mut self) -> Result<(), Error> {
        match self.state {
            State::Start => {
                self.state = State::Sent;
                Ok(())
            }
            State::Sent | State::Refused(_) => Err(Error::TokenAlreadySent),
        }
    }

    fn receive(&mut self, challenge: &[u8]) -> Result<Answer, Error> {
        match self.state {
            State::Start if !server_error::is_json_object(challenge) => {
                self.state = State::Sent;
                Ok(Answer::Token)
            }
            State::Start | State::Sent => {
                let error = ServerError::parse(challenge, &self.limits, self.credentials.token());
                self.state = State::Refused(error);
                Ok(Answer::Acknowledgement)
            }
            State::Refused(_) => Err(Error::UnexpectedChallenge),
        }
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("mechanism", &self.mechanism)
            .field("credentials", &self.credentials)
            .field("server_error", &self.server_error())
            .finish_non_exhaustive()
    }
}
