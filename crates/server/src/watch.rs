//! Watches the store for as long as the process runs: whether it does everything that a login needs,
//! and how full it is.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::ports::{Entropy, Key, StoreError};
use silta_store::{EvictionPolicy, RedisStore, StoreCheckError, advice, check_verbs};
use tracing::{error, info, warn};

use crate::assemble::Outside;
use crate::current::{Current, Records};
use crate::health::News;
use crate::refresh::jittered;

/// Asks the store again and again. What is new is logged once; readiness and metrics have it as long
/// as it lasts.
pub(crate) async fn watch(current: Arc<Current>, outside: Arc<Outside>) {
    let key = own_key(outside.entropy.as_ref());
    let mut evicts = false;
    loop {
        let records = current.get().records.clone();
        let outcome = proved(&records, &key).await;
        let error = outcome.map_err(|failed| failed.error);
        let news = outside.health.note(error);
        tell(news, outcome.err());
        outside.metrics.store_fault(error.err().map(StoreError::cause));
        // Without an answer there is nothing to learn; a full Redis is asked all the same.
        if let Some((redis, _)) = &records.redis
            && matches!(error, Ok(()) | Err(StoreError::OutOfMemory))
        {
            evicts = evicting(redis, evicts).await;
        }
        outside.metrics.store_fill(records.store.usage());
        tokio::time::sleep(jittered(INTERVAL, outside.entropy.as_ref())).await;
    }
}

/// The name of a record for proofs that nobody else has: replicas that shared one would take away
/// what another has just written.
pub(crate) fn own_key(entropy: &dyn Entropy) -> Key {
    let mut own = [0; 32];
    entropy.fill(&mut own);
    Key::new("health", &own)
}

async fn proved(records: &Records, key: &Key) -> Result<(), StoreCheckError> {
    let outcome = check_verbs(records.uncounted.as_ref(), key).await;
    match (outcome, &records.redis) {
        (Err(failed), Some((redis, _))) => Err(redis.diagnose(failed).await),
        (outcome, _) => outcome,
    }
}

fn tell(news: Option<News>, failed: Option<StoreCheckError>) {
    match news {
        Some(News::Ready) => info!("ready: the store answers"),
        Some(News::Mended) => info!("the store serves again"),
        Some(News::Broken(error)) => {
            let verb = failed.map(|failed| failed.verb.word());
            error!(cause = error.cause(), verb, why = advice(error), "the store cannot serve");
        }
        None => {}
    }
}

/// Whether Redis forgets records when it is full: told once, when it is seen first.
async fn evicting(redis: &RedisStore, before: bool) -> bool {
    let Some(memory) = redis.read_memory().await else { return before };
    // Without a limit it is never full.
    let evicts = memory.policy == EvictionPolicy::Evicts && memory.usage.is_some();
    if evicts && !before {
        warn!(
            "Redis forgets records when it is full, and a used assertion would be unused again: \
             set maxmemory-policy to noeviction"
        );
    }
    evicts
}

/// Often enough to be ready at once and to notice within the patience; and to see a Redis of 64 MB
/// fill before it is full. Six commands a second are nothing to Redis.
const INTERVAL: Duration = Duration::from_secs(1);
