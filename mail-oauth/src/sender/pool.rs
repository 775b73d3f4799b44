//! Connections that are kept, whatever they run over.

use std::sync::{Mutex, MutexGuard, PoisonError};

use smtp_min::{Client, Condition, Envelope, Outcome, RecipientOutcome, Reply, SendReport};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::SenderLimits;
use super::pace::Pace;
use crate::error::Error;

#[derive(Debug)]
pub(super) struct Pool<S> {
    limits: SenderLimits,
    pace: Pace,
    connections: Semaphore,
    idle: Mutex<Vec<Idle<S>>>,
}

#[derive(Debug)]
struct Idle<S> {
    client: Client<S>,
    since: Instant,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pool<S> {
    pub(super) fn new(limits: SenderLimits) -> Self {
        Pool {
            pace: Pace::new(limits.messages, limits.window),
            connections: Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)),
            idle: Mutex::new(Vec::new()),
            limits,
        }
    }

    pub(super) async fn send<F: Future<Output = Result<Client<S>, Error>>>(
        &self,
        open: impl FnOnce() -> F,
        envelope: &Envelope,
        message: impl AsyncRead + Unpin,
    ) -> Result<SendReport, Error> {
        // It is never closed: without a permit there would be no sender to ask.
        let _connection = self.connections.acquire().await.ok();
        // Asked last: a throttle that those in front have met meanwhile holds for this one too.
        let mut slot = self.pace.slot().await;
        let mut client = match self.kept().await {
            Some(client) => client,
            None => open().await.inspect_err(|error| {
                if let Error::Smtp(smtp_min::Error::Refused(no)) = error {
                    self.heed(&no.reply);
                }
            })?,
        };
        slot.used();
        let report = client.send(envelope, message).await;
        if let Ok(report) = &report {
            self.heed_report(report);
        }
        // Also behind an error, where it came before anything was sent. Behind an outcome that nobody knows the client
        // is not ready any more.
        if client.is_ready() {
            self.idle().push(Idle { client, since: Instant::now() });
        }
        Ok(report?)
    }

    pub(super) async fn close(self) {
        let idle = std::mem::take(&mut *self.idle());
        for kept in idle {
            // It is over either way.
            let _ = kept.client.quit().await;
        }
    }

    /// A connection that lives, the one that was used last first.
    async fn kept(&self) -> Option<Client<S>> {
        loop {
            let Idle { mut client, since } = self.idle().pop()?;
            let age = since.elapsed();
            if age > self.limits.idle {
                continue;
            }
            if age <= self.limits.unprobed
                || timeout(self.limits.probe, client.noop()).await.is_ok_and(|answer| answer.is_ok())
            {
                return Some(client);
            }
        }
    }

    fn heed_report(&self, report: &SendReport) {
        if let Outcome::Refused(reply) = &report.outcome {
            self.heed(reply);
        }
        for (_, outcome) in &report.recipients {
            if let RecipientOutcome::Refused(reply) = outcome {
                self.heed(reply);
            }
        }
    }

    /// Too much or too fast: what comes next would only be refused as well.
    fn heed(&self, reply: &Reply<'_>) {
        if matches!(reply.condition(), Some(Condition::TooManyConnections | Condition::Throttled)) {
            self.pace.pause();
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
