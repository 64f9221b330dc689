//! Why a logout token is refused.

use jiff::Timestamp;
use thiserror::Error;

use crate::{
    jose::{jwk_set::KeySelectionError, jws::JwsError},
    rp::id_token::IdTokenError,
};

/// A logout token ends nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogoutTokenError {
    /// It is not a token that the provider signed.
    #[error("the logout token is refused: {0}")]
    Jws(#[from] JwsError),
    /// What an ID token must say too, it does not.
    #[error("the logout token is refused for what every token must say: {0}")]
    Claim(#[from] IdTokenError),
    /// It was issued longer ago than any provider takes.
    #[error("the logout token was issued at {issued_at}, and it is {now}")]
    TooOld {
        /// `iat`.
        issued_at: Timestamp,
        /// Our clock.
        now: Timestamp,
    },
    /// `events` has no logout.
    #[error("the events of the logout token have no logout")]
    NoLogout,
    /// It has a `nonce`, as an ID token has.
    #[error("the logout token has a nonce, which only ID tokens have")]
    Nonce,
    /// No `jti`.
    #[error("the logout token has no jti")]
    NoId,
    /// An empty `jti`, or one that is too long.
    #[error("the jti of the logout token is empty or too long")]
    BadId,
    /// Neither `sub` nor `sid`.
    #[error("the logout token has neither sub nor sid")]
    Nobody,
}

impl LogoutTokenError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Jws(error) => of_signature(error),
            Self::Claim(error) => of_claim(error),
            Self::TooOld { .. } => "logout_token_expired",
            Self::NoLogout => "logout_token_no_logout",
            Self::Nonce => "logout_token_nonce",
            Self::NoId | Self::BadId => "logout_token_jti",
            Self::Nobody => "logout_token_nobody",
        }
    }

    /// Whether the provider may have changed its keys since its JWK Set was fetched.
    #[must_use]
    pub const fn needs_new_keys(&self) -> bool {
        matches!(self, Self::Jws(JwsError::Key(KeySelectionError::UnknownKid)))
    }
}

const fn of_signature(error: JwsError) -> &'static str {
    match error {
        JwsError::TooLong
        | JwsError::NotCompact
        | JwsError::Header(_)
        | JwsError::HeaderMember(_)
        | JwsError::Payload(_)
        | JwsError::Encrypted => "logout_token_malformed",
        JwsError::Unsigned | JwsError::Algorithm => "logout_token_algorithm",
        JwsError::Extension | JwsError::KeyInHeader => "logout_token_header",
        JwsError::Kind(_) => "logout_token_type",
        JwsError::Key(_) => "logout_token_key",
        JwsError::Signature => "logout_token_signature",
    }
}

const fn of_claim(error: IdTokenError) -> &'static str {
    match error {
        IdTokenError::Jws(error) => of_signature(error),
        IdTokenError::WrongIssuer => "logout_token_wrong_issuer",
        IdTokenError::WrongAudience
        | IdTokenError::UntrustedAudience
        | IdTokenError::WrongAuthorizedParty => "logout_token_wrong_audience",
        IdTokenError::Expired { .. } => "logout_token_expired",
        IdTokenError::IssuedInTheFuture { .. }
        | IdTokenError::NotYetValid { .. }
        | IdTokenError::AuthenticatedInTheFuture { .. } => "logout_token_from_the_future",
        IdTokenError::Missing(_)
        | IdTokenError::Malformed(_)
        | IdTokenError::WrongNonce
        | IdTokenError::WrongAccessTokenHash
        | IdTokenError::NotFresh { .. }
        | IdTokenError::Claims(_) => "logout_token_malformed",
    }
}
