//! The three random values of one login at a provider.

use openssl::memcmp;

use crate::wire::{opaque_token::OpaqueToken, pkce::CodeChallenge};

/// The `state` of one login: it binds the callback to the browser that began it [RFC 9700 §4.7].
#[derive(Debug, Clone)]
pub struct State(OpaqueToken);

/// The `nonce` of one login: it binds the ID token to it [OIDC Core §15.5.2].
#[derive(Debug, Clone)]
pub struct Nonce(OpaqueToken);

/// The `code_verifier` of one login: without it nobody redeems its code [RFC 7636 §4.1].
#[derive(Debug, Clone)]
pub struct CodeVerifier(OpaqueToken);

impl State {
    /// The state of 32 cryptographically random octets: 43 characters.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// The state that was kept with the login; `None` for anything that [`State::new`] did not make.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OpaqueToken::parse(text).map(Self)
    }

    /// The state, to be sent or to be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `given` is this state, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        equal(self.as_str(), given)
    }
}

impl Nonce {
    /// The nonce of 32 cryptographically random octets: 43 characters.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// The nonce that was kept with the login; `None` for anything that [`Nonce::new`] did not make.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OpaqueToken::parse(text).map(Self)
    }

    /// The nonce, to be sent or to be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `given` is this nonce, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        equal(self.as_str(), given)
    }
}

impl CodeVerifier {
    /// The verifier of 32 cryptographically random octets: 43 characters [RFC 7636 §4.1].
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// The verifier that was kept with the login; `None` for anything that [`CodeVerifier::new`] did
    /// not make.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OpaqueToken::parse(text).map(Self)
    }

    /// The verifier, to be sent with the code or to be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The S256 challenge that is sent ahead [RFC 7636 §4.2].
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge::of(self.as_str())
    }
}

fn equal(kept: &str, given: &str) -> bool {
    kept.len() == given.len() && memcmp::eq(kept.as_bytes(), given.as_bytes())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::{CHALLENGE, VERIFIER};

    #[test]
    fn a_state_and_a_nonce_match_themselves_alone() {
        let (state, nonce) = (State::new(&[1; 32]), Nonce::new(&[1; 32]));
        assert!(state.matches(state.as_str()) && nonce.matches(nonce.as_str()));
        for wrong in ["", &state.as_str()[1..], &state.as_str().to_lowercase()] {
            assert!(!state.matches(wrong) && !nonce.matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        assert_eq!(CodeVerifier::parse(VERIFIER).unwrap().challenge().as_str(), CHALLENGE);
    }

    #[test]
    fn nothing_is_printed() {
        let printed = format!("{:?}", (State::new(&[1; 32]), CodeVerifier::new(&[1; 32])));
        assert_eq!(printed, "(State(redacted), CodeVerifier(redacted))");
    }
}
