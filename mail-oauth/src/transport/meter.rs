//! Round trips, counted where they happen.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The round trips of one connection so far, counted from the first SYN.
///
/// One for TCP, and one for every time that the client heard something after it had spoken: TLS 1.3 makes it 2,
/// the greeting 3, and so on. It stays readable when the connection is gone.
#[derive(Debug, Clone, Default)]
pub struct RoundTrips(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    turns: AtomicU32,
    client_spoke: AtomicBool,
    past_silent_ipv6: AtomicBool,
}

impl RoundTrips {
    /// How many there were until now.
    pub fn get(&self) -> u32 {
        self.0.turns.load(Ordering::Relaxed)
    }

    /// Whether the connection is one of IPv4 that was made because an IPv6 address of the host said nothing.
    pub(crate) fn are_past_silent_ipv6(&self) -> bool {
        self.0.past_silent_ipv6.load(Ordering::Relaxed)
    }

    /// The TCP handshake: one round trip, and its last ACK lets the server speak first.
    fn connected(&self) {
        self.0.turns.store(1, Ordering::Relaxed);
        self.0.client_spoke.store(true, Ordering::Relaxed);
    }

    fn wrote(&self) {
        self.0.client_spoke.store(true, Ordering::Relaxed);
    }

    fn heard(&self) {
        if self.0.client_spoke.swap(false, Ordering::Relaxed) {
            self.0.turns.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A stream that counts its round trips.
#[derive(Debug)]
pub struct Metered<S> {
    inner: S,
    round_trips: RoundTrips,
}

impl<S> Metered<S> {
    /// Wraps a stream that has just been connected.
    pub fn new(inner: S) -> Self {
        let round_trips = RoundTrips::default();
        round_trips.connected();
        Metered { inner, round_trips }
    }

    /// Notes how it was made: of IPv4, because an IPv6 address of the host said nothing.
    pub(crate) fn past_silent_ipv6(self, is: bool) -> Self {
        self.round_trips.0.past_silent_ipv6.store(is, Ordering::Relaxed);
        self
    }

    /// The counter, which may outlive the stream.
    pub fn round_trips(&self) -> &RoundTrips {
        &self.round_trips
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.round_trips.heard();
        }
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(cx, buf);
        if matches!(poll, Poll::Ready(Ok(1..))) {
            self.round_trips.wrote();
        }
        poll
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        if matches!(poll, Poll::Ready(Ok(1..))) {
            self.round_trips.wrote();
        }
        poll
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::Metered;

    #[tokio::test]
    async fn a_turn_is_hearing_after_speaking() {
        let (client, mut server) = tokio::io::duplex(64);
        let mut client = Metered::new(client);
        let trips = client.round_trips().clone();
        assert_eq!(trips.get(), 1, "TCP");
        let mut buf = [0; 8];
        server.write_all(b"greeting").await.unwrap();
        client.read_exact(&mut buf[..4]).await.unwrap();
        client.read_exact(&mut buf[..4]).await.unwrap();
        assert_eq!(trips.get(), 2, "two reads of one flight are one turn");
        client.write_all(b"a").await.unwrap();
        client.write_all(b"b").await.unwrap();
        assert_eq!(trips.get(), 2, "speaking alone is none");
        server.write_all(b"x").await.unwrap();
        client.read_exact(&mut buf[..1]).await.unwrap();
        assert_eq!(trips.get(), 3);
        drop(client);
        assert_eq!(trips.get(), 3);
    }
}
