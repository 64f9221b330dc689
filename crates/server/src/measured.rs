//! The store, with every call counted, and shown as a step of the login that makes it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use silta_broker::ports::{Key, Sealed, Store, StoreUnavailable};
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
        call: impl Future<Output = Result<T, StoreUnavailable>>,
    ) -> Result<T, StoreUnavailable> {
        let span = steps::within(format_args!("store.{verb}"));
        let began = Instant::now();
        let answer = call.instrument(span.clone()).await;
        if answer.is_err() {
            steps::failed(&span, "store_unavailable");
        }
        self.metrics.store_call(verb, answer.is_ok(), began.elapsed());
        answer
    }
}

#[async_trait]
impl Store for Measured {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreUnavailable> {
        self.counted("put", self.store.put(key, value, life)).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreUnavailable> {
        self.counted("peek", self.store.peek(key)).await
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreUnavailable> {
        self.counted("take", self.store.take(key)).await
    }

    async fn claim(
        &self,
        key: &Key,
        value: Sealed,
        life: Duration,
    ) -> Result<bool, StoreUnavailable> {
        self.counted("claim", self.store.claim(key, value, life)).await
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreUnavailable> {
        self.counted("swap", self.store.swap(key, seen, next, life)).await
    }
}
