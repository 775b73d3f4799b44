use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The body of an answer, whole or broken off in the middle.
pub(super) struct Outgoing {
    first: Option<Bytes>,
    /// Octets that are announced and do not come.
    missing: u64,
    /// Whether what there is has been given time to leave.
    flushed: bool,
}

impl Outgoing {
    pub(super) fn new(body: Vec<u8>, truncated: bool) -> Self {
        let mut body = Bytes::from(body);
        let rest = if truncated { body.split_off(body.len() / 2) } else { Bytes::new() };
        Self { first: Some(body).filter(|body| !body.is_empty()), missing: rest.len() as u64, flushed: false }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        if std::mem::replace(&mut self.flushed, true) {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        let first = self.first.as_ref().map_or(0, Bytes::len) as u64;
        SizeHint::with_exact(first.saturating_add(self.missing))
    }
}
