//! Opaque tokens: random text that is the key to one record.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};

/// 32 random bytes as 43 characters of base64url; 256 bits cannot be guessed [RFC 6749 §10.10].
#[derive(Clone)]
pub(crate) struct OpaqueToken(SecretString);

impl OpaqueToken {
    pub(crate) fn new(random: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random).into())
    }

    /// `None` for anything that [`OpaqueToken::new`] could not have made.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.into()))
    }

    /// The digest that the store key is made of, so that the store does not reveal tokens.
    pub(crate) fn digest(&self) -> [u8; 32] {
        sha256(self.as_str().as_bytes())
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for OpaqueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("redacted")
    }
}
