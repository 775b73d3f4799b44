//! What a cause is.

use crate::error::TlsProblem;
use crate::server::Protocol;

use super::signal::Fact;

/// One thing that can be wrong, with what it is recognised by and what to do about it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cause {
    /// The stable name, such as `public-client-off`.
    pub id: &'static str,
    /// The number in the catalogue.
    pub number: u16,
    /// Where in a check it belongs.
    pub area: Area,
    /// How bad it is.
    pub severity: Severity,
    /// Who can mend it.
    pub who: Who,
    /// The exit code of a command that ends with it. The groups are those of `mail-oauth`: 2 to 9 this machine and its
    /// settings, 10 to 19 the network and TLS, 20 to 29 the sign-in, 30 to 39 the mail server, 40 to 49 the mailbox and
    /// sending, 60 to be tried again later.
    pub exit: u8,
    /// Whether a client can see it.
    pub sight: Sight,
    /// What it is, in a few words.
    pub title: Words,
    /// Why that breaks the mailbox. Placeholders are filled by [`Facts`](super::Facts).
    pub why: Words,
    /// What to do, with the portal's path or the command. Placeholders as in `why`. For what cannot be seen from a
    /// client: what to ask the administrator.
    pub fix: Words,
    /// A page about it; empty when there is none.
    pub link: &'static str,
    /// What it is recognised by.
    pub marks: &'static [Mark],
}

/// A text in the languages that reports speak.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a language more is a change of every text")]
pub struct Words {
    /// English.
    pub en: &'static str,
    /// German.
    pub de: &'static str,
}

impl Words {
    /// The text in a language.
    pub fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::De => self.de,
        }
    }
}

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// A part of a check, in the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Area {
    /// What the account says, and this machine.
    Settings,
    /// DNS, TCP, proxies.
    Network,
    /// Certificates and TLS.
    Tls,
    /// What the mail server offers.
    Capabilities,
    /// The tenant and its cloud.
    Tenant,
    /// The app registration.
    Registration,
    /// The sign-in, consent and policies.
    SignIn,
    /// What the token says.
    Token,
    /// The token at the mail server.
    Sasl,
    /// The mailbox behind it.
    Mailbox,
    /// Submission and the right to send as someone.
    Sending,
    /// What works today and will not for long.
    Warnings,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Works; worth knowing.
    Note,
    /// Works, but not for long.
    Warning,
    /// Passes by itself, or after a while.
    Temporary,
    /// Does not work until somebody does something.
    Error,
}

/// Who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Who {
    /// The reader.
    You,
    /// The owner of the mailbox.
    MailboxOwner,
    /// Who administers Entra (or Google Workspace): apps, consent, policies.
    EntraAdmin,
    /// Who administers Exchange: mailboxes and protocols.
    ExchangeAdmin,
    /// Who runs the network between here and there.
    Network,
    /// The provider of the mailbox.
    Provider,
}

/// Whether a client can see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sight {
    /// By its marks.
    Seen,
    /// Not from here; `fix` says whom to ask what.
    Hidden,
}

/// A sign by which a cause is recognised: all of its patterns must match.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "written as data, by this crate alone")]
pub struct Mark {
    /// What must be there together.
    pub all: &'static [Pattern],
    /// How strongly it speaks for the cause, from 1 to 100. 90 and more is proof: weaker candidates are dropped then.
    pub weight: u8,
}

/// What one signal must be like.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Pattern {
    /// One of these AADSTS numbers.
    Aadsts(&'static [u64]),
    /// OAuth's `error`.
    OAuth(&'static str),
    /// OAuth's `suberror`.
    Suberror(&'static str),
    /// An SMTP reply with this enhanced status code.
    Enhanced(&'static str),
    /// An SMTP reply with this code.
    Reply(u16),
    /// A phrase in what a mail server or the identity provider said, whatever its case.
    Phrase(&'static str),
    /// A phrase in what a mail server said in one protocol.
    PhraseIn(Protocol, &'static str),
    /// A failed handshake.
    Tls(TlsProblem),
    /// A fact.
    Fact(Fact),
    /// The fact was not observed.
    Not(Fact),
    /// None of the facts was observed.
    NoneOf(&'static [Fact]),
    /// At least one of the patterns matches.
    Any(&'static [Pattern]),
    /// No AADSTS number that the catalogue knows was seen: only then OAuth's `error` is worth a guess.
    NoNumber,
}

impl Cause {
    /// The AADSTS numbers that the cause is recognised by, ascending.
    pub fn aadsts(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> =
            self.marks.iter().flat_map(|mark| mark.all).flat_map(Pattern::aadsts).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Whether it is recognised by this AADSTS number.
    pub(super) fn knows(&self, number: u64) -> bool {
        self.marks.iter().flat_map(|mark| mark.all).any(|pattern| pattern.aadsts().contains(&number))
    }
}

impl Pattern {
    /// The phrases that it looks for.
    pub(super) fn phrases(&self) -> Vec<&'static str> {
        match self {
            Pattern::Phrase(phrase) | Pattern::PhraseIn(_, phrase) => vec![phrase],
            Pattern::Any(patterns) => patterns.iter().flat_map(Pattern::phrases).collect(),
            _ => Vec::new(),
        }
    }

    /// The names of OAuth's `error` and `suberror` that it looks for.
    pub(super) fn oauth_names(&self) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            Pattern::OAuth(error) => (Some(error), None),
            Pattern::Suberror(suberror) => (None, Some(suberror)),
            _ => (None, None),
        }
    }

    /// The AADSTS numbers that it matches.
    fn aadsts(&self) -> &'static [u64] {
        match self {
            Pattern::Aadsts(numbers) => numbers,
            _ => &[],
        }
    }
}
