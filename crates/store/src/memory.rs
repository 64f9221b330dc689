//! Records in this process only, for the demo, for tests and for a single small instance.

mod slot_table;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Clock, Key, Sealed, Store, StoreError, StoreUsage};

use self::slot_table::{ShortKey, SlotTable, cost};
use crate::life;

/// A store that lives as long as its process and shares nothing with other replicas.
///
/// One lock makes every verb atomic. Expired records are invisible at once and removed by the next
/// verb within the second after, whichever it is, so memory is bounded by the live records, and
/// their octets by a limit. A full store refuses new records with [`StoreError::Full`] instead of
/// evicting: to evict the mark of a used assertion would make it unused again.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    limit: usize,
    records: Mutex<SlotTable>,
}

impl MemoryStore {
    /// An empty store whose records expire by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_limit(MAX_OCTETS, clock)
    }

    fn with_limit(limit: usize, clock: Arc<dyn Clock>) -> Self {
        Self { clock, limit, records: Mutex::new(SlotTable::new()) }
    }

    /// Runs `act` under the lock, on live records only. A poisoned lock means that an earlier act
    /// was left half done, so the store returns no record any more.
    fn with_live_records<T>(
        &self,
        act: impl FnOnce(&mut SlotTable, i64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut records = self.records.lock().map_err(|_| StoreError::Unexpected)?;
        let now = self.clock.now().as_millisecond();
        records.remove_ended(now);
        act(&mut records, now)
    }

    /// Replaces the record of this key by `value`, if there is room for the octets that it adds.
    fn write(
        &self,
        records: &mut SlotTable,
        key_hash: ShortKey,
        value: &Sealed,
        (life, now): (Duration, i64),
    ) -> Result<(), StoreError> {
        let before = records.find(key_hash, now).map_or(0, |octets| cost(octets.len()));
        let needed = cost(value.as_bytes().len()).saturating_sub(before);
        if needed > 0 && records.octets().saturating_add(needed) > self.limit {
            return Err(StoreError::Full);
        }
        records.remove(key_hash, now);
        records.add(key_hash, value.as_bytes(), now.saturating_add(life::in_millis(life)))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.with_live_records(|records, now| {
            self.write(records, ShortKey::of(key), &value, (life, now))
        })
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.with_live_records(|records, now| {
            let found = records.find(ShortKey::of(key), now);
            Ok(found.map(|octets| Sealed::from_bytes(octets.to_vec())))
        })
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.with_live_records(|records, now| {
            Ok(records.remove(ShortKey::of(key), now).map(Sealed::from_bytes))
        })
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        let key_hash = ShortKey::of(key);
        self.with_live_records(|records, now| match records.find(key_hash, now) {
            Some(_) => Ok(false),
            None => self.write(records, key_hash, &value, (life, now)).map(|()| true),
        })
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        let key_hash = ShortKey::of(key);
        self.with_live_records(|records, now| match records.find(key_hash, now) {
            Some(octets) if octets == seen.as_bytes() => {
                self.write(records, key_hash, &next, (life, now)).map(|()| true)
            }
            _ => Ok(false),
        })
    }

    /// `None` when an earlier act was left half done.
    fn usage(&self) -> Option<StoreUsage> {
        let used = self.records.lock().ok()?.octets();
        let size = |octets| u64::try_from(octets).unwrap_or(u64::MAX);
        Some(StoreUsage { used: size(used), limit: size(self.limit) })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("limit", &self.limit).finish_non_exhaustive()
    }
}

