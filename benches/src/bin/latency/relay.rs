//! A relay on the loopback interface that makes every octet late by a fixed time, and counts round trips.
//!
//! ```text
//!  client ---- read, due in RTT/2 ----> queue ---- write ----> server
//!         <---- write, counted ---- queue <---- due in RTT/2, read ----
//! ```
//!
//! The system has shaken hands with the client before the relay hears of it. So the handshake's round trip is made up
//! for: nothing that the client says leaves before it, and the server is connected when the third segment would arrive.
//!
//! Threads that sleep, and no runtime: its timers are too coarse by a millisecond, and a client that blocks must not
//! stop the relay.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A silence of this length at no distance is somebody's mistake: most often an ACK that is delayed by 40 ms, and waited for
/// by Nagle's algorithm.
pub(crate) const STALL: Duration = Duration::from_millis(35);

/// A relay to one server. Clones are the same relay. It ends with the process.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    port: u16,
    latest: Arc<Mutex<Option<Arc<Wire>>>>,
}

/// Where a session has got to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    /// Round trips from the first SYN, counted as `mail_oauth::RoundTrips` does.
    pub(crate) turns: u32,
    /// Time from the first SYN.
    pub(crate) after: Duration,
    /// When it was.
    pub(crate) at: Instant,
}

/// What was seen of a whole connection.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) turns: u32,
    /// How many times the client began to speak.
    pub(crate) flights: u32,
    /// Silences longer than [`STALL`].
    pub(crate) stalls: u32,
    /// The time from the first SYN to the last octet of the server.
    pub(crate) whole: Duration,
}

#[derive(Debug)]
struct Wire {
    accepted: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    seen: Seen,
    client_spoke: bool,
    /// The handshake's last ACK lets the server speak first, and is no flight of its own.
    client_writes: bool,
    last: Instant,
    over: bool,
}

enum Item {
    Octets(Vec<u8>),
    End,
}

impl Relay {
    /// A relay to a server that is `rtt` away.
    pub(crate) fn start(server: SocketAddr, rtt: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let relay = Relay { port: listener.local_addr()?.port(), latest: Arc::default() };
        let latest = Arc::clone(&relay.latest);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let wire = Arc::new(Wire::new());
                *lock(&latest) = Some(Arc::clone(&wire));
                // A connection that fails has failed for both sides, and they say so.
                thread::spawn(move || carry(client, server, rtt, &wire));
            }
        });
        Ok(relay)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where the newest connection is now.
    pub(crate) fn mark(&self) -> Option<Mark> {
        let wire = lock(&self.latest).clone()?;
        let (at, turns) = (Instant::now(), lock(&wire.counts).seen.turns);
        Some(Mark { turns, after: at.duration_since(wire.accepted), at })
    }

    /// What the newest connection came to, once both sides have closed it.
    pub(crate) fn finished(&self) -> Option<Seen> {
        let wire = lock(&self.latest).clone()?;
        let deadline = Instant::now() + Duration::from_secs(2);
        while !lock(&wire.counts).over && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let seen = lock(&wire.counts).seen;
        Some(seen)
    }
}

impl Wire {
    fn new() -> Self {
        let accepted = Instant::now();
        let seen = Seen { turns: 1, ..Seen::default() };
        let counts = Counts { seen, client_spoke: true, client_writes: false, last: accepted, over: false };
        Wire { accepted, counts: Mutex::new(counts) }
    }

    fn spoke(&self) {
        let mut counts = lock(&self.counts);
        counts.client_spoke = true;
        if !counts.client_writes {
            counts.client_writes = true;
            counts.seen.flights += 1;
        }
        counts.moved();
    }

    fn heard(&self) {
        let mut counts = lock(&self.counts);
        counts.client_writes = false;
        if std::mem::take(&mut counts.client_spoke) {
            counts.seen.turns += 1;
        }
        counts.moved();
        counts.seen.whole = self.accepted.elapsed();
    }
}

impl Counts {
    fn moved(&mut self) {
        let now = Instant::now();
        if now.duration_since(self.last) > STALL {
            self.seen.stalls += 1;
        }
        self.last = now;
    }
}

fn carry(client: TcpStream, server: SocketAddr, rtt: Duration, wire: &Arc<Wire>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (to_server, from_client) = channel();
    let (reader, spoken) = (client.try_clone()?, Arc::clone(wire));
    let established = wire.accepted + rtt;
    thread::spawn(move || {
        read_all(reader, &to_server, |at| at.max(established) + rtt / 2, || spoken.spoke());
    });
    sleep_until(established + rtt / 2);
    let server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    let (to_client, from_server) = channel();
    let reader = server.try_clone()?;
    thread::spawn(move || read_all(reader, &to_client, |at| at + rtt / 2, || {}));
    let towards_server = thread::spawn(move || write_all(server, &from_client, || {}));
    write_all(client, &from_server, || wire.heard());
    let _ = towards_server.join();
    lock(&wire.counts).over = true;
    Ok(())
}

fn read_all(
    mut from: TcpStream,
    to: &Sender<(Instant, Item)>,
    due: impl Fn(Instant) -> Instant,
    each: impl Fn(),
) {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let item = match from.read(&mut chunk) {
            Ok(read @ 1..) => {
                each();
                Item::Octets(chunk.get(..read).unwrap_or_default().to_vec())
            }
            Ok(_) | Err(_) => Item::End,
        };
        let last = matches!(item, Item::End);
        if to.send((due(Instant::now()), item)).is_err() || last {
            return;
        }
    }
}

fn write_all(mut to: TcpStream, from: &Receiver<(Instant, Item)>, each: impl Fn()) {
    for (due, item) in from {
        sleep_until(due);
        let written = match item {
            Item::Octets(octets) => {
                each();
                to.write_all(&octets)
            }
            Item::End => break,
        };
        if written.is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn sleep_until(due: Instant) {
    if let Some(left) = due.checked_duration_since(Instant::now()) {
        thread::sleep(left);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
