//! What is said in every language of our pages.

use crate::model::language::Language;

/// What is said in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Translated<T> {
    /// In Finnish.
    pub finnish: T,
    /// In Swedish.
    pub swedish: T,
    /// In English.
    pub english: T,
}

/// A sentence that an administrator wrote for people.
pub type PageText = Translated<String>;

impl<T> Translated<T> {
    /// What is said in this language.
    pub fn of(self, language: Language) -> T {
        match language {
            Language::Finnish => self.finnish,
            Language::Swedish => self.swedish,
            Language::English => self.english,
        }
    }

    /// What is said, borrowed.
    pub fn as_ref(&self) -> Translated<&T> {
        let Self { finnish, swedish, english } = self;
        Translated { finnish, swedish, english }
    }
}
