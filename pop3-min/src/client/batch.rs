//! Several messages in few flights.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncWrite};

use super::Client;
use crate::{Capability, Command, Error};

/// Messages that are fetched one after the other, asked for ahead where the server offers `PIPELINING`.
///
/// At most [`Limits::batch`](crate::Limits::batch) messages are asked for at a time, and asked again when half of them
/// have come, so that the server always has something to send. What was asked for ahead waits in the network, not in
/// memory.
///
/// Dropped before its end, it leaves a client that answers [`Error::Broken`] if messages are still on their way; where
/// the server does not offer `PIPELINING` there are none, and the client goes on.
#[derive(Debug)]
pub struct Batch<'c, S> {
    client: &'c mut Client<S>,
    /// Those to be asked for.
    waiting: VecDeque<u32>,
    /// Those asked for.
    asked: VecDeque<u32>,
    depth: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Begins to fetch messages by their numbers, in this order. Nothing is sent before [`Batch::retrieve`].
    /// [`capabilities`](Self::capabilities), asked after the login, tells the client about `PIPELINING`.
    pub fn batch(&mut self, numbers: impl IntoIterator<Item = u32>) -> Batch<'_, S> {
        let depth = if self.pipelines() { self.connection.limits().batch.max(1) } else { 1 };
        Batch { client: self, waiting: numbers.into_iter().collect(), asked: VecDeque::new(), depth }
    }

    /// Whether the server said that it takes commands ahead.
    pub(super) fn pipelines(&self) -> bool {
        self.connection.capabilities().is_some_and(|offered| offered.has(&Capability::Pipelining))
    }
}

impl<S> Batch<'_, S> {
    /// The number of the message that comes next.
    #[must_use]
    pub fn upcoming(&self) -> Option<u32> {
        self.asked.front().or(self.waiting.front()).copied()
    }

    /// How many messages are still to come.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.asked.len() + self.waiting.len()
    }

    /// How many messages were asked for and have not come.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.asked.len()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Batch<'_, S> {
    /// Writes the next message to `sink`, as [`Client::retrieve`], and returns its octets.
    ///
    /// # Errors
    /// As [`Client::retrieve`]. After [`Error::Refused`] the batch goes on with the message behind the refused one.
    /// [`Error::Misuse`] when no message is left.
    pub async fn retrieve(&mut self, sink: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        if self.upcoming().is_none() {
            return Err(Error::Misuse { what: "every message of the batch has come" });
        }
        self.resume()?;
        self.ask()?;
        let result = self.client.body("RETR", sink).await;
        if !self.client.busy {
            self.asked.pop_front();
        }
        result
    }

    /// Reads what is on its way, and throws it away.
    pub(super) async fn drain(&mut self) -> Result<(), Error> {
        self.waiting.clear();
        while self.in_flight() > 0 {
            match self.retrieve(&mut tokio::io::sink()).await {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn client(&mut self) -> &mut Client<S> {
        self.client
    }

    fn resume(&mut self) -> Result<(), Error> {
        if self.asked.is_empty() {
            return self.client.begin();
        }
        if self.client.busy {
            return Err(Error::Broken);
        }
        self.client.busy = true;
        Ok(())
    }

    /// Asks for more, as soon as half of what was asked for has come: fewer writes than one a message.
    fn ask(&mut self) -> Result<(), Error> {
        if self.asked.len() > self.depth / 2 {
            return Ok(());
        }
        let most = self.depth.min(self.client.connection.limits().pipeline);
        while self.asked.len() < most
            && let Some(number) = self.waiting.pop_front()
        {
            let command = Command::Retr { number };
            if let Err(error) = self.client.connection.send(command, &mut self.client.output) {
                // Of what was asked for, nothing is touched; with nothing asked for, the client is as before.
                self.client.busy = false;
                return Err(error);
            }
            self.asked.push_back(number);
        }
        Ok(())
    }
}

impl<S> Drop for Batch<'_, S> {
    fn drop(&mut self) {
        self.client.busy |= !self.asked.is_empty();
    }
}
