//! Relying parties that are told of logouts behind the browser.

use async_trait::async_trait;

use crate::logout::notification_error::NotificationError;
use crate::model::participant::Participant;
use crate::model::relying_party::RelyingParty;

/// What a protocol does for relying parties that want to be told when a session ends.
#[async_trait]
pub trait DownstreamLogout: Send + Sync {
    /// Whether this relying party is told.
    fn notifies(&self, party: &RelyingParty) -> bool;

    /// Tells a relying party that its session is over, once.
    ///
    /// # Errors
    /// [`NotificationError`]. Whether it has heard of it is then unknown.
    async fn notify(&self, participant: &Participant) -> Result<(), NotificationError>;
}
