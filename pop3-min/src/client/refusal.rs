//! A server's no, as an error that carries data.

use crate::{Code, Error, Reply};

/// A command that the server refused with `-ERR`. The session goes on.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The command's verb, or `the greeting`.
    pub command: &'static str,
    /// The code in brackets, where there is one: the only part that a program should act on.
    pub code: Option<Code>,
    /// The server's text, with control characters escaped.
    pub text: String,
}

impl Refusal {
    pub(crate) fn error(command: &'static str, reply: &Reply<'_>) -> Error {
        let mut text = String::new();
        for character in reply.text_lossy().chars() {
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        Error::Refused(Box::new(Refusal { command, code: reply.code.clone(), text }))
    }
}

impl std::fmt::Display for Refusal {
    /// At most 80 characters of the server's text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server refused {}: \"{}\"", self.command, crate::error::shown(self.text.as_bytes()))
    }
}

impl std::fmt::Debug for Refusal {
    /// As `Display`, and the code: a server may have echoed a token in its text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Refusal({self}, {:?})", self.code)
    }
}

impl std::error::Error for Refusal {}
