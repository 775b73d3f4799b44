//! A pasted text explained: an error page, a log, a JSON body, a dialogue, a number, a token.

mod base64;
mod line;
mod redact;
mod secret;
#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeSet;

use msal_lite::{Timestamp, TokenInspection};

use crate::error::Error;

use super::causes;
use super::rank::{Candidate, diagnose};
use super::signal::{Fact, Signal};
use redact::Vocabulary;
use secret::Found;

/// The longest text that is explained, in octets: a log of a day, and no disk image.
pub const EXPLAIN_LIMIT: usize = 1 << 20;
/// How many failures of one text are told apart; a log that repeats itself has few.
const FAILURES: usize = 64;
/// How many secrets of one text, and signs of one failure, are told.
const PIECES: usize = 64;

/// What was recognised in a text, and what it means.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Explanation {
    /// The failures, in the order in which they first appear. Empty: nothing was recognised.
    pub failures: Vec<Explained>,
    /// The tokens and secrets in the text, by their kind and place only.
    pub secrets: Vec<Evidence>,
    /// The claims of the JWTs among them, in the same order.
    pub tokens: Vec<TokenInspection>,
}

/// One failure of a text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explained {
    /// What it was recognised by.
    pub evidence: Vec<Evidence>,
    /// The same for [`diagnose`].
    pub signals: Vec<Signal>,
    /// The causes, the likeliest first. May be empty: recognised as a failure, and of no known cause.
    pub candidates: Vec<Candidate>,
}

/// What was seen, and where. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The line of the text, from 1.
    pub line: usize,
    /// What it is.
    pub kind: EvidenceKind,
    /// Its words; what may be a secret is `[...]`.
    pub text: String,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// An AADSTS number.
    Number,
    /// OAuth's `error` or `suberror`.
    OAuthError,
    /// A refusal of a mail server.
    Reply,
    /// The reason that a mail server gave in its error challenge, decoded.
    Challenge,
    /// An HTTP status.
    Http,
    /// A phrase of the identity provider.
    Phrase,
    /// An access token or id token that says what it is good for.
    Token,
    /// A sign-in message (XOAUTH2 or OAUTHBEARER), with the token inside.
    SignInMessage,
    /// Something else that is, or may be, a secret.
    Secret,
}

/// Explains a text. `now` is held against the end of tokens in it.
///
/// Nothing is asked of anybody. Tokens and secrets in the text are told by their kind and never repeated.
///
/// ```
/// use mail_oauth::diagnosis::explain;
/// use mail_oauth::msal_lite::Timestamp;
///
/// # fn main() -> Result<(), mail_oauth::Error> {
/// let explained = explain("AADSTS7000222: The provided client secret keys are expired.", Timestamp::from_unix(0))?;
/// assert_eq!(explained.failures[0].candidates[0].cause.id, "secret-expired");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Setting`] for a text longer than [`EXPLAIN_LIMIT`].
pub fn explain(text: &str, now: Timestamp) -> Result<Explanation, Error> {
    if text.len() > EXPLAIN_LIMIT {
        let why =
            format!("{} octets, and at most {EXPLAIN_LIMIT} are explained: cut out the failure", text.len());
        return Err(Error::setting("text", why));
    }
    let mut reader = Reader::new(now);
    if let Some(number) = only_a_number(text) {
        reader.number(1, number);
    } else {
        for (line, text) in (1..).zip(text.lines()) {
            reader.line(line, text);
        }
    }
    Ok(reader.finish())
}

/// `7000218` alone.
fn only_a_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (5..=8).contains(&text.len())).then(|| text.parse().ok()).flatten()
}

/// A failure while its lines are read.
struct Group {
    evidence: Vec<Evidence>,
    signals: Vec<Signal>,
    /// Whether it came from a mail server.
    mail: bool,
}

struct Reader {
    now: Timestamp,
    vocabulary: Vocabulary,
    /// In lower case.
    phrases: Vec<String>,
    errors: BTreeSet<&'static str>,
    suberrors: BTreeSet<&'static str>,
    groups: Vec<Group>,
    /// What a challenge said, until the refusal that it belongs to.
    challenge: Vec<(Evidence, Vec<Fact>)>,
    secrets: Vec<Evidence>,
    tokens: Vec<(TokenInspection, Vec<Fact>)>,
}

