//! What a stage saw, in each language of reports.

use crate::diagnosis::Lang;

/// A short text in the languages of reports. The words of servers are the same in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    en: String,
    de: String,
}

impl Detail {
    pub(super) fn new(en: impl Into<String>, de: impl Into<String>) -> Self {
        Detail { en: en.into(), de: de.into() }
    }

    /// The text in a language.
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::De => &self.de,
        }
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Detail { de: text.clone(), en: text }
    }
}
