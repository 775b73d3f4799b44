use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

/// Whether the verifier is the one that the challenge was made from (RFC 7636 section 4.6). Where there was no challenge
/// there must be no verifier.
pub(super) fn fits(challenge: Option<&(String, bool)>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some((challenge, true)), Some(verifier)) => {
            *challenge == URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
        }
        (Some((challenge, false)), Some(verifier)) => challenge == verifier,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_fits() {
        // RFC 7636 appendix B.
        let challenge = ("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(), true);
        assert!(fits(Some(&challenge), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
        assert!(!fits(Some(&challenge), Some("dBjftJeZ4CVP")));
        assert!(!fits(Some(&challenge), None));
        assert!(!fits(None, Some("x")));
        assert!(fits(Some(&("x".into(), false)), Some("x")));
    }
}
