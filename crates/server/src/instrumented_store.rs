//! The store with instruments: metrics and a span for every call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use silta_broker::ports::{Key, Sealed, Store, StoreError, StoreUsage};
use tracing::Instrument as _;

use crate::metrics::Metrics;
use crate::spans;

/// Passes every verb on, counts its outcome and time, and shows it as a span.
pub(crate) struct InstrumentedStore {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl InstrumentedStore {
    pub(crate) fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    async fn instrumented<T>(
        &self,
        verb: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let span = spans::child_span(format_args!("store.{verb}"));
        let began = Instant::now();
        let answer = call.instrument(span.clone()).await;
        let cause = answer.as_ref().err().map(|error| error.cause());
        if let Some(cause) = cause {
            spans::mark_store_failed(&span, cause);
        }
        self.metrics.store_call(verb, cause, began.elapsed());
        answer
    }
}

#[async_trait]
impl Store for InstrumentedStore {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.instrumented("put", self.store.put(key, value, life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.instrumented("peek", self.store.peek(key)).await
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.instrumented("take", self.store.take(key)).await
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        self.instrumented("claim", self.store.claim(key, value, life)).await
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.instrumented("swap", self.store.swap(key, seen, next, life)).await
    }

    fn usage(&self) -> Option<StoreUsage> {
        self.store.usage()
    }
}
