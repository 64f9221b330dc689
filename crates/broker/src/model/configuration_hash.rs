//! Which configuration a replica runs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The SHA-256 of all that counts of a configuration: the same for two files that mean the same. Secrets are in it as
/// references, so nobody can try secrets against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigurationHash([u8; 32]);

impl ConfigurationHash {
    /// Takes the hash.
    #[must_use]
    pub fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 43 characters of base64url.
impl fmt::Display for ConfigurationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}
