//! What makes an answer ours: state, nonce, and the proof key for code exchange (RFC 7636).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::Secret;

/// `state`, `nonce` and code verifier: 32 random octets each, which are 43 characters of the alphabet that
/// RFC 7636 section 4.1 allows.
pub(super) fn secrets(random: &[u8; 96]) -> [Secret; 3] {
    let (first, rest) = random.split_at(32);
    let (second, third) = rest.split_at(32);
    [first, second, third].map(|octets| Secret::new(URL_SAFE_NO_PAD.encode(octets)))
}

/// The challenge of a verifier by S256 (RFC 7636 section 4.2). `plain` is never used.
pub(super) fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

/// Compares in a time that depends on the lengths alone.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    let difference = one.iter().zip(other).fold(0, |sum, (a, b)| std::hint::black_box(sum | (a ^ b)));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn equal_is_equal() {
        assert!(same(b"abc", b"abc") && same(b"", b""));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"a"));
    }
}
