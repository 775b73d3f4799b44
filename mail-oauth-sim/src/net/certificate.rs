use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::Error;

/// What is to be wrong with the server certificate.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateOptions {
    /// The only name in it, instead of `localhost`, `127.0.0.1` and `::1`.
    pub(crate) name: Option<String>,
    /// Whether it ran out in 2020.
    pub(crate) expired: bool,
}

/// A certificate authority made on the spot, and one server certificate from it for all four servers.
pub(crate) struct Certificates {
    pub(crate) ca_pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Certificates {
    pub(crate) fn make(options: &CertificateOptions) -> Result<Self, Error> {
        let ca = "the certificate authority";
        let server = "the server certificate";

        let ca_key = KeyPair::generate().map_err(failed(ca))?;
        let mut ca_params = CertificateParams::default();
        ca_params.distinguished_name.push(DnType::CommonName, "mail-oauth-sim CA (for tests only)");
        ca_params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_cert = ca_params.self_signed(&ca_key).map_err(failed(ca))?;
        let issuer = Issuer::new(ca_params, ca_key);

        let key = KeyPair::generate().map_err(failed(server))?;
        let names = match &options.name {
            Some(name) => vec![name.clone()],
            None => ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec(),
        };
        let mut params = CertificateParams::new(names.clone()).map_err(failed(server))?;
        params.distinguished_name.push(DnType::CommonName, names.into_iter().next().unwrap_or_default());
        // OpenSSL in strict mode (Python 3.13 and later) refuses a certificate without this extension.
        params.use_authority_key_identifier_extension = true;
        if options.expired {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let cert = params.signed_by(&key, &issuer).map_err(failed(server))?;

        let private_key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed(server))?;
        // The provider is named here and not installed for the process: that choice belongs to the program.
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed("the TLS configuration"))?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], private_key)
            .map_err(failed("the TLS configuration"))?;

        Ok(Self { ca_pem: ca_cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(what: &'static str) -> impl FnOnce(E) -> Error {
    move |source| Error::Keys { what, source: source.into() }
}
