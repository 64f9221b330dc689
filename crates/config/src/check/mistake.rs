//! What is said of a value.

/// What is wrong, and what to write instead.
pub(super) type Mistake = (String, String);

/// A mistake in fixed words.
pub(super) fn mistake(what: &str, instead: &str) -> Mistake {
    (what.to_owned(), instead.to_owned())
}
