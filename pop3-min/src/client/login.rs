//! The logins.

use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::{Client, Refusal};
use crate::{Command, Error, Event, Status};

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// `AUTH`. With no `initial_response` the first challenge is empty, and `answer` gives the mechanism's first
    /// message: so it must be for Exchange, and for any message that does not fit a line of 255 octets. `answer` gets
    /// each challenge decoded and gives the raw answer, which is wiped when it is sent, or `None` to give up.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server says no, also after giving up; another attempt may follow on the same
    /// connection, where the server keeps it open.
    pub async fn authenticate(
        &mut self,
        mechanism: &str,
        initial_response: Option<&[u8]>,
        mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Error> {
        self.begin()?;
        self.queue(Command::Authenticate { mechanism, initial_response })?;
        loop {
            match self.next_event().await? {
                Event::Challenge(challenge) => {
                    let challenge = challenge.decode()?;
                    let message = answer(&challenge).map(Zeroizing::new);
                    match message {
                        Some(message) => self.respond(&message)?,
                        None => self.cancel()?,
                    }
                }
                Event::Completed { reply, .. } => {
                    let refusal = (reply.status == Status::Err).then(|| Refusal::error("AUTH", &reply));
                    self.busy = false;
                    return refusal.map_or(Ok(()), Err);
                }
                _ => {}
            }
        }
    }

    /// `USER` and `PASS`: a login by name and password, never tried unasked. Use it inside TLS only. The password is
    /// sent only when the name was accepted.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server says no, [`Error::Invalid`] and [`Error::TooLong`] when one of them cannot be
    /// sent, [`Error::Lacks`] when one is not ASCII and the server did not offer `UTF8 USER` in
    /// [`capabilities`](Self::capabilities).
    pub async fn login(&mut self, name: &str, password: &str) -> Result<(), Error> {
        self.simple(Command::User { name }).await?;
        self.simple(Command::Pass { password }).await
    }

    /// `APOP`: a login by the greeting's timestamp and a shared secret, never tried unasked. Use it inside TLS only.
    ///
    /// # Errors
    /// [`Error::Lacks`] when the greeting has no timestamp that can be used, [`Error::Refused`] when the server says no.
    #[cfg(feature = "apop")]
    pub async fn apop(
        &mut self,
        greeting: &crate::Greeting<'_>,
        name: &str,
        secret: &[u8],
    ) -> Result<(), Error> {
        let digest = Zeroizing::new(greeting.apop_digest(secret)?);
        self.simple(Command::Apop { name, digest: &digest }).await
    }
}
