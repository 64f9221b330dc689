//! Checks the store for as long as the process runs: every verb that a login needs, and its usage.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::ports::{Key, StoreError};
use silta_store::{RedisStore, StoreCheckError, advice, check_verbs};
use tracing::{error, info, warn};

use crate::app_state::{CurrentState, StoreHandle};
use crate::assemble::Services;
use crate::health::CheckedThread;
use crate::jitter::jittered;
use crate::memory_warning::MemoryWarning;
use crate::store_check_key::check_key;
use crate::store_checks::StoreChange;

/// Checks the store every second over the connection of the thread that runs this, and how full it
/// is. One thread of the process does.
pub(crate) async fn watch_store(current: Arc<CurrentState>, services: Arc<Services>) {
    let watch = ConnectionWatch::begin(&services).await;
    let mut doubtful = None;
    loop {
        let store_handle = current.get().store_handle.clone();
        let outcome = watch.check(&store_handle, &services).await;
        // Without an answer there is nothing to learn; a full Redis is asked all the same.
        if let Some((redis, _)) = &store_handle.redis
            && matches!(outcome, Ok(()) | Err(StoreError::OutOfMemory))
        {
            doubtful = log_memory_warning(redis, doubtful).await;
        }
        services.metrics.store_fill(store_handle.store.usage());
        pause(&services).await;
    }
}

/// Checks the store every second over the connection of the thread that runs this. Every other
/// thread that calls the store does: one may have a connection where another has none.
pub(crate) async fn watch_connection(current: Arc<CurrentState>, services: Arc<Services>) {
    let watch = ConnectionWatch::begin(&services).await;
    loop {
        let store_handle = current.get().store_handle.clone();
        // It is recorded, and that is all there is to do.
        let _ = watch.check(&store_handle, &services).await;
        pause(&services).await;
    }
}

/// The checks of one thread.
struct ConnectionWatch {
    key: Key,
    thread: CheckedThread,
}

impl ConnectionWatch {
    /// Waits while other threads have all places, until one that ended has given its own back.
    async fn begin(services: &Services) -> Self {
        let key = check_key(services.entropy.as_ref());
        loop {
            if let Some(thread) = services.health.check_in() {
                return Self { key, thread };
            }
            pause(services).await;
        }
    }

    /// Checks once. A change is logged; readiness and metrics show the present.
    async fn check(&self, store: &StoreHandle, services: &Services) -> Result<(), StoreError> {
        let outcome = check_store(store, &self.key).await;
        let error = outcome.map_err(|failed| failed.error);
        let change = self.thread.record(error);
        log_change(change, outcome.err(), store);
        services.metrics.store_errors(&services.health.store_errors());
        error
    }
}

async fn pause(services: &Services) {
    tokio::time::sleep(jittered(INTERVAL, services.entropy.as_ref())).await;
}

async fn check_store(store_handle: &StoreHandle, key: &Key) -> Result<(), StoreCheckError> {
    let outcome = check_verbs(store_handle.uninstrumented.as_ref(), key).await;
    match (outcome, &store_handle.redis) {
        (Err(failed), Some((redis, _))) => Err(redis.diagnose(failed).await),
        (outcome, _) => outcome,
    }
}

fn log_change(change: Option<StoreChange>, failed: Option<StoreCheckError>, store: &StoreHandle) {
    match change {
        Some(StoreChange::Ready) => info!("ready: the store answers"),
        Some(StoreChange::Recovered) => info!("the store serves again"),
        Some(StoreChange::Broken(error)) => {
            let verb = failed.map(|failed| failed.verb.word());
            let (cause, address) = (error.cause(), store.redis_address());
            error!(cause, verb, address, why = advice(error), "the store cannot serve");
        }
        None => {}
    }
}

/// Logs what is doubtful about the memory of Redis, once, when it is first seen.
async fn log_memory_warning(
    redis: &RedisStore,
    before: Option<MemoryWarning>,
) -> Option<MemoryWarning> {
    let Ok(now) = MemoryWarning::of(redis.read_memory().await) else { return before };
    if let Some(warning) = now.filter(|_| now != before) {
        warn!(why = warning.sentence(), "the memory of Redis is doubtful");
    }
    now
}

/// Often enough to be ready at once and to notice within the patience; and to see a Redis of 64 MB
/// fill before it is full. Five commands a second for each thread are nothing to Redis.
const INTERVAL: Duration = Duration::from_secs(1);
