//! The client's message, as pieces that go straight into the caller's buffer: raw, or through base64.

use alloc::vec::Vec;

use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroize;

use crate::{Credentials, Mechanism, saslname};

/// Octets of the message before base64.
pub(crate) fn message_len(mechanism: Mechanism, credentials: &Credentials<'_>) -> usize {
    let mut len = 0;
    pieces(mechanism, credentials, &mut |piece| len += piece.len());
    len
}

/// Octets of the message in base64, padding included.
pub(crate) fn base64_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Appends the message as it is.
pub(crate) fn append_message(mechanism: Mechanism, credentials: &Credentials<'_>, out: &mut Vec<u8>) {
    grow(out, message_len(mechanism, credentials));
    pieces(mechanism, credentials, &mut |piece| out.extend_from_slice(piece));
}

/// Appends the message in base64, in one pass and without an intermediate copy.
pub(crate) fn append_base64(mechanism: Mechanism, credentials: &Credentials<'_>, out: &mut Vec<u8>) {
    grow(out, base64_len(message_len(mechanism, credentials)));
    let mut encoder = Base64::new(out);
    pieces(mechanism, credentials, &mut |piece| encoder.put(piece));
    encoder.finish();
}

/// Appends a few bytes (an acknowledgement) in base64.
pub(crate) fn append_short_base64(bytes: &[u8], out: &mut Vec<u8>) {
    grow(out, base64_len(bytes.len()));
    let mut encoder = Base64::new(out);
    encoder.put(bytes);
    encoder.finish();
}

/// Hands out the message piece by piece.
///
/// XOAUTH2: `user=` user ^A `auth=Bearer ` token ^A ^A.
///
/// OAUTHBEARER (RFC 7628 section 3.1): gs2-header ^A, then `key=value` ^A for each key, then ^A.
fn pieces(mechanism: Mechanism, credentials: &Credentials<'_>, piece: &mut dyn FnMut(&[u8])) {
    match mechanism {
        Mechanism::XOAuth2 => {
            piece(b"user=");
            piece(credentials.user().as_bytes());
        }
        Mechanism::OAuthBearer => {
            piece(b"n,a=");
            saslname::escape(credentials.user(), &mut *piece);
            piece(b",");
            if let Some(host) = credentials.host() {
                piece(b"\x01host=");
                piece(host.as_bytes());
            }
            if let Some(port) = credentials.port() {
                piece(b"\x01port=");
                decimal(port, piece);
            }
        }
    }
    piece(b"\x01auth=Bearer ");
    piece(credentials.token().as_bytes());
    piece(b"\x01\x01");
}

fn decimal(number: u16, piece: &mut dyn FnMut(&[u8])) {
    let mut divisor = 10_000;
    while divisor > 1 && number < divisor {
        divisor /= 10;
    }
    while divisor > 0 {
        // One digit always fits.
        piece(&[b'0' + u8::try_from(number / divisor % 10).unwrap_or(0)]);
        divisor /= 10;
    }
}

/// Makes room for exactly `extra` octets. What the buffer held before may be a secret as well (a caller
/// who appends several lines), so an outgrown allocation is wiped before it is freed.
fn grow(out: &mut Vec<u8>, extra: usize) {
    if out.capacity() - out.len() >= extra {
        return;
    }
    let mut larger = Vec::with_capacity(out.len() + extra);
    larger.extend_from_slice(out);
    out.zeroize();
    *out = larger;
}

/// Base64 over pieces: what is long goes straight from the piece to the buffer in whole groups of three,
/// and what is short is gathered first, because each call of the encoder has its price.
struct Base64<'o> {
    out: &'o mut Vec<u8>,
    gathered: [u8; GATHERED],
    held: usize,
}

/// A multiple of three that holds all that stands before the token with most user names.
const GATHERED: usize = 48;

impl<'o> Base64<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, gathered: [0; GATHERED], held: 0 }
    }

    fn put(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while self.held + rest.len() >= GATHERED {
            // A long piece fills up the last group of what is gathered, and no more.
            let fill = if self.held == 0 { 0 } else { (3 - self.held % 3) % 3 };
            let (first, tail) = rest.split_at_checked(fill).unwrap_or((rest, &[]));
            self.gather(first);
            self.flush();
            let (groups, left) = tail.split_at(tail.len() - tail.len() % 3);
            append(&STANDARD_NO_PAD, groups, self.out);
            rest = left;
        }
        self.gather(rest);
    }

    /// Keeps a piece that fits.
    fn gather(&mut self, piece: &[u8]) {
        let end = self.held + piece.len();
        if let Some(room) = self.gathered.get_mut(self.held..end) {
            room.copy_from_slice(piece);
            self.held = end;
        }
    }

    /// Encodes what is gathered.
    fn flush(&mut self) {
        append(&STANDARD, self.gathered.get(..self.held).unwrap_or_default(), self.out);
        self.held = 0;
    }

    fn finish(mut self) {
        self.flush();
        self.gathered.zeroize();
    }
}

fn append(engine: &impl base64::Engine, bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let (start, encoded) = (out.len(), base64_len(bytes.len()));
    out.resize(start + encoded, 0);
    // INVARIANT: the tail has just been made as long as `bytes` is in base64, so that the slice exists and
    // the encoder has room. Without padding the bytes are whole groups of three, and need none.
    let written = out.get_mut(start..).map(|tail| engine.encode_slice(bytes, tail));
    debug_assert_eq!(written, Some(Ok(encoded)));
}
