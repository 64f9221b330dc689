//! The access token of a provider.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// An access token of a provider, opaque and for its userinfo endpoint alone.
#[derive(Clone)]
pub struct ProviderAccessToken(SecretString);

impl ProviderAccessToken {
    /// Takes what can stand in a header [RFC 6750 §2.1] and is at most 16 KiB long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_ACCESS_TOKEN_BYTES).contains(&text.len());
        let graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
        (fits && graphic).then(|| Self(text.into()))
    }

    /// The `Authorization` header of the userinfo request.
    #[must_use]
    pub fn authorization(&self) -> SecretString {
        format!("Bearer {}", self.as_str()).into()
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ProviderAccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderAccessToken(redacted)")
    }
}

/// Access tokens are opaque or JWTs of some 2 KiB; servers take headers of 8 to 16 KiB.
const MAX_ACCESS_TOKEN_BYTES: usize = 16 * 1024;