// 500 finished logins a second for as long as they like: a million marks of answers for up to 35
// minutes (90 MB), marks of assertions for some minutes and spent codes for five (50 MB), access
// records for five (70 MB), sessions for six (45 MB), and the logins of people who are away for a
// minute (20 MB). What else a process needs at the same bounds (connections, open logins) wants a
// task of 1 GiB.
const MAX_OCTETS: usize = 320 << 20;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::Timestamp;
    use silta_testkit::clock::FixedClock;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn small_store() -> (MemoryStore, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        (MemoryStore::with_limit(2 * cost(1), clock.clone()), clock)
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
        assert_eq!(store.records.lock().unwrap().octets(), cost(1));
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
        assert_eq!(store.records.lock().unwrap().octets(), cost(1));
        store.take(&key(1)).await.unwrap();
        assert_eq!(store.usage(), Some(StoreUsage { used: 0, limit: 2 * 88 }));
    }

    #[tokio::test]
    async fn what_is_written_over_may_shrink_in_a_full_store_and_grow_only_where_there_is_room() {
        let (store, _clock) = full_store().await;
        let longer = value(&"x".repeat(47));
        let full = Err(StoreError::Full);
        assert_eq!(store.put(&key(1), longer.clone(), MINUTE).await, full);
        assert_eq!(
            store.swap(&key(2), &value("two"), longer.clone(), MINUTE).await,
            full.map(|()| true)
        );
        assert_eq!(store.swap(&key(2), &value("two"), value(""), MINUTE).await, Ok(true));
        store.take(&key(1)).await.unwrap();
        assert_eq!(store.swap(&key(2), &value(""), longer.clone(), MINUTE).await, Ok(true));
        assert_eq!(store.peek(&key(2)).await, Ok(Some(longer)));
    }

    #[tokio::test]
    async fn records_of_one_hash_and_two_kinds_are_two() {
        let (store, _clock) = small_store();
        let other = Key::new("other", &[1; 32]);
        store.put(&key(1), value("one"), MINUTE).await.unwrap();
        assert_eq!(store.claim(&other, value("other"), MINUTE).await, Ok(true));
        assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
        assert_eq!(store.peek(&other).await, Ok(Some(value("other"))));
    }

    #[tokio::test]
    async fn records_of_one_bucket_do_not_disturb_each_other() {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let store = MemoryStore::new(clock.clone());
        let key = |number: u8| Key::new("test", &[0, 0, number, 0].repeat(8).try_into().unwrap());
        for number in 0..200 {
            let life = MINUTE * u32::from(number % 4 + 1);
            store.put(&key(number), value(&number.to_string()), life).await.unwrap();
        }
        for number in 0..50 {
            let taken = store.take(&key(number)).await;
            assert_eq!(taken, Ok(Some(value(&number.to_string()))));
        }
        clock.advance(2 * MINUTE);
        for number in 0..200 {
            let lives = number >= 50 && number % 4 > 1;
            let found = store.peek(&key(number)).await.unwrap();
            assert_eq!(found, lives.then(|| value(&number.to_string())), "{number}");
        }
        clock.advance(2 * MINUTE);
        assert_eq!(store.peek(&key(53)).await, Ok(None));
        assert_eq!(store.records.lock().unwrap().octets(), 0);
    }

    /// A tenth of the load in a tenth of the octets, because a test has no minutes.
    #[tokio::test]
    async fn five_hundred_finished_logins_a_second_fit() {
        const A_SECOND: u32 = 50;
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let store = MemoryStore::with_limit(MAX_OCTETS / 10, clock.clone());
        let key = |kind, login: u32| {
            let digest = [u64::from(login).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes(); 4];
            Key::new(kind, &digest.concat().try_into().unwrap())
        };
        // As the broker seals them, for a client that learns a name and an identity number.
        let record = |octets| Sealed::from_bytes(vec![7; octets]);
        let mut fullest = 0;
        for second in 0..40 * 60 {
            for login in second * A_SECOND..(second + 1) * A_SECOND {
                store.put(&key("login", login), record(560), 30 * MINUTE).await.unwrap();
                // People take a minute.
                let Some(back) = login.checked_sub(60 * A_SECOND) else { continue };
                assert!(store.take(&key("login", back)).await.unwrap().is_some());
                store.put(&key("answered", back), record(39), 34 * MINUTE).await.unwrap();
                let once = store.claim(&key("assertion", back), record(45), 6 * MINUTE).await;
                assert_eq!(once, Ok(true));
                store.put(&key("session", back), record(120), 6 * MINUTE).await.unwrap();
                let grant = record(560);
                store.put(&key("code", back), grant.clone(), MINUTE).await.unwrap();
                store.put(&key("access", back), record(365), 5 * MINUTE).await.unwrap();
                let spent = store.swap(&key("code", back), &grant, record(100), 5 * MINUTE).await;
                assert_eq!(spent, Ok(true));
            }
            clock.advance(Duration::from_secs(1));
            fullest = fullest.max(store.usage().unwrap().used);
        }
        // Below the usage at which the first new logins are refused.
        let limit = u64::try_from(MAX_OCTETS / 10).unwrap();
        assert!(fullest * 100 <= limit * 85, "{fullest} of {limit}");
    }
}
