//! A store that counts its calls and fails at the call that a test names.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Key, Sealed, Store, StoreError, StoreUsage};
use silta_store::MemoryStore;
use tokio::task::yield_now;

/// A memory store that counts every call, keeps a copy of every written record, and fails at the
/// call that a test names.
///
/// Each verb lets the other tasks run first. On a runtime of one thread, tasks that were started
/// together therefore go through the store in step, verb by verb: the worst order there is.
pub(crate) struct FaultyStore {
    store: MemoryStore,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    count: usize,
    written: Vec<(Key, Sealed)>,
    outage: Option<(usize, Outage)>,
    fill: Option<StoreUsage>,
}

/// How the one call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    /// It does not reach the store.
    Before,
    /// The store does it, and its answer is lost.
    After,
}

/// Lets `other` begin when `request` has gone through so many verbs of the store, and both go on by turns: so
/// many `verbs`, one more at each turn of a test, put it between any two of them, in this order and no other.
pub(crate) async fn after_verbs<R, O>(
    verbs: usize,
    request: impl Future<Output = R>,
    other: impl Future<Output = O>,
) -> (R, O) {
    tokio::join!(biased; request, async {
        turns_of_others(verbs).await;
        other.await
    })
}

/// Gives a request up when it has gone through so many verbs of the store, as when its client goes away. Whether
/// it was done before.
pub(crate) async fn give_up_after<R>(verbs: usize, request: impl Future<Output = R>) -> bool {
    tokio::select! {
        biased;
        _ = request => true,
        () = turns_of_others(verbs) => false,
    }
}

/// Lets whatever goes on beside a test come to its end.
pub(crate) async fn all_is_done() {
    turns_of_others(ENOUGH).await;
}

async fn turns_of_others(number: usize) {
    for _ in 0..number {
        yield_now().await;
    }
}

/// More verbs than any work has.
const ENOUGH: usize = 500;

impl FaultyStore {
    /// Has the store keep what it was last told of this kind beyond its end, as one that is late with it does.
    pub(crate) async fn keep_too_long(&self, kind: &str) {
        for (key, sealed) in self.all(kind) {
            self.tamper(&key, sealed.as_bytes().to_vec()).await;
        }
    }

    pub(crate) fn of(store: MemoryStore) -> Self {
        Self { store, calls: Mutex::default() }
    }

    /// Fails the `n`-th call from now, counted from zero, and only that one.
    pub(crate) fn fail(&self, n: usize, outage: Outage) {
        let mut calls = self.calls.lock().unwrap();
        calls.outage = Some((calls.count + n, outage));
    }

    /// Reports this usage from now on.
    pub(crate) fn set_usage(&self, used: u64, limit: u64) {
        self.calls.lock().unwrap().fill = Some(StoreUsage { used, limit });
    }

    /// Whether the outage is yet to come.
    pub(crate) fn heal(&self) -> bool {
        let mut calls = self.calls.lock().unwrap();
        let count = calls.count;
        calls.outage.take().is_some_and(|(at, _)| at >= count)
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.lock().unwrap().count
    }

    /// Everything that was ever written, in order.
    pub(crate) fn written(&self) -> Vec<(Key, Sealed)> {
        self.calls.lock().unwrap().written.clone()
    }

    /// The last record of this kind that was written.
    pub(crate) fn last(&self, kind: &str) -> (Key, Sealed) {
        self.all(kind).pop().unwrap()
    }

    /// Every record of this kind that was ever written, in order.
    pub(crate) fn all(&self, kind: &str) -> Vec<(Key, Sealed)> {
        let start = format!("silta:{kind}:");
        let mut written = self.written();
        written.retain(|(key, _)| key.as_str().starts_with(&start));
        written
    }

    /// How many records of this kind there are now.
    pub(crate) async fn live(&self, kind: &str) -> usize {
        let mut live = HashSet::new();
        for (key, _) in self.all(kind) {
            if self.store.peek(&key).await.unwrap().is_some() {
                live.insert(key);
            }
        }
        live.len()
    }

    /// Whether there is a record of this key now.
    pub(crate) async fn is_live(&self, key: &Key) -> bool {
        self.store.peek(key).await.unwrap().is_some()
    }

    /// Puts bytes there that the broker did not seal under this name.
    pub(crate) async fn tamper(&self, key: &Key, bytes: Vec<u8>) {
        let life = Duration::from_mins(1);
        self.store.put(key, Sealed::from_bytes(bytes), life).await.unwrap();
    }

    async fn call<T>(
        &self,
        written: Option<(&Key, &Sealed)>,
        verb: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        yield_now().await;
        let outage = self.calls.lock().unwrap().turn(written);
        match outage {
            Some(Outage::Before) => Err(StoreError::NoAnswer),
            Some(Outage::After) => verb.await.and(Err(StoreError::NoAnswer)),
            None => verb.await,
        }
    }
}

impl Calls {
    fn turn(&mut self, written: Option<(&Key, &Sealed)>) -> Option<Outage> {
        let this = self.count;
        self.count += 1;
        self.written.extend(written.map(|(key, value)| (key.clone(), value.clone())));
        self.outage.filter(|(at, _)| *at == this).map(|(_, outage)| outage)
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.call(Some((key, &value)), self.store.put(key, value.clone(), life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.call(None, self.store.peek(key)).await
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.call(None, self.store.take(key)).await
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        self.call(Some((key, &value)), self.store.claim(key, value.clone(), life)).await
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.call(Some((key, &next)), self.store.swap(key, seen, next.clone(), life)).await
    }

    fn usage(&self) -> Option<StoreUsage> {
        self.calls.lock().unwrap().fill
    }
}
