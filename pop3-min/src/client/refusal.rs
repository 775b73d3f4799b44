//! A server's no, as an error that carries data.

use crate::{Code, Error, Reply};

/// A command that the server refused with `-ERR`. The session goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The command's verb, or `the greeting`.
    pub command: &'static str,
    /// The code in brackets, where there is one: the only part that a program should act on.
    pub code: Option<Code>,
    /// The server's text: control characters escaped, at most 500 characters, and without long opaque runs, which might
    /// be a token that the server echoes.
    pub text: String,
}

impl Refusal {
    pub(crate) fn error(command: &'static str, reply: &Reply<'_>) -> Error {
        Error::Refused(Box::new(Refusal::new(command, reply)))
    }

    pub(crate) fn new(command: &'static str, reply: &Reply<'_>) -> Self {
        let text = crate::error::readable(&reply.text);
        Refusal { command, code: reply.code.clone(), text }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server refused {}: {}", self.command, self.text)
    }
}

impl std::error::Error for Refusal {}
