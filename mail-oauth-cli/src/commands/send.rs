//! `mail-oauth send`: a message from standard input or from options, with a result for each recipient.

use std::io::IsTerminal;

use mail_oauth::smtp_min::{Address, Envelope, Outcome, RecipientOutcome, SendReport};
use serde_json::{Value, json};
use tokio::io::AsyncRead;

use crate::commands::login;
use crate::compose::{Draft, compose};
use crate::config;
use crate::failure::{Code, Failure};
use crate::options::SendOptions;
use crate::screen::{BAD, GOOD, Screen, error_of};

pub(crate) async fn run(options: &SendOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(&options.account)?;
    let sender = &chosen.account.roles().sender;
    let envelope = envelope(sender, &options.recipients)?;
    let builds = options.subject.is_some() || options.body.is_some() || !options.attach.is_empty();
    if !builds && std::io::stdin().is_terminal() {
        return Err(Failure::new(Code::Usage, "no message: standard input is a terminal")
            .fix("pipe a message in, or build one with --subject, --body and --attach"));
    }
    let message: Box<dyn AsyncRead + Unpin> = if builds {
        let draft = Draft {
            sender,
            recipients: &options.recipients,
            subject: options.subject.as_deref().unwrap_or_default(),
            body: options.body.as_deref().unwrap_or_default(),
        };
        Box::new(std::io::Cursor::new(compose(&draft, &options.attach)?))
    } else {
        Box::new(tokio::io::stdin())
    };
    let mailbox = login::open(&chosen)?;
    let mut client = mailbox.smtp().await?;
    let report = client.send(&envelope, message).await?;
    // What became of the message is known; a server that fails to say goodbye does not change it.
    let _ = client.quit().await;
    tell(&report, screen)
}

fn envelope(sender: &str, recipients: &[String]) -> Result<Envelope, Failure> {
    let address = |text: &str| {
        Address::new(text).map_err(|e| {
            Failure::new(Code::Usage, format!("`{}` is not a mail address: {e}", text.escape_debug()))
                .fix("write each recipient as name@domain, one word each")
        })
    };
    let recipients = recipients.iter().map(|text| address(text)).collect::<Result<_, _>>()?;
    Ok(Envelope::new(Some(address(sender)?), recipients))
}

/// Tells what became of the message. Anything but "accepted for all" is a failure.
pub(crate) fn tell(report: &SendReport, screen: Screen) -> Result<(), Failure> {
    let mut refused = 0;
    for (address, outcome) in &report.recipients {
        match outcome {
            RecipientOutcome::Accepted => screen.say(format!("{GOOD}accepted{GOOD:#} {address}")),
            RecipientOutcome::Refused(reply) => {
                refused += 1;
                screen.say(format!("{BAD}refused{BAD:#}  {address}: {reply}"));
            }
        }
    }
    let result = match &report.outcome {
        Outcome::Accepted(reply) => {
            screen.say(format!("{GOOD}sent{GOOD:#}: {reply}"));
            match refused {
                0 => Ok(()),
                _ => Err(Failure::new(
                    Code::RecipientRefused,
                    format!("{refused} of {} recipients were refused", report.recipients.len()),
                )
                .fix("correct these addresses and send to them alone; the others got the message")),
            }
        }
        Outcome::Refused(reply) if refused == report.recipients.len() => {
            Err(Failure::new(Code::RecipientRefused, format!("no recipient was accepted: {reply}"))
                .fix("correct the addresses; nothing was sent"))
        }
        Outcome::Refused(reply) => {
            Err(Failure::new(Code::MessageRefused, format!("the message was refused: {reply}"))
                .fix("nothing was sent; the server's text says what it minds"))
        }
        Outcome::Unknown { why, .. } => Err(Failure::new(
            Code::OutcomeUnknown,
            format!("nobody knows whether the message was sent: {why}"),
        )
        .fix("look into the recipients' mailboxes or the sent items before sending it again")),
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
        "recipients": report.recipients.iter().map(recipient).collect::<Vec<_>>(),
    }));
    result.map_err(Failure::told)
}

fn recipient((address, outcome): &(Address, RecipientOutcome)) -> Value {
    match outcome {
        RecipientOutcome::Accepted => json!({ "address": address.to_string(), "accepted": true }),
        RecipientOutcome::Refused(reply) => {
            json!({ "address": address.to_string(), "refused": reply.to_string() })
        }
    }
}
