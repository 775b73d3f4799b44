use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use webpki::EndEntityCert;

/// A certificate that an app registered, under its two thumbprints.
#[derive(Clone, Debug)]
pub(crate) struct AppCertificate {
    der: CertificateDer<'static>,
    /// Base64url of the SHA-1, without padding (RFC 7515 section 4.1.7).
    pub(crate) x5t: String,
    /// Base64url of the SHA-256, without padding (RFC 7515 section 4.1.8).
    pub(crate) x5t_s256: String,
}

impl AppCertificate {
    /// Reads PEM; `None` if it holds no certificate.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        EndEntityCert::try_from(&der).ok()?;
        let print = |algorithm| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &der));
        Some(Self { x5t: print(&digest::SHA1_FOR_LEGACY_USE_ONLY), x5t_s256: print(&digest::SHA256), der })
    }

    /// Whether its key made this signature: RS256 or PS256 (RFC 7518 sections 3.3 and 3.5).
    pub(crate) fn verifies(&self, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
        let algorithm = match algorithm {
            "RS256" => webpki::ring::RSA_PKCS1_2048_8192_SHA256,
            "PS256" => webpki::ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            _ => return false,
        };
        EndEntityCert::try_from(&self.der)
            .is_ok_and(|certificate| certificate.verify_signature(algorithm, signed, signature).is_ok())
    }
}
