use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth_sim::TokenSpec;

use crate::support::*;

const PATH: &str = "oauth2/v2.0/introspect";

#[tokio::test]
async fn says_who_a_token_is_for_and_until_when() {
    let tenant = builder().open_introspection().start().await.unwrap();
    assert_eq!(tenant.introspection_endpoint(), format!("{}/{PATH}", tenant.authority()));
    let good = tenant.mint(TokenSpec::new(ADELE).expires_in(Duration::from_secs(60))).unwrap();
    let answer = post(&tenant, PATH, &[("token", &good), ("client_id", ""), ("client_secret", "")]).await;
    let json = answer.json();
    assert_eq!(json["active"], true);
    assert_eq!((&json["username"], &json["email"]), (&ADELE.into(), &ADELE.into()));
    assert_eq!(json["scope"], "IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send");
    assert_eq!(json["exp"].as_u64().unwrap() - json["iat"].as_u64().unwrap(), 60);

    let inactive = |spec: TokenSpec| tenant.mint(spec).unwrap();
    for token in [
        inactive(TokenSpec::new(ADELE).expired()),
        inactive(TokenSpec::new(ADELE).forged()),
        inactive(TokenSpec::new(ADELE).tenant_id("00000000-1111-2222-3333-444444444444")),
        inactive(TokenSpec::new(ADELE).audience("https://graph.microsoft.com")),
        inactive(TokenSpec::new("nobody@contoso.example")),
        "nonsense".into(),
        String::new(),
    ] {
        let answer = post(&tenant, PATH, &[("token", &token)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{\"active\":false}"));
    }
    tenant.advance(Duration::from_secs(61));
    assert_eq!(post(&tenant, PATH, &[("token", &good)]).await.json()["active"], false);
}

#[tokio::test]
async fn asks_for_the_secret_and_is_closed_without_one() {
    let tenant = builder().introspection_secret("s3cret:with colon").start().await.unwrap();
    let token = token(&tenant, ADELE);
    let basic = |password: &str| {
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("dovecot:{password}")))
    };
    let form = [("token", token.as_str())];
    assert_eq!(http(&tenant, PATH, &basic("s3cret:with colon"), Some(&form)).await.json()["active"], true);
    let refused = http(&tenant, PATH, &basic("wrong"), Some(&form)).await;
    assert_eq!(refused.status, 401);
    assert!(refused.head.contains("www-authenticate: basic"));
    assert_eq!(post(&tenant, PATH, &form).await.status, 401);

    let closed = crate::support::tenant().await;
    assert_eq!(http(&closed, PATH, &basic(""), Some(&form)).await.status, 401);
}
