//! A message from its envelope to its report.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::answers::{Answer, Answers, Step};
use super::transfer::LastWord;
use super::{Client, EightBit, Envelope, SendReport, Transfer};
use crate::downgrade::Downgrade;
use crate::{Address, BodyType, Command, Error, Event, Extension, Mail, OriginalRecipient, Rcpt, State};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Sends a message. Where the server offers `PIPELINING`, sender, recipients and `DATA` go in one flight;
    /// `Envelope::transfer` has the choices. Memory does not depend on the message's size, and what the server says
    /// while the message goes out is heard.
    ///
    /// A refused recipient is in the report, and spoils neither the others nor the connection. Where something was
    /// refused, the next message begins with `RSET`.
    ///
    /// # Errors
    /// An error means that the message was not accepted. When it did, or may have, gone out as a whole, the report says
    /// [`Outcome::Unknown`](crate::Outcome::Unknown), and what to do then.
    ///
    /// - Nothing was sent, and the client is as before: [`Error::TooLong`] when `Envelope::size` is more than the server
    ///   takes, [`Error::Lacks`] when it lacks an extension that the envelope needs, [`Error::Invalid`] when there is no
    ///   recipient; with [`Transfer::OneFlight`] also [`Error::Source`] and `TooLong` for a message that was read first.
    /// - The message was given up in the middle, without its end, and the client is broken: [`Error::Source`] when
    ///   `message` fails, [`Error::Invalid`] when it must not be sent as it is, and those of the connection.
    /// - The message turned out to be larger than the server takes, and was given up in the middle: [`Error::TooLong`].
    ///   By `BDAT` the client stays usable, by `DATA` it is broken.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        mut message: impl AsyncRead + Unpin,
    ) -> Result<SendReport, Error> {
        self.begin()?;
        let mut plan = match self.plan(envelope) {
            Ok(plan) => plan,
            Err(error) => {
                self.busy = false;
                return Err(error);
            }
        };
        let mut head = Vec::new();
        if let Way::Whole { most } = plan.way {
            let read = self.read_ahead(&mut plan, most, &mut head, &mut message).await;
            if let Err(error) = read {
                self.busy = false;
                return Err(error);
            }
        }
        let result = self.transact(envelope, &plan, &head, message).await;
        let (mut answers, word) = result?;
        let unknown = matches!(&word, Some(LastWord { all: Err(_), .. }));
        let outcome = match word {
            Some(word) => Some(answers.conclude(word)),
            None => answers.refusal(),
        };
        // Where answers are still to come, nothing may follow.
        if !unknown && self.connection.pending() == 0 {
            self.busy = false;
        }
        let outcome = outcome.ok_or(Error::Broken)?;
        Ok(answers.report(&envelope.recipients, outcome, self.connection.long_lines()))
    }

    /// How this envelope goes to this server.
    fn plan<'e>(&self, envelope: &'e Envelope) -> Result<Plan<'e>, Error> {
        if envelope.recipients.is_empty() {
            return Err(Error::Invalid { what: "the envelope", why: "it has no recipient" });
        }
        let offers = |extension| self.offers(extension);
        let utf8 = offers(Extension::SmtpUtf8);
        let sender = envelope.sender.as_ref().map(|address| written(envelope, address, utf8));
        let recipients: Vec<&Address> =
            envelope.recipients.iter().map(|address| written(envelope, address, utf8)).collect();
        let may_change = matches!(envelope.body, None | Some(BodyType::EightBitMime));
        let downgrade =
            envelope.eight_bit == EightBit::Downgrade && may_change && !offers(Extension::EightBitMime);
        let mut mail = Mail::new(sender);
        // Encoded, it has another size.
        mail.size = envelope.size.filter(|_| offers(Extension::Size) && !downgrade);
        mail.smtputf8 = envelope.smtputf8
            || sender.into_iter().chain(recipients.iter().copied()).any(Address::needs_smtputf8);
        mail.body = match envelope.body {
            None if offers(Extension::EightBitMime) => Some(BodyType::EightBitMime),
            // Seven bits need not be announced, and no extension.
            None | Some(BodyType::SevenBit) => None,
            Some(_) if downgrade => None,
            Some(body) => Some(body),
        };
        mail.ret = envelope.ret;
        mail.envelope_id = envelope.envelope_id.as_ref();
        mail.require_tls = envelope.require_tls;
        self.check_mail(mail)?;
        if (envelope.notify.is_some() || envelope.original_recipients) && !offers(Extension::Dsn) {
            return Err(Error::Lacks { what: Extension::Dsn.keyword() });
        }
        let binary = envelope.body == Some(BodyType::BinaryMime);
        let fits = recipients.len() + 3 <= self.connection.limits().pipeline;
        let way = match envelope.transfer {
            _ if downgrade => Way::Data,
            Transfer::OneFlight { most }
                if offers(Extension::Chunking) && offers(Extension::Pipelining) && fits =>
            {
                Way::Whole { most }
            }
            Transfer::Chunks if offers(Extension::Chunking) => Way::Chunks,
            Transfer::Data | Transfer::Chunks | Transfer::OneFlight { .. } if binary => Way::Chunks,
            Transfer::Data | Transfer::Chunks | Transfer::OneFlight { .. } => Way::Data,
        };
        Ok(Plan { mail, recipients, way, downgrade })
    }

    fn check_mail(&self, mail: Mail<'_>) -> Result<(), Error> {
        let command = Command::Mail(mail);
        if self.reset_first {
            self.connection.check_behind_reset(&command)
        } else {
            self.connection.check(&command)
        }
    }

    /// Reads the message, as far as it is small. One that is not goes another way.
    async fn read_ahead(
        &self,
        plan: &mut Plan<'_>,
        most: usize,
        head: &mut Vec<u8>,
        message: &mut (impl AsyncRead + Unpin),
    ) -> Result<(), Error> {
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        message.take(limit).read_to_end(head).await.map_err(Error::Source)?;
        if head.len() > most {
            plan.way = if plan.mail.body == Some(BodyType::BinaryMime) { Way::Chunks } else { Way::Data };
            return Ok(());
        }
        if !matches!(plan.mail.body, Some(BodyType::EightBitMime | BodyType::BinaryMime)) && !head.is_ascii()
        {
            return Err(Error::Lacks { what: Extension::EightBitMime.keyword() });
        }
        if self.offers(Extension::Size) && plan.mail.size.is_none() {
            plan.mail.size = u64::try_from(head.len()).ok();
            return self.check_mail(plan.mail);
        }
        Ok(())
    }

    /// The envelope and the message. No last word: nobody could get it.
    async fn transact(
        &mut self,
        envelope: &Envelope,
        plan: &Plan<'_>,
        head: &[u8],
        message: impl AsyncRead + Unpin,
    ) -> Result<(Answers, Option<LastWord>), Error> {
        let whole = matches!(plan.way, Way::Whole { .. });
        let mut answers = Answers::new(plan.recipients.len());
        let opened = self.open(envelope, plan, head, &mut answers).await;
        if whole {
            return self.whole(answers, opened);
        }
        opened?;
        if self.connection.state() == State::Ended {
            return Ok((answers, None));
        }
        let message = head.chain(message);
        let word = match plan.way {
            _ if answers.ready && answers.hopeless() => {
                // The server waits for a message to nobody: nothing but the dot (RFC 2920 section 3.1).
                self.connection.finish_body(&mut self.output)?;
                self.reply().await?;
                self.reset_first = false;
                None
            }
            Way::Data if answers.ready => {
                Some(self.data(message, plan.downgrade.then(Downgrade::default)).await?)
            }
            Way::Chunks if !answers.hopeless() => Some(self.chunks(envelope.line_ends, message).await?),
            Way::Data | Way::Chunks | Way::Whole { .. } => None,
        };
        // Only a message that was heard to its end leaves nothing behind.
        let ended = self.connection.state() == State::Ended;
        if let Some(word @ LastWord { all: Ok(_), .. }) = &word
            && !ended
        {
            self.reset_first = plan.way == Way::Chunks && word.refuses();
        }
        Ok((answers, word))
    }

    /// What became of a message that went with its envelope.
    fn whole(
        &mut self,
        mut answers: Answers,
        opened: Result<Option<LastWord>, Error>,
    ) -> Result<(Answers, Option<LastWord>), Error> {
        match opened {
            Ok(Some(word)) if !answers.hopeless() => {
                self.reset_first = word.refuses();
                Ok((answers, Some(word)))
            }
            // A message to nobody: what was said about it is noise, and so is a connection that broke behind it.
            Ok(_) => Ok((answers, None)),
            Err(error) if !self.taken => Err(error),
            Err(_) if answers.hopeless() => Ok((answers, None)),
            Err(error) => {
                answers.ready = true;
                Ok((answers, Some(LastWord { recipients: Vec::new(), all: Err(error) })))
            }
        }
    }

    /// Everything before the message, or with it: then its last word.
    async fn open(
        &mut self,
        envelope: &Envelope,
        plan: &Plan<'_>,
        head: &[u8],
        answers: &mut Answers,
    ) -> Result<Option<LastWord>, Error> {
        let most = if self.offers(Extension::Pipelining) { self.connection.limits().pipeline } else { 1 };
        let reset = self.reset_first.then_some(Step::Reset);
        let recipients = (0..plan.recipients.len()).map(Step::Rcpt);
        let message = match plan.way {
            Way::Data => Some(Step::Data),
            Way::Whole { .. } => Some(Step::Whole),
            Way::Chunks => None,
        };
        let steps: Vec<Step> =
            reset.into_iter().chain([Step::Mail]).chain(recipients).chain(message).collect();
        self.reset_first = true;
        self.taken = false;
        let mut ahead = steps.iter();
        for (answered, step) in steps.iter().enumerate() {
            while !answers.hopeless()
                && self.connection.pending() < most
                && let Some(next) = ahead.next()
            {
                let id = self.send_step(*next, envelope, plan, head)?;
                answers.sent(*next, id);
            }
            if steps.len() - ahead.len() == answered {
                break;
            }
            if matches!(step, Step::Whole) {
                let word = self.final_answers().await;
                return match word.all {
                    Err(error) if word.recipients.is_empty() => Err(error),
                    _ => Ok(Some(word)),
                };
            }
            let answer = self.answer().await?;
            answers.take(*step, answer);
            if self.connection.state() == State::Ended {
                break;
            }
        }
        Ok(None)
    }

    fn send_step(
        &mut self,
        step: Step,
        envelope: &Envelope,
        plan: &Plan<'_>,
        head: &[u8],
    ) -> Result<crate::CommandId, Error> {
        match step {
            Step::Reset => self.queue(Command::Rset),
            Step::Mail => self.queue(Command::Mail(plan.mail)),
            Step::Rcpt(index) => {
                let to = plan.recipients.get(index).ok_or(Error::Broken)?;
                let original = envelope.recipients.get(index).filter(|_| envelope.original_recipients);
                // One that is too long in that form goes without.
                let original = original.and_then(|address| OriginalRecipient::new(address).ok());
                let mut rcpt = Rcpt::new(to);
                (rcpt.notify, rcpt.original) = (envelope.notify, original.as_ref());
                self.queue(Command::Rcpt(rcpt))
            }
            Step::Data => self.queue(Command::Data { line_ends: envelope.line_ends }),
            Step::Whole => {
                let line_ends = envelope.line_ends;
                self.queue(Command::Bdat { chunk: head, last: true, line_ends })
            }
        }
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

    fn offers(&self, extension: Extension) -> bool {
        self.connection.capabilities().is_some_and(|offered| offered.has(extension))
    }
}

/// How an envelope goes to a server.
struct Plan<'e> {
    mail: Mail<'e>,
    /// In the order of the envelope, as this server can take them.
    recipients: Vec<&'e Address>,
    way: Way,
    /// The message is to be made 7 bits on its way.
    downgrade: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Data,
    Chunks,
    Whole { most: usize },
}

/// The address, or the one that the caller has named for servers without `SMTPUTF8`.
fn written<'e>(envelope: &'e Envelope, address: &'e Address, utf8: bool) -> &'e Address {
    if utf8 || !address.needs_smtputf8() {
        return address;
    }
    envelope.ascii.iter().find(|(from, _)| from == address).map_or(address, |(_, to)| to)
}
