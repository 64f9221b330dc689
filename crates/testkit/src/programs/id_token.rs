//! What every relying party asks of an ID token.

use jiff::Timestamp;
use serde_json::Value;

use crate::jws::Jws;

/// The rule that an ID token breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTokenError {
    /// It is no signed token in compact form: broken, or encrypted.
    Unreadable,
    /// It is not signed with RS256.
    Algorithm,
    /// Its header has no `kid`.
    NoKid,
    /// The JWKS, as it is now, has no RSA key with its `kid`.
    UnknownKid,
    /// The key with its `kid` did not sign it.
    Signature,
    /// `iss` is not the configured issuer, character by character.
    Issuer,
    /// `aud` is not this client.
    Audience,
    /// `exp` is over, or not there.
    Expired,
    /// `sub` is not there or empty.
    NoSub,
}

/// Takes a token apart that must say RS256.
pub(crate) fn rs256(compact: &str) -> Result<Jws, IdTokenError> {
    let token = Jws::read(compact).ok_or(IdTokenError::Unreadable)?;
    if token.header("alg") == Some("RS256") { Ok(token) } else { Err(IdTokenError::Algorithm) }
}

/// Judges `iss`, `aud` and `exp`, in this order, and returns `sub`. No clock skew is forgiven.
pub(crate) fn subject(
    token: &Jws,
    issuer: &str,
    is_for_us: impl FnOnce(&Value) -> bool,
    now: Timestamp,
) -> Result<String, IdTokenError> {
    if token.claim("iss") != Some(issuer) {
        return Err(IdTokenError::Issuer);
    }
    if !token.claims.get("aud").is_some_and(is_for_us) {
        return Err(IdTokenError::Audience);
    }
    if !token.is_alive(now.as_second()) {
        return Err(IdTokenError::Expired);
    }
    let sub = token.claim("sub").filter(|sub| !sub.is_empty());
    sub.map(str::to_owned).ok_or(IdTokenError::NoSub)
}
