//! Why a pushed request is refused.

use silta_oidc::{ClientAuthenticationError, OAuthErrorCode, PushedRequestError};
use thiserror::Error;

use crate::downstream::oidc::authenticate_error::AuthenticateError;
use crate::form_body_error::FormBodyError;
use crate::open_logins::OpenLoginsError;
use crate::sealed_store::SealedStoreError;
use crate::unavailable_error::UnavailableError;

/// Why a pushed request is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PushError {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// Its client did not authenticate.
    #[error(transparent)]
    Client(#[from] ClientAuthenticationError),
    /// The request is wrong.
    #[error(transparent)]
    Request(#[from] PushedRequestError),
    /// There is no room for it.
    #[error("too many logins are open; try again")]
    TooManyOpen(#[from] OpenLoginsError),
    /// The store did not do it, or the client's keys cannot be fetched.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] UnavailableError),
}

impl PushError {
    /// The `error` of the response [RFC 9126 §2.3].
    #[must_use]
    pub fn error_code(&self) -> OAuthErrorCode {
        match self {
            Self::Body(_) => OAuthErrorCode::InvalidRequest,
            Self::Client(error) => error.error_code(),
            Self::Request(error) => error.error_code(),
            Self::TooManyOpen(_) | Self::Unavailable(_) => OAuthErrorCode::TemporarilyUnavailable,
        }
    }

    /// A short stable word for logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Body(error) => error.reason(),
            Self::Client(error) => error.reason(),
            Self::Request(error) => error.reason(),
            Self::TooManyOpen(error) => error.reason(),
            Self::Unavailable(error) => error.reason(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Body(error) => error.status(),
            Self::Client(error) => error.status(),
            Self::Request(_) => 400,
            Self::TooManyOpen(_) | Self::Unavailable(_) => 503,
        }
    }

    /// The `WWW-Authenticate` header, which every 401 needs [RFC 9110 §15.5.2].
    #[must_use]
    pub fn www_authenticate(&self) -> Option<&'static str> {
        if let Self::Client(error) = self { error.www_authenticate() } else { None }
    }
}

impl From<AuthenticateError> for PushError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Client(error) => Self::Client(error),
            AuthenticateError::Unavailable(error) => Self::Unavailable(error),
        }
    }
}

impl From<SealedStoreError> for PushError {
    fn from(error: SealedStoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
