//! What other programs keep.

use msal_lite::{AccountQuery, Cache, ErrorKind, ImportedAccount, Silent};
use serde_json::json;

use crate::tenant::{CLIENT, IMAP, NOW, SMTP, TENANT, USER, app, scopes};

#[test]
fn mutt_oauth2() {
    let file = format!(
        r#"{{"registration":"microsoft","authflow":"localhostauthcode","email":"user@contoso.com","access_token":"a","access_token_expiration":"2026-01-01T00:00:00","refresh_token":"1.AX","client_id":"{CLIENT}"}}"#
    );
    let account = ImportedAccount::from_mutt_oauth2(file.as_bytes()).unwrap();
    assert_eq!(
        (account.username.as_deref(), account.client_id.as_deref()),
        (Some("user@contoso.com"), Some(CLIENT))
    );
    assert_eq!(account.require_refresh_token().unwrap().expose(), "1.AX");
    assert!(!format!("{account:?}").contains("1.AX"));
    for (file, word) in [
        (&b"-----BEGIN PGP MESSAGE-----\n"[..], "gpg --decrypt"),
        (b"\x85\x02\x0c\x03", "gpg --decrypt"),
        (b"{}", "no refresh_token"),
        (br#"{"refresh_token":"S3cret"#, "cut off"),
        (b"", "empty"),
    ] {
        let error = ImportedAccount::from_mutt_oauth2(file).unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains("S3cret"), "{error}");
    }
}

#[test]
fn email_oauth2_proxy() {
    let file = format!(
        "[Server setup]\ndocumentation = x\n[IMAP-1993]\nserver_address = outlook.office365.com\n\n# a comment\n[user@contoso.com]\npermission_url = https://x/authorize\ntoken_url = https://login.microsoftonline.com/common/oauth2/v2.0/token\noauth2_scope = {IMAP} offline_access\nclient_id = {CLIENT}\nclient_secret =\ntoken_salt = abc=\ntoken_iterations = 1200000\nrefresh_token = gAAAAABencrypted==\n\n[@contoso.org]\nclient_id = other\n[emailproxy]\nclient_id = not of an account\n"
    );
    let accounts = ImportedAccount::from_email_oauth2_proxy(file.as_bytes()).unwrap();
    assert_eq!(accounts.len(), 2);
    assert_eq!(accounts[0].client_id.as_deref(), Some(CLIENT));
    assert_eq!(accounts[0].scopes, Some(format!("{IMAP} offline_access")));
    assert!(accounts[0].token_endpoint.as_deref().unwrap().ends_with("/token"));
    assert_eq!(accounts[1].client_id.as_deref(), Some("other"));
    let error = accounts[0].require_refresh_token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInAgain);
    assert!(ImportedAccount::from_email_oauth2_proxy(b"[x]\n").is_err());
}

#[test]
fn another_cache_beside_ones_own() {
    let entry = |host: &str, user: &str, secret: &str, date: &str| {
        let home = format!("{user}.{TENANT}");
        json!({
            "Account": {format!("{home}-{host}"): {"home_account_id": home, "environment": host, "realm": TENANT, "username": user}},
            "RefreshToken": {format!("{home}-{host}-refreshtoken"): {"credential_type": "RefreshToken", "secret": secret,
                "home_account_id": home, "environment": host, "client_id": CLIENT, "target": secret, "last_modification_time": date}}
        })
    };
    let cache = |value: serde_json::Value| Cache::parse(value.to_string().as_bytes()).unwrap();
    let refresh_token = |cache: &Cache, user: &str| match cache
        .silent(&app(), &scopes(SMTP), &AccountQuery::username(user), NOW, std::time::Duration::ZERO)
        .unwrap()
    {
        Silent::Refresh { refresh_token, .. } => refresh_token.expose().to_owned(),
        other => panic!("{other:?}"),
    };
    let mut ours = cache(entry("login.microsoftonline.com", USER, "ours", "200"));
    ours.adopt(&cache(entry("login.windows.net", USER, "older", "100")));
    assert_eq!(refresh_token(&ours, USER), "ours");
    ours.adopt(&cache(entry("login.windows.net", USER, "newer", "300")));
    assert_eq!(refresh_token(&ours, USER), "newer");
    ours.adopt(&cache(entry("login.windows.net", "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee", "second", "1")));
    assert_eq!(ours.accounts_of(&app()).len(), 2);
    assert_eq!(refresh_token(&ours, "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"), "second");
}
