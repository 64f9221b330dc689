//! The assertion by which a client authenticates without a secret: `private_key_jwt` [OIDC Core §9].

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    jose::{
        PLAIN_JWT,
        algorithm::SignatureAlgorithm,
        jwk_set::{JwkSet, KeySelectionError},
        jws::{JwsError, unverified_claims, verified_claims},
        numeric_date,
    },
    op::{client::Client, client_keys::ClientKeys, issuer::Issuer},
};

/// An assertion that came for a client that may send one. Nothing of it is verified.
pub struct ClientAssertion<'a> {
    pub(super) client: &'a Client,
    pub(super) keys: &'a ClientKeys,
    pub(super) compact: SecretString,
}

impl<'a> ClientAssertion<'a> {
    /// The client that it claims to be from. It proves nothing yet.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// Where the keys are that can verify it.
    #[must_use]
    pub fn keys(&self) -> &'a ClientKeys {
        self.keys
    }

    /// Verifies it by the client's `keys` at `now` [RFC 7523 §3]. It is good once: whoever takes it has
    /// to remember its id until its end.
    ///
    /// # Errors
    /// [`ClientAssertionError`].
    pub fn verify(
        &self,
        keys: &JwkSet,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<VerifiedClientAssertion<'a>, ClientAssertionError> {
        let claims = self.compact.expose_secret();
        let claims = verified_claims(claims, PLAIN_JWT, &SignatureAlgorithm::ALL, keys)?;
        names_client(&claims, self.client.id().as_str())?;
        is_for_us(&claims, issuer)?;
        let until = is_timely(&claims, now)?;
        let id = text(&claims, "jti").filter(|id| !id.is_empty());
        let id = id.ok_or(ClientAssertionError::Id)?.to_owned();
        Ok(VerifiedClientAssertion { client: self.client, id, until })
    }
}

impl fmt::Debug for ClientAssertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientAssertion({})", self.client.id())
    }
}

/// An assertion that one of the client's keys signed, for us, now. It proves who the client is if it
/// has not come before. `Debug` does not show its id.
#[must_use]
pub struct VerifiedClientAssertion<'a> {
    client: &'a Client,
    id: String,
    until: Timestamp,
}

impl<'a> VerifiedClientAssertion<'a> {
    /// The client that signed it.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// Its `jti`, by which the client tells its assertions apart.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Until when it could come again, clock skew included.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

impl fmt::Debug for VerifiedClientAssertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedClientAssertion({})", self.client.id())
    }
}

/// The `sub` that an assertion says, unverified: only whose keys are looked at, and whom the log names.
pub(super) fn claimed_subject(compact: &str) -> Option<String> {
    text(&unverified_claims(compact)?, "sub").map(str::to_owned)
}

/// The client speaks for itself, and for nobody else.
fn names_client(claims: &Map<String, Value>, id: &str) -> Result<(), ClientAssertionError> {
    let is_it = |name| text(claims, name) == Some(id);
    if is_it("iss") && is_it("sub") { Ok(()) } else { Err(ClientAssertionError::Issuer) }
}

/// It is for us alone, as one text: whoever else an assertion were for could use it here [FAPI2 §5.3.2.1].
/// Our issuer, the token endpoint [OIDC Core §9] or that of pushed requests [RFC 9126 §2]; each counts
/// wherever clients authenticate, because it counts once.
fn is_for_us(claims: &Map<String, Value>, issuer: &Issuer) -> Result<(), ClientAssertionError> {
    let audience = text(claims, "aud").ok_or(ClientAssertionError::Audience)?;
    let is_ours = audience == issuer.as_str()
        || ENDPOINTS.iter().any(|path| issuer.endpoint(path) == audience);
    if is_ours { Ok(()) } else { Err(ClientAssertionError::Audience) }
}

