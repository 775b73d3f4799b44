//! What was asked, what was answered, and what that says.

use std::fmt;

use crate::diagnosis::Lang;
use crate::provider::{PasswordOnly, Provider};

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// What kind of question it is.
    pub source: Source,
    /// The question, such as `MX contoso.com`.
    pub asked: String,
    /// The answer. What came from outside is escaped and cut to 80 characters.
    pub answer: Answer,
    /// Whom it speaks for.
    pub target: Option<Target>,
    /// How strongly, in percent; 0 without a target.
    pub weight: u8,
    /// The mail filter that was recognised in it: the mail arrives there, the mailboxes are elsewhere.
    pub filter: Option<&'static str>,
}

/// Where evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The list of providers' own domains.
    KnownDomain,
    /// Where mail arrives (RFC 5321 section 5).
    Mx,
    /// The alias by which Outlook finds its server.
    Autodiscover,
    /// Mail servers that the domain names (RFC 6186, RFC 8314 section 5.1).
    Srv,
    /// Who may send for the domain (RFC 7208).
    Spf,
    /// The domain's tenant of the Microsoft identity platform.
    Tenant,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// This.
    Found(Vec<String>),
    /// That there is nothing.
    Nothing,
    /// Nothing that could be used.
    Failed(String),
}

/// Whom evidence speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A provider with OAuth.
    Provider(Provider),
    /// A provider with passwords only.
    PasswordOnly(&'static PasswordOnly),
}

impl Target {
    /// The provider's name.
    pub fn name(self) -> &'static str {
        match self {
            Target::Provider(provider) => provider.name(),
            Target::PasswordOnly(provider) => provider.name,
        }
    }
}

/// From this weight on, evidence is more than a hint.
const STRONG: u8 = 60;

impl Evidence {
    pub(crate) fn new(source: Source, asked: String, answer: Answer) -> Self {
        Evidence { source, asked, answer, target: None, weight: 0, filter: None }
    }

    /// Lets it speak for someone, as strongly as its source does.
    pub(crate) fn for_target(mut self, target: Option<Target>) -> Self {
        self.weight = if target.is_some() { self.source.weight() } else { 0 };
        self.target = target;
        self
    }

    /// The evidence in one line.
    pub fn explain(&self, lang: Lang) -> String {
        let answer = match (&self.answer, lang) {
            (Answer::Found(found), _) => found.join(", "),
            (Answer::Nothing, Lang::De) => "nichts".to_owned(),
            (Answer::Nothing, _) => "nothing".to_owned(),
            (Answer::Failed(why), Lang::De) => format!("keine Antwort ({why})"),
            (Answer::Failed(why), _) => format!("no answer ({why})"),
        };
        let strong = self.weight >= STRONG;
        let says = match (self.target, self.filter, lang) {
            (Some(target), _, Lang::De) if strong => format!(" - spricht für {}", target.name()),
            (Some(target), _, Lang::De) => format!(" - deutet auf {}", target.name()),
            (Some(target), _, _) if strong => format!(" - speaks for {}", target.name()),
            (Some(target), _, _) => format!(" - hints at {}", target.name()),
            (None, Some(filter), Lang::De) => {
                format!(" - ein Filter ({filter}); die Postfächer sind dahinter")
            }
            (None, Some(filter), _) => format!(" - a filter ({filter}); the mailboxes are behind it"),
            (None, None, _) => String::new(),
        };
        format!("{}: {answer}{says}", self.asked)
    }
}

impl Source {
    /// How likely it is right, in percent. Measured on nobody: an order, in numbers.
    pub(crate) fn weight(self) -> u8 {
        match self {
            Source::KnownDomain => 100,
            // Some have their mail arrive where their mailboxes are not.
            Source::Mx => 92,
            // Left behind by some who moved away.
            Source::Autodiscover | Source::Srv => 80,
            // Exists for everyone who ever had Teams or Azure.
            Source::Tenant => 45,
            // Names everybody who sends for the domain.
            Source::Spf => 30,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain(Lang::En))
    }
}
