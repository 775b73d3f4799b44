//! A token of the cache that a server refuses before its end: passed over once, and never in a loop.

use std::sync::Arc;

use mail_oauth::diagnosis::Lang;
use mail_oauth::msal_lite::{Cache, MemoryStore, Secret, Store};
use mail_oauth::{Action, CheckOptions, Credential, Error, Journal, Mailbox, Protocol};
use mail_oauth_sim::{App, LogEvent, Service, Tenant, TokenSpec};

use crate::bed::{ADELE, APP, SHARED, account, app_account, builder, options, secret, sign_in};

/// A mailbox whose cache holds this token, good for another hour, and a refresh token.
async fn holding(tenant: &Tenant, token: &str) -> Mailbox {
    let store = Arc::new(MemoryStore::default());
    let first = Mailbox::new(account(tenant), options(tenant).with_store(Arc::clone(&store))).unwrap();
    sign_in(tenant, &first).await;
    Mailbox::new(account(tenant), options(tenant).with_store(with_token(&store, token))).unwrap()
}

/// The same cache with another access token.
fn with_token(store: &MemoryStore, token: &str) -> MemoryStore {
    let mut json = serde_json::Value::Null;
    store.read(&mut |cache| json = serde_json::from_slice(cache.to_bytes().expose()).unwrap()).unwrap();
    let held = json["AccessToken"].as_object_mut().unwrap();
    assert!(!held.is_empty());
    held.values_mut().for_each(|entry| entry["secret"] = token.into());
    MemoryStore::new(Cache::parse(json.to_string().as_bytes()).unwrap())
}

/// A token of the right person with the right claims that the servers do not take: the tenant has new keys, say.
fn revoked(tenant: &Tenant) -> String {
    tenant.mint(TokenSpec::new(ADELE).forged()).unwrap()
}

/// How often something happened on the tenant's connections.
fn count(tenant: &Tenant, wanted: impl Fn(&LogEvent) -> bool) -> usize {
    tenant.log().iter().flat_map(|entry| &entry.events).filter(|event| wanted(event)).count()
}

fn logins(tenant: &Tenant, wanted: &str) -> usize {
    count(tenant, |event| matches!(event, LogEvent::Login { outcome, .. } if *outcome == wanted))
}

fn refreshes(tenant: &Tenant) -> usize {
    count(tenant, |event| matches!(event, LogEvent::Request { grant: Some("refresh_token"), .. }))
}

async fn open(mailbox: &Mailbox, protocol: Protocol, journal: &mut Journal) -> Result<(), Error> {
    match protocol {
        Protocol::Imap => mailbox.imap_noting(journal).await.map(drop),
        Protocol::Pop3 => mailbox.pop3_noting(journal).await.map(drop),
        _ => mailbox.smtp_noting(journal).await.map(drop),
    }
}

#[tokio::test]
async fn it_is_passed_over_and_a_fresh_one_signs_in() {
    for protocol in Protocol::ALL {
        let tenant = builder().start().await.unwrap();
        let mailbox = holding(&tenant, &revoked(&tenant)).await;
        let mut journal = Journal::new();
        open(&mailbox, protocol, &mut journal).await.unwrap();
        let steps: Vec<&str> = journal.steps().iter().map(|step| step.name).collect();
        let expected = ["token", "connected", "refused", "token", "connected", "signed in"];
        assert_eq!(steps, expected, "{protocol}");
        // The second time, the cache holds the fresh one.
        open(&mailbox, protocol, &mut Journal::new()).await.unwrap();
        assert_eq!(logins(&tenant, "token not signed by this tenant"), 1, "{protocol}");
        assert_eq!((logins(&tenant, "ok"), refreshes(&tenant)), (2, 1), "{protocol}");
    }
}

