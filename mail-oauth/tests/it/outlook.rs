//! What works today and will not for long is told while there is time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mail_oauth::diagnosis::{Area, Lang};
use mail_oauth::msal_lite::{Cache, MemoryStore, Store};
use mail_oauth::{CheckOptions, Credential, Mailbox, Outcome, Protocol};

use crate::bed::{account, app_account, builder, options, sign_in};

/// An RSA key, made for tests.
const KEY: &str = include_str!("../../../msal-lite/tests/it/certificate/key.pem");

const DAY: u64 = 86_400;

fn quick() -> CheckOptions {
    CheckOptions::without_login().with_protocols([Protocol::Imap])
}

#[tokio::test]
async fn a_certificate_that_ends_soon() {
    let tenant = builder().start().await.unwrap();
    let folder = std::env::temp_dir().join(format!("mail-oauth-outlook-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (days, outcome) in [(30, Outcome::Warning), (300, Outcome::Good)] {
        let key = rcgen::KeyPair::from_pem(KEY).unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.not_after = (SystemTime::now() + Duration::from_secs(days * DAY)).into();
        let (key_file, file) = (folder.join("key.pem"), folder.join("certificate.pem"));
        std::fs::write(&key_file, KEY).unwrap();
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        let credential = Credential::certificate_files(&key_file, &file).unwrap();
        let mailbox =
            Mailbox::new(app_account(&tenant), options(&tenant).with_credential(credential)).unwrap();
        let report = mailbox.check(&quick()).await;
        let found = report.findings.iter().any(|finding| finding.cause.id == "credential-ends-soon");
        assert_eq!(found, outcome == Outcome::Warning, "{}", report.to_text(Lang::En));
        let line = report.lines.iter().find(|line| line.area == Area::Warnings).unwrap();
        assert_eq!(line.outcome, outcome, "{line:?}");
        assert!(line.detail.of(Lang::De).contains("Zertifikat endet am 20"), "{line:?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_sign_in_that_lies_idle() {
    let tenant = builder().start().await.unwrap();
    let store = Arc::new(MemoryStore::default());
    let first = Mailbox::new(account(&tenant), options(&tenant).with_store(Arc::clone(&store))).unwrap();
    sign_in(&tenant, &first).await;
    let mut json = serde_json::Value::Null;
    store.read(&mut |cache| json = serde_json::from_slice(cache.to_bytes().expose()).unwrap()).unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (days, told) in [(61, true), (59, false)] {
        json["AccessToken"] = serde_json::json!({});
        for entry in json["RefreshToken"].as_object_mut().unwrap().values_mut() {
            entry["last_modification_time"] = (now - days * DAY).to_string().into();
        }
        let store = MemoryStore::new(Cache::parse(json.to_string().as_bytes()).unwrap());
        let mailbox = Mailbox::new(account(&tenant), options(&tenant).with_store(store)).unwrap();
        // Seen before the check uses it, which then mends it.
        for (report, told) in [
            (mailbox.check(&quick()).await, told),
            (mailbox.check(&CheckOptions::default()).await, told),
            (mailbox.check(&CheckOptions::default()).await, false),
        ] {
            let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
            assert_eq!(ids, if told { &["refresh-token-old"][..] } else { &[] }, "{days}");
            assert!(report.is_good());
        }
    }
}

#[tokio::test]
async fn a_sign_in_by_device_code_is_remarked_upon_where_it_was_done() {
    let tenant = builder().start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    sign_in(&tenant, &mailbox).await;
    let mut by_code = CheckOptions::default();
    by_code.device_code = true;
    let report = mailbox.check(&by_code).await;
    assert!(report.is_good(), "{}", report.to_text(Lang::En));
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
    assert_eq!(ids, ["device-code-in-use"]);
}
