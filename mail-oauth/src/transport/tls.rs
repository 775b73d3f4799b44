//! TLS: whom to trust, and the one configuration that every connection of a process shares.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::error::Error;

/// Which certificate authorities a server's certificate may come from.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Trust {
    /// Those of the operating system.
    #[default]
    System,
    /// Those of the operating system and those in a PEM file: a company's own, or a test tenant's.
    SystemAnd(PathBuf),
    /// Those in a PEM text alone.
    Only(String),
}

/// A TLS client configuration: TLS 1.2 and 1.3, certificates always verified, sessions resumed.
///
/// Making one is cheap; the roots are loaded at the first handshake, so that a program which finds its token in
/// the cache does not pay for them. Clone it to share the roots and the session cache.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Reads the PEM file, if `trust` names one.
    ///
    /// # Errors
    /// [`Error::CaFile`] when it cannot be read or holds no certificate.
    pub fn new(trust: &Trust) -> Result<Self, Error> {
        let roots = match trust {
            Trust::System => Roots { extra: Vec::new(), system: true },
            Trust::SystemAnd(path) => Roots { extra: read_pem_file(path)?, system: true },
            Trust::Only(pem) => {
                let certificates: Result<Vec<_>, _> =
                    CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
                Roots { extra: usable(Path::new("(given in memory)"), certificates)?, system: false }
            }
        };
        let provider = Arc::new(ring::default_provider());
        let verifier = LazyVerifier { roots, provider: provider.clone(), verifier: OnceLock::new() };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::TlsSetup)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Tls { config: Arc::new(config) })
    }

    pub(crate) fn config(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// An HTTPS client for token endpoints on the same trust: no redirects, since a redirect would carry
    /// credentials elsewhere.
    ///
    /// # Errors
    /// [`Error::HttpSetup`] when the client cannot be built.
    pub(crate) fn https(&self) -> Result<reqwest::Client, Error> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(&self.config))
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(std::time::Duration::from_secs(10))
            .dns_resolver(super::names::SystemNames)
            .user_agent(concat!("mail-oauth/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Error::HttpSetup(Box::new(e)))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn read_pem_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bytes = std::fs::read(path)
        .map_err(|source| Error::CaFile { path: path.to_owned(), why: source.to_string() })?;
    usable(path, CertificateDer::pem_slice_iter(&bytes).collect())
}

fn usable(
    path: &Path,
    certificates: Result<Vec<CertificateDer<'static>>, rustls::pki_types::pem::Error>,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |why: String| Error::CaFile { path: path.to_owned(), why };
    let certificates = certificates.map_err(|e| wrong(format!("not a PEM file: {e}")))?;
    if certificates.is_empty() {
        return Err(wrong("it holds no BEGIN CERTIFICATE block".to_owned()));
    }
    Ok(certificates)
}

#[derive(Debug)]
struct Roots {
    extra: Vec<CertificateDer<'static>>,
    system: bool,
}

/// The real verifier, made when the first certificate must be verified.
#[derive(Debug)]
struct LazyVerifier {
    roots: Roots,
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Result<Arc<dyn ServerCertVerifier>, rustls::Error>>,
}

impl LazyVerifier {
    fn get(&self) -> Result<&Arc<dyn ServerCertVerifier>, rustls::Error> {
        self.verifier.get_or_init(|| self.load()).as_ref().map_err(Clone::clone)
    }

    fn load(&self) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        let extra = self.roots.extra.iter().cloned();
        if self.roots.system {
            return Ok(Arc::new(Verifier::new_with_extra_roots(extra, self.provider.clone())?));
        }
        let mut store = rustls::RootCertStore::empty();
        for certificate in extra {
            store.add(certificate)?;
        }
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
            Arc::new(store),
            self.provider.clone(),
        );
        Ok(verifier.build().map_err(|e| rustls::Error::General(e.to_string()))?)
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.get()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.get()?.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.get()?.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
