//! Everything random and every made-up identifier comes from here, so that a seed can take its place.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};

/// Where identifiers, codes and opaque tokens come from: the system, or a seed. Keys and signatures always come from the
/// system.
#[derive(Debug)]
pub(crate) struct Random(Option<Mutex<Seeded>>);

/// SHA-256 over a seed and a counter, one block after the other.
#[derive(Debug)]
struct Seeded {
    seed: u64,
    blocks: u64,
    left: Vec<u8>,
}

/// The SHA-256 of a secret: what the tenant keeps of the tokens, codes and passwords that it knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Random {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(seed.map(|seed| Mutex::new(Seeded { seed, blocks: 0, left: Vec::new() })))
    }

    /// Random bytes as base64url without padding. `octets` is the number of bytes before encoding.
    pub(crate) fn text(&self, octets: usize) -> String {
        let mut bytes = vec![0; octets];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A random GUID, as Entra gives to requests.
    pub(crate) fn guid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        format_guid(&bytes)
    }

    /// A user code as Entra makes them: nine characters without vowels, and without the digits that look like letters.
    pub(crate) fn user_code(&self) -> String {
        const ALPHABET: [char; 27] = [
            'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X',
            'Z', '2', '3', '4', '6', '7', '8', '9',
        ];
        (0..9).filter_map(|_| ALPHABET.get(self.below(27) as usize)).collect()
    }

    /// Random octets for a nonce.
    pub(crate) fn nonce(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        system(&mut bytes);
        bytes
    }

    fn below(&self, bound: u32) -> u32 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        u32::from_le_bytes(bytes) % bound.max(1)
    }

    fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            None => system(bytes),
            Some(seeded) => seeded.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes),
        }
    }
}

impl Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.left.is_empty() {
                let mut context = digest::Context::new(&digest::SHA256);
                context.update(&self.seed.to_be_bytes());
                context.update(&self.blocks.to_be_bytes());
                self.blocks = self.blocks.wrapping_add(1);
                self.left.extend_from_slice(context.finish().as_ref());
            }
            *byte = self.left.pop().unwrap_or_default();
        }
    }
}

impl Fingerprint {
    pub(crate) fn of(secret: &str) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
        Self(out)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
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

#[expect(
    clippy::expect_used,
    reason = "a system without randomness cannot run TLS either; no peer can cause it"
)]
fn system(bytes: &mut [u8]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_another_seed_something_else() {
        let draw = |seed| {
            let random = Random::new(seed);
            (random.text(40), random.guid(), random.user_code())
        };
        assert_eq!(draw(Some(7)), draw(Some(7)));
        assert_ne!(draw(Some(7)), draw(Some(8)));
        assert_ne!(draw(None), draw(None));
    }
}
