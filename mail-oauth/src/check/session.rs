//! What a check does in each protocol, in the words of that protocol.

use msal_lite::Token;
use sasl_xoauth2::Mechanism;

use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::open::{ImapClient, Pop3Client, SmtpClient};
use crate::server::{Protocol, Server};
use crate::transport::RoundTrips;

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

/// One protocol's part of a check.
pub(super) trait Session: Sized {
    const PROTOCOL: Protocol;

    /// TCP, TLS, greeting.
    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error>;
    /// What the server offers: one round trip at most.
    async fn offered(&mut self) -> Result<Offer, Error>;
    /// The token goes out; says as whom and how.
    async fn sign_in(&mut self, mailbox: &Mailbox, server: &Server, token: &Token) -> Result<String, Error>;
    /// Something that only a real mailbox can do, which changes nothing; says what was seen.
    async fn open(&mut self, mailbox: &Mailbox) -> Result<String, Error>;
    /// The end.
    async fn end(self) -> Result<(), Error>;
}

impl Session for ImapClient {
    const PROTOCOL: Protocol = Protocol::Imap;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.imap_connected(server).await
    }

    async fn offered(&mut self) -> Result<Offer, Error> {
        if self.connection().capabilities().is_none() {
            self.capability().await?;
        }
        Ok(match self.connection().capabilities() {
            Some(offered) => Offer::of(offered.mechanisms()),
            None => Offer::default(),
        })
    }

    async fn sign_in(&mut self, mailbox: &Mailbox, server: &Server, token: &Token) -> Result<String, Error> {
        let mechanism = mailbox.imap_sign_in(self, server, token).await?;
        Ok(format!("{} by {}", mailbox.account().sasl_user(Protocol::Imap), mechanism.name()))
    }

    async fn open(&mut self, _: &Mailbox) -> Result<String, Error> {
        let inbox = self.examine(&imap_min::Mailbox::inbox()).await?;
        Ok(format!("INBOX with {}", messages(inbox.exists)))
    }

    async fn end(self) -> Result<(), Error> {
        self.logout().await?;
        Ok(())
    }
}

impl Session for Pop3Client {
    const PROTOCOL: Protocol = Protocol::Pop3;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.pop3_connected(server).await
    }

    async fn offered(&mut self) -> Result<Offer, Error> {
        let offered = self.capabilities().await?;
        Ok(offered.map(|offered| Offer::of(offered.mechanisms())).unwrap_or_default())
    }

    async fn sign_in(&mut self, mailbox: &Mailbox, server: &Server, token: &Token) -> Result<String, Error> {
        let mechanism = mailbox.pop3_sign_in(self, server, token).await?;
        Ok(format!("{} by {}", mailbox.account().sasl_user(Protocol::Pop3), mechanism.name()))
    }

    async fn open(&mut self, _: &Mailbox) -> Result<String, Error> {
        let (count, _) = self.stat().await?;
        Ok(format!("maildrop with {}", messages(count)))
    }

    async fn end(self) -> Result<(), Error> {
        self.quit().await?;
        Ok(())
    }
}

impl Session for SmtpClient {
    const PROTOCOL: Protocol = Protocol::Smtp;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.smtp_connected(server).await
    }

    async fn offered(&mut self) -> Result<Offer, Error> {
        Ok(match self.connection().capabilities() {
            Some(offered) => Offer { max_size: offered.max_size(), ..Offer::of(offered.mechanisms()) },
            None => Offer::default(),
        })
    }

    async fn sign_in(&mut self, mailbox: &Mailbox, server: &Server, token: &Token) -> Result<String, Error> {
        let (user, mechanism) = mailbox.smtp_sign_in(self, server, token).await?;
        Ok(format!("{user} by {}", mechanism.name()))
    }

    async fn open(&mut self, mailbox: &Mailbox) -> Result<String, Error> {
        let sender = smtp_min::Address::new(&mailbox.account().roles().sender)?;
        self.probe(&sender, &sender).await?;
        Ok(format!("may send as {sender}; nothing was sent"))
    }

    async fn end(self) -> Result<(), Error> {
        self.quit().await?;
        Ok(())
    }
}

fn messages(count: u32) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}
