//! Other providers than Microsoft: sign in, check, send, fetch.

use mail_oauth::diagnosis::Lang;
use mail_oauth::imap_min::{Mailbox as Name, UidSet};
use mail_oauth::msal_lite::Loopback;
use mail_oauth::smtp_min::Envelope;
use mail_oauth::{Account, CheckOptions, Mailbox, Protocol, Provider};
use mail_oauth_sim::{Profile, Tenant, User};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::bed::{ADELE, CLIENT_ID, account, builder, options};

const MEGAN: &str = "megan@outlook.example";

/// The account at the tenant's servers, as another provider's.
fn account_of(tenant: &Tenant, provider: Provider) -> Account {
    let usual = account(tenant);
    Protocol::ALL.into_iter().fold(Account::new(provider, ADELE, CLIENT_ID).unwrap(), |account, protocol| {
        account
            .with_server(protocol, usual.server(protocol).unwrap().clone())
            .with_scopes(protocol, usual.scopes(protocol).to_vec())
    })
}

async fn the_whole_job(mailbox: &Mailbox, who: &str) {
    let report = mailbox.check(&CheckOptions::default()).await;
    assert!(report.is_good(), "{}", report.to_text(Lang::En));
    let message = b"Subject: x\r\n\r\n.dots\r\n";
    let mut smtp = mailbox.smtp().await.unwrap();
    let sent = smtp.send(&Envelope::parse(who, [who]).unwrap(), &message[..]).await.unwrap();
    assert!(sent.all_accepted(), "{sent}");
    let mut fetched = Vec::new();
    let mut imap = mailbox.imap().await.unwrap();
    imap.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut fetched).await.unwrap();
    assert!(fetched.ends_with(message), "{}", String::from_utf8_lossy(&fetched));
}

#[tokio::test]
async fn any_issuer_is_asked_for_its_endpoints() {
    let tenant = builder().profile(Profile::Plain).start().await.unwrap();
    let issuer = format!("https://localhost:{}/{}/v2.0", tenant.identity_addr().port(), tenant.tenant_id());
    let account = account_of(&tenant, Provider::Custom).with_issuer(&issuer).unwrap();
    assert!(Mailbox::new(account.clone(), options(&tenant)).is_err(), "nobody was asked yet");
    let mailbox = Mailbox::open(account.clone(), options(&tenant)).await.unwrap();
    let token = mailbox.sign_in(|prompt| tenant.approve(prompt.user_code(), ADELE).unwrap()).await.unwrap();
    assert_eq!(token.account().username, ADELE);
    the_whole_job(&mailbox, ADELE).await;

    let elsewhere = account.with_issuer(&format!("{issuer}/elsewhere")).unwrap();
    assert!(Mailbox::open(elsewhere, options(&tenant)).await.is_err());
}

#[tokio::test]
async fn gmail_by_browser() {
    let tenant = builder().profile(Profile::Gmail).start().await.unwrap();
    let account = account_of(&tenant, Provider::Gmail).with_authority(&tenant.authority()).unwrap();
    let mailbox = Mailbox::new(account, options(&tenant)).unwrap();
    let mut answered = None;
    let signed_in = mailbox
        .sign_in_by_browser(&Loopback::new(), |address| {
            let back = tenant.sign_in(address, ADELE).unwrap();
            answered = Some(tokio::spawn(browse(back.url, back.body)));
        })
        .await
        .unwrap();
    assert_eq!(signed_in.account().username, ADELE);
    answered.unwrap().await.unwrap();
    the_whole_job(&mailbox, ADELE).await;
}

/// A personal account: the token is opaque, and so nothing is read off it.
#[tokio::test]
async fn outlook_com_by_device_code() {
    let tenant = builder().user(User::personal(MEGAN)).start().await.unwrap();
    let usual = account(&tenant);
    let authority = format!("https://localhost:{}/consumers", tenant.identity_addr().port());
    let account = Protocol::ALL.into_iter().fold(
        Account::new(Provider::OutlookCom, MEGAN, CLIENT_ID)
            .and_then(|account| account.with_authority(&authority))
            .unwrap(),
        |account, protocol| account.with_server(protocol, usual.server(protocol).unwrap().clone()),
    );
    let mailbox = Mailbox::new(account, options(&tenant)).unwrap();
    let token = mailbox.sign_in(|prompt| tenant.approve(prompt.user_code(), MEGAN).unwrap()).await.unwrap();
    assert_eq!(token.account().username, MEGAN);
    the_whole_job(&mailbox, MEGAN).await;
    let report = mailbox.check(&CheckOptions::default()).await;
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
    assert_eq!(ids, ["token-opaque"], "{}", report.to_text(Lang::En));
}

/// What a browser does at the end of a sign-in.
async fn browse(url: String, body: Option<String>) {
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
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}
