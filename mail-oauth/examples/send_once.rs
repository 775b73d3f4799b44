//! Sends a message, and when nobody knows whether it was taken, finds out or sends it again so that it counts once:
//! `cargo run -p mail-oauth --example send_once -- adele@contoso.com CLIENT-ID bob@contoso.com`
//!
//! What makes it safe is a `Message-ID` that the message has before its first try and keeps in each one. The sent items
//! can be searched for it, and a second copy with the same one is dropped or hidden by most mail stores.
#![allow(clippy::print_stdout, reason = "an example that talks to a person")]

use std::time::Duration;

use mail_oauth::imap_min::{self, SearchKey};
use mail_oauth::smtp_min::{Envelope, Outcome, SendReport};
use mail_oauth::{Account, Error, Mailbox, Options, Provider};

/// How often a message is sent that nobody knows about.
const TRIES: u32 = 3;

/// What became of a message that was sent once.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The server said so, yes or no.
    Told(SendReport),
    /// The answer was lost, and the message is among the sent items: it was taken.
    Found,
    /// The answer was lost each time, and the message is not among the sent items. Keep it, and try later with the
    /// same `Message-ID`.
    Unknown,
}

/// Sends `letter`, which has the header `Message-ID: <id>`. `wait` is how long the provider may take to file what was
/// sent into `sent_items`, such as `Sent Items`; one that files nothing is as one that has not taken it.
pub(crate) async fn send_once(
    mailbox: &Mailbox,
    envelope: &Envelope,
    letter: &[u8],
    id: &str,
    sent_items: &imap_min::Mailbox,
    wait: Duration,
) -> Result<Sent, Error> {
    for _ in 0..TRIES {
        let mut smtp = mailbox.smtp().await?;
        // An error says that the message was not accepted: the caller may try again without a thought.
        let report = smtp.send(envelope, letter).await?;
        if !matches!(report.outcome, Outcome::Unknown { .. }) {
            // What the server said of the message stands, however the session ends.
            let _ = smtp.quit().await;
            return Ok(Sent::Told(report));
        }
        tokio::time::sleep(wait).await;
        let mut imap = mailbox.imap().await?;
        imap.examine(sent_items).await?;
        let found = imap.uid_search(&[SearchKey::Header("Message-ID", id)]).await?;
        let _ = imap.logout().await;
        if !found.is_empty() {
            return Ok(Sent::Found);
        }
    }
    Ok(Sent::Unknown)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(client_id), Some(to)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: send_once ADDRESS CLIENT-ID RECIPIENT".into());
    };
    let account = Account::new(Provider::Microsoft365, &from, &client_id)?;
    let mailbox = Mailbox::new(account, Options::cached("tokens.json"))?;
    mailbox.sign_in(|prompt| println!("{}", prompt.message())).await?;
    // Unique for ever: a program that keeps its letters keeps this with each.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let id = format!("<{}.{}.{from}>", now.as_nanos(), std::process::id());
    let letter =
        format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: hello\r\nMessage-ID: {id}\r\n\r\nHello.\r\n");
    let envelope = Envelope::parse(&from, [&to])?;
    let sent_items = imap_min::Mailbox::new("Sent Items")?;
    let wait = Duration::from_secs(30);
    match send_once(&mailbox, &envelope, letter.as_bytes(), &id, &sent_items, wait).await? {
        Sent::Told(report) => println!("{report}"),
        Sent::Found => println!("sent: the answer was lost, and the message is among the sent items"),
        Sent::Unknown => println!("not known: try again later with the Message-ID {id}"),
    }
    Ok(())
}
