//! Why a relying party could not be told of a logout.

use thiserror::Error;

use crate::error::ErrorClass;
use crate::our_key_error::OurKeyError;
use crate::ports::OutboundHttpError;
use crate::sealed_store::SealedStoreError;
use crate::store_error::StoreError;
use crate::versioned::RecordError;

/// Why a relying party could not be told of a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotToldError {
    /// It is not configured any more, or has no address for it.
    #[error("the client has no backchannel_logout_uri any more")]
    NotConfigured,
    /// The request brought no response.
    #[error(transparent)]
    Http(#[from] OutboundHttpError),
    /// It answered with another status than 200 or 204 [OIDC Back-Channel Logout §2.8].
    #[error("the client answers with HTTP status {0}")]
    Status(u16),
    /// The key that signs logout tokens could not be used.
    #[error(transparent)]
    Key(#[from] OurKeyError),
    /// Replicas ended while they told it, again and again.
    #[error("replicas ended while they told the client, five times")]
    Died,
}

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

impl NotToldError {
    /// Who can act on it.
    #[must_use]
    pub fn class(self) -> ErrorClass {
        match self {
            Self::NotConfigured | Self::Http(_) | Self::Status(_) => ErrorClass::Client,
            Self::Key(_) | Self::Died => ErrorClass::Operator,
        }
    }

    /// Whether another try may help.
    pub(crate) fn may_pass(self) -> bool {
        match self {
            Self::Http(_) | Self::Status(_) | Self::Key(_) => true,
            Self::NotConfigured | Self::Died => false,
        }
    }

    /// A short stable word for logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Http(error) => error.cause(),
            Self::Status(_) => "status",
            Self::Key(_) => "key_unavailable",
            Self::Died => "replica_died",
        }
    }
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
