//! What access tokens say about themselves.

use msal_lite::{Secret, Timestamp, TokenInspection};

use crate::tenant::jwt;

fn inspect(token: &str) -> Option<TokenInspection> {
    TokenInspection::of(&Secret::new(token.to_owned()))
}

#[test]
fn a_delegated_token() {
    let claims = r#"{"aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All SMTP.Send","tid":"t","upn":"user@contoso.com","oid":"o","appid":"a","exp":1795456380.5}"#;
    let found = inspect(&jwt(claims)).unwrap();
    assert_eq!(found.audience.as_deref(), Some("https://outlook.office.com"));
    assert_eq!(found.scopes, ["IMAP.AccessAsUser.All", "SMTP.Send"]);
    assert_eq!((found.user.as_deref(), found.tenant.as_deref()), (Some("user@contoso.com"), Some("t")));
    assert_eq!((found.object_id.as_deref(), found.client_id.as_deref()), (Some("o"), Some("a")));
    assert_eq!(found.expires_on, Some(Timestamp::from_unix(1_795_456_380)));
}

#[test]
fn an_application_token_and_an_audience_list() {
    let found = inspect(&jwt(r#"{"aud":["x","y"],"roles":["IMAP.AccessAsApp"]}"#)).unwrap();
    assert_eq!(found.audience.as_deref(), Some("x"));
    assert_eq!(found.roles, ["IMAP.AccessAsApp"]);
    assert_eq!(found.user, None);
}

#[test]
fn opaque_ones() {
    for token in ["", "EwB4A8l6", "a.b", "a.b.c", "e30.e30", "e30.W10.x", "a.b.c.d.e", "e30.e30.x.y"] {
        assert_eq!(inspect(token), None, "{token}");
    }
    assert!(inspect("e30.e30.").is_some(), "an empty signature and no claims are still a JWT");
}
