use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::faulty::Faulty;
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
///
/// What has arrived but is not read yet when the server begins to write was said before the client could hear it, so
/// reading it later does not make the client speak anew. (What is still on its way then is not seen: a client that
/// talks on without waiting may be counted one turn too many.)
#[derive(Debug)]
pub(crate) struct Counted {
    tcp: Faulty,
    connection: Arc<Connection>,
    state: State,
    handshake: bool,
    /// Octets that are to be read yet and were sent before the server's last words were heard.
    early: usize,
}

/// How much unread input is looked at: more than a pipelined group of commands with a token in it.
const PEEK: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    ClientSpoke,
    ServerSpoke,
    Unsettled,
    /// The session is over: farewells of the TLS layer are nobody's round trip.
    Ended,
}

impl Counted {
    pub(crate) fn new(tcp: Faulty, connection: Arc<Connection>) -> Self {
        Self { tcp, connection, state: State::ClientSpoke, handshake: false, early: 0 }
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
        let early = octets.min(self.early);
        self.early -= early;
        if early == octets {
            return;
        }
        match self.state {
            State::Unsettled => {
                self.connection.turn();
                self.state = State::ClientSpoke;
            }
            State::ServerSpoke => self.state = State::ClientSpoke,
            State::ClientSpoke | State::Ended => {}
        }
    }

    /// Counts before anything is written, so that whoever has read the answer finds it counted.
    fn about_to_write(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::ClientSpoke if self.handshake => self.state = State::Unsettled,
            State::ClientSpoke => {
                self.connection.turn();
                self.state = State::ServerSpoke;
            }
            State::ServerSpoke | State::Unsettled | State::Ended => return,
        }
        let mut space = [0; PEEK];
        self.early = match self.tcp.poll_peek(cx, &mut ReadBuf::new(&mut space)) {
            Poll::Ready(Ok(octets)) => octets,
            Poll::Ready(Err(_)) | Poll::Pending => 0,
        };
    }

    fn has_written(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(octets)) = written {
            self.connection.sent(*octets);
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
        self.about_to_write(cx);
        let written = Pin::new(&mut self.tcp).poll_write(cx, buf);
        self.has_written(&written);
        written
    }

    /// Several TLS records leave as one segment.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.about_to_write(cx);
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        self.has_written(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
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
