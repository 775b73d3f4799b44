//! What can go wrong, by whose fault.

use core::fmt;

/// An error of this crate. No variant holds a token or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Caller: a field that must have a value is empty.
    #[error("the {0} is empty")]
    Empty(Field),
    /// Caller: a field holds a character that would break the message or that no such value has. The
    /// character itself is not told, because the field may be a token.
    #[error("the {field} holds {what} at byte {position}, which cannot be sent")]
    Forbidden {
        /// Where it was found.
        field: Field,
        /// The class of the character, such as "a control character".
        what: &'static str,
        /// Offset in bytes from the start of the field.
        position: usize,
    },
    /// Caller: the token was sent in this attempt. Make a new exchange for a new attempt.
    #[error("the token was sent once already in this attempt")]
    TokenAlreadySent,
    /// Caller: no such mechanism here.
    #[error("not an OAuth 2.0 mechanism: expected XOAUTH2 or OAUTHBEARER")]
    UnknownMechanism,
    /// Peer: the server goes on asking after its refusal was acknowledged.
    #[error("the server sent a challenge after the exchange had ended")]
    UnexpectedChallenge,
    /// Peer: a client's message is not what the mechanism prescribes.
    #[error("malformed {mechanism} message: {what}")]
    Malformed {
        /// The mechanism that was asked for.
        mechanism: crate::Mechanism,
        /// What is wrong.
        what: &'static str,
    },
}

/// A part of the client's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The user: the mailbox to open or the person who signs in, as the server wants it.
    User,
    /// The access token.
    Token,
    /// The host name of OAUTHBEARER.
    Host,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user name",
            Self::Token => "access token",
            Self::Host => "host name",
        })
    }
}
