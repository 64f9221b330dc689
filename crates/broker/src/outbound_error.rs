//! Why no message to an upstream can be made.

use thiserror::Error;

/// Why no message to an upstream can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// Our own key could not sign it.
    #[error("the request could not be signed")]
    Signing,
    /// The relying party's policy demands a level that this upstream does not have.
    #[error("a level is demanded that this upstream does not have")]
    UnknownLevel,
    /// What has to be remembered of it cannot be written, which no message of ours causes.
    #[error("what is to be remembered of the request cannot be written")]
    Record,
}
