//! Why the outbox could not be changed.

use thiserror::Error;

use crate::sealed_store::SealedStoreError;
use crate::store_error::StoreError;
use crate::versioned::RecordError;

/// Why the outbox could not be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboxError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is there cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// There is no room for more.
    #[error("too many clients have yet to be told of logouts")]
    Full,
    /// Other replicas changed it first, again and again.
    #[error("too many logouts at the same moment")]
    Busy,
}

impl OutboxError {
    /// A short stable word for logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Store(_) => "store_unavailable",
            Self::Record(error) => error.reason(),
            Self::Full => "outbox_full",
            Self::Busy => "outbox_busy",
        }
    }

    /// The cause behind the reason, where there is one.
    #[must_use]
    pub fn cause(self) -> Option<&'static str> {
        match self {
            Self::Store(error) => Some(error.cause()),
            Self::Record(_) | Self::Full | Self::Busy => None,
        }
    }
}

impl From<SealedStoreError> for OutboxError {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Store(error) => error.into(),
            SealedStoreError::Record(error) => error.into(),
        }
    }
}
