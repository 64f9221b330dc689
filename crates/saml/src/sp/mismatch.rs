//! What stands in a message where something else was expected, as far as it may be shown.

use std::fmt;

/// What was expected at a place of a message, and what came. The expected is our own configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Each of these would have done.
    pub expected: Vec<String>,
    /// What stands there; `None` where no verified signature covers it.
    pub received: Option<Vec<ReceivedUri>>,
}

impl Mismatch {
    /// Of a place that no signature covers: whoever wrote it, it is not shown.
    pub(crate) fn unproven(expected: &str) -> Self {
        Self { expected: vec![expected.to_owned()], received: None }
    }

    /// Of a place that a verified signature covers. Of many texts the first are shown.
    pub(crate) fn signed<'t>(
        expected: impl IntoIterator<Item = String>,
        received: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let received = received.into_iter().take(SHOWN).map(ReceivedUri::of).collect();
        Self { expected: expected.into_iter().collect(), received: Some(received) }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected.as_slice() {
            [] => "what is not configured any more".to_owned(),
            expected => expected.join(", "),
        };
        match self.received.as_deref() {
            None => write!(f, "expected {expected}; what came is not signed, so it is not shown"),
            Some([]) => write!(f, "expected {expected}; received nothing"),
            Some(received) => {
                write!(f, "expected {expected}; received ")?;
                for (place, one) in received.iter().enumerate() {
                    write!(f, "{}{one}", if place == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

/// A text of a verified message that belongs at the place of a URI. It is kept only if it is one that can
/// stand in a line of a log [RFC 3986 §2]: of 200 characters at most, and without `@`, before which a URI
/// may hold a name or a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedUri {
    /// A URI.
    Uri(String),
    /// Any other text.
    Other {
        /// How many characters it has.
        characters: usize,
    },
}

impl ReceivedUri {
    /// What may be shown of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let fits = text.len() <= URI_LIMIT && text.bytes().all(may_stand_in_a_uri);
        let has_scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|one| one.is_ascii_alphanumeric() || b"+-.".contains(&one))
                && !rest.is_empty()
        });
        if fits && has_scheme {
            Self::Uri(text.to_owned())
        } else {
            Self::Other { characters: text.chars().count() }
        }
    }
}

impl fmt::Display for ReceivedUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uri(uri) => f.write_str(uri),
            Self::Other { characters } => write!(f, "another text of {characters} characters"),
        }
    }
}

/// Unreserved and reserved characters and `%` [RFC 3986 §2.1 to §2.3], but for `@`, and for quotes and
/// parentheses, which no entityID needs.
fn may_stand_in_a_uri(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~%:/?#[]!$&*+,;=".contains(&octet)
}

/// A real entityID or address is shorter; SAML allows 1,024 characters [SAML2Core §8.3.6].
const URI_LIMIT: usize = 200;
/// Real messages name one or two.
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_shown_as_it_came() {
        for uri in [
            "https://sp.example/entity",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            "spn:00000000-0000-0000-0000-000000000000",
            "https://sp.example/a?b=c%20d#e",
        ] {
            assert_eq!(ReceivedUri::of(uri).to_string(), uri);
        }
    }

    #[test]
    fn another_text_is_counted_and_not_shown() {
        let long = format!("https://sp.example/{}", "a".repeat(10_000));
        let just = format!("urn:{}", "a".repeat(197));
        for text in [
            "",
            "sp",
            ":",
            "urn:",
            "1urn:x",
            "https://sp.example/\n{\"level\":\"ERROR\"}",
            "https://sp.example/\r",
            "\u{1b}[2J",
            "https://sp.example/\u{1b}]0;x\u{7}",
            "https://sp.example/\"",
            "https://sp.example/'",
            "https://sp.example/a b",
            "https://sp.example/<x>",
            "https://sp.example/ä",
            "https://sp.example/\u{202e}",
            "https://user:word@sp.example/",
            "mailto:kalle@koulu.example",
            &long,
            &just,
        ] {
            let count = text.chars().count();
            let told = ReceivedUri::of(text).to_string();
            assert_eq!(told, format!("another text of {count} characters"), "{text:?}");
        }
    }

    #[test]
    fn of_many_texts_the_first_are_shown() {
        let many = Mismatch::signed(["urn:us".to_owned()], ["urn:a"; 1_000]);
        assert_eq!(many.to_string(), "expected urn:us; received urn:a, urn:a, urn:a, urn:a");
        let none = Mismatch::signed(["urn:us".to_owned(), "urn:we".to_owned()], []);
        assert_eq!(none.to_string(), "expected urn:us, urn:we; received nothing");
    }
}
