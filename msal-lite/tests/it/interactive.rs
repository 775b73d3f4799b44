//! A browser that comes to the loopback address, and everything else that comes there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use msal_lite::{
    AuthorizationOptions, Error, ErrorKind, Limits, Loopback, MemoryStore, Request, Response, Token,
    TokenClient, Transport, TransportError,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::tenant::{IMAP, NOW, TENANT, answer, app, form, jwt, ok, scopes, tokens};

/// Answers the one token request, with the nonce that the sign-in page was given.
#[derive(Clone)]
struct Provider {
    refusal: Option<&'static str>,
    nonce: Arc<Mutex<String>>,
    verifier: Arc<Mutex<String>>,
}

impl Transport for Provider {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        let fields = form(&request);
        let verifier = fields.iter().find(|(name, _)| name == "code_verifier").unwrap();
        self.verifier.lock().unwrap().clone_from(&verifier.1);
        if let Some(refusal) = self.refusal {
            return Ok(answer(400, refusal));
        }
        let nonce = self.nonce.lock().unwrap().clone();
        let id_token = jwt(&format!(
            r#"{{"oid":"o","tid":"{TENANT}","preferred_username":"user@contoso.com","nonce":"{nonce}"}}"#
        ));
        let body = tokens("access", "refresh");
        let start = body.find("\"id_token\":\"").unwrap() + 12;
        let end = start + body[start..].find('"').unwrap();
        Ok(ok(format!("{}{id_token}{}", &body[..start], &body[end..])))
    }
}

struct SignIn {
    port: u16,
    state: String,
    task: JoinHandle<Result<Token, Error>>,
}

async fn begin(refusal: Option<&'static str>, loopback: Loopback) -> SignIn {
    let provider = Provider { refusal, nonce: Arc::default(), verifier: Arc::default() };
    let nonce = Arc::clone(&provider.nonce);
    let (opened, address) = oneshot::channel();
    let task = tokio::spawn(async move {
        let client = TokenClient::new(app(), MemoryStore::default(), provider).with_clock(|| NOW);
        let options = AuthorizationOptions::new();
        client
            .authorization_code(&scopes(IMAP), &options, &loopback, |url| {
                opened.send(url.to_owned()).unwrap()
            })
            .await
    });
    let url = url::Url::parse(&address.await.unwrap()).unwrap();
    let get = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    *nonce.lock().unwrap() = get("nonce");
    let redirect = url::Url::parse(&get("redirect_uri")).unwrap();
    SignIn { port: redirect.port().unwrap(), state: get("state"), task }
}

async fn visit(address: impl tokio::net::ToSocketAddrs, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    page
}

fn get(port: u16, target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")
}

fn post(port: u16, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://login.microsoftonline.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_form_after_everything_that_browsers_ask_for() {
    let sign_in = begin(None, Loopback::new()).await;
    let (port, state) = (sign_in.port, &sign_in.state);
    let address = ("127.0.0.1", port);
    // A connection that is opened in advance and says nothing.
    let _silent = TcpStream::connect(address).await.unwrap();
    for (request, status) in [
        (get(port, "/favicon.ico"), "404"),
        (get(port, "/"), "404"),
        (get(port, &format!("/other?code=x&state={state}")), "404"),
        (get(port, "/?code=x&state=guessed"), "404"),
        (get(port, "/?error=access_denied"), "404"),
        (post(port, "code=x&state="), "404"),
        (get(port, &format!("/?code=x&state={state}")).replace("localhost", "attacker.example"), "404"),
        (get(port, "/?a=b").replace("GET", "PUT"), "405"),
        (format!("GET /{} HTTP/1.1\r\n", "x".repeat(40_000)), "413"),
    ] {
        let page = visit(address, &request).await;
        assert!(page.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {page}");
    }
    let page = visit(address, &post(port, &format!("code=1.AX&state={state}&session_state=s"))).await;
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Signed in"), "{page}");
    let token = sign_in.task.await.unwrap().unwrap();
    assert_eq!(
        (token.access_token().expose(), token.account().username.as_str()),
        ("access", "user@contoso.com")
    );
    // The listener is gone with the sign-in.
    assert!(TcpStream::connect(address).await.is_err());
}

/// What the system says of its sockets, since a connection from elsewhere cannot be tried here.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_listens_to_this_machine_alone() {
    const LISTENS: &str = "0A";
    let sign_in = begin(None, Loopback::new()).await;
    let port = format!(":{:04X}", sign_in.port);
    let mut addresses = Vec::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        for line in std::fs::read_to_string(table).unwrap_or_default().lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [_, local, _, LISTENS, ..] = words.as_slice()
                && let Some(address) = local.strip_suffix(&port)
            {
                addresses.push(address.to_owned());
            }
        }
    }
    assert!(!addresses.is_empty(), "the listener is not among the sockets");
    for address in addresses {
        // 127.0.0.1 and ::1, in the order of octets that the kernel writes them.
        assert!(["0100007F", "00000000000000000000000001000000"].contains(&address.as_str()), "{address}");
    }
    sign_in.task.abort();
}

