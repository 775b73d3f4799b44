//! What became of a message.

use std::fmt;

use crate::{Address, Error, Reply};

/// What became of a message, and of each recipient.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendReport {
    /// What became of the message.
    pub outcome: Outcome,
    /// What the server said to each recipient, in the order of the envelope. It counts only if the message was accepted.
    pub recipients: Vec<(Address, RecipientOutcome)>,
}

impl SendReport {
    /// Whether the server has taken the message for every recipient.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        self.delivered_to().count() == self.recipients.len()
    }

    /// The recipients that the server has taken the message for.
    pub fn delivered_to(&self) -> impl Iterator<Item = &Address> {
        let accepted = matches!(self.outcome, Outcome::Accepted(_));
        self.recipients
            .iter()
            .filter(move |(_, outcome)| accepted && *outcome == RecipientOutcome::Accepted)
            .map(|(address, _)| address)
    }
}

impl fmt::Display for SendReport {
    /// One line: what became of the message, and for how many recipients.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.recipients.len();
        match &self.outcome {
            Outcome::Accepted(reply) => {
                write!(f, "accepted for {} of {all} recipients: {reply}", self.delivered_to().count())
            }
            Outcome::Refused(reply) => write!(f, "refused: {reply}"),
            Outcome::Unknown { why } => write!(f, "not known whether accepted: {why}"),
        }
    }
}

/// What became of a message.
#[derive(Debug)]
pub enum Outcome {
    /// The server has taken it, for those recipients that it accepted.
    Accepted(Reply<'static>),
    /// The server has not taken it. The reply is the one that decided: to `MAIL`, to the first recipient when all were
    /// refused, to `DATA`, or to the message itself.
    Refused(Reply<'static>),
    /// The whole message went out, and no answer came back. It may have been taken or not: to send it again may send it
    /// twice. With the same Message-ID most servers and readers notice.
    Unknown {
        /// Why there was no answer.
        why: Box<Error>,
    },
}

/// What the server said to a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientOutcome {
    /// It will get the message, if the message is accepted.
    Accepted,
    /// It will not. The reply is the one to `MAIL`, or the one that closed the session, when the server did not get as
    /// far as this recipient.
    Refused(Reply<'static>),
}
