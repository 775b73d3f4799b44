//! From the greeting to an open mailbox, and the end.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::driver::{Client, outcome, refused};
use crate::command::{Command, CommandKind};
use crate::error::Error;
use crate::event::{Event, IdFields, Status};
use crate::selected::Selected;
use crate::types::{Capabilities, Mailbox, SelectParameter};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Asks what the server can do.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn capability(&mut self) -> Result<Capabilities<'static>, Error> {
        self.begin().await?;
        let result = self.simple(Command::Capability).await;
        self.end(result)?;
        let known = self.connection().capabilities().cloned();
        known.ok_or(Error::Lacks { what: "CAPABILITY: it has answered without telling any" })
    }

    /// Does nothing, and lets the server tell what is new in the mailbox.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.run(Command::Noop).await
    }

    /// Tells who the client is, and asks who the server is (RFC 2971). No field at all is `NIL`; a server that does not
    /// tell gives none.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn id(&mut self, fields: &[(&str, &str)]) -> Result<IdFields<'static>, Error> {
        let mut found = None;
        self.collect(Command::Id { fields }, |event| {
            if let Event::Id(fields) = event {
                found = Some(fields.into_owned());
            }
            Ok(())
        })
        .await?;
        Ok(found.unwrap_or_else(IdFields::none))
    }

    /// Switches extensions on (RFC 5161). [`Connection::enabled`](crate::Connection::enabled) has those that are.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn enable(&mut self, capabilities: &[&str]) -> Result<(), Error> {
        self.run(Command::Enable { capabilities }).await
    }

    /// Logs in by a password. Refused until the server has told its capabilities, and when `LOGINDISABLED` is among
    /// them. Never do it on a connection that is not encrypted.
    ///
    /// # Errors
    /// [`Error::Refused`], after which another attempt is possible; [`Error::Invalid`] when a name or password is not
    /// ASCII: use `PLAIN`.
    pub async fn login(&mut self, user: &str, password: &str) -> Result<(), Error> {
        self.run(Command::Login { user, password }).await
    }

    /// Sends a command that this crate has no type for. `each` gets every event until its end.
    ///
    /// # Errors
    /// As every method of the client, and what `each` returns.
    pub async fn raw(
        &mut self,
        line: &str,
        each: impl FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.collect(Command::Raw { line }, each).await
    }

    /// Secures the connection (RFC 9051 section 6.2.1). `upgrade` runs the TLS handshake and must verify the
    /// server's certificate. What was said before is forgotten: ask for the capabilities again.
    ///
    /// # Errors
    /// The client is gone then, and with it the connection. [`Error::Refused`] when the server has no TLS;
    /// [`Error::Protocol`] after `PREAUTH`, and for any byte that is not the answer and came before TLS: these are
    /// signs of an attack.
    pub async fn starttls<T, F, Fut>(mut self, upgrade: F) -> Result<Client<T>, Error>
    where
        T: AsyncRead + AsyncWrite + Unpin,
        F: FnOnce(S) -> Fut,
        Fut: Future<Output = io::Result<T>>,
    {
        self.begin().await?;
        if !self.is_quiet() {
            return Err(Error::protocol("a part of a line before STARTTLS was sent", b""));
        }
        self.simple(Command::StartTls).await?;
        let (stream, mut connection, leftover) = self.into_parts();
        connection.tls_started(&leftover)?;
        Ok(Client::new(upgrade(stream).await?, connection))
    }

    /// Logs in by a SASL mechanism. `answer` gets each challenge and gives the next message, both raw, or `None` to
    /// give up. The messages it gives are wiped after they are sent.
    ///
    /// The initial response is sent with the command, which saves a round trip, unless the server has told its
    /// capabilities and lacks `SASL-IR`: then it answers the first challenge.
    ///
    /// # Errors
    /// [`Error::Refused`], after which another attempt is possible.
    pub async fn authenticate(
        &mut self,
        mechanism: &str,
        initial_response: Option<&[u8]>,
        mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        self.begin().await?;
        let result = self.authenticate_inner(mechanism, initial_response, &mut answer).await;
        self.end(result)
    }

    /// Opens a mailbox. From now on [`Connection::selected`](crate::Connection::selected) follows it.
    ///
    /// # Errors
    /// [`Error::Refused`]; no mailbox is open then. Exchange, which accepts any good token, says here that the
    /// mailbox is not for this user ([`Condition::AuthenticatedNotConnected`](crate::Condition)).
    pub async fn select(&mut self, mailbox: &Mailbox) -> Result<Selected, Error> {
        self.open(Command::Select { mailbox }).await
    }

    /// Opens a mailbox for reading only.
    ///
    /// # Errors
    /// As [`select`](Self::select).
    pub async fn examine(&mut self, mailbox: &Mailbox) -> Result<Selected, Error> {
        self.open(Command::Examine { mailbox }).await
    }

    /// Opens a mailbox, and asks for what has changed since it was last seen (RFC 7162). `each` gets all that the server
    /// tells: with [`SelectParameter::Resync`], [`Event::Vanished`] and the data of messages that have changed.
    ///
    /// # Errors
    /// As [`select`](Self::select), and what `each` returns. [`Error::Lacks`] and [`Error::Misuse`] when the extension is
    /// not there, or must be switched on by [`enable`](Self::enable) first.
    pub async fn select_with(
        &mut self,
        mailbox: &Mailbox,
        read_only: bool,
        parameter: SelectParameter<'_>,
        each: impl FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<Selected, Error> {
        self.collect(Command::SelectWith { mailbox, read_only, parameter }, each).await?;
        Ok(self.connection().selected().cloned().unwrap_or_default())
    }

    /// Closes the mailbox, and removes nothing. For servers that have `UNSELECT` (RFC 3691).
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn unselect(&mut self) -> Result<(), Error> {
        self.run(Command::Unselect).await
    }

    /// Removes the messages that are marked for it, and closes the mailbox.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn close(&mut self) -> Result<(), Error> {
        self.run(Command::Close).await
    }

    /// Ends the session, and gives the stream back for whoever wants to close it in order.
    ///
    /// A server that closes the connection after `BYE`, without an answer, has done enough.
    ///
    /// # Errors
    /// As every method of the client.
    pub async fn logout(mut self) -> Result<S, Error> {
        self.begin().await?;
        let command = self.send(Command::Logout)?;
        let mut bye = false;
        loop {
            match self.next_event().await {
                Ok(Event::Completed(done)) if done.command == command => {
                    outcome(&done)?;
                    return Ok(self.into_inner());
                }
                Ok(Event::Bye(_)) if !bye => bye = true,
                // Some servers close the connection at once, some repeat themselves for ever.
                Ok(Event::Bye(_)) | Err(_) if bye => return Ok(self.into_inner()),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) async fn simple(&mut self, command: Command<'_>) -> Result<(), Error> {
        let command = self.send(command)?;
        self.finish(command, |_| Ok(())).await
    }

    /// A command whose answer says all.
    pub(super) async fn run(&mut self, command: Command<'_>) -> Result<(), Error> {
        self.collect(command, |_| Ok(())).await
    }

    /// A command whose data are collected by `each`.
    pub(super) async fn collect(
        &mut self,
        command: Command<'_>,
        each: impl FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.begin().await?;
        let result = match self.send(command) {
            Ok(command) => self.finish(command, each).await,
            Err(error) => Err(error),
        };
        self.end(result)
    }

    async fn open(&mut self, command: Command<'_>) -> Result<Selected, Error> {
        self.run(command).await?;
        Ok(self.connection().selected().cloned().unwrap_or_default())
    }

    async fn authenticate_inner(
        &mut self,
        mechanism: &str,
        initial_response: Option<&[u8]>,
        answer: &mut impl FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        let known = self.connection().capabilities();
        let at_once = known.is_none_or(|known| known.has("SASL-IR") || known.has("IMAP4rev2"));
        let initial = initial_response.filter(|_| at_once);
        let mut held = initial_response.filter(|_| !at_once);
        let command = self.send(Command::Authenticate { mechanism, initial_response: initial })?;
        loop {
            let challenge = match self.next_event().await? {
                Event::Completed(done) if done.command == command => return outcome(&done),
                Event::Bye(text) => {
                    return Err(refused(CommandKind::Authenticate.name(), Status::Bye, &text));
                }
                Event::Challenge(challenge) => challenge.decode(),
                _ => continue,
            };
            match (held.take(), challenge) {
                // What stands behind the first `+` is no challenge, and servers write what they like.
                (Some(message), _) => self.respond(message)?,
                (None, Ok(challenge)) => match answer(&challenge).map(Zeroizing::new) {
                    Some(message) => self.respond(&message)?,
                    None => self.cancel()?,
                },
                (None, Err(_)) => self.cancel()?,
            }
        }
    }
}
