//! Does the mailbox work, and if not, which switch must be flipped by whom?
//!
//! ```text
//! settings ─┬─ domain: DNS and directory, whose it is (feature `discover`) ─────────┐
//!           ├─ tenant: OpenID configuration, clock ────────────────────────────────┤
//!           ├─ registration: device code, redirect address, secret (no login only) ┤
//!           ├─ IMAP: network, TLS, capabilities, [token], sign-in, mailbox ────────┼─> signals ─> findings
//!           ├─ POP3: the same                                                       │
//!           └─ SMTP: the same, and the right to send ───────────────────────────────┘
//! ```
//!
//! All of them run side by side within one deadline. What is decided here hangs on protocol states and codes; numbers
//! and texts only choose explanations ([`diagnosis`](crate::diagnosis)).

mod claims;
mod detail;
#[cfg(feature = "discover")]
mod domain;
mod identity;
mod progress;
mod render;
mod report;
mod session;
mod settings;
mod signals;
mod walk;
mod warnings;

use std::time::Duration;

use tokio::time::Instant;

pub use detail::Detail;
pub use render::Role;
pub use report::{Finding, Line, Outcome, Report};
pub(crate) use signals::of as signals_of;

use crate::credential::{Credential, SecretForm, is_guid};
use crate::diagnosis::{Area, Fact, Facts, Signal};
use crate::mailbox::Mailbox;
use crate::open::{ImapClient, Pop3Client, SmtpClient};
use crate::provider::Family;
use crate::server::Protocol;
use identity::{Asked, TenantSeen};
use progress::{Progress, Reached};
use report::Failure;
use walk::TokenGate;

/// What to check.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CheckOptions {
    /// These protocols; by default all that the account has a server for.
    pub protocols: Vec<Protocol>,
    /// Whether a token is used. Without one, the app registration is asked about instead, and the servers as far as
    /// that goes without a sign-in.
    pub login: bool,
    /// When it ends, whatever the servers do. 20 s by default.
    pub deadline: Duration,
    /// The redirect address that a sign-in by browser would use, for the question whether it is registered.
    pub redirect: String,
    /// Whether the sign-in was by device code, which a tenant may block; only whoever signed in knows. No by default.
    pub device_code: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        CheckOptions {
            protocols: Vec::new(),
            login: true,
            deadline: Duration::from_secs(20),
            redirect: "http://localhost".to_owned(),
            device_code: false,
        }
    }
}

impl CheckOptions {
    /// Without a sign-in.
    pub fn without_login() -> Self {
        CheckOptions { login: false, ..CheckOptions::default() }
    }

    /// Only these protocols.
    #[must_use]
    pub fn with_protocols(mut self, protocols: impl IntoIterator<Item = Protocol>) -> Self {
        self.protocols = protocols.into_iter().collect();
        self
    }

    /// Another deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl Mailbox {
    /// Checks the account, its tenant, its app registration and the protocols, side by side.
    ///
    /// Nothing is changed and nothing is sent: IMAP examines INBOX, POP3 asks for its size, SMTP names a sender and a
    /// recipient and takes them back. Exchange accepts the sign-in of a user who may not open the mailbox, so that one
    /// command more is needed to know. A token that says of itself that it is for somebody else is not sent.
    ///
    /// It cannot fail: what goes wrong is in the report.
    pub async fn check(&self, options: &CheckOptions) -> Report {
        let deadline = Instant::now() + options.deadline;
        let protocols: Vec<Protocol> = if options.protocols.is_empty() {
            Protocol::ALL.into_iter().filter(|protocol| self.account().has(*protocol)).collect()
        } else {
            Protocol::ALL.into_iter().filter(|protocol| options.protocols.contains(protocol)).collect()
        };
        let mut report = self.blank_report(&protocols, options.login);
        if settings::are_fatal(&report) {
            // Nothing is asked with settings that cannot work.
            for area in [Area::Tenant, Area::Registration, Area::Warnings] {
                report.lines.push(Line::new(area, None, Outcome::NotReached, progress::not_reached()));
            }
            for protocol in protocols {
                report.lines.extend(Progress::new(protocol, options.login).end().lines);
            }
            return report;
        }
        let outlook = warnings::outlook(self, options.device_code, identity::now());
        let seen = self.look(&protocols, options, deadline).await;
        let hindered = self.conclude(&mut report, seen, options);
        report.lines.push(outlook.line);
        for failure in outlook.failures {
            let detail = failure.evidence.first().cloned().unwrap_or_default();
            report.explain(failure, &Facts::of(self.account()).with("detail", &detail));
        }
        report.say_once();
        report.sort();
        if hindered {
            report.put_behind_errors("nobody-signed-in");
        }
        report
    }

