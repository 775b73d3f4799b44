//! A stream whose octets are compressed by `DEFLATE` (RFC 1951, RFC 4978).

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets of compressed input held at a time, and of compressed output before it must be taken.
const HELD: usize = 16 * 1024;

/// A stream over another one, compressed both ways. What the other side makes grow is read in pieces that fit where the
/// caller wants them: a thousandfold costs no memory.
pub struct Deflate<S> {
    stream: S,
    inflate: Decompress,
    /// Compressed octets that came in, of which some are done.
    input: Vec<u8>,
    done: usize,
    /// There may be more to inflate without more input.
    more: bool,
    deflate: Compress,
    /// Compressed octets that are to go out, of which some have gone.
    output: Vec<u8>,
    gone: usize,
    /// What was written has not all been compressed.
    dirty: bool,
}

impl<S> Deflate<S> {
    /// `leftover` is compressed input that was read already.
    pub(super) fn new(stream: S, leftover: Vec<u8>) -> Self {
        Deflate {
            stream,
            inflate: Decompress::new(false),
            input: leftover,
            done: 0,
            more: true,
            deflate: Compress::new(Compression::default(), false),
            output: Vec::with_capacity(HELD),
            gone: 0,
            dirty: false,
        }
    }

    /// The stream below.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S> fmt::Debug for Deflate<S> {
    /// Without the buffers, which hold mail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflate").field("input", &self.input.len()).finish_non_exhaustive()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Deflate<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.more && to.remaining() > 0 {
                let input = this.input.get(this.done..).unwrap_or_default();
                let (read, written) = (this.inflate.total_in(), this.inflate.total_out());
                let status = this
                    .inflate
                    .decompress(input, to.initialize_unfilled(), FlushDecompress::None)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                this.done += length(this.inflate.total_in() - read);
                let written = length(this.inflate.total_out() - written);
                to.advance(written);
                // A full buffer may have left something behind.
                this.more = to.remaining() == 0 || this.done < this.input.len();
                if written > 0 {
                    return Poll::Ready(Ok(()));
                }
                if status == Status::StreamEnd {
                    return Poll::Ready(Ok(()));
                }
            }
            if to.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            this.input.drain(..this.done.min(this.input.len()));
            this.done = 0;
            let kept = this.input.len();
            this.input.resize(kept + HELD, 0);
            let mut fresh = ReadBuf::new(this.input.get_mut(kept..).unwrap_or_default());
            let polled = Pin::new(&mut this.stream).poll_read(cx, &mut fresh);
            let read = fresh.filled().len();
            this.input.truncate(kept + read);
            ready!(polled)?;
            if read == 0 {
                return Poll::Ready(Ok(()));
            }
            this.more = true;
        }
    }
}

impl<S: AsyncWrite + Unpin> Deflate<S> {
    /// Everything that is compressed goes out.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.output.get(self.gone..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.gone += written;
        }
        self.output.clear();
        self.gone = 0;
        Poll::Ready(Ok(()))
    }

    /// Compresses; gives the octets taken.
    fn compress(&mut self, from: &[u8], flush: FlushCompress) -> io::Result<usize> {
        self.output.reserve(HELD);
        let before = self.deflate.total_in();
        self.deflate.compress_vec(from, &mut self.output, flush).map_err(io::Error::other)?;
        Ok(length(self.deflate.total_in() - before))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Deflate<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.dirty = true;
        loop {
            if this.output.len() >= HELD {
                ready!(this.poll_drain(cx))?;
            }
            // What it holds inside goes out first, and may fill the room without an octet being taken.
            let taken = this.compress(from, FlushCompress::None)?;
            if taken > 0 || from.is_empty() {
                return Poll::Ready(Ok(taken));
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.dirty {
            this.compress(&[], FlushCompress::Sync)?;
            // Room that is left over says that all is out.
            this.dirty = this.output.len() == this.output.capacity();
            if this.dirty {
                ready!(this.poll_drain(cx))?;
            }
        }
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// A difference of what one call has read or written: it fits a buffer.
fn length(octets: u64) -> usize {
    usize::try_from(octets).unwrap_or(usize::MAX)
}
