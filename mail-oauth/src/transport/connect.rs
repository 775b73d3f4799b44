//! From a host name to a stream, within a deadline.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

use super::{Flight, MailStream, Metered, Tls};
use crate::error::{Error, Stage};
use crate::server::Server;

/// A stream on which nothing secret may be said yet.
pub(crate) type Plain = Metered<TcpStream>;

/// How long the next address of a host waits for the one before it (RFC 8305 section 5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// TCP to the server, then TLS with its name verified.
pub(crate) async fn connect_tls(server: &Server, tls: &Tls, limit: Duration) -> Result<MailStream, Error> {
    let plain = connect_plain(server, limit).await?;
    upgrade(plain, server, tls, limit).await.map_err(|source| Error::tls(server, source))
}

/// TCP to the server, with `TCP_NODELAY` set: a flight is one write, and none waits for an ACK.
pub(crate) async fn connect_plain(server: &Server, limit: Duration) -> Result<Plain, Error> {
    let addresses = within(limit, tokio::net::lookup_host((server.host(), server.port())))
        .await
        .map_err(|source| Error::connect(server, Stage::Resolve, source))?;
    let stream = within(limit, first_to_answer(alternate(addresses)))
        .await
        .map_err(|source| Error::connect(server, Stage::Connect, source))?;
    stream.set_nodelay(true).map_err(|source| Error::connect(server, Stage::Connect, source))?;
    Ok(Metered::new(stream))
}

/// TLS on a connected stream.
pub(crate) async fn upgrade(
    plain: Plain,
    server: &Server,
    tls: &Tls,
    limit: Duration,
) -> io::Result<MailStream> {
    let name = ServerName::try_from(server.host().to_owned())
        .map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
    let handshake = TlsConnector::from(Arc::clone(tls.config())).connect(name, Flight::new(plain));
    within(limit, async {
        match handshake.into_fallible().await {
            Ok(mut stream) => {
                stream.get_mut().0.handshake_over();
                Ok(stream)
            }
            Err((error, mut plain)) => {
                // The alert that tells the server why.
                plain.handshake_over();
                let _ = plain.flush().await;
                Err(error)
            }
        }
    })
    .await
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", limit.as_secs())))
    })
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

/// IPv6 and IPv4 in turns, each family in the resolver's order (RFC 8305 section 4).
fn alternate(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let (six, four): (Vec<_>, Vec<_>) = found.partition(SocketAddr::is_ipv6);
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    let mut out = Vec::with_capacity(six.len() + four.len());
    loop {
        let (a, b) = (six.next(), four.next());
        if a.is_none() && b.is_none() {
            return out;
        }
        out.extend(a);
        out.extend(b);
    }
}

/// Tries the addresses a quarter of a second apart and takes the first that answers; the error is the last one's.
async fn first_to_answer(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let Some(first) = waiting.next() else { return Err(no_address()) };
    // Nearly always the first one answers in time, and then no task was made and woken for it.
    let mut first = Box::pin(TcpStream::connect(first));
    let mut attempts = JoinSet::new();
    let mut last = match timeout(NEXT_ADDRESS, &mut first).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(refused)) => refused,
        Err(_) => {
            attempts.spawn(first);
            no_address()
        }
    };
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(address));
        } else if attempts.is_empty() {
            return Err(last);
        }
        // With no address left to start, only an answer can change anything.
        let patience = async {
            if waiting.len() == 0 { std::future::pending().await } else { sleep(NEXT_ADDRESS).await }
        };
        tokio::select! {
            Some(answer) = attempts.join_next() => match answer {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(refused)) => last = refused,
                Err(stopped) => last = io::Error::other(stopped),
            },
            () = patience => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{alternate, first_to_answer};

    #[test]
    fn families_take_turns() {
        let found = ["1.1.1.1:1", "2.2.2.2:1", "[::1]:1", "3.3.3.3:1"].map(|a| a.parse().unwrap());
        let order: Vec<String> = alternate(found.into_iter()).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "2.2.2.2:1", "3.3.3.3:1"]);
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_live_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let live = listener.local_addr().unwrap();
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dead = gone.local_addr().unwrap();
        drop(gone);
        let stream = first_to_answer(vec![dead, live]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live);
        let refused = first_to_answer(vec![dead]).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        assert_eq!(first_to_answer(vec![]).await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    }

    /// A listener whose queue is full leaves a SYN without an answer (Linux).
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_silent_address_is_not_waited_for() {
        let live = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let live = live.local_addr().unwrap();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let silent = socket.listen(0).unwrap();
        let address = silent.local_addr().unwrap();
        let _queued = tokio::net::TcpStream::connect(address).await.unwrap();
        let begun = std::time::Instant::now();
        let stream = first_to_answer(vec![address, live]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live);
        assert!(begun.elapsed() >= super::NEXT_ADDRESS);
    }
}
