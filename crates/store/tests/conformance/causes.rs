//! A Redis that cannot serve says why, by one cause of a closed set.

use silta_broker::ports::{Sealed, Store, StoreError};
use silta_store::{EvictionPolicy, RedisSettings, RedisStore, StoreCheckError, Verb};
use silta_testkit::authority::Authority;
use silta_testkit::redis_server::RedisServer;

use crate::outage::wait_until;
use crate::{MINUTE, key, store_at, value};

#[tokio::test]
async fn a_proof_does_every_verb_and_leaves_nothing() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    for _ in 0..2 {
        assert_eq!(store.check(&key(1)).await, Ok(()));
    }
    assert_eq!(server.ask(&["DBSIZE"]), b"0\n");
    let done = String::from_utf8(server.ask(&["INFO", "commandstats"])).unwrap();
    for command in ["set", "get", "eval", "getdel"] {
        assert!(done.contains(&format!("cmdstat_{command}:calls=")), "{command}: {done}");
    }
}

#[tokio::test]
async fn what_an_earlier_proof_left_does_not_disturb_the_next() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(1), value("left"), MINUTE).await.unwrap();
    assert_eq!(store.check(&key(1)).await, Ok(()));
}

#[tokio::test]
async fn a_replica_takes_no_writes() {
    let server = RedisServer::start();
    // Nobody is primary at port 1: it turns read-only and stays as it is.
    let _ = server.ask(&["REPLICAOF", "127.0.0.1", "1"]);
    let store = store_at(&server.url());
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::ReadOnly));
    assert_eq!(store.put(&key(1), value("one"), MINUTE).await, Err(StoreError::ReadOnly));
    assert_eq!(store.take(&key(1)).await, Err(StoreError::ReadOnly));
    assert_eq!(store.peek(&key(1)).await, Ok(None), "it reads, and would pass for ready");
}

#[tokio::test]
async fn a_replica_that_lost_its_primary_and_serves_no_stale_data_says_so() {
    let server = RedisServer::start();
    let _ = server.ask(&["CONFIG", "SET", "replica-serve-stale-data", "no"]);
    let _ = server.ask(&["REPLICAOF", "127.0.0.1", "1"]);
    let store = store_at(&server.url());
    assert_eq!(store.peek(&key(1)).await, Err(StoreError::PrimaryDown));
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::ReadOnly));
}

#[tokio::test]
async fn a_user_without_one_command_is_told_which() {
    let server = RedisServer::start();
    for (without, verb) in [
        ("-set", Verb::Claim),
        ("-get", Verb::Peek),
        ("-eval", Verb::Swap),
        ("-getdel", Verb::Take),
    ] {
        let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel", without];
        let store = store_at(&server.url_of_user("silta", &rules));
        let told = store.check(&key(1)).await;
        assert_eq!(told, check_error(verb, StoreError::NotPermitted), "{without}");
    }
    // What the documentation tells to allow is enough.
    let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel", "+info"];
    let store = store_at(&server.url_of_user("silta", &rules));
    assert_eq!(store.check(&key(1)).await, Ok(()));
    // A command inside of a script is refused in other words.
    let rules = ["~silta:*", "+get", "+eval", "+getdel"];
    let store = store_at(&server.url_of_user("silta", &rules));
    assert_eq!(server.ask(&["SET", key(1).as_str(), "one"]), b"OK\n");
    let swapped = store.swap(&key(1), &value("one"), value("two"), MINUTE).await;
    assert_eq!(swapped, Err(StoreError::NotPermitted));
}

#[tokio::test]
async fn a_user_without_our_keys_is_not_permitted() {
    let server = RedisServer::start();
    let store = store_at(&server.url_of_user("silta", &["~other:*", "+@all"]));
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::NotPermitted));
}

#[tokio::test]
async fn a_full_memory_refuses_writes_until_there_is_room() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(2), value("before"), MINUTE).await.unwrap();
    let _ = server.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::OutOfMemory));
    let swapped = store.swap(&key(2), &value("before"), value("after"), MINUTE).await;
    assert_eq!(swapped, Err(StoreError::OutOfMemory));
    let _ = server.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(store.check(&key(1)).await, Ok(()));
}

#[tokio::test]
async fn a_node_of_a_cluster_is_none_of_ours() {
    let (node, other) = (RedisServer::cluster_node(), RedisServer::cluster_node());
    let store = store_at(&node.url());
    let told = store.check(&key(1)).await;
    assert_eq!(told, check_error(Verb::Claim, StoreError::ClusterNode), "no slot is served");

    let _ = other.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let port = String::from_utf8(other.ask(&["CONFIG", "GET", "cluster-port"])).unwrap();
    let bus = port.lines().nth(1).unwrap();
    let _ = node.ask(&["CLUSTER", "MEET", "127.0.0.1", &other.port().to_string(), bus]);
    wait_until(async || node.ask(&["CLUSTER", "INFO"]).starts_with(b"cluster_state:ok")).await;
    let told = store.check(&key(1)).await;
    assert_eq!(told, check_error(Verb::Claim, StoreError::ClusterNode), "moved to the other");

    let store = store_at(&format!("{}/1", node.url()));
    let told = store.check(&key(1)).await;
    assert_eq!(told, check_error(Verb::Claim, StoreError::ClusterNode), "and has one database");
}

