//! A server's no, as an error that carries data.

use crate::{Error, Reply};

/// A command that the server refused with a 4xx or 5xx. The session goes on, unless the code is 421.
///
/// Its `Display` and `Debug` show at most 500 characters of the server's text, without what could be a token;
/// [`Reply::lines`] has the whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server refused {command}: {reply}")]
#[non_exhaustive]
pub struct Refusal {
    /// The command's verb, `the greeting`, or `the session`.
    pub command: &'static str,
    /// The reply. Its code and enhanced code are what a program should act on.
    pub reply: Reply<'static>,
}

impl Refusal {
    pub(crate) fn error(command: &'static str, reply: Reply<'static>) -> Error {
        Error::Refused(Box::new(Refusal { command, reply }))
    }
}
