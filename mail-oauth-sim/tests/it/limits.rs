use mail_oauth_sim::{Limits, Tenant};

use crate::support::*;

async fn with(change: impl FnOnce(&mut Limits)) -> Tenant {
    let mut limits = Limits::default();
    change(&mut limits);
    builder().limits(limits).start().await.unwrap()
}

#[tokio::test]
async fn a_line_without_end_is_answered_and_the_connection_closed() {
    let tenant = with(|limits| limits.line = 100).await;
    let long = "x".repeat(200);
    let mut conn = imap(&tenant).await;
    conn.send(&long).await;
    assert!(conn.rest().await.starts_with(b"* BAD Command line too long\r\n* BYE "));
    let mut conn = imap(&tenant).await;
    assert_eq!(conn.ask("A1 AUTHENTICATE XOAUTH2").await, "+ ");
    conn.send(&long).await;
    assert!(conn.rest().await.starts_with(b"* BAD Command line too long\r\n* BYE "));
    let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
    conn.line().await;
    assert_eq!(conn.ask(&long).await, "-ERR Protocol error. Connection is closed. 10");
    let mut conn = smtp(&tenant).await;
    assert_eq!(conn.ask(&long).await, "500 5.3.3 Line too long");
    let mut conn = smtp(&tenant).await;
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "334 ");
    assert_eq!(conn.ask(&long).await, "500 5.3.3 Line too long");
}

#[tokio::test]
async fn literals_are_bounded_and_a_message_needs_a_login() {
    let tenant = with(|limits| (limits.literal, limits.append) = (10, 20)).await;
    let mut conn = imap(&tenant).await;
    assert!(conn.ask("A1 LOGIN {11}").await.starts_with("A1 NO "));
    assert!(conn.ask("A1 APPEND INBOX {11}").await.starts_with("A1 NO "));
    assert!(conn.ask("A1 LOGIN {99999999999999999999999}").await.starts_with("A1 NO "));
    assert!(conn.ask("A1 LOGIN {6}").await.starts_with("+ "));
    assert!(conn.ask("123456 {6}").await.starts_with("A1 NO "), "together they are too long");
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert!(conn.ask("A1 APPEND INBOX {20}").await.starts_with("+ "));
    assert!(conn.ask("12345678901234567890").await.starts_with("A1 OK "));
    conn.send("A1 APPEND INBOX {21+}\r\n").await;
    assert!(conn.rest().await.starts_with(b"A1 NO "), "closed: where the next command begins is lost");
}

#[tokio::test]
async fn smtp_messages_and_recipients_are_bounded() {
    let tenant = with(|limits| (limits.smtp_message, limits.recipients) = (10, 1)).await;
    let mut conn = smtp_as(&tenant, ADELE).await;
    let begin = "MAIL FROM:<adele@contoso.example>\r\nRCPT TO:<adele@contoso.example>\r\nRCPT TO:<megan@contoso.example>\r\n";
    conn.send(begin).await;
    conn.lines_until("452 4.5.3 ").await;
    assert!(conn.ask("DATA").await.starts_with("354 "));
    assert!(conn.ask("123456789\r\n.").await.starts_with("552 5.3.4 "));
    conn.send(format!("{begin}BDAT 5\r\n12345BDAT 6 LAST\r\n123456NOOP\r\n")).await;
    conn.lines_until("250 2.6.0").await;
    assert!(conn.line().await.starts_with("552 5.3.4 "));
    assert_eq!(conn.line().await, "250 2.0.0 OK");
    assert!(tenant.messages(ADELE).unwrap().is_empty());
}

#[tokio::test]
async fn the_oldest_codes_tokens_and_log_entries_go_first() {
    let tenant = with(|limits| {
        (limits.device_codes, limits.refresh_tokens) = (1, 1);
        (limits.log_connections, limits.log_events) = (2, 3);
        limits.request_body = 2_000;
    })
    .await;
    let first = device_code(&tenant).await;
    let second = device_code(&tenant).await;
    assert_eq!(poll(&tenant, &first.text("device_code")).await.code(), 70018);
    tenant.approve(&second.text("user_code"), ADELE).unwrap();
    let old = poll(&tenant, &second.text("device_code")).await.text("refresh_token");
    let new = refresh(&tenant, &old, IMAP_SCOPE).await.text("refresh_token");
    assert_eq!(refresh(&tenant, &old, IMAP_SCOPE).await.code(), 70000);
    assert_eq!(refresh(&tenant, &new, IMAP_SCOPE).await.status, 200);
    assert_eq!(refresh(&tenant, &"x".repeat(2_000), IMAP_SCOPE).await.status, 413);

    let mut conn = imap(&tenant).await;
    for _ in 0..4 {
        conn.imap("NOOP").await;
    }
    let log = tenant.log();
    assert_eq!(log.len(), 2);
    assert_eq!((log[1].events.len(), log[1].events_dropped), (3, 2));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let tenant = with(|limits| limits.connections = 1).await;
    let first = imap(&tenant).await;
    let second = tokio::spawn({
        let (address, ca) = (tenant.imap_addr(), tenant.ca_pem().to_owned());
        async move {
            let conn = Conn::plain(address).await;
            let mut conn = conn.start_tls(config(&ca, &[&tokio_rustls::rustls::version::TLS13])).await;
            conn.line().await
        }
    });
    assert_eq!(tenant.log().len(), 1);
    drop(first);
    assert!(second.await.unwrap().starts_with("* OK "));
}