    /// Asks everybody side by side, until the deadline. Each of them is on the heap: the caller's stack would hold all of
    /// them at once, and several times over in a build without optimisation.
    async fn look(&self, protocols: &[Protocol], options: &CheckOptions, deadline: Instant) -> Seen {
        let limit = options.deadline;
        let tokens = TokenGate::default();
        let walk = Walk { protocols, login: options.login, deadline, limit, tokens: &tokens };
        let without_login =
            async { if options.login { Vec::new() } else { self.registration(options, deadline).await } };
        let domain = async {
            #[cfg(feature = "discover")]
            return within(deadline, Box::pin(domain::whose(self, protocols, limit))).await.flatten();
            #[cfg(not(feature = "discover"))]
            None::<Asked>
        };
        let (domain, tenant, mut registration, imap, pop3, smtp) = tokio::join!(
            domain,
            within(deadline, Box::pin(identity::tenant(self))),
            without_login,
            self.protocol::<ImapClient>(&walk),
            self.protocol::<Pop3Client>(&walk),
            self.protocol::<SmtpClient>(&walk),
        );
        let reached: Vec<Reached> = [imap, pop3, smtp].into_iter().flatten().collect();
        // Where nobody has signed in yet, the question is whether the registration would let them.
        let nobody = |one: &Reached| one.failures.iter().any(|failure| failure.signals.contains(&NOBODY));
        if options.login && reached.iter().any(nobody) {
            registration = self.registration(options, deadline).await;
        } else if options.login {
            registration.push(Asked::by_token(&reached));
        }
        let tenant = tenant.unwrap_or_else(|| TenantSeen {
            asked: vec![Asked::late(Area::Tenant, limit)],
            ..TenantSeen::default()
        });
        Seen { domain, tenant, registration, reached }
    }

    async fn registration(&self, options: &CheckOptions, deadline: Instant) -> Vec<Asked> {
        let asked = within(deadline, Box::pin(identity::registration(self, &options.redirect))).await;
        asked.unwrap_or_else(|| vec![Asked::late(Area::Registration, options.deadline)])
    }

    /// From what was seen to lines and findings. Says whether something stands in the way of a sign-in, which must be
    /// mended before anybody can sign in.
    fn conclude(&self, report: &mut Report, seen: Seen, options: &CheckOptions) -> bool {
        let Seen { domain, tenant, registration, reached } = seen;
        let facts = Facts::of(self.account()).with("redirect", &options.redirect);
        let mut common = self.common_facts();
        let web_works = tenant.asked.iter().any(Asked::was_answered);
        if !web_works && reached.iter().all(|one| !one.connected) {
            common.push(Signal::Fact(Fact::NoNetwork));
        }
        common.extend(tenant.clock_right.then_some(Signal::Fact(Fact::ClockRight)));
        // A mailbox that opens works, whatever the identity provider has to say at the moment.
        let all_work = !reached.is_empty() && reached.iter().all(|one| one.opened);
        // Records that lead elsewhere prove nothing against a mailbox that opens.
        let domain = domain.map(|one| if all_work { Asked { failure: None, ..one } } else { one });
        let hindered = tenant.asked.iter().chain(&registration).any(|one| one.failure.is_some());
        for one in domain.into_iter().chain(tenant.asked).chain(registration) {
            self.note(report, one, &facts, &common, all_work);
        }
        let between = relations(&reached, tenant.id.as_deref());
        for (one, between) in reached.into_iter().zip(between) {
            let object_id = one.object_id.as_deref().unwrap_or_default();
            let here = facts.clone().at(self.account(), one.protocol).with("object_id", object_id);
            let mut context = common.clone();
            let own = self.facts_at(one.protocol).into_iter().chain(one.facts).chain(between);
            context.extend(own.map(Signal::Fact));
            context.extend(web_works.then_some(Signal::Fact(Fact::WebWorks)));
            report.lines.extend(one.lines);
            for mut failure in one.failures {
                failure.signals.extend(context.iter().cloned());
                let detail = failure.evidence.first().cloned().unwrap_or_default();
                report.explain(failure, &here.clone().with("detail", &detail));
            }
        }
        hindered
    }

