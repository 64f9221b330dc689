//! What only the store over Redis promises.

use std::collections::HashMap;
use std::sync::{Arc, Barrier};
use std::thread;

use redis::cmd;
use silta_broker::ports::Store;
use silta_testkit::redis_server::RedisServer;
use tokio::runtime::Builder;

use crate::{MINUTE, key, second_connection, store_at, value};

#[tokio::test]
async fn every_key_in_redis_has_an_end() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(1), value("put"), MINUTE).await.unwrap();
    store.put(&key(2), value("put"), MINUTE).await.unwrap();
    store.put(&key(2), value("put again"), MINUTE).await.unwrap();
    assert_eq!(store.claim(&key(3), value("claimed"), MINUTE).await, Ok(true));
    assert_eq!(store.claim(&key(3), value("refused"), MINUTE).await, Ok(false));
    store.put(&key(4), value("seen"), MINUTE).await.unwrap();
    assert_eq!(store.swap(&key(4), &value("seen"), value("next"), MINUTE).await, Ok(true));
    assert_eq!(store.swap(&key(5), &value("seen"), value("next"), MINUTE).await, Ok(false));

    let mut redis = second_connection(&server).await;
    let names: Vec<String> = cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    let mut lives = HashMap::new();
    for name in names {
        let life: i64 = cmd("PTTL").arg(&name).query_async(&mut redis).await.unwrap();
        lives.insert(name, life);
    }
    assert_eq!(lives.len(), 4, "{lives:?}");
    // PTTL answers -1 for a key without an end.
    assert!(lives.values().all(|life| (1..=60_000).contains(life)), "{lives:?}");
    assert!(lives.contains_key(key(1).as_str()), "{lives:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_record_goes_to_one_of_two_replicas() {
    let server = RedisServer::start();
    let replicas = [Arc::new(store_at(&server.url())), Arc::new(store_at(&server.url()))];
    for number in 0..50 {
        let key = key(number);
        replicas[0].put(&key, value("one"), MINUTE).await.unwrap();
        let takes = replicas.clone().map(|replica| {
            let key = key.clone();
            tokio::spawn(async move { replica.take(&key).await.unwrap() })
        });
        let mut got = Vec::new();
        for take in takes {
            got.extend(take.await.unwrap());
        }
        assert_eq!(got, [value("one")]);
    }
}

#[tokio::test]
async fn works_with_the_password_in_the_address() {
    let server = RedisServer::with_password("opensesame");
    let store = store_at(&server.url());
    assert_eq!(store.check(&key(9)).await, Ok(()));
    assert_eq!(store.put(&key(1), value("one"), MINUTE).await, Ok(()));
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
}

#[test]
fn the_store_never_shows_its_address() {
    let store = store_at("redis://silta:hush-hush@cache");
    assert_eq!(format!("{store:?}"), "RedisStore { .. }");
}

/// An answer that comes to another thread wakes its caller behind all that is ready there.
#[test]
fn each_thread_has_one_connection_of_its_own() {
    let server = RedisServer::start();
    let store = Arc::new(store_at(&server.url()));
    // Both are there until the connections were counted.
    let (asked, counted) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
    let threads = [1, 2].map(|number| {
        let (store, asked, counted) = (store.clone(), asked.clone(), counted.clone());
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                for _ in 0..3 {
                    assert_eq!(store.peek(&key(number)).await, Ok(None));
                }
                asked.wait();
                counted.wait();
            });
        })
    });
    asked.wait();
    let clients = String::from_utf8(server.ask(&["CLIENT", "LIST"])).unwrap();
    counted.wait();
    let ours = clients.lines().filter(|line| line.contains(" cmd=get ")).count();
    assert_eq!(ours, 2, "{clients}");
    for thread in threads {
        thread.join().unwrap();
    }
}
