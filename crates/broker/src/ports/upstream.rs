//! Identity providers.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::upstream::{
    Callback, CallbackError, Identity, LoginRequest, OutboundError, OutboundMessage, Pending,
};

/// An identity provider, whatever protocol it speaks.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Makes the message that sends the browser to the identity provider.
    ///
    /// # Errors
    /// [`OutboundError`] when our key cannot sign it, or the upstream lacks the demanded level.
    async fn start(
        &self,
        login_request: &LoginRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError>;

    /// Verifies the callback to the message that `pending` remembers.
    ///
    /// # Errors
    /// [`CallbackError`] when the callback is not accepted.
    fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<Identity, CallbackError>;

    /// The assurance levels that it may assert, weakest first.
    fn levels(&self) -> Vec<String>;
}
