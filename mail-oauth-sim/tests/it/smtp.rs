use mail_oauth_sim::{Fault, LogEvent, Service, TokenSpec};
use tokio_rustls::rustls::version::TLS13;

use crate::support::*;

#[tokio::test]
async fn auth_is_offered_under_tls_only_and_tls_forgets_what_was_said() {
    let tenant = tenant().await;
    let mut conn = Conn::plain(tenant.smtp_addr()).await;
    conn.line().await;
    assert_eq!(conn.ask("MAIL FROM:<adele@contoso.example>").await, "503 5.5.2 Send hello first");
    conn.send("EHLO client.example\r\n").await;
    let before = conn.lines_until("250 ").await;
    assert!(
        before.contains(&"250-STARTTLS".into()) && before.contains(&"250-SIZE 157286400".into()),
        "{before:?}"
    );
    assert!(!before.iter().any(|line| line.contains("AUTH")));
    assert!(conn.ask("AUTH XOAUTH2 dXNlcj0=").await.starts_with("530 5.7.0 "));
    assert_eq!(
        conn.ask("MAIL FROM:<adele@contoso.example>").await,
        "530 5.7.57 Client not authenticated to send mail."
    );
    // What is sent together with STARTTLS is thrown away, and not taken for the first command under TLS.
    conn.send("STARTTLS\r\nNOOP\r\n").await;
    assert!(conn.line().await.starts_with("220 "));
    let mut conn = conn.start_tls(config(tenant.ca_pem(), &[&TLS13])).await;
    assert!(conn.ask("MAIL FROM:<adele@contoso.example>").await.starts_with("503 "));
    conn.send("EHLO client.example\r\n").await;
    let after = conn.lines_until("250 ").await;
    assert!(
        after.contains(&"250-AUTH LOGIN XOAUTH2".into()) && !after.contains(&"250-STARTTLS".into()),
        "{after:?}"
    );
    for name in ["PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "BINARYMIME", "CHUNKING"] {
        assert!(before.contains(&format!("250-{name}")) && after.contains(&format!("250-{name}")));
    }
    assert!(conn.ask("STARTTLS").await.starts_with("503 "));
    assert!(conn.ask("QUIT").await.starts_with("221 "));
    assert!(conn.rest().await.is_empty());
}

#[tokio::test]
async fn a_message_is_delivered_byte_for_byte_to_everyone() {
    let tenant = tenant().await;
    let mut conn = smtp_as(&tenant, ADELE).await;
    for (wire, message) in [
        (
            &b"Subject: x\r\n\r\n..dot\r\n..\r\n\xff\x00bare\n.\nlf\r\n.\r\n"[..],
            &b"Subject: x\r\n\r\n.dot\r\n.\r\n\xff\x00bare\n.\nlf\r\n"[..],
        ),
        (b".\r\n", b""),
    ] {
        // One flight, as PIPELINING allows.
        conn.send("MAIL FROM:<adele@contoso.example> BODY=8BITMIME\r\nRCPT TO:<Megan@contoso.example>\r\nRCPT TO:<invoices@contoso.example>\r\nRCPT TO:<x@elsewhere.example>\r\nDATA\r\n").await;
        for expected in ["250 2.1.0 ", "250 2.1.5 ", "250 2.1.5 ", "250 2.1.5 ", "354 "] {
            let line = conn.line().await;
            assert!(line.starts_with(expected), "{line}");
        }
        conn.send(wire).await;
        assert!(conn.line().await.starts_with("250 2.0.0 OK <"));
        for mailbox in [MEGAN, INVOICES] {
            assert_eq!(tenant.messages(mailbox).unwrap().last().unwrap().bytes(), message);
        }
    }
    let events = tenant.log().pop().unwrap().events;
    assert!(events.contains(&LogEvent::Relayed { domain: "elsewhere.example".into() }), "{events:?}");
}

#[tokio::test]
async fn chunks_carry_binary_messages_without_an_end() {
    let tenant = tenant().await;
    let mut conn = smtp_as(&tenant, ADELE).await;
    conn.send("MAIL FROM:<adele@contoso.example> BODY=BINARYMIME\r\nRCPT TO:<adele@contoso.example>\r\n")
        .await;
    conn.line().await;
    conn.line().await;
    assert!(conn.ask("DATA").await.starts_with("503 "));
    conn.send(b"BDAT 6\r\na\r\n.\r\nBDAT 3 LAST\r\nb\0\xff").await;
    assert!(conn.line().await.starts_with("250 2.6.0 "));
    assert!(conn.line().await.starts_with("250 2.0.0 "));
    assert_eq!(tenant.messages(ADELE).unwrap()[0].bytes(), b"a\r\n.\r\nb\0\xff");
    // The octets of a chunk that is refused are not taken for commands.
    conn.send("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n").await;
    assert!(conn.line().await.starts_with("503 "));
    assert_eq!(conn.line().await, "250 2.0.0 OK");
    assert!(conn.ask("BDAT x").await.starts_with("501 "));
    assert!(conn.rest().await.is_empty());
}

