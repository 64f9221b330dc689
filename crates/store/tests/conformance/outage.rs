//! An outage is an error while it lasts and nothing once it is over.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::cmd;
use silta_broker::ports::{Store, StoreError};
use silta_store::{RedisSettings, RedisStore, StoreCheckError, Verb};
use silta_testkit::deadline::DEADLINE;
use silta_testkit::redis_server::RedisServer;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::{MINUTE, key, second_connection, store_at, value};

#[tokio::test]
async fn a_killed_redis_is_an_error_for_every_verb() {
    let mut server = RedisServer::start();
    let store = store_at(&server.url());
    let (key, one) = (key(1), value("one"));
    store.put(&key, one.clone(), MINUTE).await.unwrap();
    server.stop();
    // All together, so that the test takes one time-out and not five.
    let (put, peek, take, claim, swap) = tokio::join!(
        store.put(&key, value("new"), MINUTE),
        store.peek(&key),
        store.take(&key),
        store.claim(&key, value("new"), MINUTE),
        store.swap(&key, &one, value("new"), MINUTE),
    );
    lost(&put);
    lost(&peek);
    lost(&take);
    lost(&claim);
    lost(&swap);
    lost(&store.peek(&key).await);
    assert_eq!(check_cause(&store).await, StoreError::NobodyListens);
    // What the proof has found out, the verbs tell from then on.
    assert_eq!(store.peek(&key).await, Err(StoreError::NobodyListens));
}

#[tokio::test]
async fn the_first_login_after_an_outage_works() {
    let mut server = RedisServer::start();
    let store = store_at(&server.url());
    for _ in 0..2 {
        store.put(&key(1), value("one"), MINUTE).await.unwrap();
        server.stop();
        lost(&store.peek(&key(1)).await);
        server.restart();
        assert_eq!(store.peek(&key(1)).await, Ok(None), "the new Redis is empty");
    }
}

#[tokio::test]
async fn a_login_in_a_short_outage_waits_for_its_end() {
    let mut server = RedisServer::start();
    let store = limited_store_at(&server.url(), DEADLINE);
    store.put(&key(1), value("one"), MINUTE).await.unwrap();
    server.stop();
    let key = key(1);
    // The first to come finds the connection broken, or waits as the next one does.
    let _ = timeout(Duration::from_secs(1), store.peek(&key)).await;
    let mut login = store.peek(&key);
    let gave_up = timeout(Duration::from_secs(1), &mut login).await;
    assert!(gave_up.is_err(), "gave up in the first second: {gave_up:?}");
    server.restart();
    assert_eq!(login.await, Ok(None));
}

#[tokio::test]
async fn a_store_opened_while_redis_is_down_works_once_it_is_up() {
    let mut server = RedisServer::start();
    server.stop();
    let store = store_at(&server.url());
    assert_eq!(store.peek(&key(1)).await, Err(StoreError::NoAnswer));
    server.restart();
    assert_eq!(store.put(&key(1), value("one"), MINUTE).await, Ok(()));
}

#[tokio::test]
async fn a_connection_lost_between_logins_is_back_before_the_next() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(1), value("one"), MINUTE).await.unwrap();
    let mut redis = second_connection(&server).await;
    let before = connections_ever(&mut redis).await;
    let mut kill = cmd("CLIENT");
    kill.arg(&["KILL", "TYPE", "normal", "SKIPME", "yes"]);
    assert_eq!(kill.query_async::<u64>(&mut redis).await, Ok(1));
    wait_until(async || connections_ever(&mut redis).await > before).await;
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
}

#[tokio::test]
async fn a_redis_that_falls_silent_is_an_error_and_then_another_connection() {
    let server = RedisServer::start();
    let store = limited_store_at(&server.url(), Duration::from_millis(300));
    wait_until(async || store.put(&key(1), value("one"), MINUTE).await.is_ok()).await;
    let mut redis = second_connection(&server).await;
    let before = connections_ever(&mut redis).await;
    server.fall_silent();
    assert_eq!(store.peek(&key(1)).await, Err(StoreError::NoAnswer));
    server.wake();
    wait_until(async || store.peek(&key(1)).await == Ok(Some(value("one")))).await;
    let mut redis = second_connection(&server).await;
    assert!(connections_ever(&mut redis).await > before + 1, "the silent connection was kept");
}

#[tokio::test]
async fn a_redis_demoted_by_a_failover_is_an_error_and_then_another_connection() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(1), value("one"), MINUTE).await.unwrap();
    let mut redis = second_connection(&server).await;
    let before = connections_ever(&mut redis).await;
    // Nobody is primary at port 1: it turns read-only and stays as it is.
    replica_of(&mut redis, ["127.0.0.1", "1"]).await;
    assert_eq!(store.take(&key(1)).await, Err(StoreError::ReadOnly));
    replica_of(&mut redis, ["NO", "ONE"]).await;
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
    assert_eq!(connections_ever(&mut redis).await, before + 1);
    replica_of(&mut redis, ["127.0.0.1", "1"]).await;
    assert_eq!(check_cause(&store).await, StoreError::ReadOnly);
}

#[tokio::test]
async fn a_host_that_accepts_and_never_answers_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let store = limited_store_at(&url, Duration::from_millis(200));
    assert_eq!(store.peek(&key(1)).await, Err(StoreError::NoAnswer));
    assert_eq!(check_cause(&store).await, StoreError::NoAnswer);
}

#[tokio::test]
async fn an_address_that_asks_for_tls_never_falls_back_to_none() {
    let server = RedisServer::start();
    let url = server.url().replace("redis:", "rediss:");
    let store = limited_store_at(&url, Duration::from_millis(200));
    lost(&store.peek(&key(1)).await);
    // Redis waits for the end of a line; where the random bytes of the greeting hold one, it
    // answers that it does not understand.
    lost(&Err::<(), _>(check_cause(&store).await));
}

/// Why the first verb of a proof fails.
async fn check_cause(store: &RedisStore) -> StoreError {
    let StoreCheckError { verb, error } = store.check(&key(99)).await.unwrap_err();
    assert_eq!(verb, Verb::Claim);
    error
}

/// Says that Redis is gone: the connection broke, or does not come back in time.
fn lost<T: Debug + PartialEq>(answer: &Result<T, StoreError>) {
    let broke = *answer == Err(StoreError::NoConnection);
    assert!(broke || *answer == Err(StoreError::NoAnswer), "{answer:?}");
}

/// A store that waits so long for a connection, and so long for an answer: short for tests that
/// await an error, long for those that await its end.
fn limited_store_at(url: &str, limit: Duration) -> RedisStore {
    let url = url.into();
    let (connect_timeout, response_timeout) = (limit, limit);
    RedisStore::open(RedisSettings { url, connect_timeout, response_timeout }).unwrap()
}

/// How many clients Redis has accepted since it started.
async fn connections_ever(redis: &mut MultiplexedConnection) -> u64 {
    let stats: redis::InfoDict = cmd("INFO").arg("stats").query_async(redis).await.unwrap();
    stats.get("total_connections_received").unwrap()
}

async fn replica_of(redis: &mut MultiplexedConnection, primary: [&str; 2]) {
    cmd("REPLICAOF").arg(&primary).query_async::<()>(redis).await.unwrap();
}

/// Asks again until it is so; a deadline far beyond any time-out ends the wait.
pub(crate) async fn wait_until(mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !so().await {
        assert!(Instant::now() < deadline, "still not so");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
