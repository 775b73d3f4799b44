//! Addresses of issuers, and client ids.

use msal_lite::{Application, Authority, Cloud, Error, ErrorKind};

#[test]
fn endpoints_by_template() {
    let authority = Authority::entra(Cloud::UsGovernment, "organizations").unwrap();
    assert_eq!(authority.environment(), "login.microsoftonline.us");
    assert_eq!(
        authority.device_endpoint(),
        Some("https://login.microsoftonline.us/organizations/oauth2/v2.0/devicecode")
    );
    let china = Authority::entra(Cloud::China, "contoso.cn").unwrap();
    assert_eq!(china.environment(), "login.partner.microsoftonline.cn");
    let local = Authority::parse("https://LOCALHOST:8443/common/").unwrap();
    assert_eq!((local.environment(), local.tenant()), ("localhost", "common"));
    assert_eq!(local.token_endpoint(), "https://localhost:8443/common/oauth2/v2.0/token");
    let google =
        Authority::with_endpoints("https://accounts.google.com", "https://oauth2.googleapis.com/token", None);
    assert_eq!(google.unwrap().token_endpoint(), "https://oauth2.googleapis.com/token");
}

#[test]
fn what_is_no_authority_is_refused() {
    for address in [
        "http://login.microsoftonline.com/common",
        "http://localhost/common",
        "https://login.microsoftonline.com",
        "https://login.microsoftonline.com/",
        "https://login.microsoftonline.com/a.b/v2.0",
        "https://login.microsoftonline.com/contoso",
        "https://login.microsoftonline.com/user@contoso.com",
        "https://login.microsoftonline.com/contoso..com",
        "https://user:pw@login.microsoftonline.com/common",
        "https://login.microsoftonline.com/common?x=1",
        "https://login.microsoftonline.com/common#x",
        "login.microsoftonline.com/common",
        "",
    ] {
        let error = Authority::parse(address).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{address}");
        assert_eq!(error.kind(), ErrorKind::FixConfiguration);
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    assert!(Authority::with_endpoints("https://a.example", "http://a.example/token", None).is_err());
}

#[test]
fn what_is_no_client_id_is_said() {
    let authority = || Authority::entra(Cloud::Public, "common").unwrap();
    for (id, word) in [
        ("", "empty"),
        ("user@contoso.com", "e-mail"),
        ("<client-id>", "placeholder"),
        ("YOUR_CLIENT_ID", "placeholder"),
        ("00000000-0000-0000-0000-000000000000", "placeholder"),
        ("1111 2222", "blank"),
        ("my-app", "does not look like"),
        ("11112222-3333-4444-5555-66667777888", "does not look like"),
    ] {
        let error = Application::new(id, authority()).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("overview page"), "{error}");
    }
    // Other providers have other ids.
    let google =
        Authority::with_endpoints("https://accounts.google.com", "https://oauth2.googleapis.com/token", None);
    assert!(Application::new("123.apps.googleusercontent.com", google.unwrap()).is_ok());
}
