//! Why a userinfo request is refused.

use silta_oidc::{OAuthErrorCode, UserInfoRequestError};
use thiserror::Error;

use crate::form_body_error::FormBodyError;
use crate::sealed_store::SealedStoreError;
use crate::unavailable_error::UnavailableError;

/// Why a userinfo request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserInfoError {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The token or the request is wrong.
    #[error(transparent)]
    Request(#[from] UserInfoRequestError),
    /// The store did not do it, or a record could not be opened.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] UnavailableError),
}

impl UserInfoError {
    /// The `error` of the response; a request without a token gets none [RFC 6750 §3.1].
    #[must_use]
    pub fn error_code(self) -> Option<OAuthErrorCode> {
        match self {
            Self::Body(_) => Some(OAuthErrorCode::InvalidRequest),
            Self::Request(error) => error.error_code(),
            Self::Unavailable(_) => Some(OAuthErrorCode::TemporarilyUnavailable),
        }
    }
}

impl From<SealedStoreError> for UserInfoError {
    fn from(error: SealedStoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
