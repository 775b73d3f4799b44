//! Asks everything at once.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::domain::{Domain, is_under, shown};
use super::evidence::{Answer, Evidence, Source, Target};
use super::lookup::{Lookup, LookupError, MAX_RECORDS, Srv};
use super::tenant::{self, Tenant};
use super::verdict::{Discovery, FoundServer};
use super::{known, mail_hosts};
use crate::error::Error;
use crate::provider::{Family, Provider};
use crate::server::{Protocol, Security, Server};

/// A good deadline: a slow resolver's two tries.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Finds out who has the mailboxes of an address's domain. Nothing of the address but its domain leaves this machine:
/// to name servers, and as the name of a tenant to `login.microsoftonline.com`. For a provider's own domain nothing
/// is asked.
///
/// The questions run side by side, and end with the deadline at the latest; what got no answer by then is evidence
/// that says so.
///
/// ```no_run
/// # async fn example() -> Result<(), mail_oauth::Error> {
/// use mail_oauth::discover::{DEADLINE, SystemLookup, discover};
/// use mail_oauth::{Tls, Trust};
///
/// let lookup = SystemLookup::new(&Tls::new(&Trust::System)?)?;
/// let found = discover("adele@contoso.com", &lookup, DEADLINE).await?;
/// println!("{:?}, because\n{}", found.provider(), found.explain(Default::default()).join("\n"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Setting`] for an address without a domain, as [`Domain::of_address`] has it. What fails on the network is
/// evidence and no error.
pub async fn discover(address: &str, lookup: &impl Lookup, deadline: Duration) -> Result<Discovery, Error> {
    let domain = Domain::of_address(address)?;
    if let Some(owner) = known::owner(&domain) {
        let answer = Answer::Found(vec![owner.name().to_owned()]);
        let own = Evidence::new(Source::KnownDomain, domain.to_string(), answer).for_target(Some(owner));
        return Ok(Discovery::new(domain, vec![own], Vec::new(), None));
    }
    let until = Instant::now() + deadline;
    let autodiscover = format!("autodiscover.{domain}");
    let services = SERVICES.map(|service| format!("{}.{domain}", service.name));
    let [imaps, pop3s, submissions, submission] = &services;
    let description = tenant::address(&domain);
    let (mx, alias, txt, described, imaps, pop3s, submissions, submission) = tokio::join!(
        by(until, lookup.mx(domain.as_str())),
        by(until, lookup.cname(&autodiscover)),
        by(until, lookup.txt(domain.as_str())),
        by(until, lookup.get(&description)),
        by(until, lookup.srv(imaps)),
        by(until, lookup.srv(pop3s)),
        by(until, lookup.srv(submissions)),
        by(until, lookup.srv(submission)),
    );
    let described = described.and_then(|answer| tenant::read(&answer).map_err(LookupError::new));

    let mut evidence = vec![
        arrival(&domain, mx),
        outlook(autodiscover, alias),
        of_tenant(description, &described),
        senders(&domain, txt),
    ];
    let mut servers = Vec::new();
    for ((service, name), answer) in
        SERVICES.iter().zip(&services).zip([imaps, pop3s, submissions, submission])
    {
        evidence.push(named(&domain, service, name, answer, &mut servers));
    }
    Ok(Discovery::new(domain, evidence, servers, described.unwrap_or_default()))
}

/// A service that a domain may name a server for.
struct Service {
    name: &'static str,
    protocol: Protocol,
    security: Security,
}

/// TLS from the first byte before STARTTLS, as RFC 8314 section 3.3 prefers it.
const SERVICES: [Service; 4] = [
    Service { name: "_imaps._tcp", protocol: Protocol::Imap, security: Security::Tls },
    Service { name: "_pop3s._tcp", protocol: Protocol::Pop3, security: Security::Tls },
    Service { name: "_submissions._tcp", protocol: Protocol::Smtp, security: Security::Tls },
    Service { name: "_submission._tcp", protocol: Protocol::Smtp, security: Security::StartTls },
];

async fn by<T>(
    until: Instant,
    question: impl Future<Output = Result<T, LookupError>>,
) -> Result<T, LookupError> {
    timeout_at(until, question).await.unwrap_or_else(|_| Err(LookupError::new("none in time")))
}

