//! Relying parties that are told of logouts behind the browser.

use async_trait::async_trait;

use crate::logout::not_told_error::NotToldError;
use crate::model::participant::Participant;
use crate::model::relying_party::RelyingParty;

/// What a protocol does for relying parties that want to be told when a session ends.
#[async_trait]
pub trait DownstreamLogout: Send + Sync {
    /// Whether this relying party is told.
    fn tells(&self, party: &RelyingParty) -> bool;

    /// Tells a relying party that its session is over, once.
    ///
    /// # Errors
    /// [`NotToldError`]. Whether it has heard of it is then unknown.
    async fn tell(&self, participant: &Participant) -> Result<(), NotToldError>;
}
