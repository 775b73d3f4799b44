//! The last words of a TLS handshake and the first of the protocol, in one write.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is held at most. The client's part of a handshake is a few hundred octets, a few thousand with a certificate.
const MOST: usize = 16 * 1024;

/// A stream under TLS that holds what the handshake says until something is to be heard.
///
/// TLS flushes each of its parts, and what the client says last is followed by what the protocol says first wherever the
/// server does not speak first: behind `STARTTLS`. So these two are one write and one packet.
#[derive(Debug)]
pub struct Flight<S> {
    inner: S,
    held: Vec<u8>,
    handshake: bool,
}

impl<S> Flight<S> {
    /// A stream whose handshake is still to come.
    pub(crate) fn new(inner: S) -> Self {
        Flight { inner, held: Vec::new(), handshake: true }
    }

    /// The handshake has ended. What is held goes out with the next write, flush or read.
    pub(crate) fn handshake_over(&mut self) {
        self.handshake = false;
    }

    /// The stream itself.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S: AsyncWrite + Unpin> Flight<S> {
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.held.is_empty() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.held))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.held.drain(..written);
        }
        // There is no more handshake to hold.
        self.held = Vec::new();
        Poll::Ready(Ok(()))
    }

    /// Takes octets to those that are held; `None` when they do not belong there.
    fn hold(&mut self, cx: &mut Context<'_>, octets: &[IoSlice<'_>]) -> Option<Poll<io::Result<usize>>> {
        let size: usize = octets.iter().map(|octets| octets.len()).sum();
        if (self.held.is_empty() && !self.handshake) || self.held.len() + size > MOST {
            return None;
        }
        octets.iter().for_each(|octets| self.held.extend_from_slice(octets));
        if self.handshake {
            return Some(Poll::Ready(Ok(size)));
        }
        // They are taken; what does not go out now goes with the next call.
        match self.poll_send(cx) {
            Poll::Ready(Err(error)) => Some(Poll::Ready(Err(error))),
            Poll::Ready(Ok(())) | Poll::Pending => Some(Poll::Ready(Ok(size))),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Flight<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(Err(error)) = self.poll_send(cx) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Flight<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(held) = self.hold(cx, &[IoSlice::new(buf)]) {
            return held;
        }
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(held) = self.hold(cx, bufs) {
            return held;
        }
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.handshake {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::{Flight, MOST};

    /// What the peer got by now.
    async fn came(peer: &mut tokio::io::DuplexStream) -> Vec<u8> {
        let mut octets = vec![0; 2 * MOST];
        let got = tokio::time::timeout(std::time::Duration::ZERO, peer.read(&mut octets)).await;
        octets.truncate(got.map_or(0, Result::unwrap));
        octets
    }

    #[tokio::test]
    async fn the_end_of_a_handshake_waits_for_what_is_said_next() {
        let (ours, mut peer) = tokio::io::duplex(4 * MOST);
        let mut flight = Flight::new(ours);
        flight.write_all(b"hello").await.unwrap();
        flight.flush().await.unwrap();
        assert_eq!(came(&mut peer).await, b"", "nothing is to be heard yet");
        peer.write_all(b"server hello").await.unwrap();
        let mut heard = [0; 12];
        flight.read_exact(&mut heard).await.unwrap();
        assert_eq!(came(&mut peer).await, b"hello");
        flight.write_all(b"finished ").await.unwrap();
        flight.flush().await.unwrap();
        flight.handshake_over();
        assert_eq!(came(&mut peer).await, b"");
        flight.write_all(b"EHLO").await.unwrap();
        assert_eq!(came(&mut peer).await, b"finished EHLO");
        flight.write_all(b"MAIL").await.unwrap();
        assert_eq!(came(&mut peer).await, b"MAIL", "nothing is held any more");
    }

    #[tokio::test]
    async fn whoever_says_nothing_reads_flushes_or_leaves() {
        for next in ["read", "flush", "shutdown", "much"] {
            let (ours, mut peer) = tokio::io::duplex(4 * MOST);
            let mut flight = Flight::new(ours);
            flight.write_all(b"finished").await.unwrap();
            flight.handshake_over();
            peer.write_all(b"*").await.unwrap();
            match next {
                "read" => assert_eq!(flight.read_u8().await.unwrap(), b'*'),
                "flush" => flight.flush().await.unwrap(),
                "shutdown" => flight.shutdown().await.unwrap(),
                _ => flight.write_all(&[b'x'; MOST]).await.unwrap(),
            }
            assert!(came(&mut peer).await.starts_with(b"finished"), "{next}");
        }
    }
}
