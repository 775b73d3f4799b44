//! `mail-oauth send`: a message from standard input or from options, with a result for each recipient.

use std::io::{Cursor, IsTerminal};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use mail_oauth::diagnosis::{Fact, Signal, diagnose};
use mail_oauth::smtp_min::{self, Address, Envelope, Outcome, RecipientOutcome, Reply, SendReport, Severity};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::compose::{Draft, compose};
use crate::config;
use crate::failure::{Code, Failure};
use crate::interrupt;
use crate::options::SendOptions;
use crate::screen::{BAD, FAINT, GOOD, Screen, error_of};

/// How long a goodbye may take, once all is told.
const GOODBYE: Duration = Duration::from_secs(5);

pub(crate) async fn run(options: &SendOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(&options.account)?;
    let sender = &chosen.account.roles().sender;
    let mut envelope = envelope(sender, &options.recipients)?;
    let (message, size) = message(options, sender).await?;
    envelope.size = size;
    let mailbox = chosen.mailbox().await?;
    let mut client = mailbox.smtp().await?;
    let (message, ended) = Watched::new(message);
    let report = tokio::select! {
        report = client.send(&envelope, message) => report?,
        () = interrupt::told_to_stop() => return Err(interrupted(&ended)),
    };
    // Tell first: what became of the message is known, and nothing behind it changes that.
    let result = tell(&report, screen);
    let _ = tokio::time::timeout(GOODBYE, client.quit()).await;
    result
}

/// The message, and its size where it is known before it is read.
async fn message(
    options: &SendOptions,
    sender: &str,
) -> Result<(Box<dyn AsyncRead + Unpin>, Option<u64>), Failure> {
    if options.subject.is_some() || options.body.is_some() || !options.attach.is_empty() {
        let draft = Draft {
            sender,
            recipients: &options.recipients,
            subject: options.subject.as_deref().unwrap_or_default(),
            body: options.body.as_deref().unwrap_or_default(),
        };
        let message = compose(&draft, &options.attach)?;
        let size = message.len() as u64;
        return Ok((Box::new(Cursor::new(message)), Some(size)));
    }
    let advice = "pipe a message in, or build one with --subject, --body and --attach";
    if std::io::stdin().is_terminal() {
        return Err(Failure::new(Code::Usage, "no message: standard input is a terminal").fix(advice));
    }
    // A program that failed in front of the pipe must not mail nothing.
    let mut first = [0; 4096];
    let mut stdin = tokio::io::stdin();
    let read =
        stdin.read(&mut first).await.map_err(|e| Failure::input("standard input cannot be read", &e))?;
    if read == 0 {
        return Err(Failure::new(Code::Usage, "no message: standard input is empty").fix(advice));
    }
    let first = first.get(..read).unwrap_or_default().to_vec();
    Ok((Box::new(Cursor::new(first).chain(stdin)), None))
}

/// What being told to stop means for the message: until its end was read, it cannot have been sent.
fn interrupted(ended: &AtomicBool) -> Failure {
    if ended.load(Ordering::Relaxed) {
        unknown("the command was interrupted")
    } else {
        Failure::new(Code::Cancelled, "cancelled; nothing was sent")
    }
}

fn unknown(why: impl std::fmt::Display) -> Failure {
    Failure::new(Code::OutcomeUnknown, format!("nobody knows whether the message was sent: {why}"))
        .fix("look into the recipients' mailboxes or the sent items before sending it again")
}

fn envelope(sender: &str, recipients: &[String]) -> Result<Envelope, Failure> {
    let address = |text: &str| {
        Address::new(text).map_err(|e| {
            // The error names the kind of argument as well, which the sentence has already.
            let why = match &e {
                smtp_min::Error::Invalid { why, .. } => (*why).to_owned(),
                other => other.to_string(),
            };
            Failure::new(Code::Usage, format!("`{}` is not a mail address: {why}", text.escape_debug()))
                .fix("write each recipient as name@domain, one word each")
        })
    };
    let mut unique: Vec<Address> = Vec::new();
    for text in recipients {
        let recipient = address(text)?;
        if !unique.contains(&recipient) {
            unique.push(recipient);
        }
    }
    Ok(Envelope::new(Some(address(sender)?), unique))
}

