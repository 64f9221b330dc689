//! Why a client without a browser cannot be answered now.

use thiserror::Error;

use crate::downstream::oidc::client_keys_error::ClientKeysError;
use crate::our_key_error::OurKeyError;
use crate::ports::StoreError;
use crate::sealed_store::SealedStoreError;
use crate::versioned::RecordError;

/// Why the broker cannot answer a client now, although the request may be right. Our operator can
/// act, or whoever publishes the client's keys; the client gets `temporarily_unavailable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnavailableError {
    /// The store did not do what it was asked.
    #[error("the store is unavailable: {0}")]
    Store(#[from] StoreError),
    /// A record in the store was not sealed with a key that is configured here, or is of another
    /// kind than its name; or a newer release wrote it.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A key of ours could not be used.
    #[error(transparent)]
    KeyUnavailable(#[from] OurKeyError),
    /// The keys that the client publishes are not known.
    #[error(transparent)]
    ClientKeys(#[from] ClientKeysError),
    /// The store and the key together took longer than a client waits.
    #[error("the store and the key together are too slow")]
    TooSlow,
}

impl UnavailableError {
    /// A short stable word for logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Store(_) => "store_unavailable",
            Self::ClientKeys(_) => "client_keys_unavailable",
            Self::Record(_) | Self::KeyUnavailable(_) | Self::TooSlow => self.cause(),
        }
    }

    /// A short stable word for logs and spans: the cause in the store, or what else failed.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Store(error) => error.cause(),
            Self::Record(error) => error.reason(),
            Self::KeyUnavailable(_) => "key_unavailable",
            Self::ClientKeys(error) => error.cause(),
            Self::TooSlow => "too_slow",
        }
    }
}

impl From<SealedStoreError> for UnavailableError {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Store(error) => Self::Store(error),
            SealedStoreError::Record(error) => Self::Record(error),
        }
    }
}