#[tokio::test]
async fn a_query_over_either_address() {
    for host in ["127.0.0.1", "::1"] {
        let sign_in = begin(None, Loopback::new()).await;
        if host == "::1" && TcpListener::bind("[::1]:0").await.is_err() {
            sign_in.task.abort();
            continue;
        }
        let target = format!("/?code=1.AX&state={}", sign_in.state);
        let page = visit((host, sign_in.port), &get(sign_in.port, &target)).await;
        assert!(page.contains("Signed in"), "{page}");
        sign_in.task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_page_tells_the_truth() {
    // Redeeming fails: the browser hears of it, and of no success before.
    let refusal = r#"{"error":"invalid_grant","error_description":"AADSTS54005: <b>redeemed</b>"}"#;
    let sign_in = begin(Some(refusal), Loopback::new()).await;
    let page = visit(
        ("127.0.0.1", sign_in.port),
        &post(sign_in.port, &format!("code=S3cretCode&state={}", sign_in.state)),
    )
    .await;
    assert!(
        page.starts_with("HTTP/1.1 400 ") && page.contains("Not signed in") && page.contains("AADSTS54005"),
        "{page}"
    );
    assert!(!page.contains("<b>") && !page.contains("Signed in") && !page.contains("S3cretCode"));
    assert!(sign_in.task.await.unwrap().unwrap_err().server().is_some());

    // The person said no.
    let sign_in = begin(None, Loopback::new()).await;
    let body = format!("error=access_denied&error_subcode=cancel&state={}", sign_in.state);
    let page = visit(("127.0.0.1", sign_in.port), &post(sign_in.port, &body)).await;
    assert!(page.contains("Not signed in"), "{page}");
    assert_eq!(sign_in.task.await.unwrap().unwrap_err().kind(), ErrorKind::Declined);
}

#[tokio::test]
async fn nobody_comes() {
    let loopback = Loopback::new().with_path("/cb").unwrap().with_patience(Duration::from_millis(20));
    let error = begin(None, loopback).await.task.await.unwrap().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("probably not registered") && text.contains("\"http://localhost/cb\""), "{text}");
    assert_eq!(error.kind(), ErrorKind::FixConfiguration);
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let provider = Provider { refusal: None, nonce: Arc::default(), verifier: Arc::default() };
    let client = TokenClient::new(app(), MemoryStore::default(), provider);
    let outcome = client
        .authorization_code(
            &scopes(IMAP),
            &AuthorizationOptions::new(),
            &Loopback::new().with_port(port),
            |_| panic!(),
        )
        .await;
    let text = outcome.unwrap_err().to_string();
    assert!(
        text.contains(&format!("localhost:{port}")) && text.contains("another program has the port"),
        "{text}"
    );
}

#[tokio::test]
async fn an_address_as_it_is_registered() {
    let loopback = Loopback::new().with_path("/callback").unwrap().with_ip_literal();
    let sign_in = begin(None, loopback).await;
    let request = get(sign_in.port, &format!("/callback?code=1.AX&state={}", sign_in.state));
    let page = visit(("127.0.0.1", sign_in.port), &request.replace("localhost", "127.0.0.1")).await;
    assert!(page.contains("Signed in"), "{page}");
    sign_in.task.await.unwrap().unwrap();
    for path in ["callback", "/a?b", "/a b", "/a\r\nb", "/%2e"] {
        assert!(Loopback::new().with_path(path).is_err(), "{path}");
    }
}

/// Two people at a provider that tells nobody's name: each is found again by the name that the program gave.
#[tokio::test]
async fn people_of_a_provider_that_does_not_tell_who_signed_in() {
    #[derive(Clone)]
    struct Mute;
    impl Transport for Mute {
        async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
            let fields = form(&request);
            let field = |wanted: &str| {
                fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
            };
            let refresh_token = field("code").or_else(|| field("refresh_token")).unwrap();
            Ok(ok(format!(
                r#"{{"access_token":"for-{refresh_token}","token_type":"bearer","expires_in":1,"refresh_token":"{refresh_token}"}}"#
            )))
        }
    }
    let provider = msal_lite::Provider::Yahoo;
    let secret = msal_lite::Secret::new("s3cret-of-the-app".to_owned());
    let app = msal_lite::Application::new("dj0yJmk9", provider.authority().unwrap()).unwrap();
    let client = TokenClient::new(app.with_client_secret(secret).unwrap(), MemoryStore::default(), Mute)
        .with_clock(|| NOW);
    let wanted = scopes(provider.mail_scopes());
    for name in ["one@yahoo.com", "two@yahoo.com"] {
        let (opened, address) = oneshot::channel();
        let task = tokio::spawn({
            let (client, wanted) = (client.clone(), wanted.clone());
            async move {
                let options = AuthorizationOptions::new().with_login_hint(name);
                let open = |url: &str| opened.send(url.to_owned()).unwrap();
                client.authorization_code(&wanted, &options, &Loopback::new(), open).await
            }
        });
        let url = url::Url::parse(&address.await.unwrap()).unwrap();
        let get_field =
            |field: &str| url.query_pairs().find(|(name, _)| name == field).unwrap().1.into_owned();
        let port = url::Url::parse(&get_field("redirect_uri")).unwrap().port().unwrap();
        let code = &name[..3];
        visit(("127.0.0.1", port), &get(port, &format!("/?code={code}&state={}", get_field("state")))).await;
        assert_eq!(task.await.unwrap().unwrap().account().username, name);
    }
    let three = msal_lite::Secret::new("three".to_owned());
    client.adopt_refresh_token_of("three@yahoo.com", &wanted, three).await.unwrap();
    for (name, token) in
        [("ONE@yahoo.com", "for-one"), ("two@yahoo.com", "for-two"), ("three@yahoo.com", "for-three")]
    {
        let query = msal_lite::AccountQuery::username(name);
        let found = client.acquire_silent(&wanted, &query).await.unwrap();
        assert_eq!(found.access_token().expose(), token);
    }
    assert_eq!(client.accounts().unwrap().len(), 3);
}
