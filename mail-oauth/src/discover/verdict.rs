//! What the evidence comes to.

use super::domain::Domain;
use super::evidence::{Evidence, Source, Target};
use super::tenant::Tenant;
use crate::diagnosis::{Lang, likelihood};
use crate::provider::{Family, PasswordOnly, Provider};
use crate::server::{Protocol, Server};

/// What was found out about the domain of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovery {
    /// The domain.
    pub domain: Domain,
    /// Who may have its mailboxes, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// Servers that the domain names itself, by SRV.
    pub servers: Vec<FoundServer>,
    /// The domain's tenant of the Microsoft identity platform, wherever its mail is.
    pub tenant: Option<Tenant>,
    /// All that was asked and answered.
    pub evidence: Vec<Evidence>,
}

/// Who may have the mailboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Who.
    pub target: Target,
    /// How likely, from 1 to 100: one minus the product of the doubts that each kind of evidence leaves. 100 is for
    /// a provider's own domain alone.
    pub percent: u8,
}

/// A server that an SRV record names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundServer {
    /// What it speaks.
    pub protocol: Protocol,
    /// Where.
    pub server: Server,
    /// Whether it lies under the address's own domain or is a known provider's. If not, a person must agree before a
    /// token is sent there (RFC 6186 section 6).
    pub in_domain: bool,
}

/// From here on a candidate may be taken without asking.
const SURE: u8 = 80;

impl Discovery {
    pub(crate) fn new(
        domain: Domain,
        evidence: Vec<Evidence>,
        servers: Vec<FoundServer>,
        tenant: Option<Tenant>,
    ) -> Self {
        let candidates = weigh(&evidence, tenant.as_ref());
        Discovery { domain, candidates, servers, tenant, evidence }
    }

    /// The likeliest.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first()
    }

    /// The likeliest provider, if it has OAuth: take it when [`Discovery::is_sure`], else show it as a proposal.
    /// [`Provider::Custom`] says that the domain names [`servers`](Discovery::servers) of its own.
    pub fn provider(&self) -> Option<Provider> {
        match self.best()?.target {
            Target::Provider(provider) => Some(provider),
            Target::PasswordOnly(_) => None,
        }
    }

    /// The likeliest provider, if it has passwords only.
    pub fn password_only(&self) -> Option<&'static PasswordOnly> {
        match self.best()?.target {
            Target::PasswordOnly(provider) => Some(provider),
            Target::Provider(_) => None,
        }
    }

    /// Whether the likeliest is so by 80 % or more.
    pub fn is_sure(&self) -> bool {
        self.best().is_some_and(|best| best.percent >= SURE)
    }

    /// The less likely ones.
    pub fn alternatives(&self) -> &[Candidate] {
        self.candidates.get(1..).unwrap_or_default()
    }

    /// The mail filter in front of the mailboxes, which hides from MX where they are.
    pub fn filter(&self) -> Option<&'static str> {
        self.evidence.iter().find_map(|evidence| evidence.filter)
    }

    /// Whether the mailboxes are surely elsewhere than with this provider. The clouds of Microsoft are not each other.
    pub fn contradicts(&self, provider: Provider) -> bool {
        let agrees = self.candidates.iter().any(|candidate| {
            candidate.target == Target::Provider(provider) && candidate.percent >= 100 - SURE
        });
        self.is_sure() && provider != Provider::Custom && !agrees
    }

    /// The verdict and its reasons, a line each.
    pub fn explain(&self, lang: Lang) -> Vec<String> {
        let de = lang == Lang::De;
        let domain = &self.domain;
        let mut lines = vec![match (self.best(), de) {
            (Some(best), _) => format!("{domain}: {}", best.told(lang)),
            (None, true) => format!("{domain}: der Anbieter ist nicht zu erkennen"),
            (None, false) => format!("{domain}: the provider cannot be told"),
        }];
        if let Some(password_only) = self.password_only() {
            lines.push(password_only.why.of(lang).to_owned());
            lines.push(password_only.instead.of(lang).to_owned());
        }
        lines.extend(self.evidence.iter().map(|evidence| evidence.explain(lang)));
        for other in self.alternatives() {
            let or = if de { "sonst" } else { "or else" };
            lines.push(format!("{or}: {}", other.told(lang)));
        }
        lines
    }
}

impl Candidate {
    fn told(&self, lang: Lang) -> String {
        let name = named(self.target, lang);
        likelihood(self.percent, lang).map_or_else(|| name.to_owned(), |word| format!("{name} ({word})"))
    }
}

fn named(target: Target, lang: Lang) -> &'static str {
    match (target, lang) {
        (Target::Provider(Provider::Custom), Lang::De) => "eigene Server",
        (Target::Provider(Provider::Custom), _) => "servers of its own",
        _ => target.name(),
    }
}

/// The doubts of the kinds of evidence multiply; a kind counts once for each candidate.
fn weigh(evidence: &[Evidence], tenant: Option<&Tenant>) -> Vec<Candidate> {
    let mut groups: Vec<(Target, Vec<Source>, u8)> = Vec::new();
    for one in evidence.iter().filter(|one| one.weight > 0) {
        let Some(target) = one.target else { continue };
        match groups.iter_mut().find(|(known, _, _)| same(*known, target)) {
            Some((_, sources, _)) if sources.contains(&one.source) => {}
            Some((known, sources, strongest)) => {
                sources.push(one.source);
                if one.weight > *strongest {
                    (*known, *strongest) = (target, one.weight);
                }
            }
            None => groups.push((target, vec![one.source], one.weight)),
        }
    }
    let cloud = tenant.map(|tenant| tenant.provider).filter(|cloud| cloud.family() == Family::MicrosoftWork);
    let mut candidates: Vec<Candidate> = groups
        .into_iter()
        .map(|(target, sources, _)| Candidate {
            target: match (target, cloud) {
                // Which of the clouds, the tenant knows best.
                (Target::Provider(provider), Some(cloud)) if provider.family() == Family::MicrosoftWork => {
                    Target::Provider(cloud)
                }
                _ => target,
            },
            percent: percent(&sources),
        })
        .collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.percent));
    candidates
}

fn percent(sources: &[Source]) -> u8 {
    let doubt =
        sources.iter().fold(10_000_u32, |doubt, source| doubt * u32::from(100 - source.weight()) / 100);
    let sure = sources.contains(&Source::KnownDomain);
    let percent = u8::try_from((10_000 - doubt) / 100).unwrap_or(100);
    if sure { 100 } else { percent.clamp(1, 99) }
}

fn same(one: Target, other: Target) -> bool {
    let work =
        |target| matches!(target, Target::Provider(provider) if provider.family() == Family::MicrosoftWork);
    one == other || (work(one) && work(other))
}
