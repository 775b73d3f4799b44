//! Does the mailbox work? Each protocol is opened and asked for something that only a real mailbox can do.

use crate::error::Error;
use crate::journal::{Journal, Step};
use crate::mailbox::Mailbox;
use crate::server::Protocol;

/// What was found in one protocol.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The protocol.
    pub protocol: Protocol,
    /// Where it is spoken, as `host:port`; empty when no server is set.
    pub server: String,
    /// What was done, up to the failure if there is one.
    pub steps: Vec<Step>,
    /// The failure; `None` when all worked.
    pub error: Option<Error>,
}

impl Mailbox {
    /// Checks the protocols side by side: token, connection, sign-in, and then a command to the mailbox, because
    /// Exchange accepts the sign-in of a user who may not open the mailbox. Nothing is changed and nothing is sent:
    /// IMAP examines INBOX, POP3 asks for its size, SMTP names a sender and a recipient and takes them back.
    pub async fn check(&self, protocols: &[Protocol]) -> Vec<Finding> {
        // The first of them refreshes an old token, the others wait for it and find theirs in the cache.
        let wanted = |protocol| protocols.contains(&protocol);
        let (imap, pop3, smtp) = tokio::join!(
            self.if_wanted(wanted(Protocol::Imap), Protocol::Imap),
            self.if_wanted(wanted(Protocol::Pop3), Protocol::Pop3),
            self.if_wanted(wanted(Protocol::Smtp), Protocol::Smtp),
        );
        [imap, pop3, smtp].into_iter().flatten().collect()
    }

    async fn if_wanted(&self, wanted: bool, protocol: Protocol) -> Option<Finding> {
        if !wanted {
            return None;
        }
        let mut journal = Journal::new();
        let result = match protocol {
            Protocol::Imap => self.check_imap(&mut journal).await,
            Protocol::Pop3 => self.check_pop3(&mut journal).await,
            Protocol::Smtp => self.check_smtp(&mut journal).await,
        };
        let server = self.account().server(protocol).map(ToString::to_string).unwrap_or_default();
        Some(Finding { protocol, server, steps: journal.into_steps(), error: result.err() })
    }

    async fn check_imap(&self, journal: &mut Journal) -> Result<(), Error> {
        let mut client = self.imap_noting(journal).await?;
        let inbox = client.examine(&imap_min::Mailbox::inbox()).await?;
        journal.done("mailbox", format!("INBOX with {}", messages(inbox.exists)));
        client.logout().await?;
        Ok(())
    }

    async fn check_pop3(&self, journal: &mut Journal) -> Result<(), Error> {
        let mut client = self.pop3_noting(journal).await?;
        let (count, _) = client.stat().await?;
        journal.done("mailbox", format!("maildrop with {}", messages(count)));
        client.quit().await?;
        Ok(())
    }

    async fn check_smtp(&self, journal: &mut Journal) -> Result<(), Error> {
        let mut client = self.smtp_noting(journal).await?;
        let sender = smtp_min::Address::new(&self.account().roles().sender)?;
        client.probe(&sender, &sender).await?;
        journal.done("mailbox", format!("may send as {sender}"));
        client.quit().await?;
        Ok(())
    }
}

fn messages(count: u32) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}
