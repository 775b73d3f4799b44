//! A session that says what it has to say before it is asked.

use tokio::io::{AsyncRead, AsyncWrite};

use super::driver::{Client, outcome, refused};
use super::wanted::Wanted;
use crate::command::{Command, CommandId, CommandKind};
use crate::connection::Connection;
use crate::error::Error;
use crate::event::{Event, Greeting, GreetingKind, Status};
use crate::limits::Limits;
use crate::selected::Selected;
use crate::types::{FetchAttribute, Mailbox, Section, UidSet};

/// A log-in that can be said in one message.
#[derive(Clone, Copy)]
pub struct LogIn<'a> {
    /// The SASL mechanism.
    pub mechanism: &'a str,
    /// The whole message, raw.
    pub message: &'a [u8],
}

impl std::fmt::Debug for LogIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogIn({}, [redacted, {} octets])", self.mechanism.escape_debug(), self.message.len())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// A session on a fresh connection whose log-in rides before the greeting, which saves a round trip
    /// ([`Connection::eager`]). Only for a connection that began with TLS, with its certificate verified, and not in
    /// TLS early data, which can be replayed; to a server that is known to take it.
    ///
    /// # Errors
    /// [`Error::Refused`], and the connection is gone: connect in the ordinary way to try again.
    pub async fn connect_eager(
        stream: S,
        limits: Limits,
        log_in: LogIn<'_>,
    ) -> Result<(Self, Greeting<'static>), Error> {
        let mut client = Client::new(stream, Connection::eager(limits));
        let command = client.log_in(log_in)?;
        let greeting = client.logged_in(command).await?;
        Ok((client, greeting))
    }

    /// The same, and opens a mailbox and streams a message of it, all in one flight, which saves another round trip. Of
    /// several messages it is the first that the server sends; `None` for its size when there is none.
    ///
    /// # Errors
    /// As [`connect_eager`](Self::connect_eager) and [`select_and_fetch`](Self::select_and_fetch); the connection is gone
    /// after any.
    pub async fn connect_eager_and_fetch(
        stream: S,
        limits: Limits,
        log_in: LogIn<'_>,
        mailbox: &Mailbox,
        messages: &UidSet,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(Self, Selected, Option<u64>), Error> {
        let mut client = Client::new(stream, Connection::eager(limits));
        let command = client.log_in(log_in)?;
        let select = client.send(Command::Select { mailbox })?;
        let attributes = [FetchAttribute::MESSAGE];
        let fetch = client.send(Command::UidFetch { messages, attributes: &attributes })?;
        client.logged_in(command).await?;
        client.finish(select, |_| Ok(())).await?;
        let selected = client.connection().selected().cloned().unwrap_or_default();
        let size = client.body(fetch, Wanted::Uids(messages), (Section::Full, None), sink).await?;
        Ok((client, selected, size))
    }

    fn log_in(&mut self, log_in: LogIn<'_>) -> Result<CommandId, Error> {
        let LogIn { mechanism, message } = log_in;
        self.send(Command::Authenticate { mechanism, initial_response: Some(message) })
    }

    async fn logged_in(&mut self, command: CommandId) -> Result<Greeting<'static>, Error> {
        let mut greeted = None;
        loop {
            let answer = match self.next_event().await? {
                Event::Greeting(greeting) if greeting.kind == GreetingKind::Bye => {
                    return Err(refused("greeting", Status::Bye, &greeting.text));
                }
                Event::Greeting(greeting) => {
                    greeted = Some(greeting.into_owned());
                    continue;
                }
                Event::Bye(text) => {
                    return Err(refused(CommandKind::Authenticate.name(), Status::Bye, &text));
                }
                Event::Completed(done) if done.command == command => {
                    // A session that was logged in from the start refuses to do so again.
                    let logged_in = greeted.as_ref().is_some_and(|known| known.kind == GreetingKind::PreAuth);
                    if !logged_in {
                        outcome(&done)?;
                    }
                    match greeted {
                        Some(greeting) => return Ok(greeting),
                        // INVARIANT: the machine lets nothing through before the greeting.
                        None => return Err(Error::Broken),
                    }
                }
                // The reason of a refusal, which comes once it is answered.
                Event::Challenge(challenge) => !challenge.is_answered(),
                _ => continue,
            };
            if answer {
                self.respond(b"")?;
            }
        }
    }
}
