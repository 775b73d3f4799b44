//! What a check found.

use std::time::Duration;

use super::detail::Detail;
use crate::diagnosis::{Area, Candidate, Cause, Facts, Lang, Severity, Signal, diagnose};
use crate::server::Protocol;

/// The result of a check: every stage with its outcome, none left out, and what is wrong with what to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The mailbox.
    pub mailbox: String,
    /// The provider's id.
    pub provider: &'static str,
    /// Who signs in; `None` for an application that signs in as itself.
    pub sign_in: Option<String>,
    /// The application (client) id.
    pub client_id: String,
    /// Whether a token was used.
    pub login: bool,
    /// Each stage, in the order of [`Area`], those of a protocol together.
    pub lines: Vec<Line>,
    /// What was found, the worst and likeliest first.
    pub findings: Vec<Finding>,
}

/// One stage.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Line {
    /// Which.
    pub area: Area,
    /// Of which protocol; `None` for what all share.
    pub protocol: Option<Protocol>,
    /// How it went.
    pub outcome: Outcome,
    /// What was seen, without a secret.
    pub detail: Detail,
    /// How long it took.
    pub took: Option<Duration>,
    /// The round trips of the connection so far, counted from its first SYN.
    pub round_trips: Option<u32>,
}

impl Line {
    pub(super) fn new(area: Area, protocol: Option<Protocol>, outcome: Outcome, detail: Detail) -> Self {
        Line { area, protocol, outcome, detail, took: None, round_trips: None }
    }
}

/// How a stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// As it should.
    Good,
    /// It works, but something deserves a look.
    Warning,
    /// It does not work.
    Bad,
    /// Not reached, because a stage before it failed.
    NotReached,
    /// Nobody asked for it, or there is nothing to ask.
    NotAsked,
}

/// One cause that fits what was observed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// What.
    pub cause: &'static Cause,
    /// How likely among those that share the signals, 1 to 100: an order that was weighed by hand, not measured. Reports
    /// show [words](crate::diagnosis::likelihood).
    pub percent: u8,
    /// In which protocols; empty for what concerns all.
    pub protocols: Vec<Protocol>,
    /// What was observed, without a secret: protocol lines, codes, claims.
    pub evidence: Vec<String>,
    /// What the placeholders of the cause's texts stand for.
    pub facts: Facts,
}

impl Finding {
    /// What it is, in a few words.
    pub fn title(&self, lang: Lang) -> String {
        self.facts.fill(self.cause.title.of(lang))
    }

    /// Why that breaks the mailbox.
    pub fn why(&self, lang: Lang) -> String {
        self.facts.fill(self.cause.why.of(lang))
    }

    /// What to do.
    pub fn fix(&self, lang: Lang) -> String {
        self.facts.fill(self.cause.fix.of(lang))
    }
}

impl Report {
    /// Whether the mailbox works: no stage failed. There may be warnings.
    pub fn is_good(&self) -> bool {
        !self.lines.iter().any(|line| line.outcome == Outcome::Bad)
    }

    /// The finding to look at first, if anything is wrong.
    pub fn first(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// The stages of a protocol, or those that all share.
    pub fn lines_of(&self, protocol: Option<Protocol>) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.protocol == protocol)
    }

    /// The protocols that were checked.
    pub fn protocols(&self) -> impl Iterator<Item = Protocol> {
        Protocol::ALL.into_iter().filter(|protocol| self.lines_of(Some(*protocol)).next().is_some())
    }

    /// Whether a protocol works; `None` when that was not seen, because it was not checked or nobody signed in.
    pub fn works(&self, protocol: Protocol) -> Option<bool> {
        let mut lines = self.lines_of(Some(protocol)).peekable();
        lines.peek()?;
        let bad = lines.any(|line| matches!(line.outcome, Outcome::Bad | Outcome::NotReached));
        if bad { Some(false) } else { self.login.then_some(true) }
    }

    /// Takes what was observed in one failure, and turns it into findings.
    pub(super) fn explain(&mut self, failure: Failure, facts: &Facts) {
        for Candidate { cause, percent } in diagnose(&failure.signals) {
            match self.findings.iter_mut().find(|finding| finding.cause.id == cause.id) {
                Some(known) => {
                    known.percent = known.percent.max(percent);
                    known.protocols.extend(failure.protocol.filter(|p| !known.protocols.contains(p)));
                    // The texts speak of all of them.
                    let names: Vec<&str> = known.protocols.iter().map(|protocol| protocol.name()).collect();
                    known.facts = known.facts.clone().with("protocol", &names.join(", "));
                    for line in &failure.evidence {
                        if !known.evidence.contains(line) {
                            known.evidence.push(line.clone());
                        }
                    }
                }
                None => self.findings.push(Finding {
                    cause,
                    percent,
                    protocols: failure.protocol.into_iter().collect(),
                    evidence: failure.evidence.clone(),
                    facts: facts.clone(),
                }),
            }
        }
    }

    /// What every protocol says of the token in the same words is said once.
    pub(super) fn say_once(&mut self) {
        let tokens: Vec<&Line> = self.lines.iter().filter(|line| line.area == Area::Token).collect();
        let Some(first) = tokens.first().map(|line| (*line).clone()) else { return };
        let same = |line: &&Line| line.detail == first.detail && line.outcome == first.outcome;
        let seen = matches!(first.outcome, Outcome::Good | Outcome::Bad);
        if seen && tokens.len() > 1 && tokens.iter().all(same) {
            self.lines.retain(|line| line.area != Area::Token);
            self.lines.push(Line { protocol: None, ..first });
        }
    }

    /// The worst first, then the likeliest; of those that are equal the one that comes first in a check.
    pub(super) fn sort(&mut self) {
        let rank = |severity: Severity| match severity {
            Severity::Error => 0,
            Severity::Temporary => 1,
            Severity::Warning => 2,
            Severity::Note => 3,
        };
        self.findings.sort_by_key(|finding| {
            let cause = finding.cause;
            (rank(cause.severity), std::cmp::Reverse(finding.percent), cause.area, cause.number)
        });
    }

    /// What comes of itself once the rest is mended is not the first thing to mend.
    pub(super) fn put_behind_errors(&mut self, id: &str) {
        let Some(at) = self.findings.iter().position(|finding| finding.cause.id == id) else { return };
        let severe = |finding: &Finding| finding.cause.severity >= Severity::Temporary;
        let behind = self.findings.iter().rposition(severe).unwrap_or(at);
        if let Some(rest) = self.findings.get_mut(at..=behind) {
            rest.rotate_left(1);
        }
    }
}

/// What was observed of one failure, or of one thing that deserves a look.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure {
    pub(super) protocol: Option<Protocol>,
    pub(super) signals: Vec<Signal>,
    pub(super) evidence: Vec<String>,
}
