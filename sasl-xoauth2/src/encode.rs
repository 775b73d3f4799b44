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
    let mut encoder = Base64 { out, carry: [0; 3], held: 0 };
    pieces(mechanism, credentials, &mut |piece| encoder.put(piece));
    encoder.finish();
}

/// Appends a few bytes (an acknowledgement) in base64.
pub(crate) fn append_short_base64(bytes: &[u8], out: &mut Vec<u8>) {
    grow(out, base64_len(bytes.len()));
    let mut encoder = Base64 { out, carry: [0; 3], held: 0 };
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

/// Base64 over pieces: whole groups of three go straight from the piece to the buffer, and at most two
/// octets wait for the next piece.
struct Base64<'o> {
    out: &'o mut Vec<u8>,
    carry: [u8; 3],
    held: usize,
}

impl Base64<'_> {
    fn put(&mut self, mut piece: &[u8]) {
        while self.held > 0 {
            let Some((&first, rest)) = piece.split_first() else { return };
            self.hold(first);
            piece = rest;
        }
        let (groups, rest) = piece.split_at(piece.len() - piece.len() % 3);
        self.encode(groups);
        rest.iter().for_each(|&octet| self.hold(octet));
    }

    fn hold(&mut self, octet: u8) {
        if let Some(slot) = self.carry.get_mut(self.held) {
            *slot = octet;
        }
        self.held += 1;
        if self.held == self.carry.len() {
            let carry = self.carry;
            self.encode(&carry);
            self.held = 0;
        }
    }

    fn finish(mut self) {
        let carry = self.carry;
        let held = carry.get(..self.held).unwrap_or_default();
        append(&STANDARD, held, base64_len(held.len()), self.out);
        self.carry.zeroize();
    }

    fn encode(&mut self, groups: &[u8]) {
        append(&STANDARD_NO_PAD, groups, base64_len(groups.len()), self.out);
    }
}

fn append(engine: &impl base64::Engine, bytes: &[u8], encoded: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + encoded, 0);
    // INVARIANT: the tail has just been made as long as `bytes` is in base64, so that the slice exists and
    // the encoder has room.
    let written = out.get_mut(start..).map(|tail| engine.encode_slice(bytes, tail));
    debug_assert_eq!(written, Some(Ok(encoded)));
}
