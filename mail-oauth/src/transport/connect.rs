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
    let (stream, silent) = within(limit, first_to_answer(alternate(addresses), TcpStream::connect))
        .await
        .map_err(|source| Error::connect(server, Stage::Connect, source))?;
    stream.set_nodelay(true).map_err(|source| Error::connect(server, Stage::Connect, source))?;
    let ipv4 = stream.peer_addr().is_ok_and(|address| address.is_ipv4());
    Ok(Metered::new(stream).past_silent_ipv6(ipv4 && silent.iter().any(SocketAddr::is_ipv6)))
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

/// Tries the addresses a quarter of a second apart and takes the first that answers; the error is the last one's. Beside
/// it are those that had said nothing by then, although each had a quarter of a second more.
async fn first_to_answer<S, C>(
    addresses: Vec<SocketAddr>,
    connect: impl Fn(SocketAddr) -> C,
) -> io::Result<(S, Vec<SocketAddr>)>
where
    S: Send + 'static,
    C: Future<Output = io::Result<S>> + Send + 'static,
{
    let mut waiting = addresses.into_iter();
    let Some(first) = waiting.next() else { return Err(no_address()) };
    let mut attempts = JoinSet::new();
    let mut silent = Vec::new();
    // Nearly always the first one answers in time, and then no task was made and woken for it.
    let mut attempt = Box::pin(connect(first));
    let mut last = match timeout(NEXT_ADDRESS, &mut attempt).await {
        Ok(Ok(stream)) => return Ok((stream, silent)),
        Ok(Err(refused)) => refused,
        Err(_) => {
            silent.push(first);
            attempts.spawn(async move { (first, attempt.await) });
            no_address()
        }
    };
    loop {
        if let Some(address) = waiting.next() {
            let attempt = connect(address);
            silent.push(address);
            attempts.spawn(async move { (address, attempt.await) });
        } else if attempts.is_empty() {
            return Err(last);
        }
        // With no address left to start, only an answer can change anything.
        let patience = async {
            if waiting.len() == 0 { std::future::pending().await } else { sleep(NEXT_ADDRESS).await }
        };
        tokio::select! {
            Some(answer) = attempts.join_next() => match answer {
                Ok((address, Ok(stream))) => {
                    // Those behind it had less time.
                    let before = silent.into_iter().take_while(|other| *other != address);
                    return Ok((stream, before.collect()));
                }
                Ok((address, Err(refused))) => {
                    silent.retain(|other| *other != address);
                    last = refused;
                }
                Err(stopped) => last = io::Error::other(stopped),
            },
            () = patience => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::net::TcpStream;
    use tokio::time::sleep;

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
        let (stream, silent) = first_to_answer(vec![dead, live], TcpStream::connect).await.unwrap();
        assert_eq!((stream.peer_addr().unwrap(), silent.len()), (live, 0));
        let refused = first_to_answer(vec![dead], TcpStream::connect).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        let nowhere = first_to_answer(vec![], TcpStream::connect).await.unwrap_err();
        assert_eq!(nowhere.kind(), std::io::ErrorKind::NotFound);
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
        let (stream, unheard) = first_to_answer(vec![address, live], TcpStream::connect).await.unwrap();
        assert_eq!((stream.peer_addr().unwrap(), unheard), (live, vec![address]));
        assert!(begun.elapsed() >= super::NEXT_ADDRESS);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_says_nothing_is_told_from_one_that_refuses() {
        let [six, four]: [SocketAddr; 2] = ["[::1]:1", "1.1.1.1:1"].map(|a| a.parse().unwrap());
        // How long IPv6 takes, whether it then answers, and which addresses are silent when the first one has answered.
        for (took, answers, winner, silent) in
            [(3_600_000, true, four, vec![six]), (10, false, four, vec![]), (100, true, six, vec![])]
        {
            let connect = |address: SocketAddr| async move {
                let took = if address.is_ipv6() { took } else { 30 };
                sleep(Duration::from_millis(took)).await;
                let refused = || std::io::ErrorKind::ConnectionRefused.into();
                if address.is_ipv6() && !answers { Err(refused()) } else { Ok(address) }
            };
            assert_eq!(first_to_answer(vec![six, four], connect).await.unwrap(), (winner, silent), "{took}");
        }
    }
}
