//! Whether a message would be taken, without one.

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Client, Refusal};
use crate::command::{Mail, Rcpt};
use crate::{Address, Command, Error, Event, Extension, Reply};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// `MAIL`, `RCPT` and `RSET`: names a sender and a recipient, and takes them back. Nothing is sent. All three share
    /// a flight where the server offers `PIPELINING`.
    ///
    /// That both are accepted proves that this user may submit mail; some servers judge the sender only when the
    /// message is there.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reply to `MAIL`, or else to `RCPT`; the client stays usable. Those of the connection.
    pub async fn probe(&mut self, sender: &Address, recipient: &Address) -> Result<(), Error> {
        let mail = Command::Mail(Mail::new(Some(sender)));
        let rcpt = Command::Rcpt(Rcpt::new(recipient));
        if !self.connection.capabilities().is_some_and(|offered| offered.has(Extension::Pipelining)) {
            self.simple(mail).await?;
            let answer = self.simple(rcpt).await;
            self.reset().await?;
            return answer.map(|_| ());
        }
        self.begin()?;
        for command in [mail, rcpt, Command::Rset] {
            self.queue(command)?;
        }
        let mut replies: [Option<Reply<'static>>; 3] = [None, None, None];
        for reply in &mut replies {
            *reply = Some(loop {
                if let Event::Completed { reply, .. } = self.next_event().await? {
                    break reply.into_owned();
                }
            });
        }
        self.busy = false;
        let named = ["MAIL", "RCPT", "RSET"].into_iter().zip(replies);
        for (name, reply) in named {
            if let Some(reply) = reply.filter(Reply::is_refusal) {
                return Err(Refusal::error(name, reply));
            }
        }
        Ok(())
    }
}
