//! A message from its envelope to its report.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;

use super::{Client, Envelope, Outcome, RecipientOutcome, SendReport};
use crate::{BodyType, Command, Error, Event, Extension, Mail, Rcpt, Reply, State};

/// How much of a message is read at a time, and how much is gathered before it is written: a small message goes out in
/// one write with its final dot.
const PIECE: usize = 16 * 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Sends a message. Where the server offers `PIPELINING`, sender, recipients and `DATA` go in one flight. Memory
    /// does not depend on the message's size, and what the server says while the message goes out is heard.
    ///
    /// A refused recipient is in the report, and spoils neither the others nor the connection.
    ///
    /// # Errors
    /// An error means that the message was not accepted. When it did, or may have, gone out as a whole, the report says
    /// [`Outcome::Unknown`].
    ///
    /// - Nothing was sent, and the client is as before: [`Error::TooLong`] when `Envelope::size` is more than the server
    ///   takes, [`Error::Lacks`] when it lacks `8BITMIME` or `SMTPUTF8` and the envelope needs it, [`Error::Invalid`]
    ///   when there is no recipient.
    /// - The message was given up in the middle, without its final dot, and the client is broken: [`Error::Source`] when
    ///   `message` fails, [`Error::Invalid`] when it must not be sent as it is, and those of the connection.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        message: impl AsyncRead + Unpin,
    ) -> Result<SendReport, Error> {
        self.begin()?;
        let mail = self.mail(envelope);
        if let Err(error) = self.check(envelope, &mail) {
            self.busy = false;
            return Err(error);
        }
        let open = self.open(envelope, mail).await?;
        let outcome = if !open.ready {
            open.refusal()
        } else if open.hopeless() {
            // The server waits for a message to nobody: nothing but the dot (RFC 2920 section 3.1).
            self.connection.finish_body(&mut self.output)?;
            self.reply().await?;
            self.reset_first = false;
            open.refusal()
        } else {
            self.message(message).await?
        };
        if !matches!(outcome, Some(Outcome::Unknown { .. })) {
            self.busy = false;
        }
        let outcome = outcome.ok_or(Error::Broken)?;
        let recipients = envelope.recipients.iter().cloned().zip(open.recipients(&outcome)).collect();
        Ok(SendReport { outcome, recipients })
    }

    /// The command that opens the envelope on this server.
    fn mail<'e>(&self, envelope: &'e Envelope) -> Mail<'e> {
        let offers = |extension| self.connection.capabilities().is_some_and(|offered| offered.has(extension));
        let addresses = envelope.sender.iter().chain(&envelope.recipients);
        let mut mail = Mail::new(envelope.sender.as_ref());
        mail.size = envelope.size.filter(|_| offers(Extension::Size));
        mail.smtputf8 = envelope.smtputf8 || addresses.into_iter().any(crate::Address::needs_smtputf8);
        mail.body = match envelope.body {
            None if offers(Extension::EightBitMime) => Some(BodyType::EightBitMime),
            // Seven bits need not be announced, and no extension.
            None | Some(BodyType::SevenBit) => None,
            Some(BodyType::EightBitMime) => Some(BodyType::EightBitMime),
        };
        mail
    }

    fn check(&self, envelope: &Envelope, mail: &Mail<'_>) -> Result<(), Error> {
        if envelope.recipients.is_empty() {
            return Err(Error::Invalid { what: "the envelope", why: "it has no recipient" });
        }
        self.connection.check(&Command::Mail(*mail))
    }

    /// Everything before the message.
    async fn open(&mut self, envelope: &Envelope, mail: Mail<'_>) -> Result<Open, Error> {
        let pipelining =
            self.connection.capabilities().is_some_and(|offered| offered.has(Extension::Pipelining));
        let most = if pipelining { self.connection.limits().pipeline } else { 1 };
        let reset = self.reset_first.then_some(Step::Reset);
        let recipients = (0..envelope.recipients.len()).map(Step::Rcpt);
        let steps: Vec<Step> =
            reset.into_iter().chain([Step::Mail]).chain(recipients).chain([Step::Data]).collect();
        let mut open = Open::new(envelope.recipients.len());
        self.reset_first = true;
        let mut ahead = steps.iter();
        for (answered, step) in steps.iter().enumerate() {
            while !open.hopeless()
                && self.connection.pending() < most
                && let Some(next) = ahead.next()
            {
                self.queue(match *next {
                    Step::Reset => Command::Rset,
                    Step::Mail => Command::Mail(mail),
                    Step::Rcpt(index) => match envelope.recipients.get(index) {
                        Some(to) => Command::Rcpt(Rcpt::new(to)),
                        None => continue,
                    },
                    Step::Data => Command::Data { line_ends: envelope.line_ends },
                })?;
            }
            if steps.len() - ahead.len() == answered {
                break;
            }
            open.take(*step, self.answer().await?);
            if self.connection.state() == State::Ended {
                break;
            }
        }
        Ok(open)
    }

    /// The answer to a command of [`open`](Self::open).
    async fn answer(&mut self) -> Result<Answer, Error> {
        loop {
            match self.next_event().await? {
                Event::Ready { .. } => return Ok(Answer::Ready),
                Event::Completed { reply, .. } => return Ok(Answer::Reply(reply.into_owned())),
                _ => {}
            }
        }
    }

    /// The message, its final dot, and the answer to it.
    async fn message(&mut self, mut message: impl AsyncRead + Unpin) -> Result<Option<Outcome>, Error> {
        let mut piece = vec![0; PIECE];
        loop {
            if self.has_event() {
                if let Event::Completed { reply, .. } = self.take_event()? {
                    return Ok(Some(Outcome::Refused(reply.into_owned())));
                }
            } else if self.eof {
                return Err(self.closed());
            } else if self.output.len() >= PIECE || self.write_error.is_some() {
                self.turn(Instant::now() + self.connection.timeout()).await?;
            } else {
                let read = message.read(&mut piece).await.map_err(Error::Source)?;
                if read == 0 {
                    break;
                }
                self.connection.send_body(piece.get(..read).unwrap_or_default(), &mut self.output)?;
            }
        }
        self.connection.finish_body(&mut self.output)?;
        self.last_answer().await
    }

    /// The answer to the final dot. Only as long as the stream has not taken all of it is it sure that the server has
    /// not got it.
    async fn last_answer(&mut self) -> Result<Option<Outcome>, Error> {
        self.taken = false;
        match self.reply().await {
            Ok(reply) => {
                self.reset_first = false;
                Ok(Some(if reply.is_refusal() { Outcome::Refused(reply) } else { Outcome::Accepted(reply) }))
            }
            Err(why) if self.taken => Ok(Some(Outcome::Unknown { why: Box::new(why) })),
            Err(error) => Err(error),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Reset,
    Mail,
    Rcpt(usize),
    Data,
}

enum Answer {
    Ready,
    Reply(Reply<'static>),
}

/// What the server has said before the message.
struct Open {
    /// The reply that ended it all.
    refused: Option<Reply<'static>>,
    recipients: Vec<Option<RecipientOutcome>>,
    ready: bool,
}

impl Open {
    fn new(recipients: usize) -> Self {
        Open { refused: None, recipients: vec![None; recipients], ready: false }
    }

    fn take(&mut self, step: Step, answer: Answer) {
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
                    *recipient = Some(outcome);
                }
            }
            // What a server makes of RSET is its affair; MAIL will tell.
            Step::Reset if reply.code() != 421 => {}
            Step::Reset | Step::Mail | Step::Rcpt(_) | Step::Data => {
                if refused && self.refused.is_none() {
                    self.refused = Some(reply);
                }
            }
        }
    }

    /// Whether nobody can get the message any more.
    fn hopeless(&self) -> bool {
        let refused =
            |recipient: &Option<RecipientOutcome>| matches!(recipient, Some(RecipientOutcome::Refused(_)));
        self.refused.is_some() || self.recipients.iter().all(refused)
    }

    /// The reply that decided.
    fn refusal(&self) -> Option<Outcome> {
        let of_recipient = self.recipients.iter().find_map(|recipient| match recipient {
            Some(RecipientOutcome::Refused(reply)) => Some(reply.clone()),
            Some(RecipientOutcome::Accepted) | None => None,
        });
        self.refused.clone().or(of_recipient).map(Outcome::Refused)
    }

    /// Each recipient's outcome. Those that the server did not get to were refused by what refused the whole.
    fn recipients(self, outcome: &Outcome) -> Vec<RecipientOutcome> {
        let of_all = self.refused.clone().or(match outcome {
            Outcome::Refused(reply) => Some(reply.clone()),
            Outcome::Accepted(_) | Outcome::Unknown { .. } => None,
        });
        let unanswered = of_all.map_or(RecipientOutcome::Accepted, RecipientOutcome::Refused);
        self.recipients.into_iter().map(|recipient| recipient.unwrap_or_else(|| unanswered.clone())).collect()
    }
}
