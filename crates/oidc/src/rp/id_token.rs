//! The ID token of a provider, as received, and as verified [OIDC Core §3.1.3.7].

pub(super) mod checks;
mod error;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

pub use error::IdTokenError;

use crate::{
    jose::{PLAIN_JWT, algorithm::SignatureAlgorithm, jwk_set::JwkSet, jws::verified_claims},
    rp::{
        access_token::ProviderAccessToken, acr::Acr, claims::Claims, issuer::ProviderIssuer,
        login_values::Nonce, unverified::Unverified,
    },
    wire::client_id::ClientId,
};

/// An ID token in compact serialisation.
#[derive(Clone)]
pub struct IdToken(String);

impl IdToken {
    /// The token of a token response.
    #[must_use]
    pub fn received(compact: &str) -> Unverified<Self> {
        Unverified::new(Self(compact.to_owned()))
    }
}

/// What an ID token must say. All of it is taken from the configuration and from the record of the
/// login, and nothing from the token.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The provider that was asked.
    pub issuer: &'a ProviderIssuer,
    /// Our client id there.
    pub client_id: &'a ClientId,
    /// The algorithms that this provider may sign with.
    pub algorithms: &'a [SignatureAlgorithm],
    /// The nonce of the login.
    pub nonce: &'a Nonce,
    /// The access token that came along, which `at_hash` binds.
    pub access_token: &'a ProviderAccessToken,
    /// The earliest `auth_time` that will do, if freshness was asked for: the instant of the request
    /// less its `max_age`.
    pub authenticated_since: Option<Timestamp>,
    /// How far the provider's clock may be from ours.
    pub skew: Duration,
}

impl Unverified<IdToken> {
    /// The claims of the token, if the provider signed it for us, for this login, and lately.
    ///
    /// # Errors
    /// [`IdTokenError`]. Where [`IdTokenError::needs_new_keys`] is true, a newer JWK Set may verify a
    /// clone of the same token.
    pub fn verify(
        self,
        expect: &Expectation<'_>,
        keys: &JwkSet,
        now: Timestamp,
    ) -> Result<VerifiedIdToken, IdTokenError> {
        let IdToken(compact) = self.into_received();
        let claims = verified_claims(&compact, PLAIN_JWT, expect.algorithms, keys)?;
        checks::issuer(&claims, expect.issuer)?;
        checks::audience(&claims, expect.client_id)?;
        checks::times(&claims, expect.skew, now)?;
        checks::nonce(&claims, expect.nonce)?;
        checks::access_token_hash(&claims, expect.access_token)?;
        let auth_time = checks::auth_time(&claims, expect, now)?;
        Ok(VerifiedIdToken {
            subject: checks::subject(&claims)?,
            acr: checks::acr(&claims)?,
            auth_time,
            session_id: checks::session_id(&claims)?,
            claims: Claims::read(&claims)?,
            compact: compact.into(),
        })
    }
}

/// An ID token that was verified. Only [`Unverified::<IdToken>::verify`] makes one. `Debug` does not
/// show the person.
#[derive(Clone)]
pub struct VerifiedIdToken {
    subject: ProviderSubject,
    acr: Option<Acr>,
    auth_time: Option<Timestamp>,
    session_id: Option<String>,
    claims: Claims,
    compact: SecretString,
}

impl VerifiedIdToken {
    /// `sub`: the provider's identifier of the person.
    #[must_use]
    pub fn subject(&self) -> &ProviderSubject {
        &self.subject
    }

    /// `acr`: the level that was reached, in the provider's words.
    #[must_use]
    pub fn acr(&self) -> Option<&Acr> {
        self.acr.as_ref()
    }

    /// `auth_time`: when the person authenticated.
    #[must_use]
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.auth_time
    }

    /// `sid`: the provider's session [OIDC Front-Channel Logout §3].
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The token as the provider sent it, which is what it wants back as `id_token_hint` when the person
    /// logs out [OIDC RP-Initiated Logout §2]. It names the person.
    #[must_use]
    pub fn compact(&self) -> &SecretString {
        &self.compact
    }

    /// The claims about the person.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
}

impl fmt::Debug for VerifiedIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedIdToken")
            .field("acr", &self.acr)
            .field("auth_time", &self.auth_time)
            .finish_non_exhaustive()
    }
}

/// A provider's `sub`: 1 to 255 ASCII characters, compared in their case [OIDC Core §2]. It may be a
/// national identity number, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSubject(String);

impl ProviderSubject {
    fn parse(text: &str) -> Option<Self> {
        ((1..=255).contains(&text.len()) && text.is_ascii()).then(|| Self(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProviderSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderSubject(redacted)")
    }
}

#[cfg(test)]
mod tests;
