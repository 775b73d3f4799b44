use mail_oauth_sim::{Fault, Service, TokenSpec};

use crate::support::*;

const FAILED: &str = "-ERR Authentication failure: unknown user name or bad password.";

#[tokio::test]
async fn a_session_from_greeting_to_farewell() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, "Subject: 1\r\n\r\n.one\r\ntwo\r\n").unwrap();
    tenant.deliver(ADELE, "Subject: 2\r\n\r\n").unwrap();
    let mut conn = pop3_as(&tenant, ADELE).await;
    conn.send("CAPA\r\n").await;
    let capa = conn.lines_until(".").await;
    assert_eq!(capa, ["+OK", "TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER", "."]);
    assert_eq!(conn.ask("STAT").await, "+OK 2 39");
    conn.send("LIST\r\n").await;
    assert_eq!(conn.lines_until(".").await, ["+OK", "1 25", "2 14", "."]);
    assert_eq!(conn.ask("LIST 2").await, "+OK 2 14");
    conn.send("UIDL\r\n").await;
    let ids = conn.lines_until(".").await;
    assert_eq!(ids.len(), 4);
    assert_ne!(ids[1][2..], ids[2][2..]);
    assert_eq!(conn.ask("UIDL 1").await, format!("+OK {}", ids[1]));
    assert!(conn.ask("QUIT").await.starts_with("+OK "));
    assert!(conn.rest().await.is_empty());
}

#[tokio::test]
async fn messages_come_stuffed_and_complete() {
    let tenant = tenant().await;
    let large = b".line\r\n".repeat(40_000);
    for (message, wire) in [
        (&b"a\r\n.\r\n..b\r\n"[..], &b"+OK\r\na\r\n..\r\n...b\r\n.\r\n"[..]),
        (b"", b"+OK\r\n.\r\n"),
        (b".", b"+OK\r\n..\r\n.\r\n"),
        (b"no end", b"+OK\r\nno end\r\n.\r\n"),
        (b"bare\n.lf\xff\x00\r\n", b"+OK\r\nbare\n.lf\xff\x00\r\n.\r\n"),
        (&large, &[&b"+OK\r\n"[..], &b"..line\r\n".repeat(40_000), b".\r\n"].concat()),
    ] {
        let number = tenant.deliver(ADELE, message).unwrap();
        let mut conn = pop3_as(&tenant, ADELE).await;
        conn.send(format!("RETR {number}\r\nNOOP\r\n")).await;
        assert!(conn.exactly(wire.len()).await == wire);
        assert_eq!(conn.line().await, "+OK");
    }
    let mut conn = pop3_as(&tenant, ADELE).await;
    conn.send("TOP 1 1\r\n").await;
    assert_eq!(conn.until(b"\r\n.\r\n").await, b"+OK\r\na\r\n..\r\n...b\r\n.\r\n");
}

#[tokio::test]
async fn deleting_takes_effect_with_quit_only() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, "1").unwrap();
    tenant.deliver(ADELE, "2").unwrap();
    let mut conn = pop3_as(&tenant, ADELE).await;
    assert_eq!(conn.ask("DELE 1").await, "+OK");
    for gone in ["DELE 1", "RETR 1", "LIST 1", "UIDL 1", "DELE 0", "DELE 3", "DELE", "RETR x", "TOP 1"] {
        assert!(conn.ask(gone).await.starts_with("-ERR "), "{gone}");
    }
    assert_eq!(conn.ask("STAT").await, "+OK 1 1");
    assert_eq!(conn.ask("RSET").await, "+OK");
    assert_eq!(conn.ask("STAT").await, "+OK 2 2");
    assert_eq!(conn.ask("DELE 2").await, "+OK");
    drop(conn);
    assert_eq!(tenant.messages(ADELE).unwrap().len(), 2);
    let mut conn = pop3_as(&tenant, ADELE).await;
    assert_eq!(conn.ask("DELE 1").await, "+OK");
    assert!(conn.ask("QUIT").await.starts_with("+OK "));
    assert!(conn.rest().await.is_empty());
    assert_eq!(tenant.messages(ADELE).unwrap()[0].bytes(), b"2");
}

#[tokio::test]
async fn a_response_on_the_auth_line_ends_the_connection() {
    let tenant = tenant().await;
    let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
    conn.line().await;
    let sasl = xoauth2(ADELE, &token(&tenant, ADELE));
    assert_eq!(
        conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await,
        "-ERR Protocol error. Connection is closed. 10"
    );
    assert!(conn.rest().await.is_empty());
}

#[tokio::test]
async fn every_failure_to_log_in_reads_the_same() {
    let tenant = tenant().await;
    let mint = |spec: TokenSpec| tenant.mint(spec).unwrap();
    let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
    conn.line().await;
    for (mailbox, token) in [
        (ADELE, mint(TokenSpec::new(ADELE).scopes(["IMAP.AccessAsUser.All"]))),
        (ADELE, mint(TokenSpec::new(ADELE).expired())),
        (INVOICES, mint(TokenSpec::new(MEGAN))),
        ("nosuch@contoso.example", mint(TokenSpec::new(MEGAN))),
    ] {
        assert_eq!(conn.ask("AUTH XOAUTH2").await, "+ ");
        assert_eq!(conn.ask(&xoauth2(mailbox, &token)).await, FAILED);
    }
    assert_eq!(conn.ask("USER adele@contoso.example").await, "+OK");
    assert_eq!(conn.ask("PASS secret").await, FAILED);
    assert!(conn.ask("STAT").await.starts_with("-ERR "));
    tenant.set_fault(Fault::AuthDisabled { service: Service::Pop3, mailbox: None });
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "+ ");
    assert_eq!(conn.ask(&xoauth2(ADELE, &mint(TokenSpec::new(ADELE)))).await, FAILED);
    tenant.clear_faults();
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "+ ");
    let answer = conn.ask(&xoauth2(INVOICES, &mint(TokenSpec::new(ADELE)))).await;
    assert_eq!(answer, "+OK User successfully authenticated.");
}

#[tokio::test]
async fn auth_alone_lists_what_capa_lists() {
    use mail_oauth_sim::{MailFault, Profile};
    for profile in [Profile::Exchange, Profile::Gmail, Profile::Plain] {
        let tenant = builder().profile(profile).start().await.unwrap();
        for fault in [None, Some(MailFault::NoOauth(Service::Pop3))] {
            fault.into_iter().for_each(|fault| tenant.set_fault(Fault::Mail(fault)));
            let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
            conn.line().await;
            conn.send("CAPA\r\n").await;
            let capa = conn.lines_until(".").await;
            let sasl = capa.iter().find_map(|line| line.strip_prefix("SASL ")).unwrap();
            conn.send("AUTH\r\n").await;
            assert_eq!(
                conn.lines_until(".").await,
                [&["+OK"], &*sasl.split(' ').collect::<Vec<_>>(), &["."]].concat()
            );
        }
        let mut conn = Conn::plain(tenant.pop3_starttls_addr()).await;
        conn.line().await;
        conn.send("AUTH\r\n").await;
        assert_eq!(conn.lines_until(".").await, ["+OK", "."]);
    }
}