    /// The report's head, and the settings.
    fn blank_report(&self, protocols: &[Protocol], login: bool) -> Report {
        let account = self.account();
        let mut report = Report {
            mailbox: account.roles().mailbox.clone(),
            provider: account.provider().id(),
            sign_in: (!account.is_app_only()).then(|| account.roles().sign_in.clone()),
            client_id: account.client_id().to_owned(),
            login,
            lines: Vec::new(),
            findings: Vec::new(),
        };
        let facts = Facts::of(account);
        let found = settings::check(self, protocols);
        let mut shown: Vec<&str> = Vec::new();
        for text in found.iter().flat_map(|failure| &failure.evidence) {
            // What concerns several protocols is said once.
            if !shown.contains(&text.as_str()) {
                shown.push(text);
            }
        }
        let detail = if shown.is_empty() {
            Detail::new(
                "address, application id, servers and scopes have the right form",
                "Adresse, Anwendungs-ID, Server und Bereiche haben die richtige Form",
            )
        } else {
            Detail::from(shown.join("; "))
        };
        for mut failure in found.clone() {
            failure.signals.extend(self.common_facts());
            let detail = failure.evidence.first().cloned().unwrap_or_default();
            let facts = facts.clone().with("detail", &detail);
            let facts = failure.protocol.map_or(facts.clone(), |protocol| facts.at(account, protocol));
            report.explain(failure, &facts);
        }
        report.sort();
        let outcome = match report.first() {
            None => Outcome::Good,
            Some(first) if first.cause.severity == crate::diagnosis::Severity::Error => Outcome::Bad,
            Some(_) => Outcome::Warning,
        };
        report.lines.push(Line::new(Area::Settings, None, outcome, detail));
        report
    }

    /// What is known of the account whatever fails.
    fn common_facts(&self) -> Vec<Signal> {
        let account = self.account();
        let mut facts = vec![
            match account.provider().family() {
                Family::MicrosoftWork => Fact::Microsoft,
                Family::MicrosoftPersonal => Fact::Consumer,
                Family::Google => Fact::Google,
                Family::Other => Fact::OtherProvider,
            },
            if account.is_app_only() { Fact::AppOnly } else { Fact::Delegated },
        ];
        if claims::is_microsoft(account.provider()) && is_guid(account.client_id()) {
            facts.push(Fact::ClientIdRight);
        }
        if let Some(form) = self.credential.as_ref().and_then(Credential::secret_form) {
            facts.push(Fact::SecretSet);
            facts.push(if form == SecretForm::Id { Fact::SecretIsId } else { Fact::SecretNotId });
            facts.push(if form == SecretForm::Encoded { Fact::SecretEncoded } else { Fact::SecretPlain });
        }
        facts.into_iter().map(Signal::Fact).collect()
    }

