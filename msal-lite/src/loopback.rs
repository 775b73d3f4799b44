//! The address on this machine to which a browser brings the answer of a sign-in page (RFC 8252 section
//! 7.3).

mod page;
mod request;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};

use crate::{Body, Error};
use page::Page;
use request::Parsed;

/// Where a browser comes back to after a sign-in, and how long it is waited for.
///
/// The listener is on 127.0.0.1 and, where there is one, on `[::1]` with the same port, because browsers
/// try either for `localhost`. It never listens on another interface.
///
/// ```
/// use msal_lite::Loopback;
///
/// // http://localhost with a port of the system's choice: register "http://localhost".
/// let any = Loopback::new();
/// // For providers that want the whole address registered.
/// let fixed = Loopback::new().with_port(8765).with_path("/callback")?;
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loopback {
    port: u16,
    path: String,
    by_number: bool,
    patience: Duration,
}

impl Loopback {
    /// `http://localhost` with a port of the system's choice, for five minutes.
    pub fn new() -> Self {
        Self { port: 0, path: String::new(), by_number: false, patience: Duration::from_secs(300) }
    }

    /// A port of its own. With Entra the port need not be registered.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A path, which is significant: it must be registered as it is here.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it does not begin with a slash or holds anything but letters, digits and
    /// `-._~/`.
    pub fn with_path(mut self, path: &str) -> Result<Self, Error> {
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet);
        if !path.starts_with('/') || !path.bytes().all(plain) {
            return Err(Error::invalid("redirect path", "it begins with / and holds no other than -._~/"));
        }
        path.clone_into(&mut self.path);
        Ok(self)
    }

    /// `127.0.0.1` instead of `localhost`, as RFC 8252 section 8.3 prefers and Google takes. Entra wants
    /// `localhost`.
    #[must_use]
    pub fn with_ip_literal(mut self) -> Self {
        self.by_number = true;
        self
    }

    /// How long the browser is waited for. Five minutes by default.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    pub(crate) fn no_redirect(&self, redirect_uri: String) -> Error {
        let registered =
            if self.by_number { redirect_uri.clone() } else { format!("http://localhost{}", self.path) };
        Error::NoRedirect { redirect_uri, registered, waited: self.patience }
    }
}

impl Default for Loopback {
    fn default() -> Self {
        Self::new()
    }
}

/// Connections served at one time. A browser opens two or three, some of them in advance; whoever opens
/// more waits.
const MOST_CONNECTIONS: usize = 16;

/// How long a connection may take to say what it wants.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(10);

/// Listens for browsers. What is not for us is answered here and never seen outside.
#[derive(Debug)]
pub(crate) struct Listener {
    redirect_uri: String,
    visits: mpsc::Receiver<Visit>,
    /// Ends with the listener.
    _servers: JoinSet<()>,
}

/// A browser that brought parameters and waits for a page.
#[derive(Debug)]
pub(crate) struct Visit {
    parameters: Body,
    stream: TcpStream,
}

/// What the two sockets have in common.
#[derive(Debug)]
struct Address {
    path: String,
    /// What a browser may call this machine. Another name is DNS rebinding.
    hosts: [String; 3],
}

impl Listener {
    /// Binds both sockets, before a person is sent anywhere.
    pub(crate) async fn bind(settings: &Loopback) -> Result<Self, Error> {
        let (port, sockets) = bind_both(settings.port).await?;
        let host = if settings.by_number { "127.0.0.1" } else { "localhost" };
        let path = if settings.path.is_empty() { "/".to_owned() } else { settings.path.clone() };
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}"));
        let address = Arc::new(Address { path, hosts });
        let (sender, visits) = mpsc::channel(1);
        let mut servers = JoinSet::new();
        for socket in sockets {
            servers.spawn(accept(socket, Arc::clone(&address), sender.clone()));
        }
        let redirect_uri = format!("http://{host}:{port}{}", settings.path);
        Ok(Self { redirect_uri, visits, _servers: servers })
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The next browser that brings parameters to the exact path.
    pub(crate) async fn next(&mut self) -> Result<Visit, Error> {
        self.visits.recv().await.ok_or(Error::Misuse("the runtime is shutting down"))
    }
}

