use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::certificate::Certificates;
use super::counted::Counted;
use super::faulty::Faulty;
use super::port::Port;
use super::stream::Peer;
use crate::state::State;
use crate::{Error, Service};

/// A bound port of one service.
pub(crate) struct Listener {
    service: Service,
    /// Whether TLS begins with the first octet.
    implicit: bool,
    pub(crate) port: Arc<Port>,
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Binds `port` on 127.0.0.1; 0 lets the system choose.
    pub(crate) async fn bind(service: Service, implicit: bool, port: u16) -> Result<Self, Error> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse { service, port },
            _ => Error::Listen { service, port, source },
        };
        let port = Port::open(service, port).await.map_err(failed)?;
        Ok(Self { service, implicit, address: port.address(), port: Arc::new(port) })
    }
}

/// Accepts connections for ever and runs a `session` for each. The sessions end with this future, when it is dropped.
pub(crate) async fn serve<F, S>(
    listener: Listener,
    state: Arc<State>,
    certificates: Arc<Certificates>,
    session: F,
) where
    F: Fn(Peer, Arc<State>) -> S,
    S: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(state.limits.connections));
    let mut sessions = JoinSet::new();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let (tcp, peer) = tokio::select! {
            accepted = listener.port.accept() => match accepted {
                Ok(accepted) => accepted,
                // The client gave up before it was accepted, or the process has no descriptor left: let others end.
                Err(_) => {
                    tokio::task::yield_now().await;
                    continue;
                }
            },
            // Ended sessions are collected as they end, so that the set does not grow.
            Some(_) = sessions.join_next(), if !sessions.is_empty() => continue,
        };
        let peer = welcome(tcp, peer, &listener, &state, &certificates);
        let session = session(peer, Arc::clone(&state));
        sessions.spawn(async move {
            session.await;
            drop(slot);
        });
    }
}

fn welcome(
    tcp: TcpStream,
    peer: SocketAddr,
    listener: &Listener,
    state: &State,
    certificates: &Certificates,
) -> Peer {
    // Without it, two small writes in a row wait 40 ms for a delayed acknowledgement. A failure costs speed only.
    let _ = tcp.set_nodelay(true);
    let connection = state.log.open(listener.service, peer, state.clock.now_ms());
    // Whoever controls the tenant has to reach it also when nobody else does.
    let faults = Some(&state.faults).filter(|_| listener.service != Service::Control);
    let tcp = Faulty::new(tcp, faults.and_then(|faults| faults.network(listener.service)));
    let counted = Counted::new(tcp, Arc::clone(&connection));
    let fault = faults.and_then(|faults| faults.tls(listener.service));
    let proxied = state.settings.behind_tls_proxy;
    Peer::new(counted, connection, certificates.acceptor(fault), listener.implicit, proxied, fault)
}