/// Tells what became of the message. Anything but "accepted for all" is a failure.
fn tell(report: &SendReport, screen: Screen) -> Result<(), Failure> {
    let mut refused = 0;
    for (address, outcome) in &report.recipients {
        match (outcome, known(&report.outcome, outcome)) {
            (RecipientOutcome::Refused(reply), _) => {
                refused += 1;
                screen.say(format!("{BAD}refused{BAD:#}  {address}: {reply}"));
            }
            (_, Some(true)) => screen.say(format!("{GOOD}accepted{GOOD:#} {address}")),
            // The address may have been taken, the message was not.
            (_, Some(false)) => screen.say(format!("{FAINT}not sent{FAINT:#} {address}")),
            (_, None) => screen.say(format!("{FAINT}not known{FAINT:#} {address}")),
        }
    }
    let all = report.recipients.len();
    let result = match &report.outcome {
        Outcome::Accepted(reply) => {
            screen.say(format!("{GOOD}sent{GOOD:#}: {reply}"));
            match refused {
                0 => Ok(()),
                _ => Err(Failure::new(
                    Code::RecipientRefused,
                    format!("{refused} of {all} recipients were refused"),
                )
                .fix("correct these addresses and send to them alone; the others got the message")),
            }
        }
        Outcome::Refused(reply) => Err(refusal(reply, refused == all)),
        Outcome::Unknown { why, .. } => Err(unknown(why)),
    };
    let outcome = match &report.outcome {
        Outcome::Accepted(reply) => json!({ "accepted": reply.to_string() }),
        Outcome::Refused(reply) => json!({ "refused": reply.to_string() }),
        Outcome::Unknown { .. } => json!("unknown"),
    };
    screen.object(&json!({
        "ok": result.is_ok(),
        "error": result.as_ref().err().map(error_of),
        "outcome": outcome,
        "recipients": report.recipients.iter().map(|recipient| object(&report.outcome, recipient)).collect::<Vec<_>>(),
    }));
    result.map_err(Failure::told)
}

/// Nothing was sent. A reply about addresses or mailboxes (RFC 3463, subjects 1 and 2) means the recipients; any other,
/// above all one about rights (subject 7), means the sender or the message.
fn refusal(reply: &Reply<'_>, by_all: bool) -> Failure {
    let about_address = reply.enhanced().is_none_or(|code| matches!(code.subject, 1 | 2));
    let failure = if by_all && about_address {
        Failure::new(Code::RecipientRefused, format!("no recipient was accepted: {reply}"))
    } else {
        Failure::new(Code::MessageRefused, format!("the message was refused: {reply}"))
    };
    let stage = if by_all { Fact::RecipientRefused } else { Fact::MessageRefused };
    let said = Signal::Smtp {
        code: reply.code(),
        enhanced: reply.enhanced().map(|code| code.to_string()),
        text: reply.to_string(),
    };
    let causes = diagnose(&[said, Signal::Fact(stage), Signal::Fact(Fact::InSmtp)]);
    failure.causes(&causes).fix(match reply.severity() {
        Severity::Transient => "nothing was sent, and the server says that it may work later: try again",
        _ if by_all && about_address => "correct the addresses; nothing was sent",
        _ => "nothing was sent; the server's text says what it minds, often that this user may not send as the sender",
    })
}

/// Whether the server has taken the message for a recipient; `None` where nobody knows.
fn known(outcome: &Outcome, recipient: &RecipientOutcome) -> Option<bool> {
    match (outcome, recipient) {
        (Outcome::Refused(_), _) | (_, RecipientOutcome::Refused(_)) => Some(false),
        (Outcome::Accepted(_), RecipientOutcome::Accepted) => Some(true),
        (Outcome::Unknown { .. }, _) | (_, RecipientOutcome::Unanswered) => None,
    }
}

/// A recipient: `accepted` is `null` where nobody knows.
fn object(outcome: &Outcome, (address, recipient): &(Address, RecipientOutcome)) -> Value {
    let mut object = json!({ "address": address.to_string(), "accepted": known(outcome, recipient) });
    if let (RecipientOutcome::Refused(reply), Some(fields)) = (recipient, object.as_object_mut()) {
        fields.insert("refused".to_owned(), reply.to_string().into());
    }
    object
}

/// A message of which it is known whether its end was read.
struct Watched {
    inner: Box<dyn AsyncRead + Unpin>,
    ended: Arc<AtomicBool>,
}

impl Watched {
    fn new(inner: Box<dyn AsyncRead + Unpin>) -> (Self, Arc<AtomicBool>) {
        let ended = Arc::new(AtomicBool::new(false));
        (Watched { inner, ended: ended.clone() }, ended)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let (room, before) = (buf.remaining(), buf.filled().len());
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        if room > 0 && matches!(poll, Poll::Ready(Ok(()))) && buf.filled().len() == before {
            self.ended.store(true, Ordering::Relaxed);
        }
        poll
    }
}
