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
    /// Lines of the message with more than the 998 octets that RFC 5321 allows, as far as it went out. They are sent as
    /// they are, and some servers cut them or break them.
    pub long_lines: u64,
    /// For each recipient, whether the server has said that it has taken the message for it.
    pub(super) confirmed: Vec<bool>,
}

impl SendReport {
    /// Whether the server has taken the message for every recipient.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        self.delivered_to().count() == self.recipients.len()
    }

    /// The recipients that the server has taken the message for.
    pub fn delivered_to(&self) -> impl Iterator<Item = &Address> {
        let confirmed = self.recipients.iter().zip(&self.confirmed).filter(|(_, confirmed)| **confirmed);
        confirmed.map(|((address, _), _)| address)
    }

    /// The recipients of whom nobody knows: they were not refused, the message went out, and no answer came back.
    pub fn undecided(&self) -> impl Iterator<Item = &Address> {
        let unknown = matches!(self.outcome, Outcome::Unknown { .. });
        self.recipients
            .iter()
            .zip(&self.confirmed)
            .filter(move |((_, outcome), confirmed)| {
                let refused = matches!(outcome, RecipientOutcome::Refused(_));
                unknown && !**confirmed && !refused
            })
            .map(|((address, _), _)| address)
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
    /// The server has taken it, for those recipients that it accepted. With LMTP: for at least one, and this is the
    /// first such answer.
    Accepted(Reply<'static>),
    /// The server has not taken it. The reply is the one that decided: to `MAIL`, to the first recipient when all were
    /// refused, to `DATA`, or to the message itself.
    Refused(Reply<'static>),
    /// The whole message went out, and no answer came back. It may have been taken or not: to send it again may send it
    /// twice, not to send it again may lose it. So give each message a `Message-ID` before it is sent the first time, and
    /// keep it: a second copy with the same one is dropped by many servers (Exchange, Gmail, Dovecot's Sieve
    /// `duplicate`) and hidden by many readers, and the sent items can be searched for it.
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
    /// far as this recipient; with LMTP it may be the recipient's own answer to the message.
    Refused(Reply<'static>),
    /// Nothing was said to it: the message went out in one flight with its envelope, and the connection broke before
    /// this answer. Only where the outcome is [`Outcome::Unknown`].
    Unanswered,
}
