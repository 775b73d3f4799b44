//! Every way to a token, in order and with the identity provider out of order: nothing of it is shown by anybody (S13).

use std::sync::Arc;

use mail_oauth::diagnosis::Lang;
use mail_oauth::msal_lite::{Loopback, MemoryStore, Secret, Store};
use mail_oauth::smtp_min::Envelope;
use mail_oauth::{Account, CheckOptions, Credential, Error, Mailbox, Options, Protocol, Provider, Trust};
use mail_oauth_sim::{App, Tenant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::bed::{ADELE, MESSAGE, account, builder};
use crate::cut_tcp::job;
use crate::secret::{self, assert_harmless, printed};

const PASSWORD: &str = "correct-horse-battery-staple";
const APP: &str = "99990000-4f89-41d3-9a0c-0305e82c3301";
const CLIENT_SECRET: &str = "q~8Q~Zr4mXb1LwPd7sTjYk2NvHc9GfEa5UoKi";

/// What the identity provider answers, in place of a token.
const TROUBLE: [&str; 12] = [
    "http-503",
    "http-429",
    "http-500",
    "http-truncated",
    "http-redirect",
    "aadsts-50173",
    "aadsts-700082",
    "aadsts-50076",
    "aadsts-700016",
    "aadsts-7000215",
    "identity-reset",
    "identity-certificate-unknown",
];

fn options(tenant: &Tenant, store: &Arc<dyn Store>) -> Options {
    let mut options = Options::default().with_trust(Trust::Only(tenant.ca_pem().to_owned()));
    options.store = Arc::clone(store);
    options
}

/// A mailbox without a token, and its cache.
fn nobody(tenant: &Tenant) -> (Mailbox, Arc<dyn Store>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    (Mailbox::new(account(tenant), options(tenant, &store)).unwrap(), store)
}

fn assert_error_is_harmless(error: Option<Error>) {
    let error = error.unwrap();
    assert_harmless(&printed(&error));
    let told: Vec<String> = error.causes().iter().map(|one| format!("{one:?}")).collect();
    assert_harmless(&told.concat());
}

/// The job by all protocols, a check in both languages, and `Debug` of all that is at hand.
async fn use_it(mailbox: &Mailbox) {
    for protocol in Protocol::ALL {
        let told = job(mailbox, protocol).await;
        assert!(told.error.is_none(), "{told:?}");
        assert_harmless(&format!("{told:?} {:?}", mailbox.token(protocol).await.unwrap()));
    }
    let report = mailbox.check(&CheckOptions::default()).await;
    assert_harmless(&format!("{mailbox:?} {report:?}"));
    assert_harmless(&format!("{} {}", report.to_text(Lang::De), report.to_html(Lang::En)));
}

#[tokio::test]
async fn no_way_to_a_token_shows_a_secret() {
    let tenant = builder().start().await.unwrap();
    tenant.deliver(ADELE, MESSAGE).unwrap();
    secret::guard(PASSWORD);
    // By a code that is entered elsewhere.
    let (mailbox, store) = nobody(&tenant);
    let before = secret::records();
    let token = mailbox
        .sign_in(|prompt| {
            assert_harmless(&format!("{prompt:?}"));
            tenant.approve(prompt.user_code(), ADELE).unwrap();
        })
        .await
        .unwrap();
    // An access token, a refresh token and an id token.
    assert!(secret::guard_cache(&*store) >= 3, "the cache holds what was got");
    assert!(secret::records() > before, "the collector hears nothing");
    assert_harmless(&format!("{token:?}"));
    use_it(&mailbox).await;
    // By a refresh token that another program has got.
    let refresh = refresh_token(&*store);
    let (mailbox, store) = nobody(&tenant);
    mailbox.adopt_refresh_token(refresh).await.unwrap();
    secret::guard_cache(&*store);
    use_it(&mailbox).await;
    // By a browser on this machine: what it brings is a secret until it was redeemed.
    let (mailbox, store) = nobody(&tenant);
    let mut browser = None;
    mailbox
        .sign_in_by_browser(&Loopback::new(), |address| {
            let back = tenant.sign_in(address, ADELE).unwrap();
            let said = format!("{} {}", back.url, back.body.as_deref().unwrap_or_default());
            let code = said.split_once("code=").unwrap().1.split(['&', ' ']).next().unwrap();
            secret::guard(code);
            browser = Some(tokio::spawn(browse(back.url, back.body)));
        })
        .await
        .unwrap();
    assert!(browser.unwrap().await.unwrap().starts_with("HTTP/1.1 200"));
    secret::guard_cache(&*store);
    use_it(&mailbox).await;
    // By a password, right and wrong.
    let (mailbox, store) = nobody(&tenant);
    let wrong = Secret::new("incorrect-horse-battery-staple".to_owned());
    secret::guard(wrong.expose());
    assert_error_is_harmless(mailbox.sign_in_by_password(wrong).await.err());
    mailbox.sign_in_by_password(Secret::new(PASSWORD.to_owned())).await.unwrap();
    secret::guard_cache(&*store);
    use_it(&mailbox).await;
}

#[tokio::test]
async fn no_trouble_on_the_way_to_a_token_shows_a_secret() {
    for fault in TROUBLE {
        let tenant = builder().start().await.unwrap();
        let (mailbox, store) = nobody(&tenant);
        mailbox.sign_in_by_password(Secret::new(PASSWORD.to_owned())).await.unwrap();
        secret::guard_cache(&*store);
        secret::guard(PASSWORD);
        let refresh = refresh_token(&*store);
        // Started again, and from here on nothing goes well.
        tenant.advance(std::time::Duration::from_secs(7_200));
        tenant.set_fault_named(fault).unwrap();
        let mailbox = Mailbox::new(account(&tenant), options(&tenant, &store)).unwrap();
        let by_password = mailbox.sign_in_by_password(Secret::new(PASSWORD.to_owned())).await;
        let by_code = tokio::time::timeout(std::time::Duration::from_secs(1), mailbox.sign_in(|_| ())).await;
        let adopted = mailbox.adopt_refresh_token(refresh).await;
        for error in [by_password.err(), by_code.ok().and_then(Result::err), adopted.err()] {
            if error.is_some() {
                assert_error_is_harmless(error);
            }
        }
        let report = mailbox.check(&CheckOptions::default()).await;
        assert_harmless(&format!("{report:?} {} {}", report.to_text(Lang::En), report.to_html(Lang::De)));
    }
}

#[tokio::test]
async fn an_application_that_signs_in_as_itself_shows_no_secret() {
    let tenant = builder()
        .app(App::confidential(APP).secret(CLIENT_SECRET))
        .mailbox(mail_oauth_sim::Mailbox::new("invoices@contoso.example").full_access(APP).send_as(APP))
        .start()
        .await
        .unwrap();
    secret::guard(CLIENT_SECRET);
    let usual = account(&tenant);
    let account = Account::new(Provider::Microsoft365, "invoices@contoso.example", APP)
        .and_then(|account| account.with_authority(&tenant.authority()))
        .unwrap()
        .with_app_only();
    let account = Protocol::ALL.into_iter().fold(account, |account, protocol| {
        account.with_server(protocol, usual.server(protocol).unwrap().clone())
    });
    for (given, works) in [(CLIENT_SECRET, true), ("q~8Q~Wn3vRt6yQzAe0UpLb8MkJh5GdSxCf2Vi", false)] {
        secret::guard(given);
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let options = options(&tenant, &store);
        let credential = Credential::secret(Secret::new(given.to_owned()));
        assert_harmless(&format!("{credential:?}"));
        let mailbox = Mailbox::new(account.clone(), options.with_credential(credential)).unwrap();
        if !works {
            assert_error_is_harmless(mailbox.token(Protocol::Imap).await.err());
            continue;
        }
        assert_harmless(&format!("{:?} {mailbox:?}", mailbox.token(Protocol::Imap).await.unwrap()));
        assert!(secret::guard_cache(&*store) >= 1);
        let mut smtp = mailbox.smtp().await.unwrap();
        let envelope = Envelope::parse("invoices@contoso.example", [ADELE]).unwrap();
        assert_harmless(&format!("{:?} {smtp:?}", smtp.send(&envelope, MESSAGE).await.unwrap()));
        mailbox.imap().await.unwrap().logout().await.unwrap();
    }
}

fn refresh_token(store: &dyn Store) -> Secret {
    let mut found = None;
    store
        .read(&mut |cache| {
            let value: serde_json::Value = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
            let entry = value["RefreshToken"].as_object().and_then(|all| all.values().next());
            found = entry.and_then(|entry| entry["secret"].as_str()).map(str::to_owned);
        })
        .unwrap();
    Secret::new(found.unwrap())
}

/// What a browser does at the end of a sign-in: brings the answer, and shows the page.
async fn browse(url: String, body: Option<String>) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = host.rsplit_once(':').unwrap().1;
    let mut browser = tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let request = match body {
        Some(body) => format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        None => format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    };
    browser.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    browser.read_to_string(&mut page).await.unwrap();
    assert_harmless(&page);
    page
}
