//! What a server answers.

use std::borrow::Cow;
use std::fmt;

use crate::parse;

mod condition;

pub use condition::{Advice, Condition};

/// A reply: a code, an enhanced code, and text for people (RFC 5321 section 4.2, RFC 2034, RFC 3463).
#[derive(Clone, PartialEq, Eq)]
pub struct Reply<'i> {
    code: u16,
    enhanced: Option<EnhancedCode>,
    /// All lines, as sent.
    raw: Cow<'i, [u8]>,
}

impl<'i> Reply<'i> {
    pub(crate) fn new(code: u16, enhanced: Option<EnhancedCode>, raw: &'i [u8]) -> Self {
        Reply { code, enhanced, raw: Cow::Borrowed(raw) }
    }

    /// The code, from 200 to 599.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced code of the last line that has one.
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// What the code's first digit says.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.code {
            ..300 => Severity::Success,
            300..400 => Severity::Intermediate,
            400..500 => Severity::Transient,
            500.. => Severity::Permanent,
        }
    }

    /// Whether the server says no, for now or for good.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.severity(), Severity::Transient | Severity::Permanent)
    }

    /// What the codes and the text hint at, when they are known; see [`Condition`].
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        Condition::of(self)
    }

    /// What to do about a refusal: what its [`condition`](Self::condition) says, or else what its codes say. `None` when
    /// it is no refusal.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        let by_code = match (self.severity(), self.enhanced) {
            (Severity::Success | Severity::Intermediate, _) => return None,
            (Severity::Transient, _) => Advice::Wait,
            // Security and policy: somebody can change that.
            (Severity::Permanent, Some(EnhancedCode { class: 5, subject: 7, .. })) => Advice::Fix,
            (Severity::Permanent, _) => Advice::Permanent,
        };
        Some(self.condition().map_or(by_code, Condition::advice))
    }

    /// The text of each line, without codes, as sent: escape it before a terminal sees it.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        parse::lines(&self.raw).map(|line| parse::text(line).1)
    }

    /// The text in one line for people: control characters escaped, what is not UTF-8 replaced, at most 500 characters,
    /// and without long opaque runs, which might be a token that the server echoes.
    #[must_use]
    pub fn text_lossy(&self) -> String {
        crate::error::readable(&self.lines().collect::<Vec<_>>().join(&b' '))
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        Reply { code: self.code, enhanced: self.enhanced, raw: Cow::Owned(self.raw.into_owned()) }
    }

    /// For [`Event::Challenge`](crate::Event::Challenge): the text of a 334 as it stands in the input.
    pub(crate) fn borrowed_text(raw: &'i [u8]) -> &'i [u8] {
        parse::lines(raw).last().map_or(b"", |line| line.get(3..).unwrap_or_default().trim_ascii())
    }
}

impl fmt::Display for Reply<'_> {
    /// The codes, and the text as [`text_lossy`](Reply::text_lossy) has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        let text = self.text_lossy();
        if text.is_empty() { Ok(()) } else { write!(f, " {text}") }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// What a reply means for the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// 2xx: done.
    Success,
    /// 3xx: go on.
    Intermediate,
    /// 4xx: the same may work later.
    Transient,
    /// 5xx: the same will not work.
    Permanent,
}

/// An enhanced status code (RFC 3463), such as 5.7.139.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedCode {
    /// 2, 4 or 5: success, not now, never.
    pub class: u8,
    /// What it is about: 1 addresses, 2 mailboxes, 3 the system, 4 the network, 5 the protocol, 6 the content, 7
    /// security.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}
