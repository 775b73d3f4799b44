//! Certificates, right ones and wrong ones.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// An authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

/// What may be wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    Expired,
    NotYetValid,
    OtherName,
    /// A name below the right one.
    NameBelow,
    SelfSigned,
    /// From an authority of the same name that nobody trusts.
    OtherAuthority,
    /// From an authority below the trusted one, which is not sent.
    HoleInChain,
    /// From an authority below the trusted one that is none: its certificate is a server's.
    SignedByServer,
    /// For clients.
    OtherUse,
}

impl Flaw {
    pub(crate) const ALL: [Flaw; 9] = [
        Flaw::Expired,
        Flaw::NotYetValid,
        Flaw::OtherName,
        Flaw::NameBelow,
        Flaw::SelfSigned,
        Flaw::OtherAuthority,
        Flaw::HoleInChain,
        Flaw::SignedByServer,
        Flaw::OtherUse,
    ];
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority_params();
        let certificate = params.self_signed(&key).unwrap();
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    /// A TLS server with such a certificate, and a chain that is whole but for the flaw.
    pub(crate) fn server(&self, flaw: Flaw) -> TlsAcceptor {
        let name = match flaw {
            Flaw::OtherName => "mail.other.example",
            Flaw::NameBelow => "localhost.other.example",
            _ => "localhost",
        };
        self.server_named(name, flaw)
    }

    pub(crate) fn server_named(&self, name: &str, flaw: Flaw) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => {
                params.not_before = date_time_ymd(2019, 1, 1);
                params.not_after = date_time_ymd(2020, 1, 1);
            }
            Flaw::NotYetValid => {
                params.not_before = date_time_ymd(2090, 1, 1);
                params.not_after = date_time_ymd(2091, 1, 1);
            }
            Flaw::OtherUse => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            _ => {}
        }
        let mut chain = Vec::new();
        match flaw {
            Flaw::SelfSigned => chain.push(params.self_signed(&key).unwrap()),
            Flaw::OtherAuthority => {
                chain.push(params.signed_by(&key, &Authority::new().issuer).unwrap());
            }
            Flaw::HoleInChain | Flaw::SignedByServer => {
                let between_key = KeyPair::generate().unwrap();
                let mut between = authority_params();
                between.distinguished_name.push(DnType::CommonName, "between");
                if flaw == Flaw::SignedByServer {
                    between = CertificateParams::new(["other.example".to_owned()]).unwrap();
                }
                let certificate = between.signed_by(&between_key, &self.issuer).unwrap();
                chain.push(params.signed_by(&key, &Issuer::new(between, between_key)).unwrap());
                if flaw == Flaw::SignedByServer {
                    chain.push(certificate);
                }
            }
            _ => chain.push(params.signed_by(&key, &self.issuer).unwrap()),
        }
        acceptor(chain.iter().map(|certificate| certificate.der().clone()).collect(), &key)
    }
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "an authority of this test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
