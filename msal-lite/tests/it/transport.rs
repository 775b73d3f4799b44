//! reqwest as it is, over TLS on the loopback interface, against a server that misbehaves.

use std::sync::Arc;

use msal_lite::{
    AccountQuery, Application, Authority, Error, ErrorKind, MemoryStore, TokenClient, TransportErrorKind,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::tenant::{CLIENT, DEVICE_CODE, IMAP, scopes, tokens};

/// Serves these answers, one connection each, and returns its port and its certificate.
async fn serve(answers: Vec<String>) -> (u16, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for answer in answers {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            // One read takes a whole small request: it is one TLS record.
            let _ = stream.read(&mut [0; 16384]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (port, certificate)
}

fn http(trusted: Option<CertificateDer<'static>>) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(trusted);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

fn client(port: u16, http: reqwest::Client) -> TokenClient {
    let authority = Authority::parse(&format!("https://localhost:{port}/contoso.com")).unwrap();
    TokenClient::new(Application::new(CLIENT, authority).unwrap(), MemoryStore::default(), http)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

async fn outcome(answers: Vec<String>) -> Result<msal_lite::Token, Error> {
    let (port, certificate) = serve(answers).await;
    client(port, http(Some(certificate))).device_code(&scopes(IMAP), |_| ()).await
}

#[tokio::test]
async fn a_sign_in_over_https() {
    let code = DEVICE_CODE.replace("\"interval\":5", "\"interval\":1");
    let (port, certificate) =
        serve(vec![answer("200 OK", "", &code), answer("200 OK", "", &tokens("a", "r"))]).await;
    let client = client(port, http(Some(certificate)));
    let token = client
        .device_code(&scopes(IMAP), |prompt| assert_eq!(prompt.user_code(), "ABCD12345"))
        .await
        .unwrap();
    assert_eq!(token.access_token().expose(), "a");
    let again = client.acquire_silent(&scopes(IMAP), &AccountQuery::Only).await.unwrap();
    assert_eq!(again.access_token().expose(), "a");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error =
        outcome(vec![answer("307 Moved", "location: https://example.org/\r\n", "")]).await.unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", " ".repeat(3 << 20));
    let error = outcome(vec![endless]).await.unwrap_err();
    assert!(error.to_string().contains("longer than 1048576"), "{error}");
}

#[tokio::test]
async fn retry_after_arrives() {
    let error =
        outcome(vec![answer("429 Slow", "Retry-After: 7\r\n", "Too Many Requests")]).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after().map(|wait| wait.as_secs())), (ErrorKind::Wait, Some(7)));
}

#[tokio::test]
async fn an_untrusted_certificate_and_a_closed_port() {
    let (port, _) = serve(vec![String::new(), String::new()]).await;
    match client(port, http(None)).device_code(&scopes(IMAP), |_| ()).await {
        Err(Error::Network(error)) => assert_eq!(error.kind(), TransportErrorKind::Tls, "{error}"),
        other => panic!("{other:?}"),
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    match client(free, http(None)).device_code(&scopes(IMAP), |_| ()).await {
        Err(Error::Network(error)) => {
            assert_eq!(error.kind(), TransportErrorKind::Connect, "{error}");
            assert!(error.to_string().contains("refused"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_once_more() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{".to_owned();
    match outcome(vec![cut.clone(), cut]).await {
        Err(Error::Network(error)) => assert_eq!(error.kind(), TransportErrorKind::Interrupted, "{error}"),
        other => panic!("{other:?}"),
    }
}
