//! Why a relying party could not be told of a logout.

use thiserror::Error;

use crate::error_class::ErrorClass;
use crate::our_key_error::OurKeyError;
use crate::ports::OutboundHttpError;

/// Why a relying party could not be told of a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotificationError {
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

impl NotificationError {
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
