use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::Service;

/// A port on 127.0.0.1 that a fault closes and opens again.
///
/// Both are done when the call returns, on whatever thread: the system answers for the port, not a task that has to be
/// run first. While it is closed a socket that does not listen keeps it: connections are refused, and the system gives
/// it to nobody else.
#[derive(Debug)]
pub(crate) struct Port {
    service: Service,
    address: SocketAddr,
    /// Where sockets that begin to listen are registered.
    runtime: Handle,
    gate: Mutex<Gate>,
    opened: Notify,
}

#[derive(Debug)]
enum Gate {
    Open(TcpListener),
    /// The socket is missing if somebody has taken the port in the moment between two sockets of ours.
    Closed(Option<TcpSocket>),
}

/// Connections that the system takes before they are accepted; as many as tokio's own `TcpListener::bind` asks for.
const BACKLOG: u32 = 1024;

impl Port {
    /// Binds the port and listens; 0 lets the system choose one.
    pub(super) async fn open(service: Service, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let gate = Mutex::new(Gate::Open(listener));
        Ok(Self { service, address, runtime: Handle::current(), gate, opened: Notify::new() })
    }

    pub(crate) fn service(&self) -> Service {
        self.service
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens or closes it, if it is not so already. Connections that were accepted go on. A port that somebody else has
    /// taken, or whose runtime has ended, stays closed.
    pub(crate) fn set_open(&self, open: bool) {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *gate {
            Gate::Open(_) if !open => {
                // Two sockets can share an address only while none of them listens.
                *gate = Gate::Closed(None);
                *gate = Gate::Closed(self.bind().ok());
            }
            Gate::Closed(kept) if open => {
                let socket = kept.take().map_or_else(|| self.bind(), Ok);
                let _runtime = self.runtime.enter();
                if let Ok(listener) = socket.and_then(|socket| socket.listen(BACKLOG)) {
                    *gate = Gate::Open(listener);
                    self.opened.notify_waiters();
                }
            }
            Gate::Open(_) | Gate::Closed(_) => {}
        }
    }

    /// The next connection. Waits for as long as the port is closed.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        loop {
            // Before the look at the gate, so that no opening is missed.
            let opened = self.opened.notified();
            tokio::select! {
                accepted = poll_fn(|cx| self.poll_accept(cx)) => return accepted,
                () = opened => {}
            }
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        match &*self.gate.lock().unwrap_or_else(PoisonError::into_inner) {
            Gate::Open(listener) => listener.poll_accept(cx),
            Gate::Closed(_) => Poll::Pending,
        }
    }

    /// A socket that has the address and does not listen.
    fn bind(&self) -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        // Sessions that are still open have the address too. On Windows they do not count, and this would mean more.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        Ok(socket)
    }
}
