//! Finds sessions: everything that was made from one is good only as long as it is there.

use crate::broker::Ports;
use crate::model::session_id::SessionId;
use crate::record::session_key;
use crate::sealed_store::SealedStoreError;

impl Ports {
    /// Whether this session still lasts. What the previous release issued has none, and lasts until its
    /// own end.
    pub(crate) async fn session_lasts(
        &self,
        session: Option<&SessionId>,
    ) -> Result<bool, SealedStoreError> {
        let Some(session) = session else { return Ok(true) };
        Ok(self.store.peek(&session_key(session)).await?.is_some())
    }
}
