use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{HandshakeKind, ProtocolVersion};
use tokio_rustls::server::TlsStream;

use super::counted::Counted;
use crate::TlsFault;
use crate::log::{Connection, LogEvent, shown};

/// A connection that is accepted but not yet anything: from here it goes to TLS at once, or begins in the clear.
pub(crate) struct Peer {
    counted: Counted,
    pub(crate) connection: Arc<Connection>,
    acceptor: TlsAcceptor,
    /// Whether TLS begins with the first octet.
    implicit: bool,
    /// Whether TLS ended before the tenant, so that what comes in the clear counts as what comes under TLS.
    proxied: bool,
    fault: Option<TlsFault>,
}

/// The answer of a server that knows TLS 1.0 at most: its hello, with `TLS_RSA_WITH_AES_128_CBC_SHA` (RFC 2246 section
/// 7.4.1.3).
const OLD_HELLO: [u8; 47] = [
    0x16, 3, 1, 0, 42, // a handshake record
    2, 0, 0, 38, 3, 1, // a server hello
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7,
    8, // random
    0, 0, 0x2f, 0, // no session, the cipher suite, no compression
];

/// A connection in the clear or under TLS.
pub(crate) enum Stream {
    Plain(Box<Peer>),
    Tls(Box<TlsStream<Counted>>),
}

impl Peer {
    pub(super) fn new(
        counted: Counted,
        connection: Arc<Connection>,
        acceptor: TlsAcceptor,
        implicit: bool,
        proxied: bool,
        fault: Option<TlsFault>,
    ) -> Self {
        Self { counted, connection, acceptor, implicit, proxied, fault }
    }

    /// How the connection begins: under TLS, or in the clear where the port is for STARTTLS.
    pub(crate) async fn begin(self) -> io::Result<Stream> {
        if self.implicit && !self.proxied { self.tls().await } else { Ok(self.plain()) }
    }

    pub(crate) fn plain(self) -> Stream {
        Stream::Plain(Box::new(self))
    }

    /// The server's side of a TLS handshake.
    pub(crate) async fn tls(mut self) -> io::Result<Stream> {
        match self.fault {
            Some(TlsFault::NotTls) => return Ok(self.plain()),
            Some(TlsFault::OldVersion) => return Err(self.old_version().await),
            _ => {}
        }
        self.counted.handshake_begins();
        let mut tls = match self.acceptor.accept(self.counted).await {
            Ok(tls) => tls,
            Err(error) => {
                self.connection.event(LogEvent::TlsFailed { reason: shown(&error.to_string()) });
                return Err(error);
            }
        };
        let (counted, session) = tls.get_mut();
        let new = matches!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        let resumed = matches!(session.handshake_kind(), Some(HandshakeKind::Resumed));
        counted.handshake_ended(new);
        self.connection.event(LogEvent::Tls { version: if new { "TLSv1.3" } else { "TLSv1.2" }, resumed });
        Ok(Stream::Tls(Box::new(tls)))
    }
}

impl Peer {
    /// Answers the client's hello as an old server does; the client leaves by itself.
    async fn old_version(&mut self) -> io::Error {
        let mut hello = [0; 4_096];
        let read = self.counted.read(&mut hello).await;
        let told = match read {
            Ok(_) => self.counted.write_all(&OLD_HELLO).await,
            Err(error) => Err(error),
        };
        if told.is_ok() {
            let _ = self.counted.read(&mut hello).await;
        }
        self.connection.event(LogEvent::TlsFailed { reason: "TLS 1.0 at most".into() });
        io::ErrorKind::ConnectionAborted.into()
    }
}

impl Stream {
    /// Begins TLS on a connection that is in the clear. One that is not is an error, and the caller's mistake.
    pub(crate) async fn start_tls(self) -> io::Result<Self> {
        match self {
            Self::Plain(peer) => peer.tls().await,
            Self::Tls(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        match self {
            Self::Plain(peer) => peer.proxied,
            Self::Tls(_) => true,
        }
    }

    /// Says farewell and closes for writing. Errors are ignored: the client may be gone already.
    pub(crate) async fn close(mut self) {
        match &mut self {
            Self::Plain(peer) => peer.counted.end(),
            Self::Tls(tls) => tls.get_mut().0.end(),
        }
        let _ = self.shutdown().await;
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(peer) => Pin::new(&mut peer.counted).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(peer) => Pin::new(&mut peer.counted).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(peer) => Pin::new(&mut peer.counted).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(peer) => Pin::new(&mut peer.counted).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
        }
    }
}
