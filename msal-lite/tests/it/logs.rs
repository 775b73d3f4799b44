//! Nothing that is logged, by us or below us, holds a secret: every flow, over HTTP, with a collector of all log lines.

use std::sync::{Arc, Mutex, Once, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use msal_lite::{
    AccountQuery, Application, Authority, AuthorizationOptions, Loopback, MemoryStore, Scopes, Secret,
    TokenClient,
};

use crate::{
    server::{Asked, Said, Server, following_http, said},
    tenant::{CLIENT, IMAP, jwt, scopes, tokens},
};

/// All lines of this process. Other tests may add theirs.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collector;

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}", record.target(), record.args());
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
    fn flush(&self) {}
}

fn collect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Collector).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// What goes over the wire and into the cache, each with a word of its own.
const SECRETS: [&str; 8] = [ACCESS, REFRESH, DEVICE, CLIENT_SECRET, PASSWORD, CODE, ASSERTION, OLD];
const ACCESS: &str = "L0gAccessTokenThatNobodyMaySee";
const REFRESH: &str = "L0gRefreshTokenThatNobodyMaySee";
const DEVICE: &str = "L0gDeviceCodeThatNobodyMaySee";
const CLIENT_SECRET: &str = "L0gClientSecretThatNobodyMaySee";
const PASSWORD: &str = "L0gPasswordThatNobodyMaySee";
const CODE: &str = "L0gAuthorizationCodeNobodyMaySee";
const ASSERTION: &str = "L0gAssertionThatNobodyMaySee";
const OLD: &str = "L0gOldRefreshTokenNobodyMaySee";

fn provider(asked: &Asked, nonce: &str) -> Said {
    match asked.path.rsplit('/').next().unwrap_or_default() {
        "devicecode" => said(format!(
            r#"{{"user_code":"ABCD","device_code":"{DEVICE}","verification_uri":"https://p.example","expires_in":60,"interval":1}}"#
        )),
        "token" if asked.field("refresh_token") == "dead" => (
            "400 Bad Request",
            String::new(),
            format!(r#"{{"error":"invalid_grant","error_description":"{REFRESH}"}}"#),
        ),
        "token" if asked.field("grant_type") == "authorization_code" => {
            let id = jwt(&format!(r#"{{"oid":"o","tid":"t","nonce":"{nonce}"}}"#));
            said(format!(
                r#"{{"access_token":"{ACCESS}","refresh_token":"{REFRESH}","id_token":"{id}","expires_in":60}}"#
            ))
        }
        "token" => said(tokens(ACCESS, REFRESH)),
        _ => said(r#"{"account_type":"Managed"}"#),
    }
}

/// The text itself, and in base64 whatever stands before it.
fn assert_clean(text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(&secret[..12]), "{text}");
        for before in ["", "x", "xx"] {
            for engine in [
                STANDARD.encode(format!("{before}{secret}")),
                URL_SAFE_NO_PAD.encode(format!("{before}{secret}")),
            ] {
                assert!(!text.contains(&engine[4..20]), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn no_flow_logs_a_secret() {
    collect();
    let nonce = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&nonce);
    let server = Server::start(move |_, asked| provider(asked, &told.lock().unwrap())).await;
    let authority =
        || Authority::dangerous_parse_loopback_http(&format!("{}/contoso.com", server.address)).unwrap();
    let public = Application::new(CLIENT, authority()).unwrap();
    let secret = |text: &str| Secret::new(text.to_owned());
    let confidential = public.clone().with_client_secret(secret(CLIENT_SECRET)).unwrap();
    let client = || TokenClient::new(public.clone(), MemoryStore::default(), following_http());
    let imap = scopes(IMAP);
    let default = Scopes::parse("https://outlook.office365.com/.default").unwrap();
    let mut printed = Vec::new();
    let mut more = Vec::new();

    let one = client();
    printed.push(format!(
        "{:?}",
        one.device_code(&imap, |prompt| assert_eq!(prompt.user_code(), "ABCD")).await.unwrap()
    ));
    let challenged = one.acquire_silent_with_claims(&imap, &AccountQuery::Only, "{}").await.unwrap();
    printed
        .push(format!("{challenged:?} {:?}", one.acquire_silent(&imap, &AccountQuery::Only).await.unwrap()));
    printed.push(format!("{one:?} {:?}", one.accounts()));
    printed.push(format!("{:?}", client().adopt_refresh_token(&imap, secret(OLD)).await.unwrap()));
    let refused = client().adopt_refresh_token(&imap, secret("dead")).await.unwrap_err();
    printed.push(format!("{:?}", refused.kind()));

    let by_secret = TokenClient::new(confidential, MemoryStore::default(), following_http());
    printed.push(format!("{:?}", by_secret.acquire_for_client(&default).await.unwrap()));
    let by_assertion = client().with_assertion(async |_| Ok(Secret::new(ASSERTION.to_owned())));
    printed.push(format!("{:?}", by_assertion.acquire_for_client(&default).await.unwrap()));
    #[cfg(feature = "certificate")]
    {
        let pem = |name: &str| std::fs::read(format!("tests/it/certificate/{name}.pem")).unwrap();
        let certificate = msal_lite::ClientCertificate::from_pem(&pem("key"), &pem("certificate")).unwrap();
        printed.push(format!("{certificate:?}"));
        let by_certificate = client().with_certificate(certificate);
        printed.push(format!("{:?}", by_certificate.acquire_for_client(&default).await.unwrap()));
        let assertions =
            server.asked().iter().map(|asked| asked.field("client_assertion").to_owned()).collect::<Vec<_>>();
        // The signature and the claims of the one that was made here.
        let made = assertions.iter().rfind(|one| one.split('.').count() == 3).unwrap();
        more.extend(made.split('.').skip(1).map(str::to_owned));
    }
    printed
        .push(format!("{:?}", client().password(&imap, "user@contoso.com", secret(PASSWORD)).await.unwrap()));

    // The browser: it comes back at once, with the code.
    let browser = following_http();
    let open = |address: &str| {
        let query: Vec<(String, String)> =
            url::Url::parse(address).unwrap().query_pairs().into_owned().collect();
        let value = |name: &str| query.iter().find(|(one, _)| one == name).unwrap().1.clone();
        let (redirect, state) = (value("redirect_uri"), value("state"));
        more.push(state.clone());
        *nonce.lock().unwrap() = value("nonce");
        let browser = browser.clone();
        tokio::spawn(async move {
            let body = format!("code={CODE}&state={state}");
            let form = "application/x-www-form-urlencoded";
            let _ = browser.post(redirect).header("content-type", form).body(body).send().await;
        });
    };
    let token = client()
        .authorization_code(&imap, &AuthorizationOptions::new(), &Loopback::new(), open)
        .await
        .unwrap();
    printed.push(format!("{token:?}"));
    more.extend(
        server
            .asked()
            .iter()
            .map(|asked| asked.field("code_verifier").to_owned())
            .filter(|one| !one.is_empty()),
    );

    // The collector hears what reqwest says; what was sent was sent.
    let lines = LINES.lock().unwrap().clone();
    assert!(lines.iter().any(|line| line.contains("127.0.0.1")), "{}", lines.len());
    let sent = format!("{:?}", server.asked());
    for secret in [DEVICE, CLIENT_SECRET, PASSWORD, CODE, ASSERTION, OLD] {
        assert!(sent.contains(secret), "{secret}");
    }
    assert!(more.len() >= 2);
    let secrets: Vec<String> = SECRETS.iter().map(|&one| one.to_owned()).chain(more).collect();
    for text in lines.iter().chain(&printed) {
        assert_clean(text, &secrets);
    }
}
