//! What a check does in each protocol, in the words of that protocol.

use sasl_xoauth2::Mechanism;

use super::detail::Detail;
use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::open::{Client, ImapClient, Pop3Client, SmtpClient};

/// What a server offers before the sign-in.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// SASL mechanisms; `None` when the server does not say.
    pub(super) mechanisms: Option<Vec<String>>,
    /// The largest message that it takes, in octets.
    pub(super) max_size: Option<u64>,
}

impl Offer {
    fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Offer { mechanisms: Some(names.map(str::to_owned).collect()), max_size: None }
    }

    /// Whether a token can be used, as far as the server says.
    pub(super) fn has_oauth(&self) -> bool {
        self.mechanisms
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| Mechanism::from_name(name).is_some()))
    }
}

/// What the command to the mailbox showed.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) detail: Detail,
    /// It does not show all: the rest comes out when a message is there.
    pub(super) in_part: bool,
}

/// One protocol's part of a check.
pub(super) trait Session: Client {
    /// What the server offers: one round trip at most.
    async fn offered(&mut self) -> Result<Offer, Error>;
    /// Something that only a real mailbox can do, which changes nothing; says what was seen.
    async fn open(&mut self, mailbox: &Mailbox) -> Result<Opened, Error>;
    /// The end.
    async fn end(self) -> Result<(), Error>;
}

impl Session for ImapClient {
    async fn offered(&mut self) -> Result<Offer, Error> {
        if self.connection().capabilities().is_none() {
            self.capability().await?;
        }
        Ok(match self.connection().capabilities() {
            Some(offered) => Offer::of(offered.mechanisms()),
            None => Offer::default(),
        })
    }

    async fn open(&mut self, _: &Mailbox) -> Result<Opened, Error> {
        let inbox = self.examine(&imap_min::Mailbox::inbox()).await?;
        Ok(holds("INBOX", "INBOX", inbox.exists))
    }

    async fn end(self) -> Result<(), Error> {
        self.logout().await?;
        Ok(())
    }
}

impl Session for Pop3Client {
    async fn offered(&mut self) -> Result<Offer, Error> {
        let offered = self.capabilities().await?;
        Ok(offered.map(|offered| Offer::of(offered.mechanisms())).unwrap_or_default())
    }

    async fn open(&mut self, _: &Mailbox) -> Result<Opened, Error> {
        let (count, _) = self.stat().await?;
        Ok(holds("maildrop", "Postfach", count))
    }

    async fn end(self) -> Result<(), Error> {
        self.quit().await?;
        Ok(())
    }
}

impl Session for SmtpClient {
    async fn offered(&mut self) -> Result<Offer, Error> {
        Ok(match self.connection().capabilities() {
            Some(offered) => Offer { max_size: offered.max_size(), ..Offer::of(offered.mechanisms()) },
            None => Offer::default(),
        })
    }

    async fn open(&mut self, mailbox: &Mailbox) -> Result<Opened, Error> {
        let roles = mailbox.account().roles();
        let sender = smtp_min::Address::new(&roles.sender)?;
        self.probe(&sender, &sender).await?;
        // Exchange judges another sender than the person only when the message is there.
        let person = roles.token_user.as_deref().unwrap_or(&roles.sign_in);
        let other = !mailbox.account().is_app_only() && !roles.sender.eq_ignore_ascii_case(person);
        let detail = if other {
            Detail::new(
                format!(
                    "the server takes {sender} as sender; whether {person} may send as it shows with a message"
                ),
                format!(
                    "der Server nimmt {sender} als Absender; ob {person} so senden darf, zeigt erst eine Nachricht"
                ),
            )
        } else {
            Detail::new(
                format!("may send as {sender}; nothing was sent"),
                format!("darf als {sender} senden; gesendet wurde nichts"),
            )
        };
        Ok(Opened { detail, in_part: other })
    }

    async fn end(self) -> Result<(), Error> {
        self.quit().await?;
        Ok(())
    }
}

fn holds(en: &str, de: &str, count: u32) -> Opened {
    let (messages, nachrichten) =
        if count == 1 { ("message", "Nachricht") } else { ("messages", "Nachrichten") };
    let detail =
        Detail::new(format!("{en} with {count} {messages}"), format!("{de} mit {count} {nachrichten}"));
    Opened { detail, in_part: false }
}
