//! Both stores keep the promises of the `Store` port, and the one over a real Redis keeps them
//! through outages.

#![expect(clippy::unwrap_used, reason = "tests")]

mod causes;
mod outage;
mod redis_only;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_broker::ports::{Key, Sealed, Store};
use silta_store::{MemoryStore, RedisSettings, RedisStore};
use silta_testkit::clock::FixedClock;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::store_suite::StoreHarness;

mod in_memory {
    silta_testkit::store_conforms!(super::MemoryHarness::new());
}

mod in_redis {
    silta_testkit::store_conforms!(super::RedisHarness::new());
}

/// Time passes at a word.
struct MemoryHarness {
    clock: Arc<FixedClock>,
    store: Arc<MemoryStore>,
}

impl MemoryHarness {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        Self { store: Arc::new(MemoryStore::new(clock.clone())), clock }
    }
}

#[async_trait]
impl StoreHarness for MemoryHarness {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

/// Time passes by waiting: Redis has its own clock.
struct RedisHarness {
    _server: RedisServer,
    store: Arc<RedisStore>,
}

impl RedisHarness {
    fn new() -> Self {
        let server = RedisServer::start();
        Self { store: Arc::new(store_at(&server.url())), _server: server }
    }
}

#[async_trait]
impl StoreHarness for RedisHarness {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

fn store_at(url: &str) -> RedisStore {
    RedisStore::open(RedisSettings::new(url.into())).unwrap()
}

/// A connection beside the store's own, to look and to meddle.
async fn second_connection(server: &RedisServer) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

fn key(number: u8) -> Key {
    Key::new("test", &[number; 32])
}

fn value(text: &str) -> Sealed {
    Sealed::from_bytes(text.into())
}

const MINUTE: Duration = Duration::from_mins(1);