    /// What is known of a protocol's server and of who signs in there.
    fn facts_at(&self, protocol: Protocol) -> Vec<Fact> {
        let account = self.account();
        let mut facts = vec![match protocol {
            Protocol::Imap => Fact::InImap,
            Protocol::Pop3 => Fact::InPop3,
            Protocol::Smtp => Fact::InSmtp,
        }];
        // As Exchange wants it.
        facts.extend((protocol == Protocol::Pop3).then_some(Fact::TwoSteps));
        let host =
            account.server(protocol).map(|server| server.host().to_ascii_lowercase()).unwrap_or_default();
        if ["smtp.hve.mx.microsoft", "smtp-hve.office365.com"].contains(&host.as_str()) {
            facts.push(Fact::HighVolume);
        }
        if let Some(usual) = account.provider().server(protocol) {
            let same = usual.host().eq_ignore_ascii_case(&host);
            if same {
                facts.push(Fact::HostOfProvider);
            } else if !settings::is_local(&host) {
                facts.push(Fact::HostNotOfProvider);
            }
        }
        let roles = account.roles();
        let person = roles.token_user.as_deref().unwrap_or(&roles.sign_in);
        let shared = !roles.mailbox.eq_ignore_ascii_case(person);
        if protocol == Protocol::Smtp && shared && account.sasl_user(protocol) == roles.mailbox {
            facts.push(Fact::SmtpUserShared);
        }
        facts
    }

    /// A stage that all protocols share.
    fn note(&self, report: &mut Report, asked: Asked, facts: &Facts, common: &[Signal], works: bool) {
        let outcome = match (&asked.failure, asked.not_asked) {
            (Some(_), _) if works => Outcome::Warning,
            (Some(_), _) => Outcome::Bad,
            (None, true) => Outcome::NotAsked,
            (None, false) => Outcome::Good,
        };
        report.lines.push(Line::new(asked.area, None, outcome, asked.detail));
        if let Some(mut failure) = asked.failure {
            failure.signals.extend(common.iter().cloned());
            let detail = failure.evidence.first().cloned().unwrap_or_default();
            report.explain(failure, &facts.clone().with("detail", &detail));
        }
    }

    async fn protocol<S: session::Session>(&self, plan: &Walk<'_>) -> Option<Reached> {
        if !plan.protocols.contains(&S::PROTOCOL) {
            return None;
        }
        let mut progress = Progress::new(S::PROTOCOL, plan.login);
        let steps = Box::pin(walk::walk::<S>(self, &mut progress, plan.login.then_some(plan.tokens)));
        if tokio::time::timeout_at(plan.deadline, steps).await.is_err() {
            progress.too_late(plan.limit);
        }
        Some(progress.end())
    }
}

const NOBODY: Signal = Signal::Fact(Fact::NobodySignedIn);

/// What the walks of the protocols share.
struct Walk<'a> {
    protocols: &'a [Protocol],
    login: bool,
    deadline: Instant,
    limit: Duration,
    tokens: &'a TokenGate,
}

/// All that was seen.
struct Seen {
    /// Whose the domain of the address is.
    domain: Option<Asked>,
    tenant: TenantSeen,
    registration: Vec<Asked>,
    reached: Vec<Reached>,
}

/// What each protocol learns from the others and from the tenant.
fn relations(reached: &[Reached], tenant: Option<&str>) -> Vec<Vec<Fact>> {
    let of = |one: &Reached| {
        let mut facts = Vec::new();
        if !one.token {
            facts.push(Fact::TokenUnseen);
        }
        // SMTP signs in as the person: that it works says nothing of the mailbox.
        let tells = |other: &Reached| {
            other.opened && other.protocol != one.protocol && other.protocol != Protocol::Smtp
        };
        if reached.iter().any(tells) {
            facts.push(Fact::WorksElsewhere);
        }
        if let (Some(theirs), Some(ours)) = (&one.tenant, tenant)
            && !theirs.eq_ignore_ascii_case(ours)
        {
            facts.push(Fact::ForeignTenant);
        }
        facts
    };
    reached.iter().map(of).collect()
}

async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout_at(deadline, work).await.ok()
}

impl Failure {
    fn fact(protocol: Option<Protocol>, fact: Fact, evidence: impl Into<String>) -> Self {
        Failure { protocol, signals: vec![Signal::Fact(fact)], evidence: vec![evidence.into()] }
    }
}
