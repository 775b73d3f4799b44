//! The two moments that a user waits for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use crate::relay::{Mark, Relay};

/// When a session was signed in, and when it was done: the first octets of a message were here, or a message was
/// accepted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    relay: Option<Relay>,
    found: Arc<Mutex<Found>>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) signed_in: Option<Mark>,
    pub(crate) done: Option<Mark>,
}

impl Marks {
    pub(crate) fn on(relay: &Relay) -> Self {
        Marks { relay: Some(relay.clone()), ..Marks::default() }
    }

    pub(crate) fn signed_in(&self) {
        self.note(|found| &mut found.signed_in);
    }

    pub(crate) fn done(&self) {
        self.note(|found| &mut found.done);
    }

    pub(crate) fn found(&self) -> Found {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sink whose first octets are the end of the wait.
    pub(crate) fn sink(&self) -> Sink {
        Sink(self.clone())
    }

    fn note(&self, which: impl FnOnce(&mut Found) -> &mut Option<Mark>) {
        let Some(mark) = self.relay.as_ref().and_then(Relay::mark) else { return };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        which(&mut found).get_or_insert(mark);
    }
}

pub(crate) struct Sink(Marks);

impl AsyncWrite for Sink {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<std::io::Result<usize>> {
        self.0.done();
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
