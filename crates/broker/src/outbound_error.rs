//! Why no message to an upstream can be made.

use thiserror::Error;

use crate::our_key_error::OurKeyError;
use crate::versioned::RecordError;

/// Why no message to an upstream can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// Our own key could not sign it.
    #[error(transparent)]
    Key(#[from] OurKeyError),
    /// The relying party's policy demands a level that this upstream does not have.
    #[error("a level is demanded that this upstream does not have")]
    UnknownLevel,
    /// The relying party insists on levels of which this upstream has none.
    #[error("none of the requested levels is one of this upstream")]
    NoRequestedLevel,
    /// The relying party wants a new authentication, which this upstream does not support.
    #[error("a new authentication is wanted, which this upstream does not support")]
    NoNewAuthentication,
    /// Nothing is known of the OpenID Provider: why is one of the causes of outgoing requests, or
    /// `metadata`, `keys`.
    #[error("the provider's metadata and keys cannot be fetched ({0})")]
    Provider(&'static str),
    /// What has to be remembered of it cannot be kept, which no message of ours causes.
    #[error(transparent)]
    Record(#[from] RecordError),
}
