//! What the server has said to an envelope, and what it comes to.

use super::transfer::LastWord;
use super::{Outcome, RecipientOutcome, SendReport};
use crate::{Address, CommandId, Reply};

/// A command of an envelope.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Reset,
    Mail,
    Rcpt(usize),
    Data,
    /// `BDAT` with the whole message.
    Whole,
}

pub(super) enum Answer {
    Ready,
    Reply(Reply<'static>),
}

/// What the server has said before the message.
pub(super) struct Answers {
    /// The reply that ended it all.
    refused: Option<Reply<'static>>,
    recipients: Vec<Recipient>,
    pub(super) ready: bool,
}

#[derive(Default, Clone)]
struct Recipient {
    id: Option<CommandId>,
    outcome: Option<RecipientOutcome>,
    confirmed: bool,
}

impl Answers {
    pub(super) fn new(recipients: usize) -> Self {
        Answers { refused: None, recipients: vec![Recipient::default(); recipients], ready: false }
    }

    /// The command that went out.
    pub(super) fn sent(&mut self, step: Step, id: CommandId) {
        if let Step::Rcpt(index) = step
            && let Some(recipient) = self.recipients.get_mut(index)
        {
            recipient.id = Some(id);
        }
    }

    pub(super) fn take(&mut self, step: Step, answer: Answer) {
        let reply = match answer {
            Answer::Ready => {
                self.ready = true;
                return;
            }
            Answer::Reply(reply) => reply,
        };
        let refused = reply.is_refusal();
        match step {
            // When MAIL was refused, what is said to a recipient is noise, and so is what is said to DATA when all
            // recipients were.
            Step::Rcpt(_) | Step::Data if reply.code() != 421 && self.hopeless() => {}
            Step::Rcpt(index) if reply.code() != 421 => {
                if let Some(recipient) = self.recipients.get_mut(index) {
                    let outcome =
                        if refused { RecipientOutcome::Refused(reply) } else { RecipientOutcome::Accepted };
                    recipient.outcome = Some(outcome);
                }
            }
            // What a server makes of RSET is its affair; MAIL will tell.
            Step::Reset if reply.code() != 421 => {}
            Step::Reset | Step::Mail | Step::Rcpt(_) | Step::Data | Step::Whole => {
                if refused && self.refused.is_none() {
                    self.refused = Some(reply);
                }
            }
        }
    }

    /// Whether nobody can get the message any more.
    pub(super) fn hopeless(&self) -> bool {
        let refused = |one: &Recipient| matches!(one.outcome, Some(RecipientOutcome::Refused(_)));
        self.refused.is_some() || self.recipients.iter().all(refused)
    }

    /// The outcome of a message that nobody can get: the reply that decided.
    pub(super) fn refusal(&self) -> Option<Outcome> {
        let of_recipient = self.recipients.iter().find_map(|one| match &one.outcome {
            Some(RecipientOutcome::Refused(reply)) => Some(reply.clone()),
            Some(RecipientOutcome::Accepted | RecipientOutcome::Unanswered) | None => None,
        });
        self.refused.clone().or(of_recipient).map(Outcome::Refused)
    }

    /// The outcome of a message that went out.
    pub(super) fn conclude(&mut self, word: LastWord) -> Outcome {
        let mut accepted = None;
        let mut first_refusal = None;
        for (id, reply) in word.recipients {
            let Some(recipient) = self.recipients.iter_mut().find(|one| one.id == Some(id)) else { continue };
            if reply.is_refusal() {
                first_refusal.get_or_insert_with(|| reply.clone());
                recipient.outcome = Some(RecipientOutcome::Refused(reply));
            } else {
                recipient.confirmed = true;
                accepted.get_or_insert(reply);
            }
        }
        match (word.all, accepted) {
            (Err(why), _) => Outcome::Unknown { why: Box::new(why) },
            (Ok(Some(reply)), accepted) if reply.is_refusal() => {
                // A session that ended before each recipient had its answer.
                self.unanswered(&reply);
                accepted.map_or(Outcome::Refused(reply), Outcome::Accepted)
            }
            (Ok(Some(reply)), _) => {
                for one in &mut self.recipients {
                    one.confirmed = one.outcome == Some(RecipientOutcome::Accepted);
                }
                Outcome::Accepted(reply)
            }
            (Ok(None), Some(reply)) => Outcome::Accepted(reply),
            (Ok(None), None) => match first_refusal {
                Some(reply) => Outcome::Refused(reply),
                None => Outcome::Unknown { why: Box::new(crate::Error::Broken) },
            },
        }
    }

    pub(super) fn report(mut self, envelope: &[Address], outcome: Outcome, long_lines: u64) -> SendReport {
        let of_all = self.refused.clone().or(match &outcome {
            Outcome::Refused(reply) => Some(reply.clone()),
            Outcome::Accepted(_) | Outcome::Unknown { .. } => None,
        });
        let unanswered = of_all.map_or(RecipientOutcome::Unanswered, RecipientOutcome::Refused);
        let confirmed = self.recipients.iter().map(|one| one.confirmed).collect();
        let outcomes = self.recipients.drain(..).map(|one| one.outcome.unwrap_or_else(|| unanswered.clone()));
        SendReport {
            outcome,
            recipients: envelope.iter().cloned().zip(outcomes).collect(),
            long_lines,
            confirmed,
        }
    }

    /// LMTP: those who have heard nothing when some have.
    fn unanswered(&mut self, reply: &Reply<'static>) {
        if !self.recipients.iter().any(|one| one.confirmed) {
            return;
        }
        for one in self.recipients.iter_mut().filter(|one| !one.confirmed) {
            if one.outcome == Some(RecipientOutcome::Accepted) {
                one.outcome = Some(RecipientOutcome::Refused(reply.clone()));
            }
        }
    }
}
