//! A guide as data, and as text.

use std::fmt::Write as _;

/// A guide: sections in the order in which they are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guide {
    /// What it is about.
    pub title: String,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// What it is about.
    pub heading: String,
    /// How to show it.
    pub kind: Kind,
    /// Its paragraphs, its steps or its lines of a script.
    pub lines: Vec<String>,
}

/// How to show a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Paragraphs.
    Text,
    /// Steps to number, one after the other.
    Steps,
    /// A script, to be copied whole.
    Script(Language),
}

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// bash.
    Bash,
    /// PowerShell 7, or Windows PowerShell 5.1.
    PowerShell,
}

impl Section {
    pub(crate) fn text<S: Into<String>>(heading: &str, lines: impl IntoIterator<Item = S>) -> Self {
        Section::new(heading, Kind::Text, lines)
    }

    pub(crate) fn steps<S: Into<String>>(heading: &str, lines: impl IntoIterator<Item = S>) -> Self {
        Section::new(heading, Kind::Steps, lines)
    }

    pub(crate) fn script(heading: &str, language: Language, lines: Vec<String>) -> Self {
        Section::new(heading, Kind::Script(language), lines)
    }

    fn new<S: Into<String>>(heading: &str, kind: Kind, lines: impl IntoIterator<Item = S>) -> Self {
        let lines = lines.into_iter().map(Into::into).collect();
        Section { heading: heading.to_owned(), kind, lines }
    }

    /// The lines of a script as one text that can be run; of other sections, as they stand.
    pub fn body(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }
}

impl Guide {
    /// The whole guide for a terminal or a mail: steps numbered, scripts indented by four blanks, which harm neither
    /// of the languages.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.title, "=".repeat(self.title.chars().count()));
        for section in &self.sections {
            let _ = write!(out, "\n{}\n{}\n", section.heading, "-".repeat(section.heading.chars().count()));
            for (number, line) in (1..).zip(&section.lines) {
                let _ = match section.kind {
                    Kind::Text => writeln!(out, "{line}"),
                    Kind::Steps => writeln!(out, "{number:>2}. {line}"),
                    Kind::Script(_) if line.is_empty() => writeln!(out),
                    Kind::Script(_) => writeln!(out, "    {line}"),
                };
            }
        }
        out
    }
}
