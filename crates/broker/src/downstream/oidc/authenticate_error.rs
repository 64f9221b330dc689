//! Why a client is not known to be who it says.

use silta_oidc::{ClientAssertionError, ClientAuthenticationError};
use thiserror::Error;

use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::sealed_store::SealedStoreError;
use crate::unavailable_error::UnavailableError;

/// Why a client is not known to be who it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum AuthenticateError {
    /// It does not prove it.
    #[error(transparent)]
    Client(#[from] ClientAuthenticationError),
    /// It cannot be judged now.
    #[error(transparent)]
    Unavailable(#[from] UnavailableError),
}

impl From<ClientAssertionError> for AuthenticateError {
    fn from(error: ClientAssertionError) -> Self {
        Self::Client(error.into())
    }
}

impl From<ClientKeysError> for AuthenticateError {
    fn from(error: ClientKeysError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<SealedStoreError> for AuthenticateError {
    fn from(error: SealedStoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
