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

/// Tokens that Python's cryptography has encrypted, as the proxy does.
#[cfg(feature = "proxy-import")]
#[test]
fn email_oauth2_proxy_with_the_password() {
    use msal_lite::Secret;
    const NEWER: &str = "Token_Salt: AQEBAQEBAQEBAQEBAQEBAQ==\ntoken_iterations = 1200\nrefresh_token = gAAAAABlU_EAJCQkJCQkJCQkJCQkJCQkJB4QYIgaEmLDzHwJg8keCazUkcYDB3KvxxaOyS2ygxTyzh-NbH9xcKz1gKsGIZDuGdgWixyJVCMExR037s2o_i4LYD0S7ATIDxzDm0yhwMjK\n";
    // Before the number of iterations was kept.
    const FORMER: &str = "token_salt = AAECAwQFBgcICQoLDA0ODw==\nrefresh_token = gAAAAABlU_EAJCQkJCQkJCQkJCQkJCQkJKY49Gp6ahsVswMnDfViQmi0bXhKCRRdrAUYJnWq2NojZY1IehqUPEn7s1EZIbos-zsSeUwNsvtSIkbVjHyJ2sfrPyLpprziZVwzPYceRD5q\n";
    let read = |lines: &str| {
        let file = format!("[IMAP-1993]\n[u@contoso.com]\n{lines}");
        ImportedAccount::from_email_oauth2_proxy(file.as_bytes()).unwrap().remove(0)
    };
    let password = |text: &str| Secret::new(text.to_owned());
    for lines in [NEWER, FORMER] {
        let mut account = read(lines);
        let error = account.decrypt(&password("pAssword")).unwrap_err();
        assert!(error.to_string().contains("another password"), "{error}");
        assert_eq!(account.refresh_token, None);
        account.decrypt(&password("p\u{e4}ssword")).unwrap();
        assert_eq!(account.require_refresh_token().unwrap().expose(), "1.AXoA-refresh_token-of-the-proxy");
        assert!(!format!("{account:?}").contains("AX") && !format!("{account:?}").contains("gAAA"));
    }
    for (from, to, word) in [
        ("Salt: AQ", "Salt: !!", "token_salt"),
        ("Token_Salt", "other", "token_salt"),
        ("= 1200", "= 0", "token_iterations"),
        ("= 1200", "= 4000000000", "token_iterations"),
        ("= 1200", "= 1201", "another password"),
        ("gAAAAABl", "gAAAAABm", "another password"),
        ("gAAAAABl", "hAAAAABl", "form of that program"),
        ("gAAAAABlU_EAJ", "!", "form of that program"),
        ("refresh_token = ", "refresh_token = \n", "sign in again"),
        ("refresh_token", "x", "sign in again"),
    ] {
        let mut account = read(&NEWER.replace(from, to));
        let error = account.decrypt(&password("p\u{e4}ssword")).unwrap_err().to_string();
        assert!(error.contains(word), "{to}: {error}");
    }
}
