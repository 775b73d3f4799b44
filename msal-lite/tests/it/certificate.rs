//! Assertions signed by a certificate.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use msal_lite::{ClientCertificate, CorrelationId};
use ring::signature;
use serde_json::Value;

use crate::tenant::{CLIENT, NOW};

/// An RSA key of 2,048 bits and its certificate, made for these tests.
pub(crate) const KEY: &str = include_str!("certificate/key.pem");
pub(crate) const PKCS1: &str = include_str!("certificate/pkcs1.pem");
pub(crate) const CERTIFICATE: &str = include_str!("certificate/certificate.pem");

/// As `openssl x509 -enddate` tells it: Oct 30 20:49:16 2126 GMT.
const ENDS: u64 = 4_949_066_956;

const AUDIENCE: &str = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";

#[test]
fn an_assertion_that_verifies() {
    let der = STANDARD
        .decode(CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect::<String>())
        .unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, &der));
    // Key and certificate in one file, with text around them, as openssl writes it.
    let both = format!("Bag Attributes\n{KEY}subject=CN\n{CERTIFICATE}");
    for (key, certificate) in
        [(KEY, CERTIFICATE), (PKCS1, CERTIFICATE), (&both, &both), (&KEY.replace('\n', "\r\n"), CERTIFICATE)]
    {
        let certificate = ClientCertificate::from_pem(key.as_bytes(), certificate.as_bytes()).unwrap();
        let id = CorrelationId::from_random([9; 16]);
        let token = certificate.assertion(CLIENT, AUDIENCE, &id, NOW).unwrap();
        let [header, claims, signed]: [&str; 3] =
            token.expose().split('.').collect::<Vec<_>>().try_into().unwrap();
        let part =
            |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        let header_json = part(header);
        assert_eq!((header_json["alg"].as_str(), header_json["typ"].as_str()), (Some("PS256"), Some("JWT")));
        assert_eq!(header_json["x5t#S256"], thumbprint);
        let claims_json = part(claims);
        assert_eq!((claims_json["iss"].as_str(), claims_json["sub"].as_str()), (Some(CLIENT), Some(CLIENT)));
        assert_eq!(
            (claims_json["aud"].as_str(), claims_json["jti"].as_str()),
            (Some(AUDIENCE), Some(id.as_str()))
        );
        assert_eq!(claims_json["exp"].as_u64().unwrap() - claims_json["iat"].as_u64().unwrap(), 600);
        assert_eq!(claims_json["nbf"], NOW.as_unix());

        let pair = signature::RsaKeyPair::from_pkcs8(
            &STANDARD.decode(KEY.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap(),
        )
        .unwrap();
        let public = signature::KeyPair::public_key(&pair);
        let public = signature::UnparsedPublicKey::new(&signature::RSA_PSS_2048_8192_SHA256, public.as_ref());
        public
            .verify(format!("{header}.{claims}").as_bytes(), &URL_SAFE_NO_PAD.decode(signed).unwrap())
            .unwrap();
        let shown = format!("{certificate:?}");
        assert!(shown.contains(&thumbprint) && shown.len() < 100, "{shown}");
    }
}

#[test]
fn what_cannot_be_used_is_said() {
    let other = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap();
    for (key, certificate, word) in [
        ("", CERTIFICATE, "no -----BEGIN PRIVATE KEY"),
        (KEY, "", "no -----BEGIN CERTIFICATE"),
        (&KEY.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), CERTIFICATE, "encrypted"),
        (&KEY.replace("PRIVATE KEY", "EC PRIVATE KEY"), CERTIFICATE, "elliptic curve"),
        (&other.signing_key.serialize_pem(), CERTIFICATE, "no RSA key"),
        (KEY, &other.cert.pem(), "another private key"),
        (KEY, "-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----", "not base64"),
    ] {
        let error =
            ClientCertificate::from_pem(key.as_bytes(), certificate.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
        assert!(!error.contains(&KEY[60..80]));
    }
}

#[test]
fn the_end_of_a_certificate_is_read() {
    let certificate = ClientCertificate::from_pem(KEY.as_bytes(), CERTIFICATE.as_bytes()).unwrap();
    assert_eq!(certificate.ends_on().map(msal_lite::Timestamp::as_unix), Some(ENDS));
}
