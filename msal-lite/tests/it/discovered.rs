//! Providers by their issuer, from discovery to a refresh, over HTTP.

use msal_lite::{
    AccountQuery, Application, Authority, Error, ErrorKind, MemoryStore, Scopes, Secret, TokenClient,
    TokenSource, TransportErrorKind,
};

use crate::{
    server::{Asked, Said, Server, following_http, said},
    tenant::{CLIENT, IMAP, jwt, scopes, tokens},
};

/// A provider that has all of it under its own issuer, at this place.
fn provider(place: &'static str) -> impl Fn(&str, &Asked) -> Said + Send + Sync + 'static {
    move |address, asked| {
        let issuer = format!("{address}/realms/mail");
        if asked.path == place {
            return said(format!(
                r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","device_authorization_endpoint":"{issuer}/device"}}"#
            ));
        }
        match asked.path.as_str() {
            "/realms/mail/device" => said(
                r#"{"user_code":"WDJB","device_code":"d","verification_uri":"https://p.example","expires_in":60,"interval":1}"#,
            ),
            "/realms/mail/token" => {
                let id = jwt(r#"{"sub":"u-1","email":"user@mail.example","name":"A User"}"#);
                let grant = asked.field("grant_type");
                let access = if grant == "refresh_token" { "renewed" } else { "first" };
                said(format!(
                    r#"{{"access_token":"{access}","token_type":"bearer","expires_in":1,"refresh_token":"r","id_token":"{id}"}}"#
                ))
            }
            _ => ("404 Not Found", String::new(), "<html>".to_owned()),
        }
    }
}

#[tokio::test]
async fn any_provider_by_its_issuer_from_discovery_to_a_refresh() {
    for place in [
        "/realms/mail/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/realms/mail",
    ] {
        let server = Server::start(provider(place)).await;
        let http = following_http();
        let issuer = format!("{}/realms/mail", server.address);
        let authority = Authority::dangerous_discover_loopback_http(&issuer, &http).await.unwrap();
        assert_eq!(authority.issuer(), issuer);
        let client =
            TokenClient::new(Application::new("mail", authority).unwrap(), MemoryStore::default(), http);
        let wanted = Scopes::parse("mail.read offline_access").unwrap();
        let token =
            client.device_code(&wanted, |prompt| assert_eq!(prompt.user_code(), "WDJB")).await.unwrap();
        assert_eq!((token.access_token().expose(), token.source()), ("first", TokenSource::SignIn));
        let query = AccountQuery::username("user@mail.example");
        let token = client.acquire_silent(&wanted, &query).await.unwrap();
        assert_eq!((token.access_token().expose(), token.source()), ("renewed", TokenSource::Refreshed));
        // What Entra alone understands is not sent to others.
        for asked in server.asked() {
            assert!(
                asked.field("client_info").is_empty() && !asked.field("scope").contains("openid"),
                "{asked:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_document_of_another_issuer_and_no_provider_at_all() {
    let server = Server::start(provider("/realms/mail/.well-known/openid-configuration")).await;
    let http = following_http();
    let wrong = format!("{}/realms/other", server.address);
    let error = Authority::dangerous_discover_loopback_http(&wrong, &http).await.unwrap_err();
    assert!(matches!(error, Error::Page { status: 404, .. }), "{error}");
    // The same place under another name.
    let alias = format!("{}/realms/mail", server.address.replace("127.0.0.1", "localhost"));
    let error = Authority::dangerous_discover_loopback_http(&alias, &http).await.unwrap_err();
    assert!(error.to_string().contains("another issuer"), "{error}");
    assert!(Authority::discover(&alias, &http).await.unwrap_err().to_string().contains("https"));
    let error = Authority::dangerous_discover_loopback_http("http://127.0.0.1:1", &http).await.unwrap_err();
    match error {
        Error::Network(error) => assert_eq!(error.kind(), TransportErrorKind::Connect),
        other => panic!("{other}"),
    }
    assert!(Authority::dangerous_discover_loopback_http("http://a.example", &http).await.is_err());
}

#[tokio::test]
async fn credentials_follow_no_redirect_whatever_the_http_client_would_do() {
    let thief = Server::start(|_, _| said(tokens("stolen", "stolen"))).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let to = format!("location: {}/take\r\n", thief.address);
        let server = Server::start(move |_, _| (status, to.clone(), String::new())).await;
        let authority =
            Authority::dangerous_parse_loopback_http(&format!("{}/contoso.com", server.address)).unwrap();
        let app = Application::new(CLIENT, authority).unwrap();
        let app = app.with_client_secret(Secret::new("S3cret-of-the-client".to_owned())).unwrap();
        let client = TokenClient::new(app, MemoryStore::default(), following_http());
        let refresh_token = Secret::new("1.AXX-refreshS3cret".to_owned());
        let error = client.adopt_refresh_token(&scopes(IMAP), refresh_token).await.unwrap_err();
        assert_ne!(error.kind(), ErrorKind::SignInAgain, "{error}");
    }
    for asked in thief.asked() {
        // With 301 to 303 reqwest asks anew, with nothing of ours; that answer is not believed.
        assert!(asked.form.is_empty() && !asked.head.contains("S3cret"), "{asked:?}");
    }
}
