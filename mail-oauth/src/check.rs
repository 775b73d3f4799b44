//! Does the mailbox work, and if not, which switch must be flipped by whom?
//!
//! ```text
//! settings ─┬─ tenant: OpenID configuration, clock ───────────────────────────────┐
//!           ├─ registration: device code, redirect address, secret (no login only) ┤
//!           ├─ IMAP: network, TLS, capabilities, [token], sign-in, mailbox ────────┼─> signals ─> findings
//!           ├─ POP3: the same                                                       │
//!           └─ SMTP: the same, and the right to send ───────────────────────────────┘
//! ```
//!
//! All of them run side by side within one deadline. What is decided here hangs on protocol states and codes; numbers
//! and texts only choose explanations ([`diagnosis`](crate::diagnosis)).

mod claims;
mod identity;
mod progress;
mod render;
mod report;
mod session;
mod settings;
mod signals;

use std::time::Duration;

use tokio::time::Instant;

pub use render::Role;
pub use report::{Finding, Line, Outcome, Report};
pub(crate) use signals::of as signals_of;

use crate::credential::{Credential, SecretForm};
use crate::diagnosis::{Area, Fact, Facts, Signal};
use crate::mailbox::Mailbox;
use crate::open::{ImapClient, Pop3Client, SmtpClient};
use crate::provider::Family;
use crate::server::Protocol;
use identity::{Asked, TenantSeen};
use progress::{Progress, Reached};
use report::Failure;

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
}

impl Default for CheckOptions {
    fn default() -> Self {
        CheckOptions {
            protocols: Vec::new(),
            login: true,
            deadline: Duration::from_secs(20),
            redirect: "http://localhost".to_owned(),
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
        let mut report = self.blank_report(&protocols);

        let limit = options.deadline;
        let (tenant, registration, imap, pop3, smtp) = tokio::join!(
            within(deadline, identity::tenant(self)),
            async {
                if options.login {
                    None
                } else {
                    Some(within(deadline, identity::registration(self, &options.redirect)).await)
                }
            },
            self.protocol::<ImapClient>(&protocols, options.login, deadline, limit),
            self.protocol::<Pop3Client>(&protocols, options.login, deadline, limit),
            self.protocol::<SmtpClient>(&protocols, options.login, deadline, limit),
        );
        let reached: Vec<Reached> = [imap, pop3, smtp].into_iter().flatten().collect();
        let facts = Facts::of(self.account()).with("redirect", &options.redirect);
        let mut common = self.common_facts();

        let tenant = tenant.unwrap_or_else(|| TenantSeen {
            asked: vec![Asked::late(Area::Tenant, limit)],
            ..TenantSeen::default()
        });
        let web_works = tenant.asked.iter().any(Asked::was_answered);
        common.extend(tenant.clock_right.then_some(Signal::Fact(Fact::ClockRight)));
        let tenant_id = tenant.id;
        let mut asked = tenant.asked;
        match registration {
            Some(answers) => {
                asked.extend(answers.unwrap_or_else(|| vec![Asked::late(Area::Registration, limit)]))
            }
            None => asked.push(Asked::by_token(&reached)),
        }
        // A mailbox that opens works, whatever the identity provider has to say at the moment.
        let all_work = !reached.is_empty() && reached.iter().all(|one| one.opened);
        for one in asked {
            self.note(&mut report, one, &facts, &common, all_work);
        }

        let works: Vec<Protocol> = reached.iter().filter(|one| one.opened).map(|one| one.protocol).collect();
        let nothing_works = !web_works && reached.iter().all(|one| !one.connected);
        for one in reached {
            let here = facts.clone().at(self.account(), one.protocol);
            let mut context = common.clone();
            context.extend(self.facts_at(one.protocol).into_iter().map(Signal::Fact));
            context.extend(one.facts.iter().copied().map(Signal::Fact));
            if !one.token {
                context.push(Signal::Fact(Fact::TokenUnseen));
            }
            if works.iter().any(|other| *other != one.protocol) {
                context.push(Signal::Fact(Fact::WorksElsewhere));
            }
            context.push(Signal::Fact(if nothing_works { Fact::NoNetwork } else { Fact::WebWorks }));
            if let (Some(theirs), Some(ours)) = (&one.tenant, &tenant_id)
                && !theirs.eq_ignore_ascii_case(ours)
            {
                context.push(Signal::Fact(Fact::ForeignTenant));
            }
            report.lines.extend(one.lines);
            for mut failure in one.failures {
                failure.signals.extend(context.iter().cloned());
                let here = here.clone().with("detail", failure.evidence.first().map_or("", String::as_str));
                report.explain(failure, &here);
            }
        }
        report.say_once();
        report.sort();
        report
    }

    /// The report's head, and the settings.
    fn blank_report(&self, protocols: &[Protocol]) -> Report {
        let account = self.account();
        let who = if account.is_app_only() {
            "the application signs in as itself".to_owned()
        } else {
            format!("{} signs in", account.roles().sign_in)
        };
        let mut report = Report {
            mailbox: account.roles().mailbox.clone(),
            account: format!("{}, {who}, application {}", account.provider().id(), account.client_id()),
            lines: Vec::new(),
            findings: Vec::new(),
        };
        let facts = Facts::of(account);
        let found = settings::check(self, protocols);
        let shown: Vec<&str> =
            found.iter().flat_map(|failure| &failure.evidence).map(String::as_str).collect();
        let detail = if shown.is_empty() {
            "address, application id, servers and scopes have the right form".to_owned()
        } else {
            shown.join("; ")
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
        if let Some(form) = self.credential.as_ref().and_then(Credential::secret_form) {
            facts.push(Fact::SecretSet);
            facts.push(if form == SecretForm::Id { Fact::SecretIsId } else { Fact::SecretNotId });
            facts.extend((form == SecretForm::Encoded).then_some(Fact::SecretEncoded));
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

    async fn protocol<S: session::Session>(
        &self,
        wanted: &[Protocol],
        login: bool,
        deadline: Instant,
        limit: Duration,
    ) -> Option<Reached> {
        if !wanted.contains(&S::PROTOCOL) {
            return None;
        }
        let mut progress = Progress::new(S::PROTOCOL, login);
        let steps = progress::walk::<S>(self, &mut progress, login);
        if tokio::time::timeout_at(deadline, steps).await.is_err() {
            progress.too_late(limit);
        }
        Some(progress.end())
    }
}

async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout_at(deadline, work).await.ok()
}

impl Failure {
    fn fact(protocol: Option<Protocol>, fact: Fact, evidence: impl Into<String>) -> Self {
        Failure { protocol, signals: vec![Signal::Fact(fact)], evidence: vec![evidence.into()] }
    }
}
