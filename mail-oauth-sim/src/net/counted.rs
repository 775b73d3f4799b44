use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::log::Connection;

/// A TCP connection that counts round trips as the server sees them.
///
/// ```text
///  accept: 1 turn                +-- write: +1 turn --------------+
///      |                         |                                v
///      +---------> ClientSpoke --+                           ServerSpoke
///                       ^        |                                |
///                       |        +-- write in a handshake --> Unsettled
///                       +----------------- read <-----------------+
/// ```
///
/// What the server writes in a TLS handshake is settled late. TLS 1.3 session tickets leave directly after the
/// client's Finished, and a client does not wait for them: it may have sent its first command in the same flight.
/// So a write during the handshake counts once the client answers it, or when the handshake ends by it (TLS 1.2).
#[derive(Debug)]
pub(crate) struct Counted {
    tcp: TcpStream,
    connection: Arc<Connection>,
    state: State,
    handshake: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    ClientSpoke,
    ServerSpoke,
    Unsettled,
    /// The session is over: farewells of the TLS layer are nobody's round trip.
    Ended,
}

impl Counted {
    pub(crate) fn new(tcp: TcpStream, connection: Arc<Connection>) -> Self {
        Self { tcp, connection, state: State::ClientSpoke, handshake: false }
    }

    pub(crate) fn handshake_begins(&mut self) {
        self.handshake = true;
    }

    /// `tickets_last` says that whatever was written after the client's last flight were session tickets.
    pub(crate) fn handshake_ended(&mut self, tickets_last: bool) {
        self.handshake = false;
        if self.state == State::Unsettled {
            if tickets_last {
                self.state = State::ClientSpoke;
            } else {
                self.connection.turn();
                self.state = State::ServerSpoke;
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.state = State::Ended;
    }

    fn has_read(&mut self, octets: usize) {
        self.connection.received(octets);
        match self.state {
            State::Unsettled => {
                self.connection.turn();
                self.state = State::ClientSpoke;
            }
            State::ServerSpoke => self.state = State::ClientSpoke,
            State::ClientSpoke | State::Ended => {}
        }
    }

    fn has_written(&mut self, octets: usize) {
        self.connection.sent(octets);
        match self.state {
            State::ClientSpoke if self.handshake => self.state = State::Unsettled,
            State::ClientSpoke => {
                self.connection.turn();
                self.state = State::ServerSpoke;
            }
            State::ServerSpoke | State::Unsettled | State::Ended => {}
        }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buf);
        let octets = buf.filled().len().saturating_sub(before);
        if matches!(polled, Poll::Ready(Ok(()))) && octets > 0 {
            self.has_read(octets);
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write(cx, buf);
        if let Poll::Ready(Ok(octets)) = polled
            && octets > 0
        {
            self.has_written(octets);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.connection.closed();
    }
}
