//! A session whose bytes are compressed (RFC 4978).

use tokio::io::{AsyncRead, AsyncWrite};

use super::deflate::Deflate;
use super::driver::Client;
use crate::command::Command;
use crate::error::Error;

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Compresses the connection by `DEFLATE`. Log in first: what is compressed together with a secret tells of it by
    /// its length.
    ///
    /// # Errors
    /// The client is gone then, and with it the connection. [`Error::Refused`] when the server does not want to;
    /// [`Error::Lacks`] when it has told its capabilities and lacks `COMPRESS=DEFLATE`.
    pub async fn compress(mut self) -> Result<Client<Deflate<S>>, Error> {
        self.run(Command::Compress).await?;
        let (stream, connection, leftover) = self.into_parts();
        // What stands behind the answer is compressed already.
        Ok(Client::new(Deflate::new(stream, leftover), connection))
    }
}
