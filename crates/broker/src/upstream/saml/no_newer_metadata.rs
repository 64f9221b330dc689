//! Why nothing newer is known of an identity provider.

use thiserror::Error;

use crate::upstream::saml::metadata_fetch_error::MetadataFetchError;

/// Why a login that needs newer metadata than what is known does without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoNewerMetadata {
    /// It is a file, which is read at the start.
    #[error("its metadata is a file; put its present metadata there, and restart")]
    File,
    /// It was fetched, and has no other key.
    #[error("its metadata was fetched, and has no key that is not known")]
    SameKeys,
    /// Some replica asked less than a minute ago.
    #[error("its metadata was asked for less than a minute ago")]
    AskedLately,
    /// There is no answer yet. Whoever comes later may find it.
    #[error("its metadata did not come in time")]
    NotInTime,
    /// As many logins wait for it as may.
    #[error("too many logins wait for its metadata")]
    Busy,
    /// It was fetched, and had ended.
    #[error("its metadata has ended")]
    Ended,
    /// It could not be fetched, or was not taken.
    #[error("its metadata cannot be used: {0}")]
    NotFetched(#[from] MetadataFetchError),
}

impl NoNewerMetadata {
    /// A short stable word for logs.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::File => "metadata_file",
            Self::SameKeys => "metadata_same_keys",
            Self::AskedLately => "metadata_asked_lately",
            Self::NotInTime => "metadata_not_in_time",
            Self::Busy => "busy",
            Self::Ended => "metadata_expired",
            Self::NotFetched(error) => error.cause(),
        }
    }
}
