use std::net::SocketAddr;
use std::time::Duration;

use mail_oauth_sim::{Service, Tenant};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::support::*;

/// Lines that come close to what the servers understand.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = prop_oneof![
        Just("A1 ".to_owned()),
        Just("A1 STARTTLS\r\n".to_owned()),
        Just("STARTTLS\r\n".to_owned()),
        Just("STLS\r\n".to_owned()),
        Just("UID FETCH 1:* (BODY[HEADER.FIELDS (".to_owned()),
        Just("SEARCH OR NOT ((".to_owned()),
        Just("AUTHENTICATE XOAUTH2 ".to_owned()),
        Just("SELECT {3+}\r\n".to_owned()),
        Just("APPEND INBOX {2}\r\n".to_owned()),
        Just("RETR 1".to_owned()),
        Just("MAIL FROM:<".to_owned()),
        Just("BDAT 3 LAST".to_owned()),
        Just("POST /x/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n".to_owned()),
        "[ -~]{0,12}",
    ];
    let piece = prop_oneof![3 => words.prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..8), 1 => Just(b"\r\n".to_vec())];
    vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

/// How a client comes to a server.
#[derive(Clone, Copy, Debug)]
enum Door {
    /// Logged in to IMAP, with a folder open; to POP3; to SMTP.
    LoggedIn(Service),
    /// Under TLS from the first octet, and not logged in.
    Tls(Service),
    /// In the clear, where STARTTLS may follow.
    Clear(Service),
    /// Octets where the TLS handshake should be.
    NoHandshake(Service),
}

const DOORS: [Door; 14] = [
    Door::LoggedIn(Service::Imap),
    Door::LoggedIn(Service::Pop3),
    Door::LoggedIn(Service::Smtp),
    Door::Tls(Service::Identity),
    Door::Tls(Service::Imap),
    Door::Tls(Service::Pop3),
    Door::Tls(Service::Smtp),
    Door::Clear(Service::Imap),
    Door::Clear(Service::Pop3),
    Door::Clear(Service::Smtp),
    Door::NoHandshake(Service::Identity),
    Door::NoHandshake(Service::Imap),
    Door::NoHandshake(Service::Pop3),
    Door::NoHandshake(Service::Smtp),
];

fn under_tls(tenant: &Tenant, service: Service) -> SocketAddr {
    match service {
        Service::Imap => tenant.imap_addr(),
        Service::Pop3 => tenant.pop3_addr(),
        Service::Smtp => tenant.smtp_tls_addr(),
        _ => tenant.identity_addr(),
    }
}

fn in_the_clear(tenant: &Tenant, service: Service) -> SocketAddr {
    match service {
        Service::Imap => tenant.imap_starttls_addr(),
        Service::Pop3 => tenant.pop3_starttls_addr(),
        _ => tenant.smtp_addr(),
    }
}

/// Sends the bytes and a half-close; the server has to answer or close, and not hang.
async fn survives(tenant: &Tenant, door: Door, bytes: &[u8]) {
    let mut conn = match door {
        Door::LoggedIn(Service::Imap) => imap_as(tenant, ADELE, ADELE).await,
        Door::LoggedIn(Service::Pop3) => pop3_as(tenant, ADELE).await,
        Door::LoggedIn(_) => smtp_as(tenant, ADELE).await,
        Door::Tls(service) => Conn::tls(under_tls(tenant, service), tenant).await,
        Door::Clear(service) => Conn::plain(in_the_clear(tenant, service)).await,
        Door::NoHandshake(service) => Conn::plain(under_tls(tenant, service)).await,
    };
    if matches!(door, Door::LoggedIn(Service::Imap)) {
        conn.imap("SELECT INBOX").await;
    }
    conn.hang_up_after(bytes).await;
}

#[test]
fn whatever_a_client_sends_the_servers_answer_or_close() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let tenant = runtime.block_on(tenant());
    tenant.deliver(ADELE, "Subject: x\r\n\r\ny\r\n").unwrap();
    let config = Config { cases: 112, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(select(&DOORS[..]), line()), |(door, bytes)| {
            runtime.block_on(async {
                tokio::time::timeout(Duration::from_secs(10), survives(&tenant, door, &bytes))
                    .await
                    .map_err(|_| TestCaseError::fail("the server neither answered nor closed"))
            })
        })
        .unwrap();
    // A task that panicked would have closed without a word; the servers are all still there.
    for door in DOORS {
        runtime.block_on(survives(&tenant, door, b"\r\n"));
    }
}
