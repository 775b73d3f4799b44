//! Writing and reading at the same time.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use super::Client;
use crate::Error;

/// How much is read at a time.
const CHUNK: usize = 32 * 1024;

enum Turn {
    Moved,
    Closed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) fn all_written(&self) -> bool {
        self.output.is_empty() && self.flushed
    }

    /// Writes and reads until one of them has got somewhere.
    pub(super) async fn turn(&mut self, deadline: Instant) -> Result<(), Error> {
        let (after, during) = (self.connection.timeout(), self.connection.during());
        let turned = tokio::time::timeout_at(deadline, poll_fn(|cx| self.poll_turn(cx))).await;
        match turned.map_err(|_| Error::TimedOut { after, during })? {
            Ok(Turn::Moved) => Ok(()),
            Ok(Turn::Closed) => match self.write_error.take() {
                Some(error) => Err(error.into()),
                None => Err(self.connection.receive_eof().err().unwrap_or(Error::Eof { during })),
            },
            // That nothing could be written came first, and says more.
            Err(error) => Err(self.write_error.take().unwrap_or(error).into()),
        }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Turn>> {
        let moved = self.poll_write(cx);
        // More than this is never needed to know what comes next.
        let enough = self.connection.limits().line.saturating_add(CHUNK);
        if self.input.len() - self.used <= enough {
            self.make_room();
            let mut read = pin!(self.stream.read_buf(&mut self.input));
            match read.as_mut().poll(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(Turn::Closed)),
                Poll::Ready(Ok(_)) => return Poll::Ready(Ok(Turn::Moved)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
        }
        if moved { Poll::Ready(Ok(Turn::Moved)) } else { Poll::Pending }
    }

    /// Writes what it can; whether that was anything. An error ends all writing, and is kept for later.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Some(rest @ [_, ..]) = self.output.get(self.written..) {
            match Pin::new(&mut self.stream).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return self.give_up_writing(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => {
                    self.written += written;
                    self.flushed = false;
                    moved = true;
                }
                Poll::Ready(Err(error)) => return self.give_up_writing(error),
                Poll::Pending => return moved,
            }
        }
        self.clear_output();
        if !self.flushed {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.flushed = true;
                    moved = true;
                }
                Poll::Ready(Err(error)) => return self.give_up_writing(error),
                Poll::Pending => {}
            }
        }
        moved
    }

    fn give_up_writing(&mut self, error: io::Error) -> bool {
        self.clear_output();
        self.flushed = true;
        self.write_error.get_or_insert(error);
        true
    }

    fn clear_output(&mut self) {
        if !self.output.is_empty() {
            self.output.zeroize();
        }
        self.written = 0;
    }

    /// Room for another read; what was used up goes first.
    fn make_room(&mut self) {
        if self.used == self.input.len() {
            self.input.clear();
            self.used = 0;
        } else if self.input.capacity() - self.input.len() < CHUNK / 2 {
            self.input.drain(..self.used);
            self.used = 0;
        }
        if self.input.capacity() - self.input.len() < CHUNK / 2 {
            self.input.reserve(CHUNK);
        }
    }
}