#[tokio::test]
async fn senders_and_recipients_are_checked_one_by_one() {
    let tenant = tenant().await;
    let mut conn = smtp_as(&tenant, ADELE).await;
    assert!(conn.ask("RCPT TO:<megan@contoso.example>").await.starts_with("503 "));
    assert!(conn.ask("DATA").await.starts_with("503 "));
    for sender in ["x@elsewhere.example", "nosuch@contoso.example", ""] {
        let answer = conn.ask(&format!("MAIL FROM:<{sender}>")).await;
        assert_eq!(answer, "550 5.7.60 SMTP; Client does not have permissions to send as this sender");
    }
    assert!(conn.ask("MAIL FROM:<invoices@contoso.example> SIZE=157286401").await.starts_with("552 5.3.4 "));
    assert!(conn.ask("MAIL FROM:<invoices@contoso.example> FOO=1").await.starts_with("501 "));
    assert!(
        conn.ask("MAIL FROM:<invoices@contoso.example> SIZE=157286400").await.starts_with("250 "),
        "send as"
    );
    let unknown = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";
    assert_eq!(conn.ask("RCPT TO:<nosuch@contoso.example>").await, unknown);
    assert!(conn.ask("DATA").await.starts_with("503 5.5.2 Need rcpt"));
    tenant.set_fault(Fault::RecipientRefused("megan@contoso.example".into()));
    assert_eq!(conn.ask("RCPT TO:<megan@contoso.example>").await, unknown);
    tenant.clear_faults();
    assert!(conn.ask("RCPT TO:<megan@contoso.example>").await.starts_with("250 "));
    assert!(conn.ask("MAIL FROM:<adele@contoso.example>").await.starts_with("503 "));
    assert!(conn.ask("RSET").await.starts_with("250 "));

    // Somebody else's mailbox is refused after the message.
    assert!(conn.ask("MAIL FROM:<megan@contoso.example>").await.starts_with("250 "));
    assert!(conn.ask("RCPT TO:<adele@contoso.example>").await.starts_with("250 "));
    assert!(conn.ask("DATA").await.starts_with("354 "));
    let answer = conn.ask("Hello.\r\n.").await;
    assert_eq!(
        answer,
        "554 5.2.252 SendAsDenied; adele@contoso.example not allowed to send as megan@contoso.example"
    );
    assert!(tenant.messages(ADELE).unwrap().is_empty());
}

#[tokio::test]
async fn logging_in_is_for_the_person_and_can_be_switched_off() {
    let tenant = tenant().await;
    let mint = |spec: TokenSpec| tenant.mint(spec).unwrap();
    let mut conn = smtp(&tenant).await;
    for (user, token) in [
        (INVOICES, mint(TokenSpec::new(ADELE))),
        (ADELE, mint(TokenSpec::new(ADELE).scopes(["IMAP.AccessAsUser.All"]))),
        (ADELE, mint(TokenSpec::new(ADELE).expired())),
        (ADELE, mint(TokenSpec::new(ADELE).audience("https://graph.microsoft.com"))),
    ] {
        let answer = conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(user, &token))).await;
        assert!(answer.starts_with("535 5.7.3 Authentication unsuccessful [LOCALHOST "), "{answer}");
    }
    let sasl = xoauth2(ADELE, &mint(TokenSpec::new(ADELE)));
    for (mailbox, whose) in [(None, "Tenant"), (Some(ADELE.to_owned()), "Mailbox")] {
        tenant.set_fault_times(Fault::AuthDisabled { service: Service::Smtp, mailbox }, 1);
        let answer = conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await;
        let text = format!(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the {whose}. "
        );
        assert!(answer.starts_with(&text), "{answer}");
    }
    assert_eq!(conn.ask("AUTH LOGIN").await, "334 VXNlcm5hbWU6");
    assert_eq!(conn.ask("YWRlbGU=").await, "334 UGFzc3dvcmQ6");
    assert!(conn.ask("c2VjcmV0").await.starts_with("535 5.7.139 "));
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "334 ");
    assert!(conn.ask("*").await.starts_with("535 5.7.3 "), "as Exchange answers a cancelled login");
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "334 ");
    assert_eq!(conn.ask(&sasl).await, "235 2.7.0 Authentication successful");
    assert!(conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await.starts_with("503 "));
}

#[tokio::test]
async fn the_greeting_has_a_date_as_mail_has_it() {
    let tenant = tenant().await;
    let greeting = Conn::plain(tenant.smtp_addr()).await.line().await;
    let date = greeting.strip_prefix("220 localhost Microsoft ESMTP MAIL Service ready at ").unwrap();
    let form: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (day, rest) = form.split_once(", 00 ").unwrap();
    let (month, clock) = rest.split_once(' ').unwrap();
    assert_eq!((day.len(), month.len(), clock), (3, 3, "0000 00:00:00 +0000"), "{greeting}");
}