#[tokio::test]
async fn a_sentinel_keeps_no_records() {
    let server = RedisServer::sentinel();
    let store = store_at(&server.url());
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::Sentinel));
    // It repeats the octets of a record in its refusal.
    let octets = Sealed::from_bytes((0..=u8::MAX).collect());
    assert_eq!(store.put(&key(1), octets, MINUTE).await, Err(StoreError::Sentinel));
}

#[tokio::test]
async fn a_wrong_or_missing_password_is_told_and_never_means_absent() {
    let server = RedisServer::with_password("opensesame");
    let wrong = server.url().replace("opensesame", "openbarley");
    let missing = server.url().replace(":opensesame@", "");
    let stranger = server.url().replace(":opensesame@", "stranger:opensesame@");
    for url in [wrong, missing, stranger] {
        let store = store_at(&url);
        let refused = check_error(Verb::Claim, StoreError::CredentialsRefused);
        assert_eq!(store.check(&key(1)).await, refused, "{url}");
        assert_eq!(store.peek(&key(1)).await, Err(StoreError::CredentialsRefused), "{url}");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told() {
    let server = RedisServer::start();
    let store = store_at(&format!("{}/99", server.url()));
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::WrongDatabase));
}

#[tokio::test]
async fn a_certificate_of_somebody_unknown_is_told() {
    let server = RedisServer::with_tls(&Authority::new("nobody knows it"), "opensesame");
    let store = store_at(&server.url());
    let refused = check_error(Verb::Claim, StoreError::CertificateRefused);
    assert_eq!(store.check(&key(1)).await, refused);
    let plain = store_at(&server.url().replace("rediss:", "redis:"));
    assert_eq!(plain.check(&key(1)).await, check_error(Verb::Claim, StoreError::NoConnection));
}

#[tokio::test]
async fn a_redis_that_takes_no_more_clients_is_told() {
    let server = RedisServer::start();
    let mut operator = server.connect();
    let _ = operator.ask(&["CONFIG", "SET", "maxclients", "1"]);
    let store = store_at(&server.url());
    let refused = check_error(Verb::Claim, StoreError::TooManyClients);
    assert_eq!(store.check(&key(1)).await, refused);
    let _ = operator.ask(&["CONFIG", "SET", "maxclients", "100"]);
    wait_until(async || store.check(&key(1)).await.is_ok()).await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_no_connection() {
    let store = store_at("redis://cache.invalid");
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::NoConnection));
}

#[tokio::test]
async fn a_command_that_is_switched_off_is_told() {
    let server = RedisServer::renaming("EVAL");
    let store = store_at(&server.url());
    let told = store.check(&key(1)).await;
    assert_eq!(told, check_error(Verb::Swap, StoreError::UnsupportedVersion));
}

#[tokio::test]
async fn too_few_replicas_are_told() {
    let server = RedisServer::start();
    let _ = server.ask(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let store = store_at(&server.url());
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::NoReplicas));
}

#[tokio::test]
async fn a_redis_that_hangs_is_no_answer_and_serves_again_when_it_goes_on() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    store.put(&key(2), value("kept"), MINUTE).await.unwrap();
    server.fall_silent();
    assert_eq!(store.check(&key(1)).await, check_error(Verb::Claim, StoreError::NoAnswer));
    server.wake();
    wait_until(async || store.check(&key(1)).await.is_ok()).await;
    assert_eq!(store.take(&key(2)).await, Ok(Some(value("kept"))));
}

#[tokio::test]
async fn a_redis_that_is_slow_by_a_second_is_waited_for() {
    let server = RedisServer::start();
    let store = patient_store_at(&server.url());
    store.put(&key(1), value("one"), MINUTE).await.unwrap();
    let _ = server.ask(&["CLIENT", "PAUSE", "1000", "ALL"]);
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
}

#[tokio::test]
async fn redis_tells_how_full_it_is_where_it_may_be_asked() {
    let server = RedisServer::start();
    let store = store_at(&server.url());
    assert_eq!(store.usage(), None, "nobody has looked yet");
    let memory = store.read_memory().await.unwrap();
    assert_eq!((memory.usage, memory.policy), (None, EvictionPolicy::Refuses), "it has no limit");

    let _ = server.ask(&["CONFIG", "SET", "maxmemory", "64mb"]);
    let memory = store.read_memory().await.unwrap();
    let usage = store.usage().unwrap();
    assert_eq!((Some(usage), usage.limit), (memory.usage, 64 << 20));
    assert!((1..usage.limit).contains(&usage.used), "{usage:?}");

    // What evicts is always full, and never refuses: nobody is to be refused for it.
    let _ = server.ask(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]);
    let memory = store.read_memory().await.unwrap();
    assert_eq!(memory.policy, EvictionPolicy::Evicts);
    assert_eq!(store.usage(), None);

    let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel"];
    let store = store_at(&server.url_of_user("silta", &rules));
    assert_eq!(store.read_memory().await, Err(StoreError::NotPermitted), "it may not ask");
    assert_eq!(store.usage(), None);
}

fn check_error(verb: Verb, error: StoreError) -> Result<(), StoreCheckError> {
    Err(StoreCheckError { verb, error })
}

/// One that has time for a busy machine beside the second of the pause.
fn patient_store_at(url: &str) -> RedisStore {
    let long = 10 * RedisSettings::new(url.into()).response_timeout;
    RedisStore::open(RedisSettings { response_timeout: long, ..RedisSettings::new(url.into()) })
        .unwrap()
}
