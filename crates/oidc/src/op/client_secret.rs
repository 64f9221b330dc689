//! The secrets of a client.

use std::fmt;

use openssl::{memcmp, sha::sha256};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// The secrets of a client: one, and others during a rotation, which needs no common instant so.
#[derive(Debug, Clone)]
pub struct ClientSecrets {
    secret: ClientSecret,
    others: Vec<ClientSecret>,
}

impl ClientSecrets {
    /// Accepts another secret too.
    #[must_use]
    pub fn and(mut self, other: ClientSecret) -> Self {
        self.others.push(other);
        self
    }

    /// Whether `given` is one of them.
    #[must_use]
    pub fn accept(&self, given: &SecretString) -> bool {
        // No short cut: the time must not tell which of them it was.
        let others = self.others.iter().map(|secret| secret.matches(given));
        others.fold(self.secret.matches(given), |any, one| any | one)
    }
}

impl From<ClientSecret> for ClientSecrets {
    fn from(secret: ClientSecret) -> Self {
        Self { secret, others: vec![] }
    }
}

/// A client's secret. Only its SHA-256 is kept, so that not even a core dump holds it.
#[derive(Clone)]
pub struct ClientSecret([u8; 32]);

impl ClientSecret {
    /// A secret without a preimage, to compare with when the client is unknown.
    pub(crate) const UNKNOWN_CLIENT: Self = Self([0; 32]);

    /// Takes a secret from the configuration.
    ///
    /// # Errors
    /// [`ClientConfigError::ShortSecret`] or [`ClientConfigError::SecretCharacter`].
    pub fn new(secret: &SecretString) -> Result<Self, ClientConfigError> {
        let bytes = secret.expose_secret().as_bytes();
        // Most often this is the newline at the end of a file [RFC 6749 §A.2].
        if !bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(ClientConfigError::SecretCharacter);
        }
        if bytes.len() < MIN_SECRET_LENGTH {
            return Err(ClientConfigError::ShortSecret);
        }
        Ok(Self(sha256(bytes)))
    }

    /// Whether `given` is this secret, in a time that depends on neither's content.
    #[must_use]
    pub fn matches(&self, given: &SecretString) -> bool {
        memcmp::eq(&self.0, &sha256(given.expose_secret().as_bytes()))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}

/// A client's secret cannot be used; each sentence says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientConfigError {
    /// Guessable: a secret for machines needs 128 bits [RFC 6749 §10.10].
    #[error("the secret is shorter than 16 characters; use the output of: openssl rand -hex 32")]
    ShortSecret,
    /// A control character or non-ASCII.
    #[error(
        "the secret holds a newline or another character that is not printable ASCII; remove it"
    )]
    SecretCharacter,
}

/// 128 bits as bytes; a random secret of this length is not guessed.
const MIN_SECRET_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::SECRET;

    #[test]
    fn accepts_the_old_and_the_new_secret_during_a_rotation() {
        let next = SecretString::from("the-next-secret-of-this-client");
        let one = ClientSecrets::from(ClientSecret::new(&SECRET.into()).unwrap());
        let rotating = one.clone().and(ClientSecret::new(&next).unwrap());
        assert!(rotating.accept(&next));
        assert!(rotating.accept(&SECRET.into()));
        assert!(!rotating.accept(&"neither-of-the-two-secrets".into()));
        assert!(!one.accept(&next));
    }

    #[test]
    fn nobody_has_nobodys_secret() {
        assert!(!ClientSecret::UNKNOWN_CLIENT.matches(&"".into()));
        assert!(!ClientSecret::UNKNOWN_CLIENT.matches(&"\0".repeat(32).into()));
    }

    #[test]
    fn refuses_secrets_that_can_be_guessed_or_were_read_wrongly() {
        for (text, reason) in [
            ("", ClientConfigError::ShortSecret),
            ("fifteen-letters", ClientConfigError::ShortSecret),
            ("a-good-long-secret-of-a-file\n", ClientConfigError::SecretCharacter),
            ("a-good-long-secret-wïth-accent", ClientConfigError::SecretCharacter),
        ] {
            assert_eq!(ClientSecret::new(&text.into()).unwrap_err(), reason, "{text}");
        }
    }
}
