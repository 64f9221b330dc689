//! The store, with every call counted, and shown as a step of the login that makes it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use silta_broker::ports::{Key, Sealed, Store, StoreError, StoreUsage};
use tracing::Instrument as _;

use crate::metrics::Metrics;
use crate::steps;

/// Passes every verb on, and counts and shows how it went.
pub(crate) struct Measured {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl Measured {
    pub(crate) fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    async fn counted<T>(
        &self,
        verb: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let span = steps::within(format_args!("store.{verb}"));
        let began = Instant::now();
        let answer = call.instrument(span.clone()).await;
        let cause = answer.as_ref().err().map(|error| error.cause());
        if let Some(cause) = cause {
            steps::store_failed(&span, cause);
        }
        self.metrics.store_call(verb, cause, began.elapsed());
        answer
    }
}

#[async_trait]
impl Store for Measured {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.counted("put", self.store.put(key, value, life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.counted("peek", self.store.peek(key)).await
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.counted("take", self.store.take(key)).await
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        self.counted("claim", self.store.claim(key, value, life)).await
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.counted("swap", self.store.swap(key, seen, next, life)).await
    }

    fn usage(&self) -> Option<StoreUsage> {
        self.store.usage()
    }
}
