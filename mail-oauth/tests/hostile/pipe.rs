//! A dialogue that was recorded, played again by a peer that may break off at any octet. No socket, no task, and time
//! only where a peer is slow.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What a peer said, each part behind so many octets that it had heard; and what it heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) heard: Vec<u8>,
    said: Vec<(usize, Vec<u8>)>,
}

impl Record {
    /// A dialogue that nobody has held yet: what is heard, and what is said to it.
    pub(crate) fn of(script: &[(&str, &str)]) -> Self {
        let mut record = Record::default();
        for (heard, said) in script {
            record.hear(heard.as_bytes());
            record.say(said.as_bytes());
        }
        record
    }

    /// All that was said.
    pub(crate) fn said(&self) -> Vec<u8> {
        self.said.iter().flat_map(|(_, part)| part).copied().collect()
    }

    /// How much is said once so much was heard.
    pub(crate) fn due(&self, heard: usize) -> usize {
        self.said.iter().filter(|(after, _)| *after <= heard).map(|(_, part)| part.len()).sum()
    }

    fn hear(&mut self, octets: &[u8]) {
        self.heard.extend_from_slice(octets);
    }

    fn say(&mut self, octets: &[u8]) {
        let after = self.heard.len();
        match self.said.last_mut() {
            Some((last, part)) if *last == after => part.extend_from_slice(octets),
            _ => self.said.push((after, octets.to_vec())),
        }
    }
}

/// A stream that is recorded.
pub(crate) struct Tap<S> {
    pub(crate) inner: S,
    pub(crate) record: Arc<Mutex<Record>>,
}

impl<S> Tap<S> {
    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.record().say(&buf.filled()[before..]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(octets)) = polled {
            self.record().hear(&buf[..octets]);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Where the peer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Once it has said so much.
    Said(usize),
    /// Once it has heard so much; to the last of it, it says nothing.
    Heard(usize),
}

/// How it breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It closes. What is written behind that goes nowhere.
    Fin,
    /// The connection is reset.
    Rst,
    /// It says nothing more. The system takes what is written.
    Silent,
    /// It says nothing more, and takes nothing more.
    Full,
    /// From there on it is slow: one octet, and this pause.
    Trickle(Duration),
}

/// A record that is ready to be played.
pub(crate) struct Player {
    record: Arc<Record>,
    all: Arc<[u8]>,
}

impl Player {
    pub(crate) fn new(record: Record) -> Self {
        let all = record.said().into();
        Player { record: Arc::new(record), all }
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// A peer that plays it and breaks off, and what it hears.
    pub(crate) fn peer(&self, at: At, how: How) -> (Peer, Arc<Mutex<Vec<u8>>>) {
        let heard = Arc::default();
        let (record, all) = (Arc::clone(&self.record), Arc::clone(&self.all));
        (Peer { record, all, at, how, said: 0, heard: Arc::clone(&heard), pause: None }, heard)
    }
}

/// The peer that plays a record.
pub(crate) struct Peer {
    record: Arc<Record>,
    all: Arc<[u8]>,
    at: At,
    how: How,
    said: usize,
    heard: Arc<Mutex<Vec<u8>>>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Peer {
    fn heard(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How much it says, before it breaks off or waits to hear more; and whether it breaks off there.
    fn end(&self) -> (usize, bool) {
        let heard = self.heard();
        match self.at {
            At::Said(most) => {
                let due = self.record.due(heard);
                (due.min(most), due >= most)
            }
            At::Heard(most) if heard >= most && !matches!(self.how, How::Trickle(_)) => {
                (if most == 0 { 0 } else { self.record.due(most - 1) }, true)
            }
            At::Heard(_) => (self.record.due(heard), false),
        }
    }

    /// Waits between two octets.
    fn rests(&mut self, cx: &mut Context<'_>, pause: Duration) -> bool {
        let rest = self.pause.get_or_insert_with(|| Box::pin(sleep(pause)));
        let waits = rest.as_mut().poll(cx).is_pending();
        if !waits {
            self.pause = None;
        }
        waits
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (end, breaks) = self.end();
        let (record, all) = (Arc::clone(&self.record), Arc::clone(&self.all));
        if let (At::Said(from), How::Trickle(pause)) = (self.at, self.how)
            && self.said >= from
        {
            // An octet only where there is one to say.
            if self.said >= record.due(self.heard()) || self.rests(cx, pause) {
                return Poll::Pending;
            }
            buf.put_slice(&all[self.said..=self.said]);
            self.said += 1;
            return Poll::Ready(Ok(()));
        }
        if breaks && self.how == How::Rst && (self.said >= end || matches!(self.at, At::Heard(_))) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.said < end {
            let part = &all[self.said..end];
            let part = &part[..part.len().min(buf.remaining())];
            buf.put_slice(part);
            self.said += part.len();
            return Poll::Ready(Ok(()));
        }
        match self.how {
            How::Fin if breaks => Poll::Ready(Ok(())),
            // The end of the record is the end of the connection.
            _ if !breaks && self.said == all.len() => Poll::Ready(Ok(())),
            // What the client writes is played at once, within its own call; only its timer is left to wake it.
            _ => Poll::Pending,
        }
    }
}

impl AsyncWrite for Peer {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let heard = self.heard();
        let (end, breaks) = self.end();
        let gone = breaks && (self.said >= end || matches!(self.at, At::Heard(_)));
        let mut most = buf.len();
        match (self.at, self.how) {
            (At::Heard(from), How::Trickle(pause)) if heard >= from => {
                if self.rests(cx, pause) {
                    return Poll::Pending;
                }
                most = 1;
            }
            (_, How::Trickle(_)) => {}
            (_, How::Fin | How::Silent) if gone => return Poll::Ready(Ok(buf.len())),
            (_, How::Rst) if gone => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            (_, How::Full) if gone => return Poll::Pending,
            (At::Heard(until), _) => most = most.min(until - heard),
            _ => {}
        }
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buf[..most]);
        Poll::Ready(Ok(most))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
