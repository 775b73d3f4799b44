use std::future::Future as _;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::NetworkFault;

/// A TCP connection that may fail on demand.
#[derive(Debug)]
pub(crate) struct Faulty {
    tcp: TcpStream,
    fault: Option<NetworkFault>,
    sent: u64,
    received: u64,
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether the connection is to end by a reset, so that nothing more may be said, not even farewell.
    broken: bool,
}

impl Faulty {
    pub(crate) fn new(tcp: TcpStream, fault: Option<NetworkFault>) -> Self {
        let mut this = Self { tcp, fault, sent: 0, received: 0, pause: None, broken: false };
        if matches!(this.fault, Some(NetworkFault::Reset)) {
            this.reset();
        }
        this
    }

    pub(crate) fn poll_peek(&self, cx: &mut Context<'_>, space: &mut ReadBuf<'_>) -> Poll<io::Result<usize>> {
        self.tcp.poll_peek(cx, space)
    }

    /// How many octets of the next write may leave; `None` for all.
    fn may_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        if self.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let left = |most: u64, sent: u64| usize::try_from(most.saturating_sub(sent)).unwrap_or(usize::MAX);
        match self.fault {
            None | Some(NetworkFault::Refuse | NetworkFault::CutAfterReceiving(_)) => Poll::Ready(Ok(None)),
            Some(NetworkFault::Reset) => Poll::Ready(Err(self.reset())),
            Some(NetworkFault::Stall) => Poll::Pending,
            Some(NetworkFault::StallAfterSending(most)) => match left(most, self.sent) {
                0 => Poll::Pending,
                left => Poll::Ready(Ok(Some(left))),
            },
            Some(NetworkFault::CutAfterSending(most)) => match left(most, self.sent) {
                0 => Poll::Ready(Err(self.reset())),
                left => Poll::Ready(Ok(Some(left))),
            },
            Some(NetworkFault::Trickle { octets, .. }) => {
                if let Some(pause) = &mut self.pause {
                    match pause.as_mut().poll(cx) {
                        Poll::Ready(()) => self.pause = None,
                        Poll::Pending => return Poll::Pending,
                    }
                }
                Poll::Ready(Ok(Some(octets.max(1))))
            }
        }
    }

    fn has_sent(&mut self, octets: usize) {
        self.sent = self.sent.saturating_add(octets as u64);
        if let Some(NetworkFault::Trickle { pause, .. }) = self.fault {
            self.pause = Some(Box::pin(sleep(pause)));
        }
    }

    /// Makes the end of the connection a reset.
    fn reset(&mut self) -> io::Error {
        self.broken = true;
        // Where the system does not do it the client sees an ordinary end.
        let _ = self.tcp.set_zero_linger();
        io::ErrorKind::ConnectionReset.into()
    }
}

impl AsyncRead for Faulty {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.fault {
            Some(NetworkFault::Stall) => return Poll::Pending,
            Some(NetworkFault::Reset) => return Poll::Ready(Err(self.reset())),
            Some(NetworkFault::CutAfterReceiving(most)) if self.received >= most => {
                return Poll::Ready(Err(self.reset()));
            }
            _ => {}
        }
        if let Some(NetworkFault::CutAfterReceiving(most)) = self.fault {
            // Not an octet more than that is read, so that what came with it has no effect.
            let left = usize::try_from(most.saturating_sub(self.received)).unwrap_or(usize::MAX);
            let mut space = [0; 1_024];
            let most = left.min(space.len()).min(buf.remaining());
            let mut part = ReadBuf::new(space.get_mut(..most).unwrap_or_default());
            let polled = Pin::new(&mut self.tcp).poll_read(cx, &mut part);
            buf.put_slice(part.filled());
            self.received = self.received.saturating_add(part.filled().len() as u64);
            return polled;
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buf);
        let octets = buf.filled().len().saturating_sub(before);
        self.received = self.received.saturating_add(octets as u64);
        polled
    }
}

impl AsyncWrite for Faulty {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let buf = match self.may_send(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(most)) => most.and_then(|most| buf.get(..most)).unwrap_or(buf),
        };
        let written = Pin::new(&mut self.tcp).poll_write(cx, buf);
        if let Poll::Ready(Ok(octets)) = written {
            self.has_sent(octets);
        }
        written
    }

    /// Several TLS records leave as one segment, as long as nothing is wrong.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.fault.is_none() {
            return Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty()).map(|buf| &**buf).unwrap_or_default();
        self.poll_write(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.broken {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
