//! The JWK Set of a provider, as received [RFC 7517 §5].

use serde_json::{Map, Value};
use thiserror::Error;

use crate::jose::{
    algorithm::SignatureAlgorithm,
    verification_key::{UnusableKeyError, VerificationKey},
};
use crate::wire::json::{JsonError, read_object};

/// The public keys of one provider.
#[derive(Debug, Clone)]
pub struct JwkSet(Vec<Jwk>);

/// A key of a set; one that cannot be used stays, so that a token that names it gets the right reason.
#[derive(Debug, Clone)]
struct Jwk {
    kid: Option<String>,
    /// The only algorithm that the key may be used with [RFC 7517 §4.4]; `None` allows every one
    /// that fits.
    algorithm: Option<SignatureAlgorithm>,
    key: Result<VerificationKey, UnusableKeyError>,
}

impl JwkSet {
    /// Reads a set of at most 64 KiB and 64 keys. A key that cannot be used is skipped, as
    /// [RFC 7517 §5] asks; but a set that shows a private or a symmetric key is refused as a whole,
    /// because its owner can no longer be told from others.
    ///
    /// # Errors
    /// [`JwkSetError`].
    pub fn read(document: &[u8]) -> Result<Self, JwkSetError> {
        let set = read_object(document, MAX_BYTES)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwkSetError::NoKeys)?;
        if keys.len() > MAX_KEYS {
            return Err(JwkSetError::TooManyKeys);
        }
        let keys = keys.iter().filter_map(Value::as_object);
        let keys = keys.map(Jwk::read).collect::<Result<Vec<_>, _>>()?;
        if !keys.iter().any(|jwk| jwk.key.is_ok()) {
            return Err(JwkSetError::NoUsableKey);
        }
        Ok(Self(keys))
    }

    /// The keys that a token with this header may be signed with: those of its `kid`, or, when it
    /// has none, the only one that fits [OIDC Core §10.1].
    pub(crate) fn candidates(
        &self,
        kid: Option<&str>,
        algorithm: SignatureAlgorithm,
    ) -> Result<Vec<&VerificationKey>, KeySelectionError> {
        let Some(kid) = kid else {
            let fitting: Vec<_> =
                self.0.iter().filter_map(|jwk| jwk.usable(algorithm).ok()).collect();
            return match fitting.len() {
                0 => Err(KeySelectionError::NoFittingKey),
                1 => Ok(fitting),
                _ => Err(KeySelectionError::KidMissing),
            };
        };
        let mut named = self.0.iter().filter(|jwk| jwk.kid.as_deref() == Some(kid)).peekable();
        if named.peek().is_none() {
            return Err(KeySelectionError::UnknownKid);
        }
        // Keys of different kinds may share an id [RFC 7517 §4.5].
        let usable: Vec<_> = named.map(|jwk| jwk.usable(algorithm)).collect();
        let first_error = usable.iter().find_map(|key| key.as_ref().err().copied());
        let fitting: Vec<_> = usable.into_iter().filter_map(Result::ok).collect();
        match first_error {
            Some(error) if fitting.is_empty() => Err(error),
            Some(_) | None => Ok(fitting),
        }
    }
}

impl Jwk {
    fn read(jwk: &Map<String, Value>) -> Result<Self, JwkSetError> {
        if PRIVATE_MEMBERS.iter().any(|member| jwk.contains_key(*member)) {
            return Err(JwkSetError::PrivateMembers);
        }
        let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        let algorithm = jwk.get("alg").and_then(Value::as_str);
        let is_known = algorithm.and_then(SignatureAlgorithm::parse);
        let key = match (algorithm, is_known) {
            (Some(_), None) => Err(UnusableKeyError::Algorithm),
            (Some(_) | None, _) if !is_for_signatures(jwk) => Err(UnusableKeyError::Use),
            (Some(_) | None, _) => VerificationKey::read(jwk),
        };
        Ok(Self { kid, algorithm: is_known, key })
    }

    fn usable(&self, algorithm: SignatureAlgorithm) -> Result<&VerificationKey, KeySelectionError> {
        let key = self.key.as_ref().map_err(|error| KeySelectionError::Unusable(*error))?;
        let allowed = self.algorithm.is_none_or(|only| only == algorithm);
        if allowed && key.fits(algorithm) { Ok(key) } else { Err(KeySelectionError::NoFittingKey) }
    }
}

/// `use` and `key_ops` say so, or say nothing [RFC 7517 §4.2, §4.3].
fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let by_use = jwk.get("use").is_none_or(|word| word == "sig");
    let by_operations = jwk.get("key_ops").is_none_or(|list| {
        list.as_array().is_some_and(|list| list.iter().any(|word| word == "verify"))
    });
    by_use && by_operations
}

/// No key of the set can verify a token. It says which operator can change that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeySelectionError {
    /// The set has no key with the token's `kid`: the provider may have changed its keys since the set
    /// was fetched.
    #[error("its key is not in the provider's JWK Set")]
    UnknownKid,
    /// No `kid`, and more than one key that fits.
    #[error("it has no kid, and the provider's JWK Set has several keys that fit")]
    KidMissing,
    /// The key is for another algorithm than the token's.
    #[error("no key of the provider's JWK Set is for its algorithm")]
    NoFittingKey,
    /// The key that the token names is weak, malformed or for another use.
    #[error("its key in the provider's JWK Set cannot be used: {0}")]
    Unusable(UnusableKeyError),
}

/// A JWK Set cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JwkSetError {
    /// It has no unambiguous reading.
    #[error("the JWK Set cannot be read: {0}")]
    Json(#[from] JsonError),
    /// No array `keys`.
    #[error("the JWK Set has no array named keys")]
    NoKeys,
    /// More keys than any provider has.
    #[error("the JWK Set has more than 64 keys")]
    TooManyKeys,
    /// It shows a private or a symmetric key.
    #[error("the JWK Set shows a private or a symmetric key; its owner must replace that key")]
    PrivateMembers,
    /// None of the keys can verify a signature that is accepted.
    #[error("the JWK Set has no key for RS256, PS256 or ES256")]
    NoUsableKey,
}

/// The private members of RSA, EC and OKP keys, and the value of a symmetric key [RFC 7518 §6].
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The largest sets known hold a dozen keys with their certificates, some 30 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Five times the largest set known; a token without a `kid` looks at all of them.
const MAX_KEYS: usize = 64;

#[cfg(test)]
mod tests;
