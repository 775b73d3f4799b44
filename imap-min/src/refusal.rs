//! A server's refusal, as the client's methods return it.

use std::fmt;

use crate::error::readable;
use crate::event::Status;
use crate::text::{CodeName, Condition, Text};

/// The server has refused a command.
///
/// After [`Status::No`] and [`Status::Bad`] the connection can be used on; after [`Status::Bye`] it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The command, as it stands on the wire; `greeting` when the server greets with `BYE`.
    pub command: &'static str,
    /// How it was refused.
    pub status: Status,
    /// The response code.
    pub code: Option<CodeName>,
    /// What the text hints at.
    pub condition: Option<Condition>,
    /// The text, cut to 500 characters; long opaque runs, which might be a token that the server echoes, are left out.
    pub text: String,
}

impl Refusal {
    pub(crate) fn new(command: &'static str, status: Status, text: &Text<'_>) -> Self {
        let code = text.code.as_ref().and_then(|code| code.name());
        Refusal { command, status, code, condition: text.condition(), text: readable(&text.text) }
    }

    /// Whether the connection is over.
    pub(crate) fn is_final(&self) -> bool {
        self.status == Status::Bye
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.status {
            Status::Bye => "ended the session during",
            Status::Ok | Status::No | Status::Bad => "refused",
        };
        write!(f, "the server {how} {}: {}", self.command, self.text)
    }
}

impl std::error::Error for Refusal {}
