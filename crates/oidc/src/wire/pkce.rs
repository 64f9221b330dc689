//! Proof Key for Code Exchange, S256 only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{memcmp, sha::sha256};
use serde::{Deserialize, Serialize};

/// A client's S256 `code_challenge` [RFC 7636 §4.2].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Takes 43 to 128 unreserved characters [RFC 7636 §4.2]; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_proof_key(text).then(|| Self(text.to_owned()))
    }

    /// The challenge of a `verifier` [RFC 7636 §4.2].
    pub(crate) fn of(verifier: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())))
    }

    /// The challenge, as requests send it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this challenge was made of `verifier` [RFC 7636 §4.6]. A verifier outside the
    /// grammar of [RFC 7636 §4.1] never fits.
    #[must_use]
    pub fn matches(&self, verifier: &str) -> bool {
        let made = Self::of(verifier).0;
        is_proof_key(verifier)
            && made.len() == self.0.len()
            && memcmp::eq(made.as_bytes(), self.0.as_bytes())
    }
}

/// The grammar that verifiers and challenges share [RFC 7636 §4.1, §4.2].
fn is_proof_key(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::{CHALLENGE, VERIFIER};

    #[test]
    fn the_pair_of_the_rfc_fits() {
        assert!(CodeChallenge::parse(CHALLENGE).unwrap().matches(VERIFIER));
    }

    #[test]
    fn no_other_verifier_fits() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        for wrong in
            ["", CHALLENGE, &VERIFIER.to_lowercase(), &VERIFIER[1..], &[VERIFIER, "a"].concat()]
        {
            assert!(!challenge.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_plain_challenge_does_not_fit_itself() {
        assert!(!CodeChallenge::parse(VERIFIER).unwrap().matches(VERIFIER));
    }

    #[test]
    fn a_verifier_outside_the_grammar_does_not_fit_its_own_digest() {
        for short in ["abc", "a b c d e f g h i j k l m n o p q r s t u v w x y z"] {
            let made = URL_SAFE_NO_PAD.encode(sha256(short.as_bytes()));
            assert!(!CodeChallenge::parse(&made).unwrap().matches(short), "{short}");
        }
    }

    #[test]
    fn a_challenge_has_43_to_128_unreserved_characters() {
        for (length, fits) in [(42, false), (43, true), (128, true), (129, false)] {
            assert_eq!(CodeChallenge::parse(&"a".repeat(length)).is_some(), fits, "{length}");
        }
        for bad in ["+", "/", "=", " ", "ä", "\n"] {
            assert_eq!(CodeChallenge::parse(&format!("{CHALLENGE}{bad}")), None, "{bad:?}");
        }
    }
}
