//! The rules of [OIDC Core §3.1.3.7] that an ID token has to pass once its signature is verified, one
//! function each.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openssl::memcmp;
use serde_json::{Map, Value};

use super::{Expectation, IdTokenError, ProviderSubject};
use crate::{
    jose::numeric_date,
    rp::{
        access_token::ProviderAccessToken, acr::Acr, issuer::ProviderIssuer, login_values::Nonce,
    },
    wire::{at_hash::at_hash, client_id::ClientId},
};

type Members = Map<String, Value>;

/// Octet for octet.
pub(in crate::rp) fn issuer(
    claims: &Members,
    expected: &ProviderIssuer,
) -> Result<(), IdTokenError> {
    match text(claims, "iss")?.ok_or(IdTokenError::Missing("iss"))? {
        issuer if issuer == expected.as_str() => Ok(()),
        _ => Err(IdTokenError::WrongIssuer),
    }
}

/// We are the audience, and the only one: a token with further audiences that the client does not trust
/// must be refused [OIDC Core §3.1.3.7, rule 3], and none is configured as trusted. `azp`, which says
/// whom the token was issued to, cannot make up for that; where it is there, it must be us (rules 4, 5).
pub(in crate::rp) fn audience(claims: &Members, client_id: &ClientId) -> Result<(), IdTokenError> {
    let audiences = match claims.get("aud") {
        None => return Err(IdTokenError::Missing("aud")),
        Some(Value::Array(items)) if (1..=MAX_AUDIENCES).contains(&items.len()) => {
            items.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
        }
        Some(one) => one.as_str().map(|one| vec![one]),
    };
    let audiences = audiences.ok_or(IdTokenError::Malformed("aud"))?;
    if !audiences.contains(&client_id.as_str()) {
        return Err(IdTokenError::WrongAudience);
    }
    if audiences.iter().any(|one| *one != client_id.as_str()) {
        return Err(IdTokenError::UntrustedAudience);
    }
    match text(claims, "azp")? {
        Some(azp) if azp != client_id.as_str() => Err(IdTokenError::WrongAuthorizedParty),
        Some(_) | None => Ok(()),
    }
}

/// `exp` is exclusive [RFC 7519 §4.1.4]; `iat` and `nbf` are not in the future. `iat` and `exp` come back.
pub(in crate::rp) fn times(
    claims: &Members,
    skew: Duration,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), IdTokenError> {
    let expires_at = instant(claims, "exp")?.ok_or(IdTokenError::Missing("exp"))?;
    if !is_later(expires_at, now, skew) {
        return Err(IdTokenError::Expired { expires_at, now });
    }
    let issued_at = instant(claims, "iat")?.ok_or(IdTokenError::Missing("iat"))?;
    if is_future(issued_at, now, skew) {
        return Err(IdTokenError::IssuedInTheFuture { issued_at, now });
    }
    match instant(claims, "nbf")? {
        Some(not_before) if is_future(not_before, now, skew) => {
            Err(IdTokenError::NotYetValid { not_before, now })
        }
        Some(_) | None => Ok((issued_at, expires_at)),
    }
}

/// The nonce that was sent must be there.
pub(super) fn nonce(claims: &Members, expected: &Nonce) -> Result<(), IdTokenError> {
    let nonce = text(claims, "nonce")?.ok_or(IdTokenError::Missing("nonce"))?;
    if expected.matches(nonce) { Ok(()) } else { Err(IdTokenError::WrongNonce) }
}

/// `at_hash` is optional in the code flow, and compared when it is there [OIDC Core §3.1.3.8].
pub(super) fn access_token_hash(
    claims: &Members,
    access_token: &ProviderAccessToken,
) -> Result<(), IdTokenError> {
    let Some(given) = text(claims, "at_hash")? else { return Ok(()) };
    let made = at_hash(access_token.as_str());
    if made.len() == given.len() && memcmp::eq(made.as_bytes(), given.as_bytes()) {
        Ok(())
    } else {
        Err(IdTokenError::WrongAccessTokenHash)
    }
}

/// `auth_time` must be there when freshness was asked for [OIDC Core §2], and be recent enough.
pub(super) fn auth_time(
    claims: &Members,
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, IdTokenError> {
    let auth_time = instant(claims, "auth_time")?;
    if let Some(auth_time) = auth_time
        && is_future(auth_time, now, expect.skew)
    {
        return Err(IdTokenError::AuthenticatedInTheFuture { auth_time });
    }
    match (expect.authenticated_since, auth_time) {
        (Some(_), None) => Err(IdTokenError::Missing("auth_time")),
        (Some(needed), Some(auth_time)) if is_future(needed, auth_time, expect.skew) => {
            Err(IdTokenError::NotFresh { auth_time, needed })
        }
        (None, _) | (Some(_), Some(_)) => Ok(auth_time),
    }
}

pub(in crate::rp) fn subject(claims: &Members) -> Result<ProviderSubject, IdTokenError> {
    let subject = text(claims, "sub")?.ok_or(IdTokenError::Missing("sub"))?;
    ProviderSubject::parse(subject).ok_or(IdTokenError::Malformed("sub"))
}

pub(super) fn acr(claims: &Members) -> Result<Option<Acr>, IdTokenError> {
    match text(claims, "acr")? {
        None => Ok(None),
        Some(acr) => Acr::parse(acr).map(Some).ok_or(IdTokenError::Malformed("acr")),
    }
}

pub(in crate::rp) fn session_id(claims: &Members) -> Result<Option<String>, IdTokenError> {
    match text(claims, "sid")? {
        Some(sid) if !(1..=MAX_SESSION_ID_BYTES).contains(&sid.len()) => {
            Err(IdTokenError::Malformed("sid"))
        }
        sid => Ok(sid.map(str::to_owned)),
    }
}

pub(in crate::rp) fn text<'a>(
    claims: &'a Members,
    name: &'static str,
) -> Result<Option<&'a str>, IdTokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(IdTokenError::Malformed(name)),
    }
}

fn instant(claims: &Members, name: &'static str) -> Result<Option<Timestamp>, IdTokenError> {
    let read = |value| numeric_date::instant(value).ok_or(IdTokenError::Malformed(name));
    claims.get(name).map(read).transpose()
}

/// Whether `end` is still ahead when our clock goes fast by `skew`.
fn is_later(end: Timestamp, now: Timestamp, skew: Duration) -> bool {
    now.duration_since(end) < signed(skew)
}

/// Whether `instant` is ahead of `now` even if our clock goes slow by `skew`.
fn is_future(instant: Timestamp, now: Timestamp, skew: Duration) -> bool {
    instant.duration_since(now) > signed(skew)
}

/// A skew that no clock can hold forgives nothing.
fn signed(skew: Duration) -> SignedDuration {
    SignedDuration::try_from(skew).unwrap_or(SignedDuration::ZERO)
}

/// We, and a few services beside us, which have a reason of their own.
const MAX_AUDIENCES: usize = 16;

/// A session's name: a UUID, or a random number.
const MAX_SESSION_ID_BYTES: usize = 256;
