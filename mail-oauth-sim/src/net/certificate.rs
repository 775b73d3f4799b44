use std::sync::{Arc, OnceLock};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::{Error, TlsFault};

/// What is to be wrong with the server certificate.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateOptions {
    /// The only name in it, instead of `localhost`, `127.0.0.1` and `::1`.
    pub(crate) name: Option<String>,
    /// Whether it ran out in 2020.
    pub(crate) expired: bool,
}

/// A certificate authority made on the spot, and one server certificate from it for all servers.
pub(crate) struct Certificates {
    pub(crate) ca_pem: String,
    issuer: Issuer<'static, KeyPair>,
    acceptor: TlsAcceptor,
    /// Acceptors with a certificate that does not hold, made when a fault first asks for them.
    expired: OnceLock<TlsAcceptor>,
    wrong_name: OnceLock<TlsAcceptor>,
    unknown_ca: OnceLock<TlsAcceptor>,
}

impl Certificates {
    pub(crate) fn make(options: &CertificateOptions) -> Result<Self, Error> {
        let (issuer, ca_pem) = authority("mail-oauth-sim CA (for tests only)")?;
        let acceptor = server(&issuer, options)?;
        let (expired, wrong_name, unknown_ca) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Self { ca_pem, issuer, acceptor, expired, wrong_name, unknown_ca })
    }

    /// The acceptor of a connection under a fault; the usual one where none can be made.
    pub(crate) fn acceptor(&self, fault: Option<TlsFault>) -> TlsAcceptor {
        let made = |cell: &OnceLock<TlsAcceptor>, make: &dyn Fn() -> Result<TlsAcceptor, Error>| {
            cell.get_or_init(|| make().unwrap_or_else(|_| self.acceptor.clone())).clone()
        };
        let usual = CertificateOptions::default();
        match fault {
            Some(TlsFault::Expired) => made(&self.expired, &|| {
                server(&self.issuer, &CertificateOptions { expired: true, ..usual.clone() })
            }),
            Some(TlsFault::WrongName) => made(&self.wrong_name, &|| {
                server(
                    &self.issuer,
                    &CertificateOptions { name: Some("wrong.example".into()), ..usual.clone() },
                )
            }),
            Some(TlsFault::UnknownCa) => made(&self.unknown_ca, &|| {
                let (issuer, _) = authority("Inspecting Proxy CA")?;
                server(&issuer, &usual)
            }),
            Some(TlsFault::OldVersion | TlsFault::NotTls) | None => self.acceptor.clone(),
        }
    }
}

/// A new authority, and its certificate in PEM.
fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, String), Error> {
    let what = "the certificate authority";
    let key = KeyPair::generate().map_err(failed(what))?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = params.self_signed(&key).map_err(failed(what))?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn server(issuer: &Issuer<'static, KeyPair>, options: &CertificateOptions) -> Result<TlsAcceptor, Error> {
    let what = "the server certificate";
    let key = KeyPair::generate().map_err(failed(what))?;
    let names = match &options.name {
        Some(name) => vec![name.clone()],
        None => ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec(),
    };
    let mut params = CertificateParams::new(names.clone()).map_err(failed(what))?;
    params.distinguished_name.push(DnType::CommonName, names.into_iter().next().unwrap_or_default());
    // OpenSSL in strict mode (Python 3.13 and later) refuses a certificate without this extension.
    params.use_authority_key_identifier_extension = true;
    if options.expired {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
    }
    let cert = params.signed_by(&key, issuer).map_err(failed(what))?;

    let private_key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed(what))?;
    // The provider is named here and not installed for the process: that choice belongs to the program.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed("the TLS configuration"))?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], private_key)
        .map_err(failed("the TLS configuration"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(what: &'static str) -> impl FnOnce(E) -> Error {
    move |source| Error::Keys { what, source: source.into() }
}
