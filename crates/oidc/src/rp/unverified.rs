//! What a peer says, before it is verified.

use std::fmt;

/// Something that a peer sent. It has no getters: the `verify` of its kind consumes it.
///
/// ```compile_fail
/// # use silta_oidc::rp::{IdToken, Unverified};
/// fn peek(token: &Unverified<IdToken>) -> &IdToken {
///     &token.0 // private: only `verify` reads it, and consumes it
/// }
/// ```
#[derive(Clone)]
pub struct Unverified<T>(T);

impl<T> Unverified<T> {
    pub(super) fn new(received: T) -> Self {
        Self(received)
    }

    /// What was received, for the one function that verifies it.
    pub(super) fn into_received(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Unverified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unverified(redacted)")
    }
}
