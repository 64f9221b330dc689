//! Why an ID token is refused.

use jiff::Timestamp;
use thiserror::Error;

use crate::{
    jose::{jwk_set::KeySelectionError, jws::JwsError},
    rp::claims::ClaimsError,
};

/// An ID token says nothing about who logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdTokenError {
    /// It is not a token that the provider signed.
    #[error("the ID token is refused: {0}")]
    Jws(#[from] JwsError),
    /// The named claim is missing.
    #[error("the ID token has no {0}")]
    Missing(&'static str),
    /// The named claim is of the wrong type, or beyond what it may be.
    #[error("{0} of the ID token is of the wrong type, empty or too long")]
    Malformed(&'static str),
    /// `iss` is another provider.
    #[error("the iss of the ID token is not the provider that was asked")]
    WrongIssuer,
    /// `aud` does not name us.
    #[error("the aud of the ID token does not name our client id")]
    WrongAudience,
    /// `aud` names others too, and no configuration says that they are trusted.
    #[error(
        "the aud of the ID token names others beside our client id; have it issued to us alone"
    )]
    UntrustedAudience,
    /// `azp` is another client.
    #[error("the azp of the ID token is not our client id")]
    WrongAuthorizedParty,
    /// `exp` is over.
    #[error("the ID token ended at {expires_at}, and it is {now}")]
    Expired {
        /// `exp`.
        expires_at: Timestamp,
        /// Our clock.
        now: Timestamp,
    },
    /// `iat` is later than the clocks can differ.
    #[error("the ID token was issued in the future, at {issued_at}, and it is {now}")]
    IssuedInTheFuture {
        /// `iat`.
        issued_at: Timestamp,
        /// Our clock.
        now: Timestamp,
    },
    /// `nbf` is later than the clocks can differ.
    #[error("the ID token is not valid before {not_before}, and it is {now}")]
    NotYetValid {
        /// `nbf`.
        not_before: Timestamp,
        /// Our clock.
        now: Timestamp,
    },
    /// `nonce` is that of another login.
    #[error("the nonce of the ID token is not that of this login")]
    WrongNonce,
    /// `at_hash` is that of another access token.
    #[error("the at_hash of the ID token does not fit the access token")]
    WrongAccessTokenHash,
    /// `auth_time` is later than the clocks can differ.
    #[error("the ID token says that the person authenticated in the future, at {auth_time}")]
    AuthenticatedInTheFuture {
        /// `auth_time`.
        auth_time: Timestamp,
    },
    /// The person authenticated longer ago than was asked for.
    #[error("the person authenticated at {auth_time}, but {needed} or later was asked for")]
    NotFresh {
        /// `auth_time`.
        auth_time: Timestamp,
        /// The earliest that would do.
        needed: Timestamp,
    },
    /// More claims than a login can hold.
    #[error("the claims of the ID token cannot be kept: {0}")]
    Claims(#[from] ClaimsError),
}

impl IdTokenError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Jws(error) => reason_of(error),
            Self::Missing(_) => "id_token_claim_missing",
            Self::Malformed(_) => "id_token_claim_malformed",
            Self::WrongIssuer => "id_token_wrong_issuer",
            Self::WrongAudience => "id_token_wrong_audience",
            Self::UntrustedAudience => "id_token_untrusted_audience",
            Self::WrongAuthorizedParty => "id_token_wrong_azp",
            Self::Expired { .. } => "id_token_expired",
            Self::IssuedInTheFuture { .. } | Self::AuthenticatedInTheFuture { .. } => {
                "id_token_from_the_future"
            }
            Self::NotYetValid { .. } => "id_token_not_yet_valid",
            Self::WrongNonce => "id_token_wrong_nonce",
            Self::WrongAccessTokenHash => "id_token_wrong_at_hash",
            Self::NotFresh { .. } => "not_fresh",
            Self::Claims(_) => "id_token_claims",
        }
    }

    /// Whether the provider may have changed its keys since its JWK Set was fetched: the token names a
    /// key that is not in it [OIDC Core §10.1.1].
    #[must_use]
    pub const fn needs_new_keys(&self) -> bool {
        matches!(self, Self::Jws(JwsError::Key(KeySelectionError::UnknownKid)))
    }
}

/// The words for a token that the provider did not sign, or not so that it can be read.
const fn reason_of(error: JwsError) -> &'static str {
    match error {
        JwsError::TooLong
        | JwsError::NotCompact
        | JwsError::Header(_)
        | JwsError::HeaderMember(_)
        | JwsError::Payload(_) => "id_token_malformed",
        JwsError::Encrypted => "id_token_encrypted",
        JwsError::Unsigned => "id_token_unsigned",
        JwsError::Algorithm => "id_token_algorithm",
        JwsError::Extension => "id_token_extension",
        JwsError::KeyInHeader => "id_token_key_in_header",
        JwsError::Kind(_) => "id_token_type",
        JwsError::Key(KeySelectionError::UnknownKid) => "id_token_unknown_key",
        JwsError::Key(
            KeySelectionError::KidMissing
            | KeySelectionError::NoFittingKey
            | KeySelectionError::Unusable(_),
        ) => "id_token_unusable_key",
        JwsError::Signature => "id_token_signature",
    }
}
