//! Records in this process only, for the demo, for tests and for a single small instance.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use silta_broker::ports::{Clock, Key, Sealed, Store, StoreError, StoreFill};

use crate::life;

/// A store that dies with its process and shares nothing with other replicas.
///
/// One lock makes every verb atomic. Expired records are invisible at once and removed by the next
/// verb, whichever it is, so memory is bounded by the live records, and those by a cap. A full
/// store refuses new records with [`StoreError::Full`] instead of evicting: to evict the mark of a
/// used assertion would make it unused again.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    cap: usize,
    records: Mutex<Records>,
}

impl MemoryStore {
    /// An empty store whose records expire by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::holding_at_most(MOST_RECORDS, clock)
    }

    fn holding_at_most(cap: usize, clock: Arc<dyn Clock>) -> Self {
        Self { clock, cap, records: Mutex::default() }
    }

    /// Does `act` alone, on live records only. A poisoned lock means that an earlier act was left
    /// half done, so nothing read from this store can be trusted any more.
    fn alone<T>(
        &self,
        act: impl FnOnce(&mut Records, Timestamp) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut records = self.records.lock().map_err(|_| StoreError::Unexpected)?;
        let now = self.clock.now();
        records.remove_expired(now);
        act(&mut records, now)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.alone(|records, now| {
            if records.by_key.len() >= self.cap && !records.by_key.contains_key(key) {
                return Err(StoreError::Full);
            }
            records.put(key, value, end_of(life, now));
            Ok(())
        })
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.alone(|records, _| Ok(records.by_key.get(key).map(|record| record.value.clone())))
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.alone(|records, _| Ok(records.take(key)))
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        self.alone(|records, now| {
            if records.by_key.contains_key(key) {
                return Ok(false);
            }
            if records.by_key.len() >= self.cap {
                return Err(StoreError::Full);
            }
            records.put(key, value, end_of(life, now));
            Ok(true)
        })
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.alone(|records, now| {
            let unchanged = records.by_key.get(key).is_some_and(|record| record.value == *seen);
            if unchanged {
                records.put(key, next, end_of(life, now));
            }
            Ok(unchanged)
        })
    }

    /// It counts records, not octets.
    fn fill(&self) -> Option<StoreFill> {
        None
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("cap", &self.cap).finish_non_exhaustive()
    }
}

/// The records, and the same records in the order in which they expire.
#[derive(Default)]
struct Records {
    by_key: HashMap<Key, Record>,
    by_end: BTreeMap<End, Key>,
    written: u64,
}

struct Record {
    value: Sealed,
    end: End,
}

/// When a record expires; the number of the write tells apart those of the same instant.
type End = (Timestamp, u64);

impl Records {
    /// Costs nothing while nothing has expired, and each record is removed once.
    fn remove_expired(&mut self, now: Timestamp) {
        while let Some(first) = self.by_end.first_entry() {
            if first.key().0 > now {
                return;
            }
            self.by_key.remove(&first.remove());
        }
    }

    fn put(&mut self, key: &Key, value: Sealed, end: Timestamp) {
        self.take(key);
        self.written += 1;
        let end = (end, self.written);
        self.by_end.insert(end, key.clone());
        self.by_key.insert(key.clone(), Record { value, end });
    }

    fn take(&mut self, key: &Key) -> Option<Sealed> {
        let record = self.by_key.remove(key)?;
        self.by_end.remove(&record.end);
        Some(record.value)
    }
}

fn end_of(life: Duration, now: Timestamp) -> Timestamp {
    let life = SignedDuration::from_millis(life::in_millis(life));
    now.checked_add(life).unwrap_or(Timestamp::MAX)
}

// A login leaves a handful of records of at most some ten KiB behind (client `state` is the large
// part): a flood of unfinished logins then ends at about half a GiB instead of the host's memory.
const MOST_RECORDS: usize = 50_000;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_testkit::clock::FixedClock;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn small_store() -> (MemoryStore, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        (MemoryStore::holding_at_most(2, clock.clone()), clock)
    }

    fn key(number: u8) -> Key {
        Key::new("test", &[number; 32])
    }

    fn value(text: &str) -> Sealed {
        Sealed::from_bytes(text.into())
    }

    async fn full_store() -> (MemoryStore, Arc<FixedClock>) {
        let (store, clock) = small_store();
        store.put(&key(1), value("one"), MINUTE).await.unwrap();
        assert_eq!(store.claim(&key(2), value("two"), MINUTE).await, Ok(true));
        (store, clock)
    }

    #[tokio::test]
    async fn a_full_store_refuses_new_records_and_forgets_none() {
        let (store, _clock) = full_store().await;
        assert_eq!(store.put(&key(3), value("three"), MINUTE).await, Err(StoreError::Full));
        assert_eq!(store.claim(&key(3), value("three"), MINUTE).await, Err(StoreError::Full));
        assert_eq!(store.peek(&key(1)).await, Ok(Some(value("one"))));
        assert_eq!(store.peek(&key(2)).await, Ok(Some(value("two"))));
    }

    #[tokio::test]
    async fn a_full_store_still_answers_for_the_records_it_holds() {
        let (store, _clock) = full_store().await;
        assert_eq!(store.claim(&key(2), value("again"), MINUTE).await, Ok(false));
        assert_eq!(store.swap(&key(2), &value("two"), value("2"), MINUTE).await, Ok(true));
        assert_eq!(store.put(&key(1), value("1"), MINUTE).await, Ok(()));
        assert_eq!(store.take(&key(1)).await, Ok(Some(value("1"))));
        assert_eq!(store.put(&key(3), value("three"), MINUTE).await, Ok(()));
    }

    #[tokio::test]
    async fn a_full_store_has_room_again_once_records_expire() {
        let (store, clock) = full_store().await;
        clock.advance(MINUTE);
        assert_eq!(store.claim(&key(3), value("three"), MINUTE).await, Ok(true));
        assert_eq!(store.records.lock().unwrap().by_key.len(), 1);
    }

    #[tokio::test]
    async fn a_record_is_gone_at_the_very_instant_of_its_end() {
        let (store, clock) = small_store();
        store.put(&key(1), value("one"), MINUTE).await.unwrap();
        clock.advance(Duration::from_millis(59_999));
        assert_eq!(store.peek(&key(1)).await, Ok(Some(value("one"))));
        clock.advance(Duration::from_millis(1));
        assert_eq!(store.peek(&key(1)).await, Ok(None));
    }

    #[tokio::test]
    async fn nothing_stays_behind_a_record_that_was_replaced_or_taken() {
        let (store, _clock) = small_store();
        for _ in 0..100 {
            store.put(&key(1), value("one"), MINUTE).await.unwrap();
        }
        assert_eq!(store.records.lock().unwrap().by_end.len(), 1);
        store.take(&key(1)).await.unwrap();
        assert!(store.records.lock().unwrap().by_end.is_empty());
    }
}
