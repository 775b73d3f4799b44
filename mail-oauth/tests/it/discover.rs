//! The provider of an address, from a table of answers instead of a network.

use std::collections::HashMap;
use std::time::Duration;

use mail_oauth::diagnosis::Lang;
use mail_oauth::discover::{
    Answer, Discovery, HttpAnswer, Lookup, LookupError, Source, Srv, SystemLookup, Target, Tenant, discover,
};
use mail_oauth::{Protocol, Provider, Tls, Trust};

use crate::bed;

/// Answers by name, such as `MX contoso.example`; what is not in it does not exist.
#[derive(Default)]
struct Table {
    answers: HashMap<String, Vec<String>>,
    /// Nothing is ever answered.
    silent: bool,
}

const ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

impl Table {
    /// From lines such as `MX mx1.example mx2.example`.
    fn new(lines: &[&str]) -> Self {
        let mut answers = HashMap::new();
        for line in lines {
            let mut words = line.split(' ').map(str::to_owned);
            answers.insert(words.next().unwrap(), words.collect());
        }
        Table { answers, silent: false }
    }

    async fn answer(&self, kind: &str) -> Result<Vec<String>, LookupError> {
        if self.silent {
            std::future::pending::<()>().await;
        }
        match self.answers.get(kind) {
            Some(words) if words.first().is_some_and(|word| word == "SERVFAIL") => {
                Err(LookupError::new("the name server failed\r\n\u{1b}[31m"))
            }
            Some(words) => Ok(words.clone()),
            None => Ok(Vec::new()),
        }
    }
}

impl Lookup for Table {
    async fn mx(&self, _: &str) -> Result<Vec<String>, LookupError> {
        self.answer("MX").await
    }

    async fn cname(&self, name: &str) -> Result<Option<String>, LookupError> {
        assert!(name.starts_with("autodiscover."));
        Ok(self.answer("CNAME").await?.pop())
    }

    async fn srv(&self, name: &str) -> Result<Vec<Srv>, LookupError> {
        let words = self.answer(name.split('.').next().unwrap()).await?;
        let record = |word: &String| {
            let (host, port) = word.split_once(':').unwrap();
            Srv { host: host.to_owned(), port: port.parse().unwrap() }
        };
        Ok(words.iter().map(record).collect())
    }

    async fn txt(&self, _: &str) -> Result<Vec<String>, LookupError> {
        let words = self.answer("SPF").await?;
        Ok(vec!["google-site-verification=x".to_owned(), format!("v=spf1 {} -all", words.join(" "))])
    }

