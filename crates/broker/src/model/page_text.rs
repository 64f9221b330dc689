//! What an administrator says to a person.

use crate::model::language::Language;

/// A sentence that an administrator wrote for people, in every language of our pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// In Finnish.
    pub finnish: String,
    /// In Swedish.
    pub swedish: String,
    /// In English.
    pub english: String,
}

impl PageText {
    /// It in this language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Finnish => &self.finnish,
            Language::Swedish => &self.swedish,
            Language::English => &self.english,
        }
    }
}
