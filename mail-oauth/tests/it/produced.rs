//! Causes that take an account, an application or a token of a certain kind besides a fault of the tenant.

use std::sync::Arc;

use mail_oauth::diagnosis::Lang;
use mail_oauth::msal_lite::{Cache, MemoryStore, Store};
use mail_oauth::{CheckOptions, Mailbox, Protocol, Provider, Report};
use mail_oauth_sim::{App, Tenant, TokenSpec};

use crate::bed::{
    APP, CLIENT_ID, SHARED, account, account_of, app_account, builder, options, secret, sign_in,
};
use crate::check::Bed;

const BERT: &str = "bert@contoso.example";

fn only(protocol: Protocol) -> CheckOptions {
    CheckOptions::default().with_protocols([protocol])
}

/// Asserts what comes first.
fn leads_to(report: &Report, id: &str) {
    assert_eq!(report.first().map(|finding| finding.cause.id), Some(id), "{}", report.to_text(Lang::En));
}

/// A tenant whose application may open the shared mailbox.
async fn with_app(app: App) -> Tenant {
    let shared = mail_oauth_sim::Mailbox::new(SHARED).full_access(APP).send_as(APP);
    builder().app(app).mailbox(shared).start().await.unwrap()
}

async fn checked_app(tenant: &Tenant, value: &str) -> Report {
    let options = options(tenant).with_credential(secret(value));
    Mailbox::new(app_account(tenant), options).unwrap().check(&only(Protocol::Imap)).await
}

#[tokio::test]
async fn of_an_application() {
    let tenant = with_app(App::confidential(APP).secret("right~value")).await;
    leads_to(&checked_app(&tenant, "right%7Evalue").await, "secret-damaged");
    tenant.set_fault_named("imap-login-failed").unwrap();
    leads_to(&checked_app(&tenant, "right~value").await, "service-principal-wrong");
    let other = with_app(App::confidential(APP).secret("right").roles(["POP.AccessAsApp"])).await;
    leads_to(&checked_app(&other, "right").await, "role-missing");
}

#[tokio::test]
async fn of_who_signs_in_and_whose_mailbox_it_is() {
    let bed = Bed::start().await;
    let berts = bed.tenant.mint(TokenSpec::new(BERT)).unwrap();
    // Exchange accepts the sign-in of another person, and then does not open the mailbox.
    leads_to(&bed.mailbox_holding(&berts).check(&only(Protocol::Imap)).await, "token-of-other-user");
    bed.tenant.set_fault_named("smtp-login-failed").unwrap();
    leads_to(&bed.mailbox_holding(&berts).check(&only(Protocol::Smtp)).await, "smtp-user-not-upn");
}

#[tokio::test]
async fn of_other_providers() {
    let bed = Bed::start().await;
    for (provider, fault, id) in [
        (Provider::OutlookCom, "imap-not-connected", "consumer-protocol-off"),
        (Provider::Gmail, "imap-login-failed", "workspace-imap-off"),
    ] {
        bed.tenant.set_fault_named(fault).unwrap();
        // The tenant knows scopes of its own only.
        let account = account_of(&bed.tenant, provider, CLIENT_ID)
            .with_scopes(Protocol::Imap, ["https://outlook.office.com/IMAP.AccessAsUser.All"]);
        let mailbox = bed.mailbox().with_account(account);
        let report = mailbox.check(&only(Protocol::Imap)).await;
        bed.tenant.clear_faults();
        leads_to(&report, id);
    }
}

#[tokio::test]
async fn of_the_identity_provider() {
    let tenant = builder().start().await.unwrap();
    for (fault, id) in
        [("aadsts-50049@devicecode", "authority-unknown"), ("aadsts-50058@devicecode", "session-missing")]
    {
        tenant.set_fault_named(fault).unwrap();
        let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
        let report = mailbox.check(&CheckOptions::without_login().with_protocols([Protocol::Imap])).await;
        tenant.clear_faults();
        let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
        assert!(ids.contains(&id), "{fault}: {ids:?}");
    }
}

#[tokio::test]
async fn of_answers_and_certificates() {
    let bed = Bed::start().await;
    for (fault, id) in
        [("http-huge", "page-instead-of-answer"), ("imap-certificate-expired", "certificate-not-now")]
    {
        bed.tenant.set_fault_named(fault).unwrap();
        let report = bed.mailbox().check(&only(Protocol::Imap)).await;
        bed.tenant.clear_faults();
        let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
        assert!(ids.contains(&id), "{fault}: {ids:?}");
    }
}

#[tokio::test]
async fn of_a_sign_in_that_cannot_be_renewed() {
    let tenant = builder().start().await.unwrap();
    let store = Arc::new(MemoryStore::default());
    let first = Mailbox::new(account(&tenant), options(&tenant).with_store(Arc::clone(&store))).unwrap();
    tenant.set_fault_named("no-refresh-token").unwrap();
    sign_in(&tenant, &first).await;
    let mut json = serde_json::Value::Null;
    store.read(&mut |cache| json = serde_json::from_slice(cache.to_bytes().expose()).unwrap()).unwrap();
    json["AccessToken"]
        .as_object_mut()
        .unwrap()
        .values_mut()
        .for_each(|entry| entry["expires_on"] = "1".into());
    let store = MemoryStore::new(Cache::parse(json.to_string().as_bytes()).unwrap());
    let mailbox = Mailbox::new(account(&tenant), options(&tenant).with_store(store)).unwrap();
    leads_to(&mailbox.check(&only(Protocol::Imap)).await, "no-refresh-token");
}

#[tokio::test]
async fn of_an_old_way_to_name_a_mailbox() {
    let bed = Bed::start().await;
    let old = account(&bed.tenant).with_mailbox("adele@contoso.example\\invoices@contoso.example").unwrap();
    let report = bed.mailbox().with_account(old).check(&only(Protocol::Imap)).await;
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
    assert!(ids.contains(&"old-shared-syntax"), "{ids:?}");
}
