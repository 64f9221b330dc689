//! What may count once, at any replica.

use std::time::Duration;

use openssl::sha::Sha256;

use crate::broker::Ports;
use crate::length_prefix::length_prefix;
use crate::model::identity::ReplayKey;
use crate::record::{Record, RecordKey};
use crate::sealed_store::SealedStoreError;

impl Ports {
    /// Marks `replay_key` as used by a message of the kind of `mark`, for as long as it could be presented
    /// again; `false` when it was marked before, at any replica. Kinds do not know each other's IDs.
    pub(crate) async fn claim<R: Record + Sync>(
        &self,
        replay_key: &ReplayKey,
        mark: &R,
    ) -> Result<bool, SealedStoreError> {
        let ReplayKey { issuer, id, until } = replay_key;
        let mut hash = Sha256::new();
        hash.update(&length_prefix(issuer.as_bytes()));
        hash.update(issuer.as_bytes());
        hash.update(id.as_bytes());
        let left = until.duration_since(self.clock.now());
        let life = Duration::try_from(left).unwrap_or_default() + Duration::from_secs(1);
        self.store.claim(&RecordKey::of(&hash.finish()), mark, life).await
    }
}
