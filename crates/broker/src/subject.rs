//! `sub`: stable, pairwise, and telling nothing.

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use secrecy::{ExposeSecret, SecretBox};

use crate::hex::hex;
use crate::upstream::UpstreamName;

/// The key of every `sub`. Whoever has it can test guesses of a national identity number; whoever
/// changes it changes everybody's `sub`.
pub struct SubjectKey(SecretBox<[u8; 32]>);

impl SubjectKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(key)))
    }

    /// The `sub` of a person: a keyed hash over upstream, attribute, value and sector, each with
    /// its length in front, so that no two different tuples run together into the same octets.
    ///
    /// 64 lower-case hexadecimal digits: Cognito allows 95 characters and folds case.
    pub(crate) fn sub(
        &self,
        upstream: &UpstreamName,
        attribute: &str,
        value: &str,
        sector: &str,
    ) -> Result<String, openssl::error::ErrorStack> {
        let hmac = PKey::hmac(self.0.expose_secret())?;
        let mut signer = Signer::new(MessageDigest::sha256(), &hmac)?;
        for part in [upstream.as_str(), attribute, value, sector] {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            signer.update(&length.to_be_bytes())?;
            signer.update(part.as_bytes())?;
        }
        Ok(hex(&signer.sign_to_vec()?))
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(redacted)")
    }
}
