//! A certificate's key that signs client assertions (RFC 7523 section 2.2).

mod validity;

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{digest, rand::SystemRandom, signature};
use serde_json::json;
use zeroize::Zeroizing;

use crate::{CorrelationId, Error, Secret, Timestamp};

/// A certificate that is registered with the application, and its private key. `Debug` shows the
/// certificate's thumbprint only.
///
/// With `TokenClient`, hand it to `with_certificate`; without, give
/// [`assertion`](Self::assertion) to a flow's `with_assertion`.
pub struct ClientCertificate {
    key: signature::RsaKeyPair,
    thumbprint: digest::Digest,
    ends_on: Option<Timestamp>,
}

/// How long an assertion is good, in seconds; MSAL's value.
const LIFE: u64 = 600;

impl ClientCertificate {
    /// Takes key and certificate in PEM (RFC 7468). Both may be in one file. The key is RSA in PKCS #8
    /// (`PRIVATE KEY`) or PKCS #1 (`RSA PRIVATE KEY`), 2,048 to 8,192 bits; the first certificate counts.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an encrypted key, another kind of key, and a certificate that is not the
    /// key's.
    pub fn from_pem(key: &[u8], certificate: &[u8]) -> Result<Self, Error> {
        let key = private_key(key)?;
        let certificate = block(certificate, "CERTIFICATE").ok_or_else(|| {
            Error::invalid("certificate", "there is no -----BEGIN CERTIFICATE----- in it")
        })??;
        // The public key stands in the certificate as it is.
        let public: &[u8] = signature::KeyPair::public_key(&key).as_ref();
        if !certificate.windows(public.len()).any(|window| window == public) {
            return Err(Error::invalid("certificate", "it belongs to another private key"));
        }
        let ends_on = validity::ends_on(&certificate);
        Ok(Self { key, thumbprint: digest::digest(&digest::SHA256, &certificate), ends_on })
    }

    /// When the certificate ends: from then on the provider refuses its assertions. `None` if it does not say so in the
    /// form of RFC 5280 section 4.1.2.5.
    pub fn ends_on(&self) -> Option<Timestamp> {
        self.ends_on
    }

    /// An assertion for the token endpoint `audience`, good for ten minutes: a JWT signed by PS256, with
    /// the certificate's SHA-256 in `x5t#S256`. `id` is new for each. The padding of the signature is from
    /// the system's randomness.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the system gives no randomness.
    pub fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        id: &CorrelationId,
        now: Timestamp,
    ) -> Result<Secret, Error> {
        let header =
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(self.thumbprint)});
        let claims = json!({
            "aud": audience, "iss": client_id, "sub": client_id, "jti": id.as_str(),
            "nbf": now.as_unix(), "iat": now.as_unix(), "exp": now.as_unix().saturating_add(LIFE),
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut token = format!("{}.{}", part(header), part(claims));
        let mut signed = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&signature::RSA_PSS_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signed)
            .map_err(|_| {
                Error::invalid("private key", "it cannot sign; does the system give random numbers?")
            })?;
        let mut whole = String::with_capacity(token.len() + 1 + signed.len() * 4 / 3 + 4);
        whole.push_str(&token);
        whole.push('.');
        URL_SAFE_NO_PAD.encode_string(&signed, &mut whole);
        zeroize::Zeroize::zeroize(&mut token);
        Ok(Secret::new(whole))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("sha256", &URL_SAFE_NO_PAD.encode(self.thumbprint))
            .finish_non_exhaustive()
    }
}

fn private_key(pem: &[u8]) -> Result<signature::RsaKeyPair, Error> {
    let refused = |reason: &str| Error::invalid("private key", reason);
    let unusable = |error: ring::error::KeyRejected| {
        Error::invalid("private key", format!("it is no RSA key of 2,048 to 8,192 bits ({error})"))
    };
    if let Some(der) = block(pem, "PRIVATE KEY") {
        return signature::RsaKeyPair::from_pkcs8(&der?).map_err(unusable);
    }
    if let Some(der) = block(pem, "RSA PRIVATE KEY") {
        return signature::RsaKeyPair::from_der(&der?).map_err(unusable);
    }
    if block(pem, "ENCRYPTED PRIVATE KEY").is_some() {
        return Err(refused("it is encrypted; decrypt it with openssl pkey, and guard the file by its mode"));
    }
    if block(pem, "EC PRIVATE KEY").is_some() {
        return Err(refused("it is an elliptic curve key; make a certificate with an RSA key"));
    }
    Err(refused("there is no -----BEGIN PRIVATE KEY----- in it; a .pfx file has to be converted to PEM"))
}

/// The first block with this label, decoded.
fn block(pem: &[u8], label: &str) -> Option<Result<Zeroizing<Vec<u8>>, Error>> {
    let text = std::str::from_utf8(pem).ok()?;
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let compact: Zeroizing<String> =
        Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    let decoded = STANDARD.decode(compact.as_bytes()).map(Zeroizing::new);
    Some(decoded.map_err(|_| Error::invalid("PEM file", format!("the {label} in it is not base64"))))
}
