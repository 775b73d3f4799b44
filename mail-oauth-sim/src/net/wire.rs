use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::stream::Stream;

/// Octets of output that are gathered before they leave: one flight of answers is one write.
const GATHER: usize = 16 * 1024;
/// Octets asked of the stream at a time: one TLS record.
const READ: usize = 16 * 1024;

/// Lines in, replies out.
///
/// Replies are gathered and leave when the session next waits for the client, so that the answers to a pipelined group
/// travel together.
pub(crate) struct Wire {
    stream: Stream,
    input: Vec<u8>,
    /// Where the unread input begins.
    start: usize,
    /// How much of the unread input holds no line end, so that a slow line is searched once only.
    searched: usize,
    output: Vec<u8>,
}

/// What reading a line came to.
pub(crate) enum Line {
    /// A line without its line end, LF or CRLF.
    Text(Vec<u8>),
    /// The client sent more than the limit without a line end.
    TooLong,
    /// The client has closed.
    End,
}

impl Wire {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, input: Vec::new(), start: 0, searched: 0, output: Vec::new() }
    }

    /// The next line of at most `limit` octets.
    pub(crate) async fn line(&mut self, limit: usize) -> io::Result<Line> {
        loop {
            let unread = self.unread();
            let unsearched = unread.get(self.searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unsearched) {
                let end = self.searched + at;
                let line = unread.get(..end).unwrap_or_default();
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let line = if line.len() > limit { Line::TooLong } else { Line::Text(line.to_vec()) };
                self.consume(end + 1);
                return Ok(line);
            }
            self.searched = unread.len();
            if self.searched > limit + 1 {
                return Ok(Line::TooLong);
            }
            if !self.fill().await? {
                return Ok(Line::End);
            }
        }
    }

    /// Whatever input there is, at least one octet of it; empty when the client has closed.
    pub(crate) async fn some(&mut self) -> io::Result<&[u8]> {
        if self.unread().is_empty() {
            self.fill().await?;
        }
        Ok(self.unread())
    }

    /// Marks `octets` of what [`some`](Self::some) showed as read.
    pub(crate) fn consume(&mut self, octets: usize) {
        self.start = self.input.len().min(self.start + octets);
        self.searched = 0;
    }

    /// Adds exactly `octets` of input to `into`; with `None` they are thrown away. False when the client closed early.
    pub(crate) async fn take(&mut self, octets: usize, mut into: Option<&mut Vec<u8>>) -> io::Result<bool> {
        let mut left = octets;
        while left > 0 {
            let some = self.some().await?;
            if some.is_empty() {
                return Ok(false);
            }
            let part = some.get(..left).unwrap_or(some);
            let read = part.len();
            if let Some(into) = into.as_deref_mut() {
                into.extend_from_slice(part);
            }
            self.consume(read);
            left -= read;
        }
        Ok(true)
    }

    /// Adds to the answers that leave with the next flight.
    pub(crate) fn say(&mut self, text: impl AsRef<[u8]>) {
        self.output.extend_from_slice(text.as_ref());
    }

    /// Sends stored octets as they are, without gathering a copy of them.
    pub(crate) async fn stream(&mut self, octets: &[u8]) -> io::Result<()> {
        if octets.len() < GATHER {
            self.say(octets);
            return self.relieve().await;
        }
        self.flush().await?;
        self.stream.write_all(octets).await
    }

    /// Sends the gathered answers if they have become many.
    pub(crate) async fn relieve(&mut self) -> io::Result<()> {
        if self.output.len() >= GATHER { self.drain().await } else { Ok(()) }
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.drain().await?;
        self.stream.flush().await
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }

    /// Sends what is gathered and begins TLS. What the client sent before it is thrown away unread.
    pub(crate) async fn start_tls(mut self) -> io::Result<Self> {
        self.flush().await?;
        Ok(Self::new(self.stream.start_tls().await?))
    }

    /// Sends what is gathered and closes. Errors are ignored: the client may be gone already.
    pub(crate) async fn close(mut self) {
        let _ = self.flush().await;
        self.stream.close().await;
    }

    fn unread(&self) -> &[u8] {
        self.input.get(self.start..).unwrap_or_default()
    }

    async fn fill(&mut self) -> io::Result<bool> {
        self.flush().await?;
        if self.start > 0 {
            self.input.drain(..self.start);
            self.start = 0;
        }
        self.input.reserve(READ);
        let mut input = (&mut self.stream).take(READ as u64);
        match input.read_buf(&mut self.input).await {
            Ok(octets) => Ok(octets > 0),
            // A client that closes without TLS's farewell has closed all the same.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn drain(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        Ok(())
    }
}
