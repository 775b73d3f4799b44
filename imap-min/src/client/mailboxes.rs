//! Mailboxes that need not be open.

use tokio::io::{AsyncRead, AsyncWrite};

use super::driver::Client;
use crate::command::Command;
use crate::error::Error;
use crate::event::{Event, List, MailboxStatus, Namespaces, Quota};
use crate::types::{ListOptions, Mailbox, StatusItem};

/// Mailboxes, and the numbers that the server has told of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The mailboxes, in the server's order.
    pub mailboxes: Vec<List<'static>>,
    /// Numbers of those that have any, when they were asked for.
    pub statuses: Vec<MailboxStatus<'static>>,
}

/// What an entry takes in memory beside its names.
const ENTRY: usize = 256;

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Mailboxes whose names match; in `pattern`, `*` stands for anything and `%` for anything within one level.
    ///
    /// # Errors
    /// [`Error::TooLong`] when the list takes more than [`Limits::collected`](crate::Limits::collected).
    pub async fn list(&mut self, pattern: &str) -> Result<Vec<List<'static>>, Error> {
        Ok(self.list_with("", pattern, ListOptions::default()).await?.mailboxes)
    }

    /// Mailboxes whose names match, with what else is asked for. Some servers refuse what they advertise, or tell
    /// nothing then: fall back on [`list`](Self::list).
    ///
    /// # Errors
    /// As [`list`](Self::list); [`Error::Lacks`] when the server has told its capabilities and lacks what is asked for.
    pub async fn list_with(
        &mut self,
        reference: &str,
        pattern: &str,
        options: ListOptions<'_>,
    ) -> Result<Listing, Error> {
        self.listing(Command::List { reference, pattern, options }, false).await
    }

    /// Mailboxes that are subscribed and whose names match.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn lsub(&mut self, pattern: &str) -> Result<Vec<List<'static>>, Error> {
        Ok(self.listing(Command::Lsub { reference: "", pattern }, true).await?.mailboxes)
    }

    /// Numbers of a mailbox. For one that is open, [`Connection::selected`](crate::Connection::selected) knows them
    /// already.
    ///
    /// # Errors
    /// As every method of the client; [`Error::Lacks`] when the server tells nothing.
    pub async fn status(
        &mut self,
        mailbox: &Mailbox,
        items: &[StatusItem],
    ) -> Result<MailboxStatus<'static>, Error> {
        let mut found = None;
        self.collect(Command::MailboxStatus { mailbox, items }, |event| {
            if let Event::MailboxStatus(status) = event {
                found = Some(status.into_owned());
            }
            Ok(())
        })
        .await?;
        found.ok_or(Error::Lacks { what: "STATUS: it has answered without telling any" })
    }

    /// How names of mailboxes begin.
    ///
    /// # Errors
    /// As every method of the client; [`Error::Lacks`] when the server tells nothing.
    pub async fn namespace(&mut self) -> Result<Namespaces<'static>, Error> {
        let mut found = None;
        self.collect(Command::Namespace, |event| {
            if let Event::Namespace(namespaces) = event {
                found = Some(namespaces.into_owned());
            }
            Ok(())
        })
        .await?;
        found.ok_or(Error::Lacks { what: "NAMESPACE: it has answered without telling any" })
    }

    /// Makes a mailbox.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn create(&mut self, mailbox: &Mailbox) -> Result<(), Error> {
        self.run(Command::Create { mailbox }).await
    }

    /// Removes a mailbox with all its messages.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn delete(&mut self, mailbox: &Mailbox) -> Result<(), Error> {
        self.run(Command::Delete { mailbox }).await
    }

    /// Renames a mailbox.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn rename(&mut self, from: &Mailbox, to: &Mailbox) -> Result<(), Error> {
        self.run(Command::Rename { from, to }).await
    }

    /// Puts a mailbox among those that are subscribed.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn subscribe(&mut self, mailbox: &Mailbox) -> Result<(), Error> {
        self.run(Command::Subscribe { mailbox }).await
    }

    /// Takes a mailbox from those that are subscribed.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn unsubscribe(&mut self, mailbox: &Mailbox) -> Result<(), Error> {
        self.run(Command::Unsubscribe { mailbox }).await
    }

    /// The limits of a quota root.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn quota(&mut self, root: &str) -> Result<Vec<Quota<'static>>, Error> {
        self.quotas(Command::GetQuota { root }).await
    }

    /// The limits of all quota roots of a mailbox.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn quota_of(&mut self, mailbox: &Mailbox) -> Result<Vec<Quota<'static>>, Error> {
        self.quotas(Command::GetQuotaRoot { mailbox }).await
    }

    async fn listing(&mut self, command: Command<'_>, lsub: bool) -> Result<Listing, Error> {
        let limit = self.connection().limits().collected;
        let (mut listing, mut octets) = (Listing::default(), 0);
        self.collect(command, |event| {
            match event {
                Event::List(list) if list.lsub == lsub => {
                    octets += ENTRY + list.name.octets().len() + list.extended.len();
                    listing.mailboxes.push(list.into_owned());
                }
                Event::MailboxStatus(status) => {
                    octets += ENTRY + status.name.octets().len() + status.unknown.len();
                    listing.statuses.push(status.into_owned());
                }
                _ => {}
            }
            if octets > limit { Err(Error::TooLong { what: "a list of mailboxes", limit }) } else { Ok(()) }
        })
        .await?;
        Ok(listing)
    }

    async fn quotas(&mut self, command: Command<'_>) -> Result<Vec<Quota<'static>>, Error> {
        let limit = self.connection().limits().collected;
        let (mut found, mut octets) = (Vec::new(), 0);
        self.collect(command, |event| {
            if let Event::Quota(quota) = event {
                octets += ENTRY + quota.octets();
                found.push(quota.into_owned());
            }
            if octets > limit { Err(Error::TooLong { what: "a list of quotas", limit }) } else { Ok(()) }
        })
        .await?;
        Ok(found)
    }
}
