//! Each cause that a server can bring about leads to the finding that names it, and comes first.

use std::sync::Arc;
use std::time::Duration;

use mail_oauth::diagnosis::Lang;
use mail_oauth::msal_lite::{Cache, MemoryStore, Store};
use mail_oauth::{Account, CheckOptions, Mailbox, Protocol, Report, Security, Server};
use mail_oauth_sim::{Tenant, TokenSpec, catalogue};

use crate::bed::{ADELE, account, builder, options, sign_in};

/// A tenant, and the cache of somebody who signed in to it an hour ago: the next token takes a refresh.
struct Bed {
    tenant: Tenant,
    cache: serde_json::Value,
}

impl Bed {
    async fn start() -> Self {
        let tenant = builder().start().await.unwrap();
        let store = Arc::new(MemoryStore::default());
        let mailbox =
            Mailbox::new(account(&tenant), options(&tenant).with_store(Arc::clone(&store))).unwrap();
        sign_in(&tenant, &mailbox).await;
        let mut cache = Vec::new();
        store.read(&mut |stored| cache = stored.to_bytes().expose().to_vec()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&cache).unwrap();
        Bed { tenant, cache: json }
    }

    /// A program that starts now.
    fn mailbox(&self) -> Mailbox {
        let mut cache = self.cache.clone();
        cache["AccessToken"] = serde_json::json!({});
        self.mailbox_with(&cache)
    }

    /// One that holds this access token.
    fn mailbox_holding(&self, token: &str) -> Mailbox {
        let mut cache = self.cache.clone();
        for entry in cache["AccessToken"].as_object_mut().unwrap().values_mut() {
            entry["secret"] = token.into();
        }
        self.mailbox_with(&cache)
    }

    fn mailbox_with(&self, cache: &serde_json::Value) -> Mailbox {
        let store = MemoryStore::new(Cache::parse(cache.to_string().as_bytes()).unwrap());
        Mailbox::new(account(&self.tenant), options(&self.tenant).with_store(store)).unwrap()
    }
}

/// Faults that no check can see, each with the reason.
const UNSEEN: [(&str, &str); 22] = [
    ("imap-cut-sending", "the dialogue is shorter"),
    ("imap-stall-sending", "the dialogue is shorter"),
    ("pop3-cut-sending", "the dialogue is shorter"),
    ("pop3-stall-sending", "the dialogue is shorter"),
    ("smtp-cut-sending", "the dialogue is shorter"),
    ("smtp-stall-sending", "the dialogue is shorter"),
    ("imap-no-initial-response", "the client goes on in two steps"),
    ("no-refresh-token", "a refresh need not bring another one; it is told at the sign-in"),
    ("google-revoked", "Google's; see `google`"),
    ("google-policy", "Google's; see `google`"),
    ("google-delegation", "Google's; see `google`"),
    ("token-without-roles", "an application's; see `app_only`"),
    ("aadsts-65004", "a person says it at a sign-in"),
    ("smtp-too-many-threads", "only a message brings it about"),
    ("smtp-quota-exceeded", "only a message brings it about"),
    ("smtp-mailbox-logon-failure", "only a message brings it about"),
    ("smtp-send-as-denied", "only a message brings it about"),
    ("smtp-send-as-denied-by-store", "only a message brings it about"),
    ("smtp-too-large", "only a message brings it about"),
    ("smtp-external-recipient", "only a message brings it about"),
    ("smtp-sender-refused", "only a message brings it about"),
    ("smtp-not-authenticated", "the check signs in first"),
];

/// Faults whose signs fit another cause better than the one that they stand for, with that cause.
const RATHER: [(&str, &[u16]); 19] = [
    ("identity-refused", &[15]),
    ("identity-reset", &[15, 114]),
    ("identity-stalled", &[15]),
    ("identity-stall-sending", &[15]),
    ("identity-cut-sending", &[15, 114]),
    ("identity-cut-receiving", &[15, 114]),
    // Nothing says that the number means a token which another program has replaced.
    ("aadsts-70000", &[59]),
    ("imap-server-unavailable", &[114]),
    ("imap-refused", &[115]),
    ("pop3-refused", &[115]),
    ("smtp-refused", &[115]),
    ("imap-reset", &[114]),
    ("pop3-reset", &[114]),
    ("smtp-reset", &[114]),
    ("imap-cut-receiving", &[114]),
    ("pop3-cut-receiving", &[114]),
    ("smtp-cut-receiving", &[114]),
    // The token is good and is the owner's: then it is a switch.
    ("imap-login-failed", &[79]),
    ("smtp-login-failed", &[92]),
];

#[tokio::test]
async fn each_fault_leads_to_its_cause() {
    let bed = Bed::start().await;
    let mut wrong = Vec::new();
    for entry in catalogue().into_iter().filter(|entry| !entry.rows.is_empty()) {
        if UNSEEN.iter().any(|(name, _)| *name == entry.name) {
            continue;
        }
        let protocol = match entry.name.split('-').next() {
            Some("pop3") => Protocol::Pop3,
            Some("smtp") => Protocol::Smtp,
            _ => Protocol::Imap,
        };
        // What the sign-in page says is asked for without a login.
        let page = entry.wire.starts_with("a page");
        let mut checked = if page { CheckOptions::without_login() } else { CheckOptions::default() };
        checked = checked.with_protocols([protocol]).with_deadline(Duration::from_secs(3));
        let mut account = account(&bed.tenant);
        if entry.name.ends_with("starttls") || entry.name.ends_with("stls") {
            account = with_starttls(account, &bed.tenant);
        }
        bed.tenant.set_fault_named(&entry.name).unwrap();
        let mailbox = if entry.name.ends_with("-error-challenge") {
            // A challenge comes with a refusal, and this token says nothing wrong of itself.
            bed.mailbox_holding(&bed.tenant.mint(TokenSpec::new(ADELE).forged()).unwrap())
        } else {
            bed.mailbox()
        };
        let report = mailbox.with_account(account).check(&checked).await;
        bed.tenant.clear_faults();
        let first = report.first().map(|finding| finding.cause.number);
        let rather = RATHER.iter().find(|(name, _)| *name == entry.name).map(|(_, numbers)| *numbers);
        let fits = |number| {
            entry.rows.iter().any(|row| u16::from(*row) == number)
                || rather.is_some_and(|numbers| numbers.contains(&number))
        };
        if !first.is_some_and(fits) {
            wrong.push(format!("{} {:?} {:?}: {}", entry.name, entry.rows, entry.wire, shown(&report)));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

fn with_starttls(account: Account, tenant: &Tenant) -> Account {
    let local = |port| Server::new("localhost", port, Security::StartTls).unwrap();
    account
        .with_server(Protocol::Imap, local(tenant.imap_starttls_addr().port()))
        .with_server(Protocol::Pop3, local(tenant.pop3_starttls_addr().port()))
}

fn shown(report: &Report) -> String {
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {} ({} %)", finding.cause.number, finding.cause.id, finding.percent))
        .collect();
    let bad = report.lines.iter().find(|line| line.outcome == mail_oauth::Outcome::Bad);
    format!("{findings:?} {:?}", bad.map(|line| (line.area.name(Lang::En), &line.detail)))
}
