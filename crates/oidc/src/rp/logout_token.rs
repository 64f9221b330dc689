//! The logout token of a provider, as received, and as verified [OIDC Back-Channel Logout §2.4, §2.6].

mod error;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use error::LogoutTokenError;

use crate::{
    jose::{
        algorithm::SignatureAlgorithm, jwk_set::JwkSet, jws::verified_claims, numeric_date::later,
    },
    rp::{
        id_token::{ProviderSubject, checks},
        issuer::ProviderIssuer,
        unverified::Unverified,
    },
    wire::client_id::ClientId,
};

/// A logout token in compact serialisation.
#[derive(Clone)]
pub struct LogoutToken(String);

impl LogoutToken {
    /// The token that came to our back channel.
    #[must_use]
    pub fn received(compact: &str) -> Unverified<Self> {
        Unverified::new(Self(compact.to_owned()))
    }
}

/// What a logout token must say, all of it from the configuration.
#[derive(Debug, Clone, Copy)]
pub struct LogoutTokenExpectation<'a> {
    /// The provider at whose back channel it came.
    pub issuer: &'a ProviderIssuer,
    /// Our client id there.
    pub client_id: &'a ClientId,
    /// The algorithms that this provider may sign with.
    pub algorithms: &'a [SignatureAlgorithm],
    /// How far the provider's clock may be from ours.
    pub skew: Duration,
}

impl Unverified<LogoutToken> {
    /// Whose session is over, if the provider signed it for us, as a logout token, and lately.
    ///
    /// # Errors
    /// [`LogoutTokenError`]. Where [`LogoutTokenError::needs_new_keys`] is true, a newer JWK Set may verify
    /// a clone of the same token.
    pub fn verify(
        self,
        expect: &LogoutTokenExpectation<'_>,
        keys: &JwkSet,
        now: Timestamp,
    ) -> Result<VerifiedLogoutToken, LogoutTokenError> {
        let LogoutToken(compact) = self.into_received();
        let claims = verified_claims(&compact, LOGOUT_JWT, expect.algorithms, keys)?;
        checks::issuer(&claims, expect.issuer)?;
        checks::audience(&claims, expect.client_id)?;
        let (issued_at, expires_at) = checks::times(&claims, expect.skew, now)?;
        // Whoever says that it is good for years does not make us remember it for as long.
        let valid_until = expires_at.min(later(issued_at, LONGEST_LIFE));
        let valid_until = later(valid_until, expect.skew);
        if now >= valid_until {
            return Err(LogoutTokenError::TooOld { issued_at, now });
        }
        event(&claims)?;
        // A token with one could be an ID token [OIDC Back-Channel Logout §2.4].
        if claims.contains_key("nonce") {
            return Err(LogoutTokenError::Nonce);
        }
        let id = match checks::text(&claims, "jti")? {
            Some(id) if (1..=MAX_ID_BYTES).contains(&id.len()) => id.to_owned(),
            Some(_) => return Err(LogoutTokenError::BadId),
            None => return Err(LogoutTokenError::NoId),
        };
        let subject =
            checks::text(&claims, "sub")?.map(|_| checks::subject(&claims)).transpose()?;
        let session_id = checks::session_id(&claims)?;
        let whose = match (subject, session_id) {
            (Some(subject), None) => LoggedOut::Everywhere(subject),
            (Some(subject), Some(session)) => LoggedOut::Session(Some(subject), session),
            (None, Some(session)) => LoggedOut::Session(None, session),
            (None, None) => return Err(LogoutTokenError::Nobody),
        };
        Ok(VerifiedLogoutToken { id, valid_until, whose })
    }
}

/// A logout token that was verified; that it comes for the first time is the caller's to find out. Only
/// [`Unverified::<LogoutToken>::verify`] makes one. `Debug` does not show the person.
pub struct VerifiedLogoutToken {
    id: String,
    valid_until: Timestamp,
    whose: LoggedOut,
}

/// Whose sessions are over. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq)]
pub enum LoggedOut {
    /// All of this person.
    Everywhere(ProviderSubject),
    /// The one of this `sid`; the person, if the token names them.
    Session(Option<ProviderSubject>, String),
}

impl VerifiedLogoutToken {
    /// `jti`, which counts once.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Until when it could be presented again, clock skew included.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Whose sessions are over.
    #[must_use]
    pub fn whose(&self) -> &LoggedOut {
        &self.whose
    }
}

impl fmt::Debug for VerifiedLogoutToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedLogoutToken(until {})", self.valid_until)
    }
}

impl fmt::Debug for LoggedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everywhere(_) => "Everywhere",
            Self::Session(..) => "Session",
        })
    }
}

/// `events` says that it is a logout: a member of this name, whose value is an object.
fn event(claims: &Map<String, Value>) -> Result<(), LogoutTokenError> {
    let event = claims.get("events").and_then(Value::as_object).and_then(|all| all.get(EVENT));
    if event.is_some_and(Value::is_object) { Ok(()) } else { Err(LogoutTokenError::NoLogout) }
}

/// [OIDC Back-Channel Logout §2.4].
const LOGOUT_JWT: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Providers say two minutes; each is remembered for so long.
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// A UUID, or a random number.
const MAX_ID_BYTES: usize = 256;

#[cfg(test)]
mod tests;
