//! What the identity provider tells without a sign-in: the tenant, its clock, and the app registration.

use std::time::SystemTime;

use msal_lite::{
    AuthorizationCodeFlow, AuthorizationOptions, CorrelationId, DeviceCodeFlow, Flow, MemoryStore,
    ResponseMode, Scopes, Step, Timestamp, TokenClient, Transport,
};

use super::detail::Detail;
use super::progress::Reached;
use super::report::Failure;
use super::signals;
use crate::diagnosis::{Area, Fact, Lang, Signal};
use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::provider::Family;
use crate::server::Protocol;

/// The largest page that is read, in octets.
const PAGE: usize = 256 * 1024;

/// A request without a secret was answered by a demand for one.
pub(super) const NEEDS_SECRET: u64 = 7_000_218;

/// A clock that differs by more than this, in seconds, spoils tokens.
const CLOCK: u64 = 300;

/// One thing that was asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) area: Area,
    /// What was seen, or why it failed.
    pub(super) detail: Detail,
    /// `None` when all is well.
    pub(super) failure: Option<Failure>,
    /// Nothing could be asked.
    pub(super) not_asked: bool,
}

impl Asked {
    pub(super) fn good(area: Area, detail: impl Into<Detail>) -> Self {
        Asked { area, detail: detail.into(), failure: None, not_asked: false }
    }

    pub(super) fn skipped(area: Area, detail: impl Into<Detail>) -> Self {
        Asked { not_asked: true, ..Asked::good(area, detail) }
    }

    pub(super) fn bad(area: Area, detail: impl Into<Detail>, signals: Vec<Signal>) -> Self {
        let detail = detail.into();
        let evidence = vec![detail.of(Lang::En).to_owned()];
        let failure = Failure { protocol: None, signals, evidence };
        Asked { area, detail, failure: Some(failure), not_asked: false }
    }

    /// The deadline came first.
    pub(super) fn late(area: Area, limit: std::time::Duration) -> Self {
        let seconds = limit.as_secs();
        let detail = Detail::new(
            format!("no answer within {seconds} s"),
            format!("keine Antwort innerhalb von {seconds} s"),
        );
        Asked::bad(area, detail, vec![Signal::Fact(Fact::IdentityUnreachable)])
    }

    /// A token proves what would have been asked about.
    pub(super) fn by_token(reached: &[Reached]) -> Self {
        if reached.iter().any(|one| one.token) {
            Asked::good(
                Area::Registration,
                Detail::new(
                    "a token was issued to the application",
                    "für die Anwendung wurde ein Token ausgestellt",
                ),
            )
        } else {
            Asked::skipped(Area::Registration, Detail::new("no token was had", "es gab kein Token"))
        }
    }

    /// Whether somebody was there, whatever they said.
    pub(super) fn was_answered(&self) -> bool {
        let unreachable = |signal: &Signal| {
            matches!(
                signal,
                Signal::Fact(Fact::IdentityUnreachable | Fact::Broke | Fact::NameNotFound) | Signal::Tls(_)
            )
        };
        self.failure.as_ref().is_none_or(|failure| !failure.signals.iter().any(unreachable))
    }

    fn error(area: Area, error: &Error) -> Self {
        let text = crate::error::chain(error);
        Asked::bad(area, text, signals::of(error))
    }
}

/// What the tenant's metadata says.
#[derive(Debug, Default)]
pub(super) struct TenantSeen {
    /// The id of the tenant.
    pub(super) id: Option<String>,
    /// Its clock agrees with ours.
    pub(super) clock_right: bool,
    /// What was asked.
    pub(super) asked: Vec<Asked>,
}

