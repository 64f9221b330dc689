//! An assertion of which only the level is not enough.

use std::fmt;

use crate::sp::assertion::VerifiedAssertion;
use crate::sp::response_error::ResponseError;

/// An assertion that holds in everything but its level, which is weaker than the one asked for. It lets nobody
/// in. What it says is proven all the same: the person has a session at the identity provider, and can log out
/// there.
pub struct WeakAssertion {
    assertion: VerifiedAssertion,
    error: ResponseError,
}

impl WeakAssertion {
    pub(crate) fn new(assertion: VerifiedAssertion, error: ResponseError) -> Self {
        Self { assertion, error }
    }

    /// What it says.
    #[must_use]
    pub fn assertion(&self) -> &VerifiedAssertion {
        &self.assertion
    }

    /// Why it lets nobody in.
    #[must_use]
    pub fn into_error(self) -> ResponseError {
        self.error
    }
}

impl fmt::Debug for WeakAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WeakAssertion").field(&self.error).finish()
    }
}
