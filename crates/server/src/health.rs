//! Whether this process should be sent people: patient with the store, quick when it stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use silta_broker::ports::{Clock, Key};
use tracing::{error, info};

use crate::current::{Current, Records};

/// What is known of this process.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    /// When the store last answered, in milliseconds of Unix time.
    answered: AtomicI64,
    stopping: AtomicBool,
}

impl Health {
    /// Ready as soon as the store has answered once.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, answered: AtomicI64::new(i64::MIN), stopping: AtomicBool::new(false) }
    }

    /// Why nobody should be sent here; nothing when all is well.
    pub(crate) fn reasons(&self) -> Vec<&'static str> {
        let mut reasons = vec![];
        if self.stopping.load(Ordering::Relaxed) {
            reasons.push("stopping");
        }
        let now = self.clock.now().as_millisecond();
        match self.answered.load(Ordering::Relaxed) {
            i64::MIN => reasons.push("the store has not answered yet"),
            last if now - last > PATIENCE_MILLIS => reasons.push("the store does not answer"),
            _ => {}
        }
        reasons
    }

    /// From now on nobody should be sent here.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Asks the store again and again, for as long as the process runs, and logs when it first answers,
    /// then once why it does not and once that it does again.
    pub(crate) async fn watch(self: Arc<Self>, current: Arc<Current>) {
        let key = Key::new("health", &[0; 32]);
        let (mut ready, mut well) = (false, true);
        loop {
            let Records { store, redis } = current.get().records.clone();
            let answers = store.peek(&key).await.is_ok();
            if answers {
                self.answered.store(self.clock.now().as_millisecond(), Ordering::Relaxed);
            }
            match (well, answers, &redis) {
                (_, true, _) if !ready => {
                    ready = true;
                    info!("ready: the store answers");
                }
                (false, true, _) => info!("the store answers again"),
                (true, false, Some((redis, _))) => {
                    let why = redis.reach().await.err().map(|why| why.to_string());
                    error!(why, "the store does not answer");
                }
                _ => {}
            }
            well = answers;
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// Often enough to be ready at once and to notice within the patience.
const INTERVAL: Duration = Duration::from_secs(1);
/// A failover of ElastiCache takes seconds; taking every replica out for it would make an outage of
/// a blip.
const PATIENCE_MILLIS: i64 = 15_000;
