//! Servers that are not Exchange, and the ports that Office 365 has not.

use mail_oauth_sim::{Profile, Tenant};
use tokio_rustls::rustls::version::TLS13;

use crate::support::*;

async fn like(profile: Profile) -> Tenant {
    builder().profile(profile).start().await.unwrap()
}

fn oauthbearer(user: &str, token: &str) -> String {
    use base64::Engine as _;
    let message = format!("n,a={user},\x01host=localhost\x01port=993\x01auth=Bearer {token}\x01\x01");
    base64::engine::general_purpose::STANDARD.encode(message)
}

fn decoded(line: &str) -> String {
    use base64::Engine as _;
    let encoded = line.rsplit(' ').next().unwrap();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap()).unwrap()
}

#[tokio::test]
async fn gmail_says_why_and_in_its_own_words() {
    let tenant = like(Profile::Gmail).await;
    let mut conn = Conn::tls(tenant.imap_addr(), &tenant).await;
    assert!(conn.line().await.starts_with("* OK Gimap ready"));
    assert!(conn.imap("CAPABILITY").await[0].contains("X-GM-EXT-1"));
    let challenge = conn.ask(&format!("A1 AUTHENTICATE XOAUTH2 {}", xoauth2(ADELE, "bad"))).await;
    assert_eq!(
        decoded(&challenge),
        r#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#
    );
    assert_eq!(conn.ask("").await, "A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)");
    let said = conn.imap(&format!("AUTHENTICATE XOAUTH2 {}", xoauth2(ADELE, &token(&tenant, ADELE)))).await;
    assert!(said[0].starts_with("* CAPABILITY ") && said[0].contains("CONDSTORE"));
    assert_eq!(said[1], "A1 OK user authenticated (Success)");
    tenant.deliver(ADELE, "Subject: x\r\n\r\ny\r\n").unwrap();
    conn.imap("SELECT INBOX").await;
    assert!(conn.imap("FETCH 1 (X-GM-MSGID X-GM-LABELS)").await[0].contains("X-GM-LABELS ()"));
    assert!(
        conn.imap("LIST \"\" *")
            .await
            .concat()
            .contains("(\\Sent \\HasNoChildren) \"/\" \"[Gmail]/Sent Mail\"")
    );

    let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
    assert!(conn.line().await.starts_with("+OK Gpop ready"));
    conn.send("CAPA\r\n").await;
    assert!(!conn.lines_until(".").await.concat().contains("PIPELINING"));
    assert_eq!(
        conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(ADELE, &token(&tenant, ADELE)))).await,
        "+OK Welcome."
    );
    conn.send("CAPA\r\n").await;
    assert!(conn.lines_until(".").await.concat().contains("PIPELINING"));

    let mut conn = smtp(&tenant).await;
    let sasl = xoauth2(ADELE, &token(&tenant, ADELE));
    assert!(
        conn.ask(&format!("AUTH XOAUTH2 {sasl}"))
            .await
            .starts_with("555-5.5.2 Syntax error, command line too long")
    );
    conn.line().await;
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "334 ");
    assert!(conn.ask(&sasl).await.starts_with("235 "));

    let refused =
        post(&tenant, "/device/code", &[("client_id", APP), ("scope", "https://mail.google.com/")]).await;
    assert_eq!((refused.status, refused.text("error").as_str()), (400, "invalid_scope"));
}

