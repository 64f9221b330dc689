//! Errors of a token request, and their OAuth error codes.

use silta_oidc::{OAuthErrorCode, TokenRequestError};
use thiserror::Error;

use crate::downstream::oidc::authenticate_error::AuthenticateError;
use crate::form_body_error::FormBodyError;
use crate::sealed_store::SealedStoreError;
use crate::unavailable_error::UnavailableError;

/// Why a token request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RedeemError {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The request, its client or its code is wrong.
    #[error(transparent)]
    Request(#[from] TokenRequestError),
    /// The store did not do it, a record could not be opened, or a key could not be used.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] UnavailableError),
}

impl RedeemError {
    /// The `error` of the response.
    #[must_use]
    pub fn error_code(self) -> OAuthErrorCode {
        match self {
            Self::Body(_) => OAuthErrorCode::InvalidRequest,
            Self::Request(error) => error.error_code(),
            Self::Unavailable(_) => OAuthErrorCode::TemporarilyUnavailable,
        }
    }

    /// The `WWW-Authenticate` header, which every 401 needs [RFC 9110 §15.5.2].
    #[must_use]
    pub fn www_authenticate(self) -> Option<&'static str> {
        if let Self::Request(error) = self { error.www_authenticate() } else { None }
    }

    /// A short stable word for logs: the rule that was broken, or what failed.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Body(error) => error.reason(),
            Self::Request(error) => error.reason(),
            Self::Unavailable(error) => error.reason(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Body(error) => error.status(),
            Self::Request(error) => error.status(),
            Self::Unavailable(_) => 503,
        }
    }
}

impl From<AuthenticateError> for RedeemError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Client(error) => Self::Request(error.into()),
            AuthenticateError::Unavailable(error) => Self::Unavailable(error),
        }
    }
}

impl From<SealedStoreError> for RedeemError {
    fn from(error: SealedStoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