impl Visit {
    /// The query or the form.
    pub(crate) fn parameters(&self) -> &[u8] {
        self.parameters.expose()
    }

    /// Nothing of ours.
    pub(crate) fn not_for_us(self) {
        tokio::spawn(answer(self.stream, Page::NotFound.to_bytes()));
    }

    /// Says how the sign-in went.
    pub(crate) async fn tell(self, error: Option<&Error>) {
        let page = error.map_or(Page::SignedIn, Page::Failed);
        answer(self.stream, page.to_bytes()).await;
    }
}

/// 127.0.0.1, and `[::1]` if the machine has it. If another program holds the port on either, the browser
/// might take the code there, and then it is busy.
async fn bind_both(port: u16) -> Result<(u16, Vec<TcpListener>), Error> {
    const TRIES: usize = 16;
    let failed = |port: u16, error: &io::Error| Error::Listener {
        address: format!("localhost:{port}"),
        reason: match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program has the port; end it, or give another port".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "the system does not allow this port; give one above 1023".to_owned()
            }
            _ => error.to_string(),
        },
    };
    for last in (0..TRIES).map(|number| number + 1 == TRIES || port != 0) {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|e| failed(port, &e))?;
        let bound = first.local_addr().map_err(|error| failed(port, &error))?.port();
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, bound))).await {
            Ok(second) => return Ok((bound, vec![first, second])),
            // The port of the system's choice is free on one of the two only: another one then.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && !last => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(failed(bound, &error)),
            Err(_) => return Ok((bound, vec![first])),
        }
    }
    Err(failed(port, &io::ErrorKind::AddrInUse.into()))
}

async fn accept(socket: TcpListener, address: Arc<Address>, visits: mpsc::Sender<Visit>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= MOST_CONNECTIONS {
            connections.join_next().await;
        }
        // An error belongs to one connection that was given up; out of descriptors, the pause helps.
        let Ok((stream, _)) = socket.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (address, visits) = (Arc::clone(&address), visits.clone());
        connections.spawn(async move { serve(stream, &address, &visits).await });
        while connections.try_join_next().is_some() {}
    }
}

/// Reads one request, and answers it or hands it on.
async fn serve(mut stream: TcpStream, address: &Address, visits: &mpsc::Sender<Visit>) {
    let Ok(parsed) = timeout(CONNECTION_PATIENCE, read(&mut stream, address)).await else { return };
    match parsed {
        Parsed::Parameters(parameters) => {
            let _ = visits.send(Visit { parameters, stream }).await;
        }
        Parsed::Refused(page) => answer(stream, page.to_bytes()).await,
        Parsed::Incomplete => {}
    }
}

async fn read(stream: &mut TcpStream, address: &Address) -> Parsed {
    let mut bytes = Body::default();
    let mut chunk = zeroize::Zeroizing::new([0; 4096]);
    let mut head = request::Head::default();
    loop {
        match stream.read(chunk.as_mut_slice()).await {
            Ok(count @ 1..) => bytes.append(chunk.get(..count).unwrap_or_default()),
            Ok(0) | Err(_) => return Parsed::Incomplete,
        }
        match head.parse(bytes.expose(), &address.path, &address.hosts) {
            Parsed::Incomplete => {}
            parsed => return parsed,
        }
    }
}

/// A browser that does not read its page is not waited for.
async fn answer(mut stream: TcpStream, page: Vec<u8>) {
    let _ = timeout(CONNECTION_PATIENCE, async {
        stream.write_all(&page).await?;
        stream.shutdown().await?;
        // What is unread when a socket is closed makes the system reset it, and the page is lost.
        let mut rest = [0; 1024];
        for _ in 0..64 {
            if stream.read(&mut rest).await? == 0 {
                break;
            }
        }
        Ok::<(), io::Error>(())
    })
    .await;
}
