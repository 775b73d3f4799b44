use mail_oauth_sim::Tenant;

use crate::support::*;

fn turns_of_last(tenant: &Tenant) -> u64 {
    tenant.log().last().unwrap().turns
}

#[tokio::test]
async fn imap_takes_four_to_log_in_and_one_more_to_the_first_message() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, b"x".repeat(100_000)).unwrap();
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert_eq!(turns_of_last(&tenant), 4);
    conn.send("A2 SELECT INBOX\r\nA3 UID FETCH 1:* (UID BODY.PEEK[])\r\n").await;
    conn.lines_until("A3 OK").await;
    assert_eq!(turns_of_last(&tenant), 5);
    assert_eq!(tenant.turns().imap, 5);

    // Without the initial response it is one more.
    let mut conn = imap(&tenant).await;
    conn.ask("A1 AUTHENTICATE XOAUTH2").await;
    conn.ask(&xoauth2(ADELE, &token(&tenant, ADELE))).await;
    assert_eq!(turns_of_last(&tenant), 5);
    // A farewell of the TLS layer is nobody's round trip.
    conn.imap("LOGOUT").await;
    conn.rest().await;
    assert_eq!(turns_of_last(&tenant), 6);
    assert_eq!(tenant.turns().imap, 11);
}

#[tokio::test]
async fn pop3_takes_five_to_log_in() {
    let tenant = tenant().await;
    pop3_as(&tenant, ADELE).await;
    assert_eq!(turns_of_last(&tenant), 5);
    assert_eq!((tenant.turns().pop3, tenant.turns().imap), (5, 0));
}

#[tokio::test]
async fn smtp_takes_seven_to_log_in_and_two_to_send() {
    let tenant = tenant().await;
    let mut conn = smtp_as(&tenant, ADELE).await;
    assert_eq!(turns_of_last(&tenant), 7);
    conn.send("MAIL FROM:<adele@contoso.example>\r\nRCPT TO:<adele@contoso.example>\r\nDATA\r\n").await;
    conn.lines_until("354").await;
    conn.ask("Hello.\r\n.").await;
    assert_eq!(turns_of_last(&tenant), 9);
    assert_eq!(tenant.turns().smtp, 9);
}

#[tokio::test]
async fn tls_1_2_takes_one_more_than_1_3_but_its_greeting_rides_along() {
    let tenant = tenant().await;
    let mut conn = Conn::tls12(tenant.imap_addr(), &tenant).await;
    conn.line().await;
    // TCP, two flights of TLS 1.2, and the greeting with the second.
    assert_eq!(turns_of_last(&tenant), 3);
}

#[tokio::test]
async fn an_https_request_takes_three() {
    let tenant = tenant().await;
    device_code(&tenant).await;
    assert_eq!(tenant.turns().identity, 3);
    let entry = tenant.log().pop().unwrap();
    assert!(entry.received > 400 && entry.sent > 1_000, "{entry:?}");
}

#[tokio::test]
async fn what_a_client_says_without_waiting_is_not_counted_as_a_wait() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, "x").unwrap();
    // All in one flight behind the client's Finished: TCP, TLS, and everything.
    let mut conn = Conn::tls(tenant.imap_addr(), &tenant).await;
    let sasl = xoauth2(ADELE, &token(&tenant, ADELE));
    conn.send(format!("A1 AUTHENTICATE XOAUTH2 {sasl}\r\n")).await;
    conn.send("A2 SELECT INBOX\r\nA3 FETCH 1 BODY[]\r\n").await;
    conn.lines_until("A3 OK").await;
    assert_eq!(turns_of_last(&tenant), 3);

    let mut conn = smtp_as(&tenant, ADELE).await;
    let before = turns_of_last(&tenant);
    conn.send("MAIL FROM:<adele@contoso.example>\r\nRCPT TO:<adele@contoso.example>\r\nBDAT 1 LAST\r\nx")
        .await;
    conn.lines_until("250 2.0.0").await;
    assert_eq!(turns_of_last(&tenant), before + 1);
}
