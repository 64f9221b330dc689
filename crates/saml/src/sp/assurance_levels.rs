//! How strongly an identity provider may say that a person was authenticated.

use thiserror::Error;

/// The assurance levels of a peer, weakest first: each is one authentication context that it may
/// assert, or several that are equally strong. A context that is not listed is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssuranceLevels(Vec<Vec<String>>);

/// A peer without assurance levels could log nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the list of authentication contexts is empty")]
pub struct NoAssuranceLevelsError;

impl AssuranceLevels {
    /// The levels as lists of `AuthnContextClassRef` or `AuthnContextDeclRef` URIs, weakest first.
    ///
    /// # Errors
    /// [`NoAssuranceLevelsError`].
    pub fn new(weakest_first: Vec<Vec<String>>) -> Result<Self, NoAssuranceLevelsError> {
        if weakest_first.iter().all(Vec::is_empty) {
            Err(NoAssuranceLevelsError)
        } else {
            Ok(Self(weakest_first))
        }
    }

    /// The level of a context, counted from the weakest, which is 0.
    #[must_use]
    pub fn level(&self, context: &str) -> Option<usize> {
        self.0.iter().position(|level| level.iter().any(|one| one == context))
    }

    /// Every context of this level and above.
    #[must_use]
    pub fn from_level(&self, level: usize) -> Vec<String> {
        self.0.get(level..).unwrap_or_default().concat()
    }
}
