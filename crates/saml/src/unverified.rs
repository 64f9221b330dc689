//! Messages that nobody may read yet.

use std::fmt;
use std::marker::PhantomData;

/// A message of kind `T` that nobody may read yet: it has no getters.
///
/// ```compile_fail
/// # use silta_saml::{Response, Unverified};
/// fn peek(message: &Unverified<Response>) -> &str {
///     &message.text // private: only `verify` reads it, and consumes it
/// }
/// ```
#[derive(Debug)]
pub struct Unverified<T> {
    text: RedactedText,
    kind: PhantomData<T>,
}

impl<T> Unverified<T> {
    pub(crate) fn new(text: String) -> Self {
        Self { text: RedactedText(text), kind: PhantomData }
    }

    /// The text, for the one function that verifies it.
    pub(crate) fn into_text(self) -> RedactedText {
        self.text
    }
}

/// Message text without a printable form: it holds a person's data.
pub(crate) struct RedactedText(String);

impl RedactedText {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedactedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