#[tokio::test]
async fn a_plain_server_speaks_by_the_book() {
    let tenant = like(Profile::Plain).await;
    let mut conn = Conn::tls(tenant.imap_addr(), &tenant).await;
    assert!(conn.line().await.starts_with("* OK [CAPABILITY IMAP4rev1 SASL-IR "));
    let challenge = conn.ask(&format!("A1 AUTHENTICATE OAUTHBEARER {}", oauthbearer(ADELE, "bad"))).await;
    assert_eq!(decoded(&challenge), r#"{"status":"invalid_token","scope":"mail"}"#);
    assert_eq!(conn.ask("AQ==").await, "A1 NO [AUTHENTICATIONFAILED] Authentication failed.");
    // Somebody else's mailbox does not open by halves.
    conn.send(format!("A1 AUTHENTICATE OAUTHBEARER {}\r\n", oauthbearer(MEGAN, &token(&tenant, ADELE))))
        .await;
    assert!(conn.line().await.starts_with("+ "));
    assert!(conn.ask("").await.starts_with("A1 NO "));
    let said =
        conn.imap(&format!("AUTHENTICATE OAUTHBEARER {}", oauthbearer(ADELE, &token(&tenant, ADELE)))).await;
    assert!(said[0].starts_with("A1 OK [CAPABILITY ") && said[0].ends_with("Logged in"));

    for subject in ["one", "two", "three"] {
        tenant.deliver(ADELE, format!("Subject: {subject}\r\n\r\ny\r\n")).unwrap();
    }
    let selected = conn.imap("SELECT INBOX (CONDSTORE)").await;
    assert!(selected.contains(&"* OK [HIGHESTMODSEQ 4] Highest".to_owned()), "{selected:?}");
    assert_eq!(
        conn.imap("STORE 2 +FLAGS (\\Seen)").await[0],
        "* 2 FETCH (FLAGS (\\Seen \\Recent) MODSEQ (5))"
    );
    let changed = conn.imap("FETCH 1:* (FLAGS) (CHANGEDSINCE 4)").await;
    assert_eq!(changed, ["* 2 FETCH (FLAGS (\\Seen \\Recent) MODSEQ (5))", "A1 OK FETCH completed."]);
    let stored = conn.imap("STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Flagged)").await;
    assert!(stored.last().unwrap().starts_with("A1 OK [MODIFIED 2]"), "{stored:?}");
    assert_eq!(
        conn.imap("UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN").await[0],
        "* ESEARCH (TAG \"A1\") UID MIN 1 MAX 3 ALL 1,3 COUNT 2"
    );
    assert_eq!(conn.imap("SEARCH RETURN (COUNT) SUBJECT nothing").await[0], "* ESEARCH (TAG \"A1\") COUNT 0");
    let special = conn.imap("LIST (SPECIAL-USE) \"\" (\"*\")").await;
    assert!(special.len() > 3 && special[0].contains("\\Drafts"), "{special:?}");
    assert_eq!(conn.imap("ENABLE CONDSTORE").await[0], "* ENABLED CONDSTORE");
    assert!(conn.imap("STATUS INBOX (SIZE HIGHESTMODSEQ)").await[0].contains("SIZE "));

    let mut conn = smtp(&tenant).await;
    let challenge = conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(ADELE, "bad"))).await;
    assert!(challenge.starts_with("334 ey"), "{challenge}");
    assert!(conn.ask("").await.starts_with("535 5.7.8 "));
}

#[tokio::test]
async fn starttls_and_stls_begin_anew_and_465_is_under_tls_at_once() {
    let tenant = tenant().await;
    let mut conn = Conn::plain(tenant.imap_starttls_addr()).await;
    conn.line().await;
    let clear = conn.imap("CAPABILITY").await[0].clone();
    assert!(
        clear.contains("STARTTLS") && clear.contains("LOGINDISABLED") && !clear.contains("AUTH="),
        "{clear}"
    );
    let sasl = xoauth2(ADELE, &token(&tenant, ADELE));
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 NO AUTHENTICATE failed."]);
    assert_eq!(conn.imap("STARTTLS").await, ["A1 OK Begin TLS negotiation now."]);
    let mut conn = conn.start_tls(config(tenant.ca_pem(), &[&TLS13])).await;
    assert!(conn.imap("CAPABILITY").await[0].contains("AUTH=XOAUTH2"));
    assert_eq!(conn.imap("STARTTLS").await, ["A1 BAD Command received in Invalid state."]);
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 OK AUTHENTICATE completed."]);

    let mut conn = Conn::plain(tenant.pop3_starttls_addr()).await;
    conn.line().await;
    conn.send("CAPA\r\n").await;
    assert!(conn.lines_until(".").await.contains(&"STLS".to_owned()));
    assert!(conn.ask("AUTH XOAUTH2").await.starts_with("-ERR "));
    assert!(conn.ask("STLS").await.starts_with("+OK "));
    let mut conn = conn.start_tls(config(tenant.ca_pem(), &[&TLS13])).await;
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "+ ");
    assert_eq!(conn.ask(&sasl).await, "+OK User successfully authenticated.");

    let mut conn = Conn::tls(tenant.smtp_tls_addr(), &tenant).await;
    assert!(conn.line().await.starts_with("220 "));
    conn.send("EHLO x\r\n").await;
    assert!(conn.lines_until("250 ").await.concat().contains("AUTH LOGIN XOAUTH2"));
    assert!(conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await.starts_with("235 "));
}