impl Reader {
    fn new(now: Timestamp) -> Self {
        let patterns = || causes().flat_map(|cause| cause.marks).flat_map(|mark| mark.all);
        let phrases: BTreeSet<String> = patterns()
            .flat_map(super::cause::Pattern::phrases)
            // Shorter ones say something only in a mail server's line.
            .filter(|phrase| phrase.len() > 11)
            .map(str::to_ascii_lowercase)
            .collect();
        Reader {
            now,
            vocabulary: Vocabulary::new(),
            phrases: phrases.into_iter().collect(),
            errors: patterns().filter_map(|pattern| pattern.oauth_names().0).collect(),
            suberrors: patterns().filter_map(|pattern| pattern.oauth_names().1).collect(),
            groups: Vec::new(),
            challenge: Vec::new(),
            secrets: Vec::new(),
            tokens: Vec::new(),
        }
    }

    fn line(&mut self, line: usize, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.secrets(line, text);
        for number in line::aadsts(text) {
            self.number(line, number);
        }
        self.oauth(line, text);
        self.http(line, text);
        if let Some(reply) = line::reply(text) {
            let shown = self.vocabulary.show(reply.text);
            let evidence = Evidence { line, kind: EvidenceKind::Reply, text: shown.clone() };
            self.mail(evidence, reply.signals(shown), reply.farewell);
        } else {
            self.phrase(line, text);
        }
    }

    /// Tokens, sign-in messages, challenges and secrets.
    fn secrets(&mut self, line: usize, text: &str) {
        let room = PIECES.saturating_sub(self.secrets.len() + self.challenge.len());
        for found in secret::find(text, &self.vocabulary, self.now).into_iter().take(room) {
            match found {
                Found::Jwt(inspection, facts, text) => {
                    self.secrets.push(Evidence { line, kind: EvidenceKind::Token, text });
                    self.tokens.push((*inspection, facts));
                }
                Found::Message(inside, text) => {
                    self.secrets.push(Evidence { line, kind: EvidenceKind::SignInMessage, text });
                    if let Some((inspection, facts)) = inside {
                        self.tokens.push((*inspection, facts));
                    }
                }
                Found::Challenge(facts, text) => {
                    let text = self.vocabulary.show(&text);
                    self.challenge.push((Evidence { line, kind: EvidenceKind::Challenge, text }, facts));
                }
                Found::Secret(text) => self.secrets.push(Evidence { line, kind: EvidenceKind::Secret, text }),
            }
        }
    }

    fn number(&mut self, line: usize, number: u64) {
        let evidence = Evidence { line, kind: EvidenceKind::Number, text: format!("AADSTS{number}") };
        let other = |signal: &Signal| matches!(signal, Signal::Aadsts(seen) if *seen != number);
        self.identity(evidence, vec![Signal::Aadsts(number), Signal::Fact(Fact::Microsoft)], other);
    }

