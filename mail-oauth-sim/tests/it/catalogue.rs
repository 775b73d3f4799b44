//! Every fault of the catalogue, set by its name and seen on the wire.

use std::time::Duration;

use mail_oauth_sim::{
    CatalogueEntry, Endpoint, Fault, HttpFault, IssueFault, MailFault, NetworkFault, Service, Tenant,
    TlsFault, catalogue,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::document::document;
use crate::support::*;

#[test]
fn the_document_is_what_the_example_prints() {
    let (written, now) = (include_str!("../../docs/faults.md"), document());
    let differs = written.lines().zip(now.lines()).find(|(written, now)| written != now);
    assert_eq!(differs, None, "run the example that prints it");
    assert_eq!(written, now, "run the example that prints it");
}

#[tokio::test]
async fn every_fault_gives_what_the_catalogue_says() {
    let tenant = builder()
        .user(mail_oauth_sim::User::new("rope@contoso.example").password("x"))
        .start()
        .await
        .unwrap();
    for entry in catalogue() {
        tenant.set_fault_named(&entry.name).unwrap();
        let seen = tokio::time::timeout(Duration::from_secs(5), seen(&tenant, &entry)).await;
        let seen = seen.unwrap_or_else(|_| panic!("{} hangs", entry.name));
        for part in expected(&entry) {
            // The headers come in lower case from the helper.
            let found = seen.to_lowercase().contains(&part.to_lowercase());
            assert!(found, "{}: {part:?} is not in {seen:?}", entry.name);
        }
        tenant.clear_faults();
    }
    // None of it lasts.
    assert!(token_by_password(&tenant).await.starts_with("200"));
    imap_as(&tenant, ADELE, ADELE).await;
    pop3_as(&tenant, ADELE).await;
    smtp_as(&tenant, ADELE).await;
}

/// What has to be found in what is seen.
fn expected(entry: &CatalogueEntry) -> Vec<String> {
    match &entry.fault {
        Fault::Mail(MailFault::NoOauth(Service::Smtp)) => vec!["504 5.7.4 ".into()],
        Fault::Mail(_) => vec![entry.wire.clone()],
        Fault::Refuse { .. } => vec![format!("AADSTS{}:", entry.name.trim_start_matches("aadsts-"))],
        Fault::Issue(_) | Fault::Network { .. } | Fault::Tls { .. } | Fault::Http(_) => {
            vec!["as it should be".into()]
        }
        Fault::HttpAt { fault, .. } => match fault {
            HttpFault::Truncated | HttpFault::Slow(_) | HttpFault::Bom | HttpFault::Blanks(_) => {
                vec!["as it should be".into()]
            }
            HttpFault::NoRefreshToken => vec!["200".into(), "access_token".into()],
            HttpFault::TooManyRequestsUntil { .. } => {
                vec!["429".into(), "retry-after:".into(), " GMT".into()]
            }
            HttpFault::Redirect(to) => vec!["302".into(), format!("location: {to}")],
            HttpFault::Status(status) => vec![status.to_string()],
            HttpFault::StringExpiresIn => vec!["\"expires_in\":\"4500\"".into()],
            HttpFault::ErrorUnder200 => vec!["200".into(), "\"error\"".into()],
            _ => entry
                .wire
                .split(", ")
                .map(|part| part.replace("HTTP ", "").replace("Retry-After", "retry-after"))
                .collect(),
        },
        _ => vec![entry.wire.clone()],
    }
}

async fn seen(tenant: &Tenant, entry: &CatalogueEntry) -> String {
    match &entry.fault {
        Fault::Mail(fault) => match fault.service() {
            Service::Imap => imap_says(tenant, *fault).await,
            Service::Pop3 => pop3_says(tenant, *fault).await,
            _ => smtp_says(tenant, *fault).await,
        },
        Fault::Refuse { at, .. } => endpoint(tenant, *at).await,
        Fault::HttpAt { at, fault } => http_says(tenant, *at, fault).await,
        Fault::Http(fault) => skewed(tenant, fault).await,
        Fault::Issue(fault) => issued(tenant, *fault).await,
        Fault::Network { service, fault, .. } => network(tenant, *service, *fault).await,
        Fault::Tls { service, fault } => tls(tenant, *service, *fault).await,
        other => panic!("the test does not know {other:?}"),
    }
}

/// Status, header and body of a password grant.
async fn token_by_password(tenant: &Tenant) -> String {
    let form = [
        ("client_id", APP),
        ("grant_type", "password"),
        ("username", "rope@contoso.example"),
        ("password", "x"),
        ("scope", IMAP_SCOPE),
    ];
    let answer = post(tenant, "oauth2/v2.0/token", &form).await;
    format!("{} {}{}", answer.status, answer.head, answer.body)
}

async fn endpoint(tenant: &Tenant, at: Endpoint) -> String {
    match at {
        Endpoint::Authorize => {
            let query = "oauth2/v2.0/authorize?client_id=11112222-bbbb-3333-cccc-4444dddd5555&response_type=code&\
                         redirect_uri=http%3A%2F%2Flocalhost&scope=User.Read&prompt=none";
            let answer = get(tenant, query).await;
            format!("{}{}", percent_decoded(&answer.head), answer.body)
        }
        Endpoint::Metadata => get(tenant, "v2.0/.well-known/openid-configuration").await.body,
        Endpoint::Instance => get(tenant, "/common/discovery/instance").await.body,
        Endpoint::DeviceCode => {
            let answer =
                post(tenant, "oauth2/v2.0/devicecode", &[("client_id", APP), ("scope", IMAP_SCOPE)]).await;
            format!("{} {}", answer.status, answer.body)
        }
        _ => token_by_password(tenant).await,
    }
}

fn percent_decoded(text: &str) -> String {
    let text = text.replace("aadsts", "AADSTS");
    form_urlencoded::parse(format!("x={}", text.replace('&', "%26")).as_bytes())
        .map(|(_, value)| value.into_owned())
        .collect()
}

/// The `Date` header against what it is without the fault.
async fn skewed(tenant: &Tenant, fault: &HttpFault) -> String {
    let date = async || {
        let head = get(tenant, "v2.0/.well-known/openid-configuration").await.head;
        let date = head.split("date: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
        date.split(' ').nth(4).unwrap().split(':').next().unwrap().parse::<i32>().unwrap()
    };
    let wrong = date().await;
    tenant.clear_faults();
    let hours = (wrong - date().await).rem_euclid(24);
    // The hour may turn between the two.
    let right = match fault {
        HttpFault::DateAhead(_) => [0, 1],
        HttpFault::DateBehind(_) => [22, 23],
        other => panic!("the test does not know {other:?}"),
    };
    assert!(right.contains(&hours), "{hours}");
    "as it should be".into()
}

async fn http_says(tenant: &Tenant, at: Endpoint, fault: &HttpFault) -> String {
    match fault {
        HttpFault::Truncated => {
            let answer = token_by_password(tenant).await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
            assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
        }
        HttpFault::Slow(pause) => {
            let before = std::time::Instant::now();
            token_by_password(tenant).await;
            assert!(before.elapsed() >= *pause);
        }
        HttpFault::Bom => assert!(token_by_password(tenant).await.contains("\r\n\r\n\u{feff}{")),
        HttpFault::Blanks(octets) => assert!(token_by_password(tenant).await.len() > *octets),
        HttpFault::ErrorUnder200 => {
            let answer = post(tenant, "oauth2/v2.0/token", &[("client_id", APP), ("grant_type", "x")]).await;
            return format!("{} {}", answer.status, answer.body);
        }
        HttpFault::NoRefreshToken => {
            let answer = token_by_password(tenant).await;
            assert!(!answer.contains("refresh_token"));
            return answer;
        }
        _ => return endpoint(tenant, at).await,
    }
    "as it should be".into()
}

async fn issued(tenant: &Tenant, fault: IssueFault) -> String {
    let answer = token_by_password(tenant).await;
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let token = body["access_token"].as_str().unwrap();
    let claims = || crate::identity::claims(token);
    let right = match fault {
        IssueFault::GraphAudience => claims()["aud"] == "https://graph.microsoft.com",
        IssueFault::WithoutMailScope => claims()["scp"] == "User.Read",
        IssueFault::WithoutRoles => true,
        IssueFault::AppInsteadOfUser => claims()["idtyp"] == "app" && claims().get("roles").is_none(),
        IssueFault::ForeignTenant => claims()["tid"] != tenant.tenant_id(),
        IssueFault::ShortLived => body["expires_in"] == 60,
        IssueFault::AlreadyExpired => {
            claims()["exp"].as_u64().unwrap() < claims()["iat"].as_u64().unwrap() + 4_000
        }
        IssueFault::NotYetValid => {
            let ahead = |claim: &str| claims()[claim].as_u64().unwrap() > unix_now() + 3_000;
            ahead("iat") && ahead("nbf")
        }
        IssueFault::Opaque => token.starts_with("EwB"),
        IssueFault::MorePermissions => claims()["scp"].as_str().unwrap().contains("Mail.ReadWrite"),
        other => panic!("the test does not know {other:?}"),
    };
    assert!(right, "{fault:?}: {answer}");
    // The mail servers refuse what they refuse in life.
    let taken = matches!(
        fault,
        IssueFault::ShortLived
            | IssueFault::NotYetValid
            | IssueFault::Opaque
            | IssueFault::MorePermissions
            | IssueFault::WithoutRoles
    );
    let mut conn = imap(tenant).await;
    let sasl = xoauth2("rope@contoso.example", token);
    let said = conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await;
    assert_eq!(said.last().unwrap().starts_with("A1 OK"), taken, "{fault:?}: {said:?}");
    "as it should be".into()
}

fn unix_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn address(tenant: &Tenant, service: Service) -> std::net::SocketAddr {
    match service {
        Service::Identity => tenant.identity_addr(),
        Service::Imap => tenant.imap_addr(),
        Service::Pop3 => tenant.pop3_addr(),
        _ => tenant.smtp_tls_addr(),
    }
}

/// A TLS handshake and whatever can be read after it, with a request for the servers that wait for one.
async fn talk(tenant: &Tenant, service: Service) -> std::io::Result<Vec<u8>> {
    let tcp = TcpStream::connect(address(tenant, service)).await?;
    let connector =
        tokio_rustls::TlsConnector::from(config(tenant.ca_pem(), &[&tokio_rustls::rustls::version::TLS13]));
    let name = tokio_rustls::rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let mut tls = connector.connect(name, tcp).await?;
    // Enough for a limit in either direction to be met.
    let long = match service {
        Service::Identity => {
            let request = "GET /common/discovery/instance HTTP/1.1\r\nHost: localhost\r\n";
            format!("{request}\r\n{request}\r\n{request}Connection: close\r\n\r\n")
        }
        Service::Imap => format!("{}A2 LOGOUT\r\n", "A1 NOOP\r\n".repeat(200)),
        _ => format!("{}QUIT\r\n", "NOOP x\r\n".repeat(200)),
    };
    tls.write_all(long.as_bytes()).await?;
    let mut all = Vec::new();
    tls.read_to_end(&mut all).await?;
    Ok(all)
}

async fn network(tenant: &Tenant, service: Service, fault: NetworkFault) -> String {
    match fault {
        NetworkFault::Refuse => {
            let address = address(tenant, service);
            let error = TcpStream::connect(address).await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{service}");
            tenant.clear_faults();
            TcpStream::connect(address)
                .await
                .unwrap_or_else(|error| panic!("{service} is not open again: {error}"));
        }
        NetworkFault::Stall | NetworkFault::StallAfterSending(_) => {
            let waited = tokio::time::timeout(Duration::from_millis(60), talk(tenant, service)).await;
            assert!(waited.is_err(), "{service} {fault:?} does not stall");
        }
        NetworkFault::Trickle { .. } => {
            assert!(!talk(tenant, service).await.unwrap().is_empty());
        }
        _ => {
            let error = talk(tenant, service).await.err().unwrap_or_else(|| panic!("{service} {fault:?}"));
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{service} {fault:?}");
        }
    }
    "as it should be".into()
}

async fn tls(tenant: &Tenant, service: Service, fault: TlsFault) -> String {
    let error = talk(tenant, service).await.unwrap_err().to_string();
    let said = match fault {
        TlsFault::Expired => "certificate expired",
        TlsFault::WrongName => "certificate not valid for name",
        TlsFault::UnknownCa => "UnknownIssuer",
        TlsFault::OldVersion => "peer is incompatible",
        TlsFault::NotTls => "corrupt message",
        other => panic!("the test does not know {other:?}"),
    };
    assert!(error.contains(said), "{service} {fault:?}: {error}");
    "as it should be".into()
}

async fn imap_says(tenant: &Tenant, fault: MailFault) -> String {
    if fault == MailFault::NoStartTls(Service::Imap) {
        let mut conn = Conn::plain(tenant.imap_starttls_addr()).await;
        conn.line().await;
        assert!(!conn.imap("CAPABILITY").await[0].contains("STARTTLS"));
        return conn.imap("STARTTLS").await.concat();
    }
    let mut conn = imap(tenant).await;
    let token = match fault {
        MailFault::ErrorChallenge(_) => "not-a-token".to_owned(),
        _ => token(tenant, ADELE),
    };
    let mut said = conn.imap("CAPABILITY").await.concat();
    if matches!(fault, MailFault::NoOauth(_)) {
        assert!(!said.contains("XOAUTH2"));
    }
    if matches!(fault, MailFault::NoInitialResponse(_)) {
        assert!(!said.contains("SASL-IR"));
    }
    conn.send(format!("A1 AUTHENTICATE XOAUTH2 {}\r\n", xoauth2(ADELE, &token))).await;
    let answer = conn.line().await;
    said.push_str(&answer);
    if answer.starts_with("+ ") {
        said.push_str(&conn.ask("").await);
    } else if answer.starts_with("A1 OK") {
        conn.send("A2 SELECT INBOX\r\nA3 ID NIL\r\nA4 SELECT INBOX\r\nA5 LOGOUT\r\n").await;
        said.push_str(&String::from_utf8(conn.rest().await).unwrap());
        if fault == MailFault::ImapUnsafeLogin {
            assert!(said.contains("A4 OK [READ-WRITE]"));
        }
    }
    said
}

async fn pop3_says(tenant: &Tenant, fault: MailFault) -> String {
    if fault == MailFault::NoStartTls(Service::Pop3) {
        let mut conn = Conn::plain(tenant.pop3_starttls_addr()).await;
        conn.line().await;
        return conn.ask("STLS").await;
    }
    let mut conn = Conn::tls(tenant.pop3_addr(), tenant).await;
    conn.line().await;
    let mut said = conn.ask("AUTH XOAUTH2").await;
    if said.starts_with('+') {
        let token = match fault {
            MailFault::ErrorChallenge(_) => "not-a-token".to_owned(),
            _ => token(tenant, ADELE),
        };
        let answer = conn.ask(&xoauth2(ADELE, &token)).await;
        said.push_str(&answer);
        if answer.starts_with("+ ") {
            said.push_str(&conn.ask("").await);
        }
    }
    said
}

async fn smtp_says(tenant: &Tenant, fault: MailFault) -> String {
    if fault == MailFault::NoStartTls(Service::Smtp) {
        let mut conn = Conn::plain(tenant.smtp_addr()).await;
        conn.line().await;
        conn.send("EHLO x\r\n").await;
        assert!(!conn.lines_until("250 ").await.concat().contains("STARTTLS"));
        return conn.ask("STARTTLS").await;
    }
    let mut conn = smtp(tenant).await;
    let token = match fault {
        MailFault::ErrorChallenge(_) => "not-a-token".to_owned(),
        _ => token(tenant, ADELE),
    };
    let answer = conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(ADELE, &token))).await;
    if !answer.starts_with("235 ") {
        return if answer.starts_with("334 ") { answer + &conn.ask("").await } else { answer };
    }
    let mut said = conn.ask("MAIL FROM:<adele@contoso.example>").await;
    said.push_str(&conn.ask("RCPT TO:<somebody@elsewhere.example>").await);
    conn.ask("DATA").await;
    said.push_str(&conn.ask("Subject: x\r\n\r\ny\r\n.").await);
    said
}
