//! Everything random and every made-up identifier comes from here, so that a seed can take its place one day.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};

/// Random bytes as base64url without padding. `octets` is the number of bytes before encoding.
pub(crate) fn text(octets: usize) -> String {
    let mut bytes = vec![0; octets];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A random GUID, as Entra gives to requests.
pub(crate) fn guid() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    format_guid(&bytes)
}

/// A GUID that depends on nothing but these parts.
pub(crate) fn guid_of(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
        context.update(b"\0");
    }
    format_guid(context.finish().as_ref())
}

/// A random number below `bound`, which must not be 0.
pub(crate) fn below(bound: u32) -> u32 {
    let mut bytes = [0; 4];
    fill(&mut bytes);
    u32::from_le_bytes(bytes) % bound.max(1)
}

/// A user code as Entra makes them: nine characters without vowels, and without the digits that look like letters.
pub(crate) fn user_code() -> String {
    const ALPHABET: [char; 27] = [
        'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z',
        '2', '3', '4', '6', '7', '8', '9',
    ];
    (0..9).filter_map(|_| ALPHABET.get(below(27) as usize)).collect()
}

/// The SHA-256 of a secret: what the tenant keeps of the tokens and codes that it hands out.
pub(crate) fn fingerprint(secret: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
    out
}

#[expect(
    clippy::expect_used,
    reason = "a system without randomness cannot run TLS either; no peer can cause it"
)]
fn fill(bytes: &mut [u8]) {
    // INVARIANT: fails only where the system's generator is missing, and then the TLS keys were not made either.
    SystemRandom::new().fill(bytes).expect("the system provides random bytes");
}

fn format_guid(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().take(16).enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{byte:02x}");
    }
    out
}