    /// OAuth's names, wherever they stand as a word: in JSON, in a redirect, in a log.
    fn oauth(&mut self, line: usize, text: &str) {
        let find = |text: &str, names: &BTreeSet<&'static str>| {
            let mut words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
            words.find_map(|word| names.get(word).copied())
        };
        // Some names are those of an error and of a suberror.
        let (before, behind) = text.split_once("suberror").unwrap_or((text, ""));
        let error = find(before, &self.errors).or_else(|| find(behind.split_once(',')?.1, &self.errors));
        let suberror = find(behind, &self.suberrors);
        let Some(name) = error.or(suberror) else { return };
        let signal = Signal::OAuth {
            error: error.unwrap_or_default().to_owned(),
            suberror: suberror.map(ToOwned::to_owned),
        };
        let evidence = Evidence { line, kind: EvidenceKind::OAuthError, text: name.to_owned() };
        let other = |signal: &Signal| matches!(signal, Signal::OAuth { error: seen, .. } if !seen.is_empty() && error.is_some_and(|new| new != seen));
        self.identity(evidence, vec![signal], other);
    }

    fn http(&mut self, line: usize, text: &str) {
        let Some((_, rest)) = text.split_once("HTTP/") else { return };
        let status = rest.split_whitespace().nth(1).unwrap_or_default();
        let fact = match status {
            "407" => Fact::ProxyAsked,
            "429" => Fact::IdentityThrottles,
            "500" | "502" | "503" | "504" => Fact::IdentityDown,
            _ => return,
        };
        let evidence = Evidence { line, kind: EvidenceKind::Http, text: format!("HTTP {status}") };
        self.identity(evidence, vec![Signal::Fact(fact)], |_| false);
    }

    /// A phrase that the catalogue knows, in a line that is no reply.
    fn phrase(&mut self, line: usize, text: &str) {
        let lower = text.to_ascii_lowercase();
        let Some(phrase) = self.phrases.iter().find(|phrase| lower.contains(phrase.as_str())).cloned() else {
            return;
        };
        let evidence = Evidence { line, kind: EvidenceKind::Phrase, text: phrase.clone() };
        self.identity(evidence, vec![Signal::Told(phrase)], |_| false);
    }

    /// One more sign of the identity provider's last refusal, or of a new one when it contradicts the last.
    fn identity(&mut self, evidence: Evidence, signals: Vec<Signal>, contradicts: impl Fn(&Signal) -> bool) {
        let joins = |group: &&mut Group| !group.mail && !group.signals.iter().any(&contradicts);
        match self.groups.last_mut().filter(joins) {
            Some(group) => group.add(evidence, signals),
            None => self.open(Group { evidence: vec![evidence], signals, mail: false }),
        }
    }

    /// A refusal of a mail server, or its farewell after one.
    fn mail(&mut self, evidence: Evidence, mut signals: Vec<Signal>, farewell: bool) {
        let mut all = Vec::new();
        for (seen, facts) in self.challenge.drain(..) {
            all.push(seen);
            signals.extend(facts.into_iter().map(Signal::Fact));
        }
        all.push(evidence);
        let last = self.groups.last_mut().filter(|group| farewell && group.mail);
        match (last, all) {
            (Some(group), all) => {
                for one in all {
                    group.add(one, Vec::new());
                }
                group.join(signals);
            }
            (None, all) => self.open(Group { evidence: all, signals, mail: true }),
        }
    }

    fn open(&mut self, group: Group) {
        // The same again, as in a log of a program that tries for hours, is told once.
        let again = self.groups.iter().any(|seen| seen.signals == group.signals);
        if !again && self.groups.len() < FAILURES {
            self.groups.push(group);
        }
    }

    fn finish(mut self) -> Explanation {
        // A challenge that nothing follows is a failure by itself; so is a token in which something is wrong.
        if let Some((last, facts)) = self.challenge.pop() {
            let refused = [Fact::SignInRefused].into_iter().chain(facts).map(Signal::Fact).collect();
            self.mail(last, refused, false);
        }
        let of_tokens: Vec<Signal> =
            self.tokens.iter().flat_map(|(_, facts)| facts).map(|fact| Signal::Fact(*fact)).collect();
        let of_tokens = if of_tokens.is_empty() { vec![Signal::Fact(Fact::TokenOpaque)] } else { of_tokens };
        if self.groups.is_empty() && !self.tokens.is_empty() {
            let tokens = self.secrets.iter().filter(|seen| seen.kind != EvidenceKind::Secret);
            self.groups.push(Group { evidence: tokens.cloned().collect(), signals: Vec::new(), mail: true });
        }
        for group in self.groups.iter_mut().filter(|group| group.mail) {
            if self.tokens.is_empty() {
                group.join(vec![Signal::Fact(Fact::TokenUnseen)]);
                continue;
            }
            group.join(of_tokens.clone());
            let lacks = self.tokens.iter().filter_map(|(inspection, _)| group.lacks(inspection));
            let lacks = lacks.map(Signal::Fact).collect();
            group.join(lacks);
        }
        let failures = self.groups.into_iter().map(Group::explained).collect();
        let tokens = self.tokens.into_iter().map(|(inspection, _)| inspection).collect();
        Explanation { failures, secrets: self.secrets, tokens }
    }
}

impl Group {
    fn add(&mut self, evidence: Evidence, signals: Vec<Signal>) {
        let seen = self.evidence.iter().any(|one| (one.kind, &one.text) == (evidence.kind, &evidence.text));
        if !seen && self.evidence.len() < PIECES {
            self.evidence.push(evidence);
        }
        self.join(signals);
    }

    fn join(&mut self, signals: Vec<Signal>) {
        for signal in signals {
            if !self.signals.contains(&signal) && self.signals.len() < PIECES {
                self.signals.push(signal);
            }
        }
    }

    /// What the token lacks for the protocol of this failure.
    fn lacks(&self, token: &TokenInspection) -> Option<Fact> {
        let place = |fact| self.signals.contains(&Signal::Fact(fact));
        if place(Fact::InImap) {
            token::lacks(token, "IMAP.AccessAsUser.All", "IMAP.AccessAsApp")
        } else if place(Fact::InPop3) {
            token::lacks(token, "POP.AccessAsUser.All", "POP.AccessAsApp")
        } else if place(Fact::InSmtp) {
            token::lacks(token, "SMTP.Send", "SMTP.SendAsApp")
        } else {
            None
        }
    }

    fn explained(self) -> Explained {
        let candidates = diagnose(&self.signals);
        Explained { evidence: self.evidence, signals: self.signals, candidates }
    }
}
