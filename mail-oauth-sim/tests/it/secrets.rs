use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::*;

/// Whether the text holds the secret, as it is or in base64 at any of the three alignments.
fn holds(text: &str, secret: &str) -> bool {
    let mut needles = vec![secret.to_owned()];
    for pad in 0..3 {
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode([" ".repeat(pad).as_bytes(), secret.as_bytes()].concat());
            // The ends depend on what stands beside the secret.
            needles.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    needles.iter().any(|needle| text.contains(needle.as_str()))
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let secret = "a secret that is long enough";
    for pad in 0..3 {
        assert!(holds(&STANDARD.encode(format!("{}{secret}more", "x".repeat(pad))), secret));
    }
    assert!(!holds("nothing", secret));
}

#[tokio::test]
async fn no_secret_reaches_the_log_or_a_debug_line() {
    let tenant = builder().introspection_secret("introspection-secret-0123").start().await.unwrap();
    let code = device_code(&tenant).await;
    poll(&tenant, &code.text("device_code")).await;
    tenant.approve(&code.text("user_code"), ADELE).unwrap();
    let granted = poll(&tenant, &code.text("device_code")).await;
    let refreshed = refresh(&tenant, &granted.text("refresh_token"), IMAP_SCOPE).await;
    let access = granted.text("access_token");
    let basic = format!("Authorization: Basic {}\r\n", STANDARD.encode("x:introspection-secret-0123"));
    http(&tenant, "oauth2/v2.0/introspect", &basic, Some(&[("token", access.as_str())])).await;

    get(&tenant, &format!("/{access}/v2.0/keys?token={access}")).await;
    // In every place where a token could be taken for something else.
    let sasl = xoauth2(ADELE, &access);
    let mut conn = imap(&tenant).await;
    conn.imap(&format!("LOGIN {access} {access}")).await;
    conn.imap(&format!("AUTHENTICATE XOAUTH2 {}", xoauth2(&access, &access))).await;
    conn.ask("A1 AUTHENTICATE XOAUTH2").await;
    conn.ask(&sasl).await;
    conn.imap(&format!("SELECT {access}")).await;
    conn.imap(&access).await;
    conn.ask(&format!("{access} NOOP")).await;
    let mut conn = Conn::tls(tenant.pop3_addr(), &tenant).await;
    conn.line().await;
    conn.ask(&access).await;
    conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await;
    let mut conn = smtp(&tenant).await;
    conn.ask(&sasl).await;
    conn.ask(&format!("AUTH XOAUTH2 {sasl}")).await;

    let text = format!("{:?}\n{tenant:?}\n{:?}", tenant.log(), tenant.turns());
    assert!(text.contains("AUTHENTICATE XOAUTH2"), "the log holds what happened: {text}");
    for secret in [
        access.as_str(),
        &granted.text("refresh_token"),
        &refreshed.text("refresh_token"),
        &granted.text("id_token"),
        &code.text("device_code"),
        "introspection-secret-0123",
    ] {
        assert!(!holds(&text, secret));
        assert!(!text.contains(&secret[..20]), "nor its beginning");
    }
}