/// Asks for the OpenID configuration: does the tenant exist, in which cloud, and does its clock agree with ours?
pub(super) async fn tenant(mailbox: &Mailbox) -> TenantSeen {
    let mut seen = TenantSeen::default();
    let authority = mailbox.tokens().application().authority();
    let entra = authority.device_endpoint().is_some_and(|address| address.contains("/oauth2/v2.0/"));
    // An Entra authority's metadata stands below `v2.0`, and so may its issuer.
    let issuer = authority.issuer().trim_end_matches('/');
    let issuer = issuer.strip_suffix("/v2.0").unwrap_or(issuer);
    let middle = if entra { "/v2.0" } else { "" };
    let url = format!("{issuer}{middle}/.well-known/openid-configuration");
    let answer = match get(mailbox, &url).await {
        Ok(answer) => answer,
        Err(error) => {
            seen.asked.push(Asked::error(Area::Tenant, &error));
            return seen;
        }
    };
    seen.clock_right = answer.clock_off.is_some_and(|off| off <= CLOCK);
    if let Some(off) = answer.clock_off.filter(|off| *off > CLOCK) {
        let detail = Detail::new(
            format!("this machine's clock differs from {issuer}'s by {off} s"),
            format!("die Uhr dieses Rechners weicht von der von {issuer} um {off} s ab"),
        );
        seen.asked.push(Asked::bad(Area::Settings, detail, vec![Signal::Fact(Fact::ClockOff)]));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let field = |name: &str| string_field(&text, name);
    match (answer.status, field("issuer")) {
        (200, Some(found)) => {
            seen.id = found.split('/').find(|part| crate::credential::is_guid(part)).map(str::to_owned);
            let cloud = field("cloud_instance_name");
            let cloud = cloud.map(|name| format!(", cloud {name}")).unwrap_or_default();
            seen.asked.push(Asked::good(Area::Tenant, format!("{found}{cloud}")));
        }
        (200, None) => {
            let detail = Detail::new(
                format!("{url} answers with something else than its configuration"),
                format!("{url} antwortet mit etwas anderem als seiner Konfiguration"),
            );
            seen.asked.push(Asked::bad(Area::Tenant, detail, vec![Signal::Fact(Fact::ForeignPage)]));
        }
        (404, _) if !entra => {
            seen.asked.push(Asked::skipped(
                Area::Tenant,
                Detail::new(
                    format!("{issuer} publishes no configuration"),
                    format!("{issuer} veröffentlicht keine Konfiguration"),
                ),
            ));
        }
        (status, _) => seen.asked.push(refused_page(Area::Tenant, status, &text)),
    }
    seen
}

/// Asks about the app registration without a person: client id and public client flows by a device code that nobody is
/// shown, the redirect address by a sign-in that may not ask anything, the secret by a request of the application itself.
pub(super) async fn registration(mailbox: &Mailbox, redirect: &str) -> Vec<Asked> {
    if mailbox.account().is_app_only() {
        return vec![credential(mailbox).await];
    }
    let (device, redirect, secret) =
        tokio::join!(device_code(mailbox), redirect_address(mailbox, redirect), async {
            match mailbox.credential {
                Some(_) => Some(credential(mailbox).await),
                None => None,
            }
        });
    [Some(device), Some(redirect), secret].into_iter().flatten().collect()
}

async fn device_code(mailbox: &Mailbox) -> Asked {
    let app = mailbox.tokens().application();
    if app.authority().device_endpoint().is_none() {
        return Asked::skipped(
            Area::Registration,
            Detail::new(
                "the provider has no device flow: the client id is seen at the sign-in",
                "der Anbieter hat keinen Gerätecode-Ablauf: Die Client-ID zeigt sich bei der Anmeldung",
            ),
        );
    }
    let attempt = async {
        let scopes = mailbox.scopes_of_all()?;
        let mut flow = DeviceCodeFlow::new(app, &scopes, correlation()?).map_err(|e| mailbox.no_token(e))?;
        let mut shown = false;
        loop {
            let step = flow.step().map_err(|e| mailbox.no_token(e))?;
            match step {
                Step::Send(request) => {
                    let answer = mailbox.https.send(request, &app.limits()).await;
                    // An outage is no answer to the question, although the flow would go on polling.
                    if let (true, Ok(response)) = (shown, &answer)
                        && let Some(outage) = outage(response)
                    {
                        return Err(mailbox.no_token(outage));
                    }
                    match answer {
                        Ok(response) => flow.receive(&response, now()),
                        Err(failure) if shown => return Err(mailbox.no_token(failure.into())),
                        Err(failure) => flow.receive_failure(failure),
                    }
                    .map_err(|e| mailbox.no_token(e))?;
                    // One poll tells whether the application may poll at all; the code is forgotten.
                    if std::mem::take(&mut shown) {
                        return Ok(());
                    }
                }
                Step::Show(_) => shown = true,
                Step::Wait(pause) if !shown => tokio::time::sleep(pause).await,
                // A first poll need not wait for the interval between two.
                Step::Wait(_) => {}
                _ => return Ok(()),
            }
        }
    };
    match attempt.await {
        Ok(()) => Asked::good(
            Area::Registration,
            Detail::new(
                format!("{} is known there, and public client flows are on", app.client_id()),
                format!("{} ist dort bekannt, und öffentliche Clientflows sind erlaubt", app.client_id()),
            ),
        ),
        Err(error) => {
            let mut asked = Asked::error(Area::Registration, &error);
            if let Some(failure) = &mut asked.failure {
                failure.signals.push(Signal::Fact(Fact::InDeviceFlow));
                if failure.signals.contains(&Signal::Aadsts(NEEDS_SECRET)) && mailbox.credential.is_none() {
                    failure.signals.push(Signal::Fact(Fact::PublicClientOff));
                }
            }
            asked
        }
    }
}

/// Whether Microsoft answers, for work or for personal accounts.
fn is_entra(mailbox: &Mailbox) -> bool {
    matches!(mailbox.account().provider().family(), Family::MicrosoftWork | Family::MicrosoftPersonal)
}

fn outage(response: &msal_lite::Response) -> Option<msal_lite::Error> {
    match response.status() {
        429 => Some(msal_lite::Error::Throttled { retry_after: None }),
        status @ 500.. => Some(msal_lite::Error::Unavailable { status, retry_after: None }),
        _ => None,
    }
}

async fn redirect_address(mailbox: &Mailbox, redirect: &str) -> Asked {
    let app = mailbox.tokens().application();
    let attempt = async {
        let scopes = mailbox.scopes_of_all()?;
        let options = AuthorizationOptions::new().with_prompt("none").with_response_mode(ResponseMode::Query);
        let mut octets = [0; 96];
        random(&mut octets)?;
        let flow = AuthorizationCodeFlow::new(app, &scopes, redirect, &options, octets, correlation()?);
        let flow = flow.map_err(|e| mailbox.no_token(e))?;
        get(mailbox, flow.authorization_url()).await
    };
    if app.authority().authorization_endpoint().is_none() {
        return Asked::skipped(
            Area::Registration,
            Detail::new(
                "the sign-in page is not known: the redirect address is not asked for",
                "die Anmeldeseite ist nicht bekannt: Nach der Umleitungsadresse wird nicht gefragt",
            ),
        );
    }
    match attempt.await {
        Ok(answer) if answer.comes_back_to(redirect) => Asked::good(
            Area::Registration,
            Detail::new(
                format!("{redirect} is registered as a redirect address"),
                format!("{redirect} ist als Umleitungsadresse registriert"),
            ),
        ),
        Ok(answer) => {
            let text = String::from_utf8_lossy(&answer.body);
            let mut asked = refused_page(Area::Registration, answer.status, &text);
            // Entra's own page has a number, which says it better; one without is somebody else's.
            if let Some(failure) = &mut asked.failure
                && !is_entra(mailbox)
            {
                failure.signals.push(Signal::Fact(Fact::RedirectUnregistered));
            }
            asked
        }
        Err(error) => Asked::error(Area::Registration, &error),
    }
}

/// A token for the application itself, which is thrown away.
async fn credential(mailbox: &Mailbox) -> Asked {
    let app = mailbox.tokens().application().clone();
    let names: Vec<&str> = if mailbox.account().is_app_only() {
        mailbox.account().scopes(Protocol::Imap).iter().map(String::as_str).collect()
    } else {
        mailbox.account().provider().app_scopes().to_vec()
    };
    if names.is_empty() {
        return Asked::skipped(
            Area::Registration,
            Detail::new(
                "this provider's secrets cannot be tried without a sign-in",
                "Geheimnisse dieses Anbieters lassen sich ohne Anmeldung nicht prüfen",
            ),
        );
    }
    let attempt = async {
        let scopes = Scopes::new(names).map_err(|e| Error::setting("scopes", e.to_string()))?;
        let mut client = TokenClient::new(app, MemoryStore::default(), mailbox.https.clone());
        if let Some(credential) = &mailbox.credential {
            client = credential.attach(client);
        }
        client.acquire_for_client(&scopes).await.map_err(|e| mailbox.no_token(e))
    };
    match attempt.await {
        Ok(_) => Asked::good(
            Area::Registration,
            Detail::new(
                "the application's credential is accepted",
                "der Nachweis der Anwendung wird angenommen",
            ),
        ),
        Err(error) => Asked::error(Area::Registration, &error),
    }
}

/// A page that says no: Entra writes the number into it.
fn refused_page(area: Area, status: u16, text: &str) -> Asked {
    let numbers = numbers_in(text);
    if numbers.is_empty() {
        let fact = match status {
            407 => Fact::ProxyAsked,
            429 => Fact::IdentityThrottles,
            500.. => Fact::IdentityDown,
            _ if area == Area::Tenant => Fact::TenantUnknown,
            _ => Fact::ForeignPage,
        };
        return Asked::bad(area, format!("HTTP {status}"), vec![Signal::Fact(fact)]);
    }
    let shown: Vec<String> = numbers.iter().map(|number| format!("AADSTS{number}")).collect();
    let signals = numbers.into_iter().map(Signal::Aadsts).collect();
    Asked::bad(area, format!("HTTP {status}, {}", shown.join(", ")), signals)
}

/// A page.
struct Answer {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
    /// By how many seconds our clock differs, where the server tells its own.
    clock_off: Option<u64>,
}

impl Answer {
    /// Whether the sign-in page sent the browser back: then the address is registered. What it says there ("login
    /// required") is no matter.
    fn comes_back_to(&self, redirect: &str) -> bool {
        let here = |location: &String| {
            location.strip_prefix(redirect).is_some_and(|rest| rest.starts_with(['?', '#', '/']))
        };
        (300..400).contains(&self.status) && self.location.as_ref().is_some_and(here)
    }
}

async fn get(mailbox: &Mailbox, url: &str) -> Result<Answer, Error> {
    let failed = |e: reqwest::Error| {
        let e = e.without_url();
        let kind = if e.is_timeout() {
            msal_lite::TransportErrorKind::Timeout
        } else {
            msal_lite::TransportErrorKind::Connect
        };
        mailbox.no_token(msal_lite::Error::Network(
            msal_lite::TransportError::new(kind, e.to_string()).with_cause(e),
        ))
    };
    let mut response = mailbox.https.get(url).send().await.map_err(failed)?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let clock_off = header("date").and_then(clock_off);
    let location = header("location").map(str::to_owned);
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > PAGE {
            body.truncate(PAGE);
            break;
        }
    }
    Ok(Answer { status, location, body, clock_off })
}

fn clock_off(date: &str) -> Option<u64> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::now();
    Some(ours.duration_since(theirs).or_else(|_| theirs.duration_since(ours)).ok()?.as_secs())
}

/// A text field of a flat JSON object.
fn string_field(text: &str, name: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let found: String = value.get(name)?.as_str()?.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(found)
}

pub(super) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

fn correlation() -> Result<CorrelationId, Error> {
    let mut octets = [0; 16];
    random(&mut octets)?;
    Ok(CorrelationId::from_random(octets))
}

fn random(octets: &mut [u8]) -> Result<(), Error> {
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(octets)
        .map_err(|_| Error::TlsSetup(rustls::Error::FailedToGetRandomBytes))
}

/// The AADSTS numbers in a page's text, each once.
fn numbers_in(text: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = Vec::new();
    for part in text.split("AADSTS").skip(1).take(64) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).take(9).collect();
        if let Ok(number) = digits.parse()
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}
