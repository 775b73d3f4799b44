//! Each cause that a server can bring about leads to the finding that names it, and comes first.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mail_oauth::diagnosis::{Area, Lang, explain};
use mail_oauth::msal_lite::{Cache, MemoryStore, Store};
use mail_oauth::{Account, CheckOptions, Credential, Mailbox, Protocol, Provider, Report, Security, Server};
use mail_oauth_sim::{App, Service, Tenant, TenantBuilder, TokenSpec, User, catalogue};

use crate::bed::{
    ADELE, APP, CLIENT_ID, SHARED, account, account_of, app_account, builder, options, secret, sign_in,
};

/// A tenant, and the cache of somebody who signed in to it an hour ago: the next token takes a refresh.
pub(crate) struct Bed {
    pub(crate) tenant: Tenant,
    cache: serde_json::Value,
}

impl Bed {
    pub(crate) async fn start() -> Self {
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
    pub(crate) fn mailbox(&self) -> Mailbox {
        let mut cache = self.cache.clone();
        cache["AccessToken"] = serde_json::json!({});
        self.mailbox_with(&cache)
    }

    /// One that holds this access token.
    pub(crate) fn mailbox_holding(&self, token: &str) -> Mailbox {
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

/// The causes that the faults bring to the first place.
pub(crate) const BY_FAULT: [u16; 68] = [
    4, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 38, 39,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 65, 69, 70, 72,
    73, 74, 75, 79, 87, 88, 89, 90, 91, 92, 93, 94, 98, 105, 114,
];

/// Those that the numbers do which the simulator has for none of the 105.
pub(crate) const BY_NUMBER: [u16; 14] = [31, 37, 38, 50, 62, 117, 119, 121, 122, 123, 124, 125, 126, 127];

#[tokio::test]
async fn each_fault_leads_to_its_cause() {
    let bed = Bed::start().await;
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
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
            // A challenge comes with a refusal. This token says nothing wrong of itself, and no other is to be had.
            bed.tenant.set_fault_named("aadsts-90033").unwrap();
            bed.mailbox_holding(&bed.tenant.mint(TokenSpec::new(ADELE).forged()).unwrap())
        } else {
            bed.mailbox()
        };
        let report = mailbox.with_account(account).check(&checked).await;
        bed.tenant.clear_faults();
        let first = report.first().map(|finding| finding.cause.number);
        found.extend(first);
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
    // A network that fails may show in another way each time, so that there can be more.
    let missing: Vec<u16> = BY_FAULT.into_iter().filter(|number| !found.contains(number)).collect();
    assert!(missing.is_empty(), "no fault brings these to the first place: {missing:?}");
}

/// Numbers that the simulator has for none of the 105 causes lead to one that knows them.
#[tokio::test]
async fn other_numbers_have_a_cause_too() {
    // The sign-in page alone says these.
    const PAGE: [&str; 2] = ["aadsts-50049", "aadsts-50058"];
    let bed = Bed::start().await;
    let checked =
        CheckOptions::default().with_protocols([Protocol::Imap]).with_deadline(Duration::from_secs(3));
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
    let other =
        |name: &str, rows: &[u8]| rows.is_empty() && name.starts_with("aadsts-") && !PAGE.contains(&name);
    let entries: Vec<_> = catalogue().into_iter().filter(|entry| other(&entry.name, entry.rows)).collect();
    assert!(!entries.is_empty());
    for entry in entries {
        bed.tenant.set_fault_named(&entry.name).unwrap();
        let report = bed.mailbox().check(&checked).await;
        bed.tenant.clear_faults();
        found.extend(report.first().map(|finding| finding.cause.number));
        let number: u64 = entry.name["aadsts-".len()..].parse().unwrap();
        if !report.first().is_some_and(|finding| finding.cause.aadsts().contains(&number)) {
            wrong.push(format!("{} {:?}: {}", entry.name, entry.wire, shown(&report)));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(found, BTreeSet::from(BY_NUMBER));
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
    format!("{findings:?} {:?}", bad.map(|line| (line.area.name(Lang::En), line.detail.of(Lang::En))))
}

/// The ids of the findings, the first first.
fn ids(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.cause.id).collect()
}

fn first(report: &Report) -> &'static str {
    assert!(!report.findings.is_empty(), "nothing was found: {}", report.to_text(Lang::En));
    report.findings[0].cause.id
}

#[tokio::test]
async fn without_a_login_the_registration_is_asked() {
    let quick = CheckOptions::without_login().with_protocols([Protocol::Imap]);
    let healthy = builder().start().await.unwrap();
    let report = Mailbox::new(account(&healthy), options(&healthy)).unwrap().check(&quick).await;
    assert!(report.is_good() && report.findings.is_empty(), "{}", report.to_text(Lang::En));
    let asked = report.lines_of(None).filter(|line| line.area == Area::Registration).count();
    assert_eq!(asked, 2, "client id and redirect address: {}", report.to_text(Lang::En));

    let unknown = account_of(&healthy, Provider::Microsoft365, "00000000-0000-4000-8000-000000000000");
    let report = Mailbox::new(unknown, options(&healthy)).unwrap().check(&quick).await;
    assert_eq!(first(&report), "app-unknown", "{}", report.to_text(Lang::En));

    let elsewhere = account(&healthy)
        .with_authority(&format!("https://localhost:{}/nowhere.example", healthy.identity_addr().port()));
    let report = Mailbox::new(elsewhere.unwrap(), options(&healthy)).unwrap().check(&quick).await;
    assert_eq!(first(&report), "tenant-unknown", "{}", report.to_text(Lang::En));

    let off = builder_with(App::public(CLIENT_ID).without_public_flows()).start().await.unwrap();
    let report = Mailbox::new(account(&off), options(&off)).unwrap().check(&quick).await;
    assert_eq!(first(&report), "public-client-off", "{}", report.to_text(Lang::En));

    let none = builder_with(App::public(CLIENT_ID).without_redirects()).start().await.unwrap();
    let report = Mailbox::new(account(&none), options(&none)).unwrap().check(&quick).await;
    assert_eq!(first(&report), "redirect-missing", "{}", report.to_text(Lang::En));

    // The code that was asked for was shown to nobody: it stands in no report.
    let log = format!("{:?}", off.log());
    assert!(!log.is_empty());
}

fn builder_with(app: App) -> TenantBuilder {
    Tenant::builder().domain("contoso.example").user(User::new(ADELE)).app(app)
}

#[tokio::test]
async fn app_only() {
    let app = |app: App| builder().app(app).mailbox(mail_oauth_sim::Mailbox::new("empty@contoso.example"));
    let right = app(App::confidential(APP).secret("right")).start().await.unwrap();
    let check = |tenant: &Tenant, credential: Credential| {
        let options = options(tenant).with_credential(credential);
        let mailbox = Mailbox::new(app_account(tenant), options).unwrap();
        async move { mailbox.check(&CheckOptions::default().with_protocols([Protocol::Imap])).await }
    };
    let report = check(&right, secret("wrong")).await;
    assert_eq!(first(&report), "secret-wrong", "{}", report.to_text(Lang::En));
    // A secret's id in place of its value is seen before anything is asked.
    let id = secret("0b3f2504-4f89-41d3-9a0c-0305e82c3301");
    let error = Mailbox::new(app_account(&right), options(&right).with_credential(id)).unwrap_err();
    assert_eq!(error.causes()[0].cause.id, "secret-is-id", "{error}");
    // It may sign in, but not open the mailbox.
    let report = check(&right, secret("right")).await;
    assert_eq!(first(&report), "app-without-mailbox-permission", "{:?}", ids(&report));

    let expired = app(App::confidential(APP).secret_for("right", Duration::ZERO)).start().await.unwrap();
    assert_eq!(first(&check(&expired, secret("right")).await), "secret-expired");
    let roleless =
        app(App::confidential(APP).secret("right").roles(Vec::<String>::new())).start().await.unwrap();
    let report = check(&roleless, secret("right")).await;
    assert_eq!(first(&report), "permission-of-wrong-kind", "{:?}", ids(&report));

    let allowed = builder_with(App::confidential(APP).secret("right"))
        .mailbox(mail_oauth_sim::Mailbox::new(SHARED).full_access(APP).send_as(APP))
        .start()
        .await
        .unwrap();
    for options_of in [CheckOptions::default(), CheckOptions::without_login()] {
        let options = options(&allowed).with_credential(secret("right"));
        let report = Mailbox::new(app_account(&allowed), options).unwrap().check(&options_of).await;
        assert!(report.is_good() && report.findings.is_empty(), "{}", report.to_text(Lang::En));
    }
}

#[tokio::test]
async fn google() {
    let bed = Bed::start().await;
    for (fault, id) in [
        ("google-revoked", "google-testing"),
        ("google-policy", "google-policy"),
        ("google-delegation", "google-delegation"),
    ] {
        let cache = {
            let mut cache = bed.cache.clone();
            cache["AccessToken"] = serde_json::json!({});
            MemoryStore::new(Cache::parse(cache.to_string().as_bytes()).unwrap())
        };
        let account = account_of(&bed.tenant, Provider::Gmail, CLIENT_ID);
        let mailbox = Mailbox::new(account, options(&bed.tenant).with_store(cache)).unwrap();
        bed.tenant.set_fault_named(fault).unwrap();
        let report = mailbox.check(&CheckOptions::default().with_protocols([Protocol::Imap])).await;
        bed.tenant.clear_faults();
        assert_eq!(first(&report), id, "{}", report.to_text(Lang::En));
    }
}

#[tokio::test]
async fn whose_mailbox_it_is() {
    let bed = Bed::start().await;
    let open = |account: Account| bed.mailbox().with_account(account);
    // A shared mailbox with its rights is nothing to speak of.
    let shared = account(&bed.tenant).with_mailbox(SHARED).and_then(|a| a.with_sender(SHARED)).unwrap();
    let report = open(shared).check(&CheckOptions::default()).await;
    assert!(report.is_good() && report.findings.is_empty(), "{}", report.to_text(Lang::En));
    // Somebody else's without them is named as such; nothing is said of the token, which is good.
    let foreign = account(&bed.tenant).with_mailbox("bert@contoso.example").unwrap();
    let report = open(foreign).check(&CheckOptions::default().with_protocols([Protocol::Imap])).await;
    assert_eq!(first(&report), "no-full-access", "{:?}", ids(&report));
    for never in ["audience-graph", "scope-missing", "token-expired", "smtp-auth-off-tenant"] {
        assert!(!ids(&report).contains(&never), "{never}");
    }
}

/// What keeps anybody from signing in is mended before anybody signs in.
#[tokio::test]
async fn what_stands_in_the_way_of_a_sign_in_comes_first() {
    for (fault, id) in [
        ("aadsts-700016@devicecode", "app-unknown"),
        ("http-captive-portal@all", "proxy-needed"),
        ("identity-certificate-unknown", "tls-intercepted"),
        ("http-429@all", "identity-throttles"),
    ] {
        let tenant = builder().start().await.unwrap();
        tenant.set_fault_named(fault).unwrap();
        for checked in [CheckOptions::default(), CheckOptions::without_login()] {
            let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
            let report = mailbox.check(&checked.clone().with_protocols([Protocol::Imap])).await;
            assert_eq!(first(&report), id, "{fault}: {}", report.to_text(Lang::En));
            let told = ids(&report).contains(&"nobody-signed-in");
            assert_eq!(told, checked.login, "{fault}: it is told, only later");
        }
    }
}

#[tokio::test]
async fn a_text_of_pop3_that_means_one_thing_is_not_taken_for_a_switch() {
    let bed = Bed::start().await;
    bed.tenant.set_fault_named("pop3-long-token").unwrap();
    // IMAP works, which speaks for a switch where nothing else speaks.
    let both = CheckOptions::default().with_protocols([Protocol::Imap, Protocol::Pop3]);
    let report = bed.mailbox().check(&both).await;
    assert_eq!(report.works(Protocol::Imap), Some(true));
    assert_eq!(first(&report), "token-too-long", "{}", shown(&report));
    // In a pasted text the token may have stood on the line of AUTH, as most programs write it.
    let now = std::time::SystemTime::now().into();
    let pasted = explain("-ERR Protocol error. Connection is closed. 10", now).unwrap();
    let causes: Vec<&str> = pasted.failures[0].candidates.iter().map(|one| one.cause.id).collect();
    assert_eq!(causes[0], "initial-response-refused", "{causes:?}");
    assert!(causes.contains(&"token-too-long"), "{causes:?}");
}

#[tokio::test]
async fn settings_are_seen_before_anything_is_asked() {
    let tenant = builder().start().await.unwrap();
    let wrong =
        account(&tenant).with_scopes(Protocol::Imap, ["https://graph.microsoft.com/IMAP.AccessAsUser.All"]);
    let report = Mailbox::new(wrong, options(&tenant))
        .unwrap()
        .check(&CheckOptions::default().with_protocols([Protocol::Imap]))
        .await;
    assert!(ids(&report).contains(&"scope-of-other-resource"), "{:?}", ids(&report));
    for (address, id, cause) in [
        ("adele", CLIENT_ID, "address-unusable"),
        (ADELE, "adele@contoso.example", "client-id-form"),
        (ADELE, "<client id>", "client-id-form"),
    ] {
        let error = Account::new(Provider::Microsoft365, address, id).unwrap_err();
        assert_eq!(error.causes().first().map(|one| one.cause.id), Some(cause), "{error}");
    }
}

#[tokio::test]
async fn it_ends_in_its_deadline_whatever_the_servers_do() {
    let bed = Bed::start().await;
    for fault in ["identity-stalled", "imap-stalled", "pop3-stalled", "smtp-stalled"] {
        bed.tenant.set_fault_named(fault).unwrap();
    }
    let since = tokio::time::Instant::now();
    let report = bed.mailbox().check(&CheckOptions::default().with_deadline(Duration::from_secs(1))).await;
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert!(!report.is_good());
    for protocol in Protocol::ALL {
        assert!(report.lines_of(Some(protocol)).count() >= 7, "every stage of {protocol} has its line");
    }
}

#[tokio::test]
async fn what_is_missing_on_the_way_is_named() {
    let bed = Bed::start().await;
    let imap = CheckOptions::default().with_protocols([Protocol::Imap]).with_deadline(Duration::from_secs(5));
    let nobody = Mailbox::new(account(&bed.tenant), options(&bed.tenant)).unwrap();
    assert_eq!(first(&nobody.check(&imap).await), "nobody-signed-in");

    // Bound and dropped: nothing listens there.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let closed = || Server::new("localhost", free, Security::Tls).unwrap();
    let report = bed
        .mailbox()
        .with_account(account(&bed.tenant).with_server(Protocol::Imap, closed()))
        .check(&imap)
        .await;
    assert!(ids(&report).contains(&"port-closed"), "{:?}", ids(&report));

    let nowhere = account(&bed.tenant)
        .with_authority(&format!("https://localhost:{free}/contoso.example"))
        .unwrap()
        .with_server(Protocol::Imap, closed());
    let report = Mailbox::new(nowhere, options(&bed.tenant)).unwrap().check(&imap).await;
    assert!(ids(&report).contains(&"no-network"), "{:?}", ids(&report));
}

/// Counted, not timed: nobody answers any protocol, and still each of the three has been connected to. One behind the
/// other, the first would have waited for its answer until the deadline.
#[tokio::test]
async fn the_protocols_are_asked_side_by_side() {
    let bed = Bed::start().await;
    for fault in ["imap-stalled", "pop3-stalled", "smtp-stalled"] {
        bed.tenant.set_fault_named(fault).unwrap();
    }
    let connected = |service: Service| bed.tenant.log().iter().any(|entry| entry.service == service);
    let all = [Service::Imap, Service::Pop3, Service::Smtp];
    let three = async {
        while !all.into_iter().all(connected) {
            tokio::task::yield_now().await;
        }
    };
    // Nobody gives up meanwhile, so that the next could have its turn.
    let cache = MemoryStore::new(Cache::parse(bed.cache.to_string().as_bytes()).unwrap());
    let mut patient = options(&bed.tenant).with_store(cache);
    patient.connect_timeout = Duration::from_secs(600);
    let mailbox = Mailbox::new(account(&bed.tenant), patient).unwrap();
    let checked = CheckOptions::default().with_deadline(Duration::from_secs(600));
    tokio::select! {
        () = three => {}
        report = mailbox.check(&checked) => panic!("it has ended: {}", report.to_text(Lang::En)),
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("not all are open while none answers"),
    }
}

#[tokio::test]
async fn it_needs_two_round_trips_more_than_the_handshakes() {
    let bed = Bed::start().await;
    let before = bed.tenant.turns();
    let report = bed.mailbox().check(&CheckOptions::default()).await;
    assert!(report.is_good(), "{}", report.to_text(Lang::En));
    let after = bed.tenant.turns();
    for (protocol, handshake, served) in [
        (Protocol::Imap, 4, after.imap - before.imap),
        (Protocol::Pop3, 5, after.pop3 - before.pop3),
        (Protocol::Smtp, 7, after.smtp - before.smtp),
    ] {
        let trips = report.lines_of(Some(protocol)).filter_map(|line| line.round_trips).max().unwrap();
        assert!(trips <= handshake + 2, "{protocol}: {trips} round trips");
        // The goodbye is one more, behind the result.
        assert!(served <= u64::from(trips) + 1, "{protocol}: the server counts {served}");
    }
}

#[tokio::test]
async fn a_report_speaks_two_languages_and_escapes() {
    let bed = Bed::start().await;
    bed.tenant.set_fault_named("smtp-auth-disabled-mailbox").unwrap();
    let report = bed.mailbox().check(&CheckOptions::default()).await;
    let (en, de, page) = (report.to_text(Lang::En), report.to_text(Lang::De), report.to_html(Lang::De));
    assert!(en.contains("fix") && en.contains(&format!("Set-CASMailbox -Identity {ADELE}")), "{en}");
    assert!(de.contains("Abhilfe") && de.contains(&format!("Set-CASMailbox -Identity {ADELE}")), "{de}");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("lang=\"de\""), "{page}");
    assert_eq!((report.works(Protocol::Imap), report.works(Protocol::Smtp)), (Some(true), Some(false)));
}

/// Whoever awaits it has it in a future of their own, on the 2 MiB stack of a thread of tokio.
#[tokio::test]
async fn its_future_is_small() {
    let bed = Bed::start().await;
    let size = size_of_val(&bed.mailbox().check(&CheckOptions::default()));
    assert!(size <= 8 << 10, "{size} octets");
}
