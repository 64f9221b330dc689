//! Why the metadata of an identity provider could not be fetched.

use silta_saml::MetadataError;
use thiserror::Error;

use crate::ports::OutboundHttpError;

/// Why metadata could not be fetched, or was not taken. What was known before stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MetadataFetchError {
    /// Its server could not be asked.
    #[error("its server cannot be asked: {0}")]
    Http(#[from] OutboundHttpError),
    /// It was answered with another status than 200.
    #[error("it was answered with the status {0}")]
    Status(u16),
    /// It was not taken.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

impl MetadataFetchError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Http(error) => error.cause(),
            Self::Status(_) => "status",
            Self::Metadata(error) => error.reason(),
        }
    }
}
