//! What somebody says of a document.

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Accepted,
    /// It does not, in the judge's words.
    Refused(String),
}

impl Verdict {
    /// Whether it holds.
    #[must_use]
    pub fn accepts(&self) -> bool {
        *self == Self::Accepted
    }
}
