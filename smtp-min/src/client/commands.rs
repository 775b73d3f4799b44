//! One method per command.

use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::{Client, Refusal};
use crate::command::auth_line;
use crate::{Capabilities, Command, EhloName, Error, Event, Protocol, Reply, Severity};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// `EHLO`, and `HELO` where the server refuses that for good. Returns what the server offers: nothing after `HELO`.
    /// To be called first, and again after [`starttls`](Self::starttls); not after the login, which some servers then
    /// forget.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn ehlo(&mut self, name: &EhloName) -> Result<&Capabilities, Error> {
        match self.simple(Command::Ehlo(name)).await {
            Ok(_) => {}
            Err(Error::Refused(refusal))
                if refusal.reply.severity() == Severity::Permanent
                    && self.connection.protocol() == Protocol::Smtp =>
            {
                self.simple(Command::Helo(name)).await?;
            }
            Err(error) => return Err(error),
        }
        self.connection.capabilities().ok_or(Error::Broken)
    }

    /// `AUTH`. With an `initial_response` the first message rides on the line of the command, which may have
    /// [`Limits::auth_line`](crate::Limits::auth_line) octets. Without it the first challenge is empty, and `answer`
    /// gives the first message. `answer` gets each challenge decoded and gives the raw answer, which is wiped when it is
    /// sent, or `None` to give up.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server says no, also after giving up; another attempt may follow. [`Error::Lacks`]
    /// when the server does not offer the mechanism, and [`Error::TooLong`] when the line would be too long: in both
    /// cases nothing was sent.
    pub async fn authenticate(
        &mut self,
        mechanism: &str,
        initial_response: Option<&[u8]>,
        mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        self.begin()?;
        self.queue(Command::Authenticate { mechanism, initial_response })?;
        let reply = loop {
            match self.next_event().await? {
                Event::Challenge(challenge) => {
                    let challenge = challenge.decode()?;
                    let message = answer(&challenge).map(Zeroizing::new);
                    match message {
                        Some(message) => self.respond(&message)?,
                        None => self.cancel()?,
                    }
                }
                Event::Completed { reply, .. } => break reply.into_owned(),
                _ => {}
            }
        };
        self.busy = false;
        if reply.is_refusal() { Err(Refusal::error("AUTH", reply)) } else { Ok(()) }
    }

    /// `AUTH` in as few steps as this server takes: `first`, the mechanism's first message, rides on the line of the
    /// command where it fits [`Limits::auth_line`](crate::Limits::auth_line), and else is the answer to the first
    /// challenge. `answer` gets the challenges behind it, as in [`authenticate`](Self::authenticate).
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate).
    pub async fn authenticate_first(
        &mut self,
        mechanism: &str,
        first: &[u8],
        mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        if auth_line(mechanism, Some(first.len())) <= self.connection.limits().auth_line {
            return self.authenticate(mechanism, Some(first), answer).await;
        }
        let mut first = Some(first);
        self.authenticate(mechanism, None, |challenge| match first.take() {
            Some(first) => Some(first.to_vec()),
            None => answer(challenge),
        })
        .await
    }

    /// `VRFY`: whether there is such a mailbox. A 250 or 251 says yes, a 252, which most servers give to all, that nobody
    /// can say.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none, or the server does not tell. [`Error::Invalid`] when `query` cannot be
    /// sent, and those of the connection.
    pub async fn verify(&mut self, query: &str) -> Result<Reply<'static>, Error> {
        self.simple(Command::Vrfy { query }).await
    }

    /// `RSET`: the server forgets sender and recipients.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn reset(&mut self) -> Result<(), Error> {
        self.simple(Command::Rset).await?;
        self.reset_first = false;
        Ok(())
    }

    /// `NOOP`: shows that the session lives.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.simple(Command::Noop).await.map(|_| ())
    }

    /// `QUIT`: ends the session, and gives the stream back for whoever wants to close it in order. What was accepted
    /// stays accepted, whatever this returns.
    ///
    /// # Errors
    /// [`Error::Refused`], and those of the connection.
    pub async fn quit(mut self) -> Result<S, Error> {
        self.simple(Command::Quit).await?;
        Ok(self.into_inner())
    }
}
