use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One of the tenant's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// The identity endpoints over HTTPS.
    Identity,
    /// IMAP over TLS.
    Imap,
    /// POP3 over TLS.
    Pop3,
    /// SMTP submission with STARTTLS.
    Smtp,
    /// The control endpoint over HTTPS, if it was opened. It is no part of the tenant: no fault reaches it, and its
    /// connections are not in the log.
    Control,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Smtp => "SMTP",
            Self::Control => "control",
        })
    }
}

/// What one connection did, as far as it got. Never holds a secret: no token, code, SASL message or message text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogEntry {
    /// The server that was connected to.
    pub service: Service,
    /// Where the connection came from.
    pub peer: SocketAddr,
    /// When it was accepted, in the tenant's time.
    pub opened: SystemTime,
    /// Whether it is still open.
    pub open: bool,
    /// Octets received on the TCP connection, TLS included.
    pub received: u64,
    /// Octets sent on the TCP connection, TLS included.
    pub sent: u64,
    /// Round trips that the client had to wait for: 1 for the TCP handshake, and 1 each time the server began to send
    /// after the client had spoken last. TLS 1.3 session tickets are not waited for and do not count.
    pub turns: u64,
    /// What happened, in order.
    pub events: Vec<LogEvent>,
    /// How many more events there were than [`Limits::log_events`](crate::Limits::log_events).
    pub events_dropped: u64,
}

/// One thing that happened on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogEvent {
    /// The TLS handshake ended well.
    Tls {
        /// `TLSv1.3` or `TLSv1.2`.
        version: &'static str,
        /// Whether an earlier session was resumed.
        resumed: bool,
    },
    /// The TLS handshake failed; most often the client did not like the certificate.
    TlsFailed {
        /// What the TLS library said.
        reason: String,
    },
    /// A command was answered.
    Command {
        /// Its name in capitals, such as `UID FETCH`; `?` for one that the server does not know.
        name: String,
        /// Whether it was answered by success.
        ok: bool,
    },
    /// Somebody tried to log in.
    Login {
        /// The mailbox (for SMTP: the person) that was named, if the tenant has it.
        mailbox: Option<String>,
        /// What came of it: `ok`, `not connected`, or the cause of the refusal, which the client is not told in life.
        outcome: &'static str,
    },
    /// An HTTP request was answered.
    Request {
        /// `GET` or `POST`, or what else was sent.
        method: String,
        /// The path without the query, escaped and cut to 80 characters; `...` for a segment longer than 64.
        path: String,
        /// The grant type of a token request, if it is one that the endpoint knows.
        grant: Option<&'static str>,
        /// The HTTP status.
        status: u16,
        /// The AADSTS number of a refusal.
        aadsts: Option<u32>,
    },
    /// A message was accepted for a mailbox.
    Delivered {
        /// The mailbox.
        mailbox: String,
        /// Octets of the message.
        octets: usize,
    },
    /// A message was accepted for an address outside the tenant, and dropped.
    Relayed {
        /// The domain of the address, escaped and cut to 80 characters.
        domain: String,
    },
}

/// Round trips per service since the tenant was started. They only grow, so that a caller can take differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Turns {
    /// At the identity endpoints.
    pub identity: u64,
    /// At the IMAP server.
    pub imap: u64,
    /// At the POP3 server.
    pub pop3: u64,
    /// At the SMTP server.
    pub smtp: u64,
}

/// All that the tenant remembers of its connections.
#[derive(Debug)]
pub(crate) struct Log {
    connections: Mutex<VecDeque<Arc<Connection>>>,
    keep: usize,
    keep_events: usize,
    turns: Arc<Totals>,
}

/// The record of one connection, shared by its stream (which counts) and its session (which tells).
#[derive(Debug)]
pub(crate) struct Connection {
    service: Service,
    peer: SocketAddr,
    opened_ms: u64,
    closed: AtomicBool,
    received: AtomicU64,
    sent: AtomicU64,
    turns: AtomicU64,
    events: Mutex<Events>,
    keep_events: usize,
    totals: Arc<Totals>,
}

#[derive(Debug, Default)]
struct Events {
    kept: Vec<LogEvent>,
    dropped: u64,
}

#[derive(Debug, Default)]
struct Totals {
    identity: AtomicU64,
    imap: AtomicU64,
    pop3: AtomicU64,
    smtp: AtomicU64,
}

impl Log {
    pub(crate) fn new(keep: usize, keep_events: usize) -> Self {
        Self { connections: Mutex::default(), keep: keep.max(1), keep_events, turns: Arc::default() }
    }

    pub(crate) fn open(&self, service: Service, peer: SocketAddr, now_ms: u64) -> Arc<Connection> {
        let connection = Arc::new(Connection {
            service,
            peer,
            opened_ms: now_ms,
            closed: AtomicBool::new(false),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            turns: AtomicU64::new(0),
            events: Mutex::default(),
            keep_events: self.keep_events,
            totals: Arc::clone(&self.turns),
        });
        connection.turn();
        if service == Service::Control {
            return connection;
        }
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= self.keep {
            all.pop_front();
        }
        all.push_back(Arc::clone(&connection));
        connection
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        let all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|connection| connection.entry()).collect()
    }

    pub(crate) fn turns(&self) -> Turns {
        let read = |total: &AtomicU64| total.load(Ordering::Relaxed);
        Turns {
            identity: read(&self.turns.identity),
            imap: read(&self.turns.imap),
            pop3: read(&self.turns.pop3),
            smtp: read(&self.turns.smtp),
        }
    }
}

impl Connection {
    pub(crate) fn event(&self, event: LogEvent) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.kept.len() < self.keep_events {
            events.kept.push(event);
        } else {
            events.dropped = events.dropped.saturating_add(1);
        }
    }

    pub(crate) fn command(&self, name: impl Into<String>, ok: bool) {
        self.event(LogEvent::Command { name: name.into(), ok });
    }

    pub(crate) fn turn(&self) {
        self.turns.fetch_add(1, Ordering::Relaxed);
        let total = match self.service {
            Service::Identity => &self.totals.identity,
            Service::Imap => &self.totals.imap,
            Service::Pop3 => &self.totals.pop3,
            Service::Smtp => &self.totals.smtp,
            Service::Control => return,
        };
        total.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn received(&self, octets: usize) {
        self.received.fetch_add(octets as u64, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, octets: usize) {
        self.sent.fetch_add(octets as u64, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    fn entry(&self) -> LogEntry {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        LogEntry {
            service: self.service,
            peer: self.peer,
            opened: UNIX_EPOCH + Duration::from_millis(self.opened_ms),
            open: !self.closed.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            turns: self.turns.load(Ordering::Relaxed),
            events: events.kept.clone(),
            events_dropped: events.dropped,
        }
    }
}

/// Text of a client, made safe to show: escaped, and cut to 80 characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().flat_map(char::escape_default).take(80).collect()
}
