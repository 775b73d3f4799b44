//! What the machine reports.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

use crate::{CommandId, Error, Quirk, Reply};

/// What the server said, borrowed from the caller's input.
///
/// Each command ends with exactly one [`Completed`](Event::Completed); `DATA` has [`Ready`](Event::Ready) before it
/// when it is accepted. With [`Protocol::Lmtp`](crate::Protocol::Lmtp) the end of a message has one
/// [`Delivered`](Event::Delivered) for each accepted recipient in place of its `Completed`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server is ready. A greeting that refuses is [`Event::Completed`] with [`CommandId::GREETING`].
    Greeting(Greeting<'i>),
    /// A tolerated defect.
    Quirk(Quirk),
    /// The server wants a SASL message: answer with [`respond`](crate::Connection::respond) or
    /// [`cancel`](crate::Connection::cancel).
    Challenge(Challenge<'i>),
    /// The server waits for the message: [`send_body`](crate::Connection::send_body), then
    /// [`finish_body`](crate::Connection::finish_body).
    Ready {
        /// The command.
        id: CommandId,
        /// The answer, mostly a 354.
        reply: Reply<'i>,
    },
    /// A command is answered. A 4xx or 5xx to `DATA` may come in the middle of the message; nothing more of it may be
    /// sent then, and the connection is of no further use.
    Completed {
        /// The command.
        id: CommandId,
        /// The answer.
        reply: Reply<'i>,
    },
    /// LMTP: what became of the message for one recipient (RFC 2033 section 4.2). The last one ends the command.
    Delivered {
        /// The `RCPT` of the recipient.
        recipient: CommandId,
        /// The answer.
        reply: Reply<'i>,
    },
    /// A 421 that answers nothing: the server is about to close the connection.
    Closing(Reply<'i>),
}

/// The first reply of a connection (RFC 5321 section 3.1). Its text is for people: what a server can do is never read
/// from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting<'i> {
    /// The reply, a 220.
    pub reply: Reply<'i>,
}

impl Greeting<'_> {
    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Greeting<'static> {
        Greeting { reply: self.reply.into_owned() }
    }
}

/// The server's part of a SASL exchange (RFC 4954 section 4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge<'i> {
    base64: &'i [u8],
    limit: usize,
}

impl<'i> Challenge<'i> {
    pub(crate) fn new(base64: &'i [u8], limit: usize) -> Self {
        Challenge { base64, limit }
    }

    /// The challenge as sent.
    #[must_use]
    pub fn base64(&self) -> &'i [u8] {
        self.base64
    }

    /// The challenge as the mechanism reads it. Missing padding is tolerated.
    ///
    /// # Errors
    /// [`Error::Protocol`] when it is not base64, [`Error::TooLong`] when it is longer than `Limits::challenge`.
    pub fn decode(&self) -> Result<Vec<u8>, Error> {
        if self.base64.len() / 4 * 3 > self.limit.saturating_add(2) {
            return Err(Error::TooLong { what: "a SASL challenge", limit: self.limit });
        }
        STANDARD_PAD_INDIFFERENT
            .decode(self.base64)
            .map_err(|_| Error::protocol("a SASL challenge is not base64", self.base64))
    }
}

impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge([{} octets])", self.base64.len())
    }
}
