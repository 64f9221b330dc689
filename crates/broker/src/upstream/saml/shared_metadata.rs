//! What the replicas share of one identity provider's metadata: who fetches it, and what was fetched. Every
//! verb is on one key.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openssl::sha::{Sha256, sha256};

use crate::broker::Ports;
use crate::length_prefix::length_prefix;
use crate::octets::Octets;
use crate::record::{
    DocumentOctets, FETCH_LIFE, MetadataAttempt, NewestMetadata, Record, RecordKey,
    SHARED_METADATA_LIFE, SharedMetadata,
};
use crate::sealed_store::SealedStoreError;
use crate::upstream::saml::metadata::MetadataSettings;
use crate::versioned::RecordError;

/// Why metadata is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is old, or there is none yet.
    Due,
    /// A login needs newer than what is known.
    Wanted,
}

/// The names of what is shared: replicas that would judge otherwise, because they are configured otherwise, share
/// nothing.
pub(super) struct SharedKeys {
    document: RecordKey<SharedMetadata>,
    newest: RecordKey<NewestMetadata>,
    due: RecordKey<MetadataAttempt>,
    wanted: RecordKey<MetadataAttempt>,
}

/// Who fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// This replica.
    Ours,
    /// Another one, which has no answer yet.
    Theirs,
    /// Nobody for now: somebody did less than a minute ago.
    Over,
    /// Nobody any more: whoever comes next may claim it.
    Free,
}

/// A document from the store.
pub(super) struct Shared {
    pub(super) at: Timestamp,
    pub(super) digest: [u8; 32],
    pub(super) document: Vec<u8>,
}

impl SharedKeys {
    /// Of the replicas with these settings.
    pub(super) fn of(settings: &MetadataSettings) -> Self {
        let mut hash = Sha256::new();
        let mut part = |part: &[u8]| {
            hash.update(&length_prefix(part));
            hash.update(part);
        };
        part(settings.url.as_url().as_str().as_bytes());
        part(settings.entity_id.as_bytes());
        for host in &settings.hosts {
            part(b"host");
            part(host.as_bytes());
        }
        if let Some(signers) = &settings.signers {
            part(if signers.may_be_endless() { b"endless" } else { b"ending" });
            let mut certificates: Vec<_> =
                signers.certificates().map(|one| *one.octets()).collect();
            certificates.sort_unstable();
            for certificate in &certificates {
                part(certificate);
            }
        }
        let of = hash.finish();
        let wanted = [of.as_slice(), b"wanted"].concat();
        Self {
            document: RecordKey::of(&of),
            newest: RecordKey::of(&of),
            due: RecordKey::of(&of),
            wanted: RecordKey::of(&sha256(&wanted)),
        }
    }

    /// Whether others judge the same metadata by the same rules.
    pub(super) fn are_those_of(&self, other: &Self) -> bool {
        self.document.digest() == other.document.digest()
    }

    fn attempt(&self, purpose: Purpose) -> &RecordKey<MetadataAttempt> {
        match purpose {
            Purpose::Due => &self.due,
            Purpose::Wanted => &self.wanted,
        }
    }

    /// When the newest was fetched, and its hash; not what somebody has kept and put back.
    pub(super) async fn newest(
        &self,
        ports: &Ports,
    ) -> Result<Option<(Timestamp, [u8; 32])>, SealedStoreError> {
        let newest = match ports.store.peek(&self.newest).await {
            // It is written anew with the next document.
            Err(SealedStoreError::Record(_)) => None,
            found => found?.map(|stored| stored.record),
        };
        let newest = newest.filter(|newest| is_young(newest.fetched_at, ports.clock.now()));
        Ok(newest.map(|newest| (newest.fetched_at, newest.digest.0)))
    }

    /// The document that was fetched then or later.
    pub(super) async fn document(
        &self,
        ports: &Ports,
        since: Timestamp,
    ) -> Result<Option<Shared>, SealedStoreError> {
        let shared = match ports.store.peek(&self.document).await {
            Err(SealedStoreError::Record(_)) => None,
            found => found?.map(|stored| stored.record),
        };
        let shared = shared.filter(|shared| shared.fetched_at >= since);
        Ok(shared.map(|SharedMetadata { fetched_at, document }| Shared {
            at: fetched_at,
            digest: sha256(&document.0),
            document: document.0,
        }))
    }

    /// Whose turn it is to fetch; ours, if nobody has claimed it.
    pub(super) async fn claim(
        &self,
        ports: &Ports,
        purpose: Purpose,
    ) -> Result<Turn, SealedStoreError> {
        let key = self.attempt(purpose);
        if ports.store.claim(key, &MetadataAttempt::UnderWay, FETCH_LIFE).await? {
            return Ok(Turn::Ours);
        }
        Ok(match ports.store.peek(key).await?.map(|stored| stored.record) {
            Some(MetadataAttempt::UnderWay) => Turn::Theirs,
            Some(MetadataAttempt::Over) => Turn::Over,
            None => Turn::Free,
        })
    }

    /// Says that the attempt is over, and keeps everybody from another one for this long. If that cannot be
    /// written, the claim ends by itself.
    pub(super) async fn end(&self, ports: &Ports, purpose: Purpose, pause: Duration) {
        let _ = ports.store.put(self.attempt(purpose), &MetadataAttempt::Over, pause).await;
    }

    /// Shares what was fetched, and says under which instant: later than what was there.
    ///
    /// # Errors
    /// [`SealedStoreError`], after which others fetch for themselves.
    pub(super) async fn publish(
        &self,
        ports: &Ports,
        document: &[u8],
    ) -> Result<Timestamp, SealedStoreError> {
        let now = in_millis(ports.clock.now());
        let before = self.newest(ports).await?.map(|(at, _)| at);
        let at = before.map_or(now, |at| now.max(later_by_a_moment(at)));
        let octets = DocumentOctets(document.to_vec());
        let shared = SharedMetadata { fetched_at: at, document: octets };
        let newest = NewestMetadata { fetched_at: at, digest: Octets(sha256(document)) };
        // Whoever is told of it by the second one finds it.
        replace(ports, &self.document, shared, |known| known.fetched_at < at).await?;
        replace(ports, &self.newest, newest, |known| known.fetched_at < at).await?;
        Ok(at)
    }
}

/// Writes `next`, unless what stands there is newer.
async fn replace<R: Record + Clone + Sync>(
    ports: &Ports,
    key: &RecordKey<R>,
    next: R,
    is_older: impl Fn(&R) -> bool,
) -> Result<(), SealedStoreError> {
    let life = SHARED_METADATA_LIFE;
    let changed = ports.store.change(key, |known| match known {
        Some(known) if !is_older(&known) => Ok((known, life, ())),
        _ => Ok::<_, SealedStoreError>((next.clone(), life, ())),
    });
    match changed.await {
        // Nobody can read it, so nobody loses it.
        Err(SealedStoreError::Record(RecordError::Unreadable)) => {
            ports.store.put(key, &next, life).await
        }
        changed => changed.map(drop),
    }
}

/// As records write instants.
fn in_millis(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

fn later_by_a_moment(instant: Timestamp) -> Timestamp {
    instant.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX)
}

fn is_young(at: Timestamp, now: Timestamp) -> bool {
    SignedDuration::try_from(SHARED_METADATA_LIFE).is_ok_and(|life| now.duration_since(at) < life)
}
