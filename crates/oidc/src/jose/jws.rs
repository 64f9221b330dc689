//! A signed token of a peer in compact serialisation [RFC 7515 §3.1].

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::jose::{
    algorithm::SignatureAlgorithm,
    jwk_set::{JwkSet, KeySelectionError},
    verification_key::VerificationKey,
};
use crate::wire::json::{JsonError, read_object};

/// The claims of the JWT `compact`, if a key of `keys` signed it by one of the `allowed` algorithms, and
/// its `typ`, where it has one, says that it is of this `kind` [RFC 8725 §3.11]: an ID token is a plain
/// `JWT`, a logout token a `logout+jwt`. Everything in it is read from the octets that the signature covers, and only once it is verified.
///
/// # Errors
/// [`JwsError`].
pub(crate) fn verified_claims(
    compact: &str,
    kind: &'static str,
    allowed: &[SignatureAlgorithm],
    keys: &JwkSet,
) -> Result<Map<String, Value>, JwsError> {
    if compact.len() > MAX_BYTES {
        return Err(JwsError::TooLong);
    }
    let (header, payload, signature) = parts(compact)?;
    let header = Header::read(&decoded(header)?, kind, allowed)?;
    let candidates = keys.candidates(header.kid.as_deref(), header.algorithm)?;
    let (signed, _) = compact.rsplit_once('.').ok_or(JwsError::NotCompact)?;
    let signature = decoded(signature)?;
    let verifies =
        |key: &&VerificationKey| key.verifies(header.algorithm, signed.as_bytes(), &signature);
    if !candidates.iter().any(verifies) {
        return Err(JwsError::Signature);
    }
    read_object(&decoded(payload)?, MAX_BYTES).map_err(JwsError::Payload)
}

/// What a JWS says, of which nothing is verified; `None` where it has no one reading. Only what anybody
/// could write as well may be looked up by it.
pub(crate) fn unverified_claims(compact: &str) -> Option<Map<String, Value>> {
    read_unverified(compact).ok()
}

/// The same, with why it has no reading.
pub(crate) fn read_unverified(compact: &str) -> Result<Map<String, Value>, JwsError> {
    let (_header, payload, _signature) = parts(compact)?;
    read_object(&decoded(payload)?, MAX_BYTES).map_err(JwsError::Payload)
}

/// The three parts of a JWS. A JWE has five [RFC 7516 §3.1], and is told apart for the operator.
fn parts(compact: &str) -> Result<(&str, &str, &str), JwsError> {
    let mut parts = compact.split('.');
    let three = (parts.next(), parts.next(), parts.next());
    match (three, parts.count()) {
        ((Some(header), Some(payload), Some(signature)), 0) => Ok((header, payload, signature)),
        (_, 2) => Err(JwsError::Encrypted),
        _ => Err(JwsError::NotCompact),
    }
}

/// base64url without padding, and with zero in the bits that are left over [RFC 7515 §2].
fn decoded(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::NotCompact)
}

/// The header [RFC 7515 §4.1], as far as it is allowed to say anything.
struct Header {
    algorithm: SignatureAlgorithm,
    kid: Option<String>,
}

impl Header {
    fn read(
        octets: &[u8],
        kind: &'static str,
        allowed: &[SignatureAlgorithm],
    ) -> Result<Self, JwsError> {
        let header = read_object(octets, MAX_HEADER_BYTES).map_err(JwsError::Header)?;
        let text = |name| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(JwsError::HeaderMember(name)),
        };
        let algorithm = text("alg")?.ok_or(JwsError::HeaderMember("alg"))?;
        // [RFC 7518 §3.6]; some readers forgave its spelling.
        if algorithm.eq_ignore_ascii_case("none") {
            return Err(JwsError::Unsigned);
        }
        let algorithm = SignatureAlgorithm::parse(algorithm).filter(|one| allowed.contains(one));
        let algorithm = algorithm.ok_or(JwsError::Algorithm)?;
        // Nothing that must be understood is understood here [RFC 7515 §4.1.11], and `b64` is valid
        // only when it must be [RFC 7797 §6].
        for extension in ["crit", "b64"] {
            if header.contains_key(extension) {
                return Err(JwsError::Extension);
            }
        }
        // Keys come from the configured JWK Set alone, and nothing is fetched [RFC 8725 §3.10].
        for key in ["jku", "jwk", "x5u"] {
            if header.contains_key(key) {
                return Err(JwsError::KeyInHeader);
            }
        }
        if text("typ")?.is_some_and(|typ| !typ.eq_ignore_ascii_case(kind)) {
            return Err(JwsError::Kind(kind));
        }
        Ok(Self { algorithm, kid: text("kid")?.map(str::to_owned) })
    }
}

/// A signed token is refused before any of its claims is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JwsError {
    /// More than 64 KiB.
    #[error("it is longer than 64 KiB")]
    TooLong,
    /// Not three parts in base64url.
    #[error("it is not a JWS in compact serialisation")]
    NotCompact,
    /// Five parts, as an encrypted token has.
    #[error("it is encrypted, and no key for that is configured")]
    Encrypted,
    /// The header has no unambiguous reading.
    #[error("its header cannot be read: {0}")]
    Header(JsonError),
    /// The named member of the header is missing or not text.
    #[error("{0} in its header is missing or not text")]
    HeaderMember(&'static str),
    /// `alg` none.
    #[error("it is not signed (alg none)")]
    Unsigned,
    /// Another algorithm than those that are allowed for this provider; HMAC never is.
    #[error("it is signed by an algorithm that is not allowed for this provider")]
    Algorithm,
    /// `crit` or `b64`.
    #[error("its header asks for an extension (crit or b64)")]
    Extension,
    /// `jku`, `jwk` or `x5u`.
    #[error("its header brings or names a key of its own (jku, jwk or x5u)")]
    KeyInHeader,
    /// A `typ` other than this one.
    #[error("its typ is not {0}")]
    Kind(&'static str),
    /// No key of the provider can verify it.
    #[error(transparent)]
    Key(#[from] KeySelectionError),
    /// The key of its `kid` did not sign it.
    #[error("its signature is wrong")]
    Signature,
    /// What was signed has no unambiguous reading.
    #[error("its claims cannot be read: {0}")]
    Payload(JsonError),
}

/// ID tokens are some 2 KiB; those with nested proofs of identity a few times that.
const MAX_BYTES: usize = 64 * 1024;

/// A header has three members; a certificate chain in `x5c`, which is not read, some 6 KiB.
const MAX_HEADER_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests;
