//! What may count once, at any replica.

use std::time::Duration;

use jiff::Timestamp;
use openssl::sha::Sha256;

use crate::broker::Ports;
use crate::error::LoginError;
use crate::length_prefix::length_prefix;
use crate::model::identity::{Identity, ReplayKey, ReplayProtection};
use crate::model::upstream_session::UpstreamSession;
use crate::record::{Record, RecordKey, UsedAssertion};
use crate::sealed_store::SealedStoreError;

/// An identity that cannot count twice: its replay key is claimed among all replicas
/// [SAML2Prof §4.1.4.5], or it needs none. Only [`Ports::unreplayed`] makes one.
pub(super) struct UnreplayedIdentity(Identity);

impl UnreplayedIdentity {
    pub(super) fn take_session(&mut self) -> Option<UpstreamSession> {
        self.0.session.take()
    }

    /// The level that was reached.
    pub(super) fn acr(&self) -> &str {
        &self.0.acr
    }

    /// When the person authenticated, if the upstream says so.
    pub(super) fn authn_instant(&self) -> Option<Timestamp> {
        self.0.authn_instant
    }

    pub(super) fn into_identity(self) -> Identity {
        self.0
    }
}

impl Ports {
    /// Claims the replay key among all replicas, until the assertion has expired.
    pub(super) async fn unreplayed(
        &self,
        identity: Identity,
    ) -> Result<UnreplayedIdentity, LoginError> {
        let ReplayProtection::Remember(replay_key) = &identity.replay else {
            return Ok(UnreplayedIdentity(identity));
        };
        if self.claim(replay_key, &UsedAssertion).await? {
            Ok(UnreplayedIdentity(identity))
        } else {
            Err(LoginError::Replayed)
        }
    }

    /// Marks `replay_key` as used by a message of the kind of `mark`, for as long as it could be presented
    /// again at any replica; `false` when it was marked before, at any replica. Kinds do not know each other's IDs.
    pub(crate) async fn claim<R: Record + Sync>(
        &self,
        replay_key: &ReplayKey,
        mark: &R,
    ) -> Result<bool, SealedStoreError> {
        let left = replay_key.until.duration_since(self.clock.now());
        // What is over by our clock may not be by that of another replica.
        let life = Duration::try_from(left).unwrap_or_default() + CLOCKS_APART;
        self.store.claim(&mark_of(replay_key), mark, life).await
    }

    /// Whether `replay_key` is marked as used by a message of this kind. It says nothing of who uses it at
    /// this moment.
    pub(crate) async fn is_claimed<R: Record>(
        &self,
        replay_key: &ReplayKey,
    ) -> Result<bool, SealedStoreError> {
        Ok(self.store.peek(&mark_of::<R>(replay_key)).await?.is_some())
    }
}

fn mark_of<R: Record>(ReplayKey { issuer, id, .. }: &ReplayKey) -> RecordKey<R> {
    let mut hash = Sha256::new();
    hash.update(&length_prefix(issuer.as_bytes()));
    hash.update(issuer.as_bytes());
    hash.update(id.as_bytes());
    RecordKey::of(&hash.finish())
}

/// How far the clocks of two replicas may be apart: a slower one still takes what is over at this one.
pub(super) const CLOCKS_APART: Duration = Duration::from_mins(1);