#[tokio::test]
async fn a_server_that_keeps_refusing_gets_two_attempts_and_later_one_each() {
    for (protocol, service, fault) in [
        (Protocol::Imap, Service::Imap, "imap-login-failed"),
        (Protocol::Pop3, Service::Pop3, "pop3-login-failed"),
        (Protocol::Smtp, Service::Smtp, "smtp-login-failed"),
    ] {
        let tenant = builder().start().await.unwrap();
        let mailbox = holding(&tenant, &revoked(&tenant)).await;
        tenant.set_fault_named(fault).unwrap();
        let connections = || tenant.log().iter().filter(|entry| entry.service == service).count();
        for (attempts, round) in
            [(2, "the token of the cache, and a fresh one"), (3, "the fresh one was refused")]
        {
            let error = open(&mailbox, protocol, &mut Journal::new()).await.unwrap_err();
            assert!(matches!(error, Error::SignIn { old_token: false, .. }), "{protocol}: {error:?}");
            assert_eq!(error.action(), Action::Fix, "{protocol}");
            assert_eq!((connections(), refreshes(&tenant)), (attempts, 1), "{protocol}: {round}");
        }
        // What was mended is found so: the token is sent again.
        tenant.clear_faults();
        open(&mailbox, protocol, &mut Journal::new()).await.unwrap();
        assert_eq!(refreshes(&tenant), 1);
    }
}

#[tokio::test]
async fn a_refusal_that_is_not_the_tokens_is_taken_at_once() {
    for (fault, action) in [
        // Codes say that it is a switch, or that it is for now.
        ("smtp-auth-disabled-mailbox", Action::Fix),
        ("smtp-security-defaults", Action::Fix),
        ("smtp-token-expires-soon", Action::Fix),
    ] {
        let tenant = builder().start().await.unwrap();
        let mailbox = holding(&tenant, &revoked(&tenant)).await;
        tenant.set_fault_named(fault).unwrap();
        let error = mailbox.smtp().await.unwrap_err();
        assert_eq!((error.action(), refreshes(&tenant)), (action, 0), "{fault}: {error}");
    }
}

#[tokio::test]
async fn revoked_sessions_need_a_person() {
    let tenant = builder().start().await.unwrap();
    let mailbox = holding(&tenant, &revoked(&tenant)).await;
    tenant.advance(std::time::Duration::from_secs(1));
    tenant.revoke_sessions(ADELE).unwrap();
    let error = mailbox.imap().await.unwrap_err();
    assert!(matches!(error, Error::Token { .. }), "{error:?}");
    assert_eq!(error.action(), Action::SignIn);
    assert_eq!(refreshes(&tenant), 1);
    // The check says the same, and says what was refused first.
    let report = mailbox.check(&CheckOptions::default()).await;
    let first = report.first().unwrap();
    assert_eq!(first.cause.id, "sign-in-revoked", "{}", report.to_text(Lang::En));
    assert!(first.evidence.iter().any(|line| line.contains("refused the IMAP sign-in")), "{first:?}");
    assert_eq!(refreshes(&tenant), 1, "a dead refresh token is not sent again");
}

#[tokio::test]
async fn a_token_of_the_application_is_passed_over_too() {
    let app = App::confidential(APP).secret("right");
    let tenant = builder()
        .app(app)
        .mailbox(mail_oauth_sim::Mailbox::new(SHARED).full_access(APP))
        .start()
        .await
        .unwrap();
    let open = |store: MemoryStore| {
        let options = options(&tenant).with_credential(Credential::secret(Secret::new("right".to_owned())));
        Mailbox::new(app_account(&tenant), options.with_store(store)).unwrap()
    };
    let store = Arc::new(MemoryStore::default());
    let options = options(&tenant).with_credential(secret("right"));
    let first = Mailbox::new(app_account(&tenant), options.with_store(Arc::clone(&store))).unwrap();
    first.token(Protocol::Imap).await.unwrap();
    let mailbox = open(with_token(&store, &revoked(&tenant)));
    mailbox.imap().await.unwrap();
    let granted =
        count(&tenant, |event| matches!(event, LogEvent::Request { grant: Some("client_credentials"), .. }));
    assert_eq!((granted, logins(&tenant, "ok")), (2, 1));
}

#[tokio::test]
async fn a_check_goes_on_with_a_fresh_token_and_says_so() {
    let tenant = builder().start().await.unwrap();
    let mailbox = holding(&tenant, &revoked(&tenant)).await;
    let report = mailbox.check(&CheckOptions::default()).await;
    assert!(report.is_good(), "{}", report.to_text(Lang::En));
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
    assert_eq!(ids, ["old-token-refused"], "{}", report.to_text(Lang::En));
    assert_eq!(report.findings[0].protocols, Protocol::ALL);
    assert_eq!(refreshes(&tenant), 3, "one for the scope of each protocol");
    let report = mailbox.check(&CheckOptions::default()).await;
    assert!(report.findings.is_empty(), "{}", report.to_text(Lang::En));
    assert_eq!(refreshes(&tenant), 3, "the fresh ones are in the cache");
}
