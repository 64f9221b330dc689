//! What replicas tell each other of the configurations that they run: one record, on one key.

use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;

use crate::broker::Broker;
use crate::model::configuration_hash::ConfigurationHash;
use crate::octets::Octets;
use crate::record::{
    CONFIGURATIONS_LIFE, Configurations, Record as _, RecordKey, RunningConfiguration,
};
use crate::sealed_store::SealedStoreError;
use crate::unavailable_error::UnavailableError;

impl Broker {
    /// Says that a replica runs this configuration, and returns how many other configurations replicas run. Call it
    /// every quarter of a minute: what one writes over another's note in the same moment is there again by then.
    ///
    /// # Errors
    /// [`UnavailableError`] where the store does not answer, or replicas of a newer release say it otherwise.
    pub async fn note_configuration(&self) -> Result<usize, UnavailableError> {
        let Some(own) = self.configuration() else { return Ok(0) };
        self.note(Octets(*own.octets())).await.map_err(unavailable)
    }

    /// The hashes of the other configurations that replicas have said they run.
    ///
    /// # Errors
    /// [`UnavailableError`], as [`note_configuration`](Self::note_configuration).
    pub async fn other_configurations(&self) -> Result<Vec<ConfigurationHash>, UnavailableError> {
        let seen = self.ports.store.peek(&key()).await.map_err(unavailable)?;
        let own = self.configuration().map(|hash| Octets(*hash.octets()));
        let seen = seen.map_or_else(Vec::new, |stored| stored.record.0);
        let now = self.now();
        let others = seen.into_iter().filter(|one| Some(one.hash) != own && one.counts(now));
        Ok(others.map(|one| ConfigurationHash::new(one.hash.0)).collect())
    }

    async fn note(&self, own: Octets<32>) -> Result<usize, SealedStoreError> {
        let (key, store) = (key(), &self.ports.store);
        let seen = store.peek(&key).await?.map_or_else(Vec::new, |stored| stored.record.0);
        let (next, others) = noted(seen, own, self.now());
        store.put(&key, &Configurations(next), CONFIGURATIONS_LIFE).await?;
        Ok(others)
    }
}

impl RunningConfiguration {
    /// Whether a replica has said so lately.
    fn counts(&self, now: Timestamp) -> bool {
        // A clock that is ahead makes no entry last.
        now.duration_since(self.at).abs() < COUNTS_FOR
    }
}

fn unavailable(error: SealedStoreError) -> UnavailableError {
    match error {
        SealedStoreError::Store(error) => error.into(),
        SealedStoreError::Record(error) => error.into(),
    }
}

/// What is there next, and how many others are among it.
fn noted(
    seen: Vec<RunningConfiguration>,
    own: Octets<32>,
    now: Timestamp,
) -> (Vec<RunningConfiguration>, usize) {
    let others = seen.into_iter().filter(|one| one.hash != own && one.counts(now));
    let others: Vec<_> = others.take(MOST - 1).collect();
    let count = others.len();
    let next = std::iter::once(RunningConfiguration { hash: own, at: now }).chain(others);
    (next.collect(), count)
}

fn key() -> RecordKey<Configurations> {
    RecordKey::of(&sha256(Configurations::KIND.as_bytes()))
}

/// Three times as long as between two notes of one replica, so that one that fails makes no difference.
const COUNTS_FOR: SignedDuration = SignedDuration::from_secs(45);
/// More than two at once are an accident already.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_000 + second)
    }

    fn hash(number: u8) -> Octets<32> {
        Octets([number; 32])
    }

    #[test]
    fn replicas_of_one_configuration_see_no_other() {
        let (first, others) = noted(vec![], hash(1), at(0));
        assert_eq!(others, 0);
        let (second, others) = noted(first, hash(1), at(15));
        assert_eq!((second.len(), others), (1, 0));
    }

    #[test]
    fn a_replica_that_differs_is_seen_by_all_while_it_runs() {
        let (first, _) = noted(vec![], hash(1), at(0));
        let (second, others) = noted(first, hash(2), at(5));
        assert_eq!(others, 1);
        let (third, others) = noted(second, hash(1), at(49));
        assert_eq!(others, 1);
        let (_, others) = noted(third, hash(1), at(50));
        assert_eq!(others, 0, "nobody has said so for three quarters of a minute");
    }

    #[test]
    fn a_clock_that_is_ahead_makes_nothing_last() {
        let (ahead, _) = noted(vec![], hash(1), at(3600));
        assert_eq!(noted(ahead, hash(2), at(0)).1, 0);
    }

    #[test]
    fn so_many_are_kept() {
        let mut seen = vec![];
        for number in 0..20 {
            (seen, _) = noted(seen, hash(number), at(0));
        }
        assert_eq!(seen.len(), 8);
        assert_eq!(seen.first().map(|one| one.hash), Some(hash(19)));
    }
}
