use mail_oauth_sim::{LogEvent, Tenant};
use tokio_rustls::rustls::version::TLS13;

use crate::support::*;

async fn handshake_error(tenant: &Tenant, ca_pem: &str) -> String {
    let conn = Conn::plain(tenant.imap_addr()).await;
    match conn.try_start_tls(config(ca_pem, &[&TLS13])).await {
        Ok(_) => panic!("the certificate was taken"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn certificates_are_wrong_on_demand() {
    let other = builder().certificate_name("other.example").start().await.unwrap();
    let error = handshake_error(&other, other.ca_pem()).await;
    assert!(error.contains("NotValidForName") || error.contains("not valid for name"), "{error}");

    let expired = builder().expired_certificate().start().await.unwrap();
    let error = handshake_error(&expired, expired.ca_pem()).await;
    assert!(error.to_lowercase().contains("expired"), "{error}");

    let good = tenant().await;
    let error = handshake_error(&good, other.ca_pem()).await;
    assert!(error.contains("UnknownIssuer") || error.contains("BadSignature"), "{error}");
    // The server hears of it a moment later.
    while !matches!(good.log()[0].events.as_slice(), [LogEvent::TlsFailed { .. }]) {
        tokio::task::yield_now().await;
    }
}