/// Its end, which is exclusive [RFC 7519 §4.1.4], with the skew of the client's clock.
fn is_timely(
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<Timestamp, ClientAssertionError> {
    let is_ahead = |at: Timestamp, by: SignedDuration| at.duration_since(now) > by;
    let end = instant(claims, "exp")?.ok_or(ClientAssertionError::Times)?;
    if is_ahead(end, MAX_LIFE + SKEW) {
        return Err(ClientAssertionError::TooLong);
    }
    for name in ["iat", "nbf"] {
        if instant(claims, name)?.is_some_and(|at| is_ahead(at, SKEW)) {
            return Err(ClientAssertionError::NotYetValid);
        }
    }
    let until = end.saturating_add(SKEW).map_err(|_| ClientAssertionError::Times)?;
    if now < until { Ok(until) } else { Err(ClientAssertionError::Expired) }
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}

fn instant(
    claims: &Map<String, Value>,
    name: &str,
) -> Result<Option<Timestamp>, ClientAssertionError> {
    let read = |value| numeric_date::instant(value).ok_or(ClientAssertionError::Times);
    claims.get(name).map(read).transpose()
}

/// Why a client assertion proves nothing. The sentence is the `error_description`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientAssertionError {
    /// Not three parts of base64url with JSON inside, encrypted, or too long.
    #[error("client_assertion is not a signed JWT in compact serialisation")]
    Malformed,
    /// `none`, HMAC, or another algorithm that is never accepted.
    #[error("client_assertion is not signed by RS256, PS256 or ES256; sign it by one of them")]
    Algorithm,
    /// The header brings a key, asks for an extension, or says that this is another kind of token.
    #[error("the header of client_assertion says more than is read; send alg, kid and typ JWT")]
    Header,
    /// No key of the client has this `kid`; it may be newer than what is known here.
    #[error("the key that client_assertion names is none of this client; register it")]
    UnknownKey,
    /// No `kid` among several keys, or a key for something else.
    #[error("no one key of this client fits kid and alg of client_assertion; check both")]
    UnfitKey,
    /// The key that it names did not sign it.
    #[error("the signature of client_assertion is wrong; check which key signs it")]
    Signature,
    /// `iss` and `sub` are not both the client's id.
    #[error("iss and sub of client_assertion are not both the client id; send it in both")]
    Issuer,
    /// `aud` is neither our issuer nor our token or PAR endpoint, not there, or a list.
    #[error("aud of client_assertion is not our issuer as one text; send the issuer")]
    Audience,
    /// `exp` is missing, or an instant is no number.
    #[error("exp of client_assertion is missing, or exp, iat or nbf is not a number of seconds")]
    Times,
    /// `exp` is over.
    #[error("client_assertion has expired; make one for each request, and check the clock")]
    Expired,
    /// `exp` is too far ahead.
    #[error("client_assertion lasts longer than an hour; make one for each request")]
    TooLong,
    /// `iat` or `nbf` is ahead.
    #[error("client_assertion is from the future; check the clock")]
    NotYetValid,
    /// No `jti`.
    #[error("jti of client_assertion is missing; send another one each time")]
    Id,
    /// The same `jti` came before.
    #[error("client_assertion was used before; make one for each request")]
    Replayed,
}

impl ClientAssertionError {
    /// A short stable word for logs.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "assertion_malformed",
            Self::Algorithm => "assertion_algorithm",
            Self::Header => "assertion_header",
            Self::UnknownKey => "assertion_key_unknown",
            Self::UnfitKey => "assertion_key_unfit",
            Self::Signature => "assertion_signature",
            Self::Issuer => "assertion_issuer",
            Self::Audience => "assertion_audience",
            Self::Times => "assertion_times",
            Self::Expired => "assertion_expired",
            Self::TooLong => "assertion_too_long",
            Self::NotYetValid => "assertion_not_yet_valid",
            Self::Id => "assertion_without_id",
            Self::Replayed => "assertion_replayed",
        }
    }
}

impl From<JwsError> for ClientAssertionError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::TooLong
            | JwsError::NotCompact
            | JwsError::Encrypted
            | JwsError::Header(_)
            | JwsError::HeaderMember(_)
            | JwsError::Payload(_) => Self::Malformed,
            JwsError::Unsigned | JwsError::Algorithm => Self::Algorithm,
            JwsError::Extension | JwsError::KeyInHeader | JwsError::Kind(_) => Self::Header,
            JwsError::Key(KeySelectionError::UnknownKid) => Self::UnknownKey,
            JwsError::Key(
                KeySelectionError::KidMissing
                | KeySelectionError::NoFittingKey
                | KeySelectionError::Unusable(_),
            ) => Self::UnfitKey,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// The endpoints, below the issuer, that a standard has clients name.
const ENDPOINTS: [&str; 2] = ["/token", "/par"];

/// Authlib's assertions last an hour, those of others a minute or ten. For so long an id is remembered.
const MAX_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// How far a client's clock may be from ours: machines that ask a time server are seconds apart.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests;