    async fn get(&self, url: &str) -> Result<HttpAnswer, LookupError> {
        assert!(url.starts_with("https://login.microsoftonline.com/contoso.example/"));
        match self.answer("TENANT").await?.as_slice() {
            [] => Ok(HttpAnswer { status: 400, body: br#"{"error":"invalid_tenant"}"#.to_vec() }),
            [instance, ..] => {
                let body = format!(
                    r#"{{"issuer":"https://login.microsoftonline.com/{ID}/v2.0","cloud_instance_name":"{instance}"}}"#
                );
                Ok(HttpAnswer { status: 200, body: body.into_bytes() })
            }
        }
    }
}

async fn find(lines: &[&str]) -> Discovery {
    discover("adele@contoso.example", &Table::new(lines), Duration::from_secs(5)).await.unwrap()
}

#[tokio::test]
async fn each_kind_of_evidence_finds_its_provider() {
    const TENANT: &str = "TENANT microsoftonline.com";
    let cases: &[(&[&str], &str, u8)] = &[
        (&["MX contoso-example.mail.protection.outlook.com"], "Microsoft 365", 92),
        (&["MX contoso-example.mail.protection.outlook.com", TENANT], "Microsoft 365", 95),
        (&["MX contoso-example.v-v1.mx.microsoft."], "Microsoft 365", 92),
        (
            &["MX CONTOSO.A-V1.MX.MICROSOFT", "TENANT microsoftonline.us"],
            "Microsoft 365 US Government (GCC High)",
            95,
        ),
        (&["MX contoso.mail.protection.office365.us"], "Microsoft 365 US Government (GCC High)", 92),
        (&["MX contoso.mail.protection.partner.outlook.cn"], "Microsoft 365 China (21Vianet)", 92),
        (&["MX contoso-example.olc.protection.outlook.com"], "Outlook.com", 92),
        (&["MX aspmx.l.google.com alt1.aspmx.l.google.com", TENANT], "Gmail", 92),
        (&["MX smtp.google.com"], "Gmail", 92),
        (&["MX mta5.am0.yahoodns.net"], "Yahoo", 92),
        (&["MX mx-aol.mail.gm0.yahoodns.net"], "AOL", 92),
        (&["MX in1-smtp.messagingengine.com"], "Fastmail", 92),
        (&["MX mx.yandex.net"], "Yandex", 92),
        (&["MX mx00.kundenserver.de"], "IONOS (1&1)", 92),
        (&["MX mx01.mail.icloud.com"], "iCloud Mail", 92),
        // A filter hides the mailboxes.
        (&["MX mxa-1.gslb.pphosted.com", "CNAME autodiscover.outlook.com", TENANT], "Microsoft 365", 89),
        (
            &["MX de-smtp-inbound-1.mimecast.com", TENANT, "SPF include:spf.protection.outlook.com"],
            "Microsoft 365",
            61,
        ),
        (&["CNAME autodiscover.outlook.com"], "Microsoft 365", 80),
        (&["SPF include:spf.protection.outlook.com"], "Microsoft 365", 30),
        (&[TENANT], "Microsoft 365", 45),
        (&["_imaps imap.fastmail.com:993", "_submissions smtp.fastmail.com:465"], "Fastmail", 80),
        (&["MX mail.contoso.example", "_imaps mail.contoso.example:993", TENANT], "Custom", 80),
    ];
    for (lines, name, percent) in cases {
        let found = find(lines).await;
        let best = found.best().unwrap();
        assert_eq!((best.target.name(), best.percent), (*name, *percent), "{lines:?}");
    }
}

#[tokio::test]
async fn a_providers_own_domain_needs_no_question() {
    let nobody = Table { silent: true, ..Table::default() };
    for (address, name) in [("a@outlook.de", "Outlook.com"), ("a@gmail.com", "Gmail"), ("a@gmx.de", "GMX")] {
        let found = discover(address, &nobody, Duration::from_secs(5)).await.unwrap();
        let best = found.best().unwrap();
        assert_eq!((best.target.name(), best.percent), (name, 100));
        assert_eq!((found.evidence.len(), found.evidence[0].source), (1, Source::KnownDomain));
        assert_eq!(found.password_only().is_some(), name == "GMX");
    }
}

#[tokio::test]
async fn alternatives_filters_and_contradictions_are_said() {
    let both = find(&["MX aspmx.l.google.com", "TENANT microsoftonline.com"]).await;
    assert_eq!(both.provider(), Some(Provider::Gmail));
    assert_eq!(both.alternatives()[0].target, Target::Provider(Provider::Microsoft365));
    assert!(both.is_sure());
    assert!(!both.contradicts(Provider::Microsoft365), "a tenant exists, so it may be");
    assert!(both.contradicts(Provider::Yahoo) && !both.contradicts(Provider::Custom));
    assert_eq!(both.tenant.as_ref().map(|tenant| tenant.id.as_str()), Some(ID));

    for (host, filter) in [
        ("mxa-1.gslb.pphosted.com", "Proofpoint"),
        ("de-smtp-inbound-1.mimecast.com", "Mimecast"),
        ("mx01.hornetsecurity.com", "Hornetsecurity"),
        ("contoso.cloud.nospamproxy.com", "NoSpamProxy"),
    ] {
        let behind = find(&[&format!("MX {host}")]).await;
        assert_eq!((behind.filter(), behind.best()), (Some(filter), None), "{host}");
        assert!(behind.explain(Lang::De).iter().any(|line| line.contains("ein Filter")));
    }
}

#[tokio::test]
async fn servers_of_srv_records_are_found_and_foreign_ones_marked() {
    let found = find(&[
        "_imaps mail.contoso.example:993 imap.elsewhere.example:1993 .:0",
        "_submission outlook.office365.com:587",
        "_submissions smtp.office365.com:465",
    ])
    .await;
    let seen: Vec<(Protocol, String, bool)> = found
        .servers
        .iter()
        .map(|found| (found.protocol, found.server.to_string(), found.in_domain))
        .collect();
    assert_eq!(
        seen,
        [
            (Protocol::Imap, "mail.contoso.example:993".to_owned(), true),
            (Protocol::Imap, "imap.elsewhere.example:1993".to_owned(), false),
            (Protocol::Smtp, "smtp.office365.com:465".to_owned(), true),
            (Protocol::Smtp, "outlook.office365.com:587".to_owned(), false),
        ]
    );
    let none = find(&["_imaps .:0"]).await;
    assert!(none.servers.is_empty() && none.best().is_none());
}

#[tokio::test]
async fn failures_are_evidence_and_fit_for_a_terminal() {
    let found = find(&["MX SERVFAIL", "_imaps SERVFAIL", "CNAME autodiscover.outlook.com"]).await;
    assert_eq!(found.provider(), Some(Provider::Microsoft365));
    let mx = &found.evidence[0];
    assert!(matches!(&mx.answer, Answer::Failed(why) if why.contains("failed")), "{mx}");
    assert!(found.explain(Lang::En).iter().all(|line| !line.contains(char::is_control)));

    let long = format!("MX {}", ["a".repeat(300).as_str(); 100].join(" "));
    let found = find(&[&long]).await;
    let Answer::Found(words) = &found.evidence[0].answer else { panic!("{:?}", found.evidence[0]) };
    assert!(words.len() == 32 && words.iter().all(|word| word.len() == 80));
}

#[tokio::test(start_paused = true)]
async fn silence_ends_with_the_deadline() {
    let silent = Table { silent: true, ..Table::default() };
    let since = tokio::time::Instant::now();
    let found = discover("adele@contoso.example", &silent, Duration::from_secs(3)).await.unwrap();
    assert_eq!(since.elapsed(), Duration::from_secs(3));
    assert_eq!((found.evidence.len(), found.best()), (8, None));
    assert!(
        found.evidence.iter().all(|one| matches!(&one.answer, Answer::Failed(why) if why == "none in time"))
    );
}

#[tokio::test]
async fn an_address_without_a_domain_is_refused() {
    let nobody = Table::default();
    for address in ["adele", "adele@", "adele@[127.0.0.1]", "adele@x.example/../y"] {
        assert!(discover(address, &nobody, Duration::from_secs(1)).await.is_err(), "{address}");
    }
}

#[tokio::test]
async fn a_tenant_is_described_over_https() {
    let tenant = bed::builder().start().await.unwrap();
    let lookup = SystemLookup::new(&Tls::new(&Trust::Only(tenant.ca_pem().to_owned())).unwrap()).unwrap();
    let found = Tenant::at(&tenant.authority(), &lookup).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.provider), (tenant.tenant_id(), Provider::Microsoft365));
    let unknown = tenant.authority().replace(tenant.tenant_id(), "unknown.example");
    assert_eq!(Tenant::at(&unknown, &lookup).await, Ok(None));
    let distrusting = SystemLookup::new(&Tls::new(&Trust::System).unwrap()).unwrap();
    assert!(Tenant::at(&tenant.authority(), &distrusting).await.is_err());
}
