//! Why the keys that a client publishes are not known.

use silta_oidc::JwkSetError;
use thiserror::Error;

use crate::ports::OutboundHttpError;

/// Why the keys that a client publishes are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClientKeysError {
    /// Its server could not be asked.
    #[error("the client's jwks_uri cannot be asked: {0}")]
    Http(#[from] OutboundHttpError),
    /// Another status than 200.
    #[error("the client's jwks_uri was answered with the status {0}")]
    Status(u16),
    /// What was answered is no set of keys that can be used.
    #[error("the keys at the client's jwks_uri cannot be used: {0}")]
    Keys(#[from] JwkSetError),
    /// As many requests wait for the client's keys as there is room for.
    #[error(
        "too many requests wait for the client's keys; its server answers slowly or not at all"
    )]
    Busy,
    /// There is no way to it, which no configuration causes.
    #[error("there is no way to the client's jwks_uri")]
    NoWay,
}

impl ClientKeysError {
    /// A short stable word for logs.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Http(error) => error.cause(),
            Self::NoWay => "url",
            Self::Status(_) | Self::Keys(_) => "keys",
            Self::Busy => "busy",
        }
    }
}
