use std::time::Duration;

use mail_oauth_sim::Tenant;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::*;

/// Lines that come close to what the servers understand.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = prop_oneof![
        Just("A1 ".to_owned()),
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

/// Sends the bytes, a command that is fine and a half-close; the server has to answer or close, and not hang.
async fn survives(tenant: &Tenant, service: usize, bytes: &[u8]) {
    let mut conn = match service {
        0 => imap_as(tenant, ADELE, ADELE).await,
        1 => pop3_as(tenant, ADELE).await,
        2 => smtp_as(tenant, ADELE).await,
        _ => Conn::tls(tenant.identity_addr(), tenant).await,
    };
    if service == 0 {
        conn.imap("SELECT INBOX").await;
    }
    conn.hang_up_after(bytes).await;
}

#[test]
fn whatever_a_client_sends_the_servers_answer_or_close() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let tenant = runtime.block_on(tenant());
    tenant.deliver(ADELE, "Subject: x\r\n\r\ny\r\n").unwrap();
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(0..4_usize, line()), |(service, bytes)| {
            runtime.block_on(async {
                tokio::time::timeout(Duration::from_secs(10), survives(&tenant, service, &bytes))
                    .await
                    .map_err(|_| TestCaseError::fail("the server neither answered nor closed"))
            })
        })
        .unwrap();
    // A task that panicked would have closed without a word; the servers are all still there.
    for service in 0..3 {
        runtime.block_on(survives(&tenant, service, b"\r\n"));
    }
}