fn arrival(domain: &Domain, answer: Result<Vec<String>, LookupError>) -> Evidence {
    let hosts = answer.map(plain_names);
    let target = hosts.as_ref().ok().and_then(|hosts| mail_hosts::by_mx(hosts));
    let filter = hosts.as_ref().ok().and_then(|hosts| mail_hosts::filter(hosts));
    let mut evidence = Evidence::new(Source::Mx, format!("MX {domain}"), answered(hosts)).for_target(target);
    evidence.filter = if target.is_none() { filter } else { None };
    evidence
}

fn outlook(asked: String, answer: Result<Option<String>, LookupError>) -> Evidence {
    let alias = answer.map(|alias| plain_names(alias.into_iter().collect()));
    let target =
        alias.as_ref().ok().and_then(|hosts| hosts.iter().find_map(|host| mail_hosts::by_autodiscover(host)));
    Evidence::new(Source::Autodiscover, format!("CNAME {asked}"), answered(alias)).for_target(target)
}

fn senders(domain: &Domain, answer: Result<Vec<String>, LookupError>) -> Evidence {
    let record = answer.map(|texts| {
        let spf = |text: &String| text.split(' ').next().is_some_and(|v| v.eq_ignore_ascii_case("v=spf1"));
        let spf = texts.into_iter().take(MAX_RECORDS).find(spf);
        let include = |word: &str| word.to_ascii_lowercase().strip_prefix("include:").map(str::to_owned);
        // RFC 7208 section 4.6.4 lets nobody follow more than ten.
        spf.iter().flat_map(|text| text.split_ascii_whitespace().filter_map(include)).take(10).collect()
    });
    let target = record.as_ref().ok().and_then(|includes: &Vec<String>| {
        includes.iter().find_map(|include| mail_hosts::by_spf_include(include))
    });
    Evidence::new(Source::Spf, format!("SPF {domain}"), answered(record)).for_target(target)
}

fn of_tenant(asked: String, answer: &Result<Option<Tenant>, LookupError>) -> Evidence {
    let provider = answer.as_ref().ok().and_then(|tenant| tenant.as_ref()).map(|tenant| tenant.provider);
    // That a domain's people have personal accounts says nothing of its mail.
    let target = provider.filter(|provider| provider.family() == Family::MicrosoftWork).map(Target::Provider);
    let words = answer.clone().map(|tenant| {
        tenant.into_iter().flat_map(|tenant| [tenant.id, tenant.region]).filter(|w| !w.is_empty()).collect()
    });
    Evidence::new(Source::Tenant, format!("GET {asked}"), answered(words)).for_target(target)
}

fn named(
    domain: &Domain,
    service: &Service,
    name: &str,
    answer: Result<Vec<Srv>, LookupError>,
    servers: &mut Vec<FoundServer>,
) -> Evidence {
    let mut target = None;
    let words = answer.map(|records| {
        let mut words = Vec::new();
        for record in records.into_iter().take(MAX_RECORDS) {
            let host = record.host.trim_end_matches('.').to_ascii_lowercase();
            // A bare dot: the service is decidedly not offered (RFC 2782).
            let Ok(server) = Server::new(&host, record.port, service.security) else { continue };
            words.push(server.to_string());
            let whose = mail_hosts::by_server(service.protocol, &host);
            let in_domain = whose != Target::Provider(Provider::Custom) || is_under(&host, domain.as_str());
            target = target.or(Some(whose));
            servers.push(FoundServer { protocol: service.protocol, server, in_domain });
        }
        words
    });
    Evidence::new(Source::Srv, format!("SRV {name}"), answered(words)).for_target(target)
}

fn plain_names(hosts: Vec<String>) -> Vec<String> {
    let plain = |host: String| host.trim_end_matches('.').to_ascii_lowercase();
    // A null MX (RFC 7505) is no host.
    hosts.into_iter().take(MAX_RECORDS).map(plain).filter(|host| !host.is_empty()).collect()
}

fn answered(answer: Result<Vec<String>, LookupError>) -> Answer {
    match answer {
        Ok(words) if words.is_empty() => Answer::Nothing,
        Ok(words) => Answer::Found(words.iter().map(|word| shown(word)).collect()),
        Err(failed) => Answer::Failed(shown(&failed.why)),
    }
}
