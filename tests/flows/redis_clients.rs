//! A Redis that takes no more clients: each thread of a replica has a connection of its own, and one
//! that has none makes the replica not ready.

use silta_testkit::redis_connection::RedisConnection;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;

use crate::fixture::eventually;
use crate::redis_faults::{ready, started_on, told};

#[tokio::test]
async fn a_replica_of_which_one_thread_gets_no_connection_is_not_ready() {
    let redis = RedisServer::start();
    let silta = started_on(&redis.url());
    eventually("readiness", async || (ready(&silta).await.0 == 200).then_some(())).await;
    let mut operator = redis.connect();
    let all = connections_of_others(&mut operator).len();
    drop((operator, silta));

    let limit = (all - 1).to_string();
    let _ = redis.ask(&["CONFIG", "SET", "maxclients", &limit]);
    told(&started_on(&redis.url()), "too_many_clients", "claim").await;
}

#[tokio::test]
async fn each_connection_that_is_lost_and_refused_is_told_once_and_its_end_once() {
    let redis = RedisServer::start();
    let silta = started_on(&redis.url());
    eventually("readiness", async || (ready(&silta).await.0 == 200).then_some(())).await;
    let mut operator = redis.connect();
    let all = connections_of_others(&mut operator);
    assert!(all.len() > 1, "one thread serves requests, another looks after open logins");
    for (before, connection) in all.into_iter().enumerate() {
        let _ = operator.ask(&["CONFIG", "SET", "maxclients", "1"]);
        let _ = operator.ask(&["CLIENT", "KILL", "ID", &connection]);
        eventually("the cause", async || {
            let warnings = ready(&silta).await.1["warnings"].clone();
            (warnings[0]["cause"] == "too_many_clients").then_some(())
        })
        .await;
        eventually("its metric", async || {
            metrics(&silta).await.contains(&format!("{METRIC} 1\n")).then_some(())
        })
        .await;
        // Others are served meanwhile, and say so every second.
        eventually("the end of patience", async || {
            let (status, told) = ready(&silta).await;
            (status == 503 && told["reasons"][0]["cause"] == "too_many_clients").then_some(())
        })
        .await;
        let _ = operator.ask(&["CONFIG", "SET", "maxclients", "100"]);
        eventually("the end", async || (ready(&silta).await.0 == 200).then_some(())).await;
        eventually("its line", async || {
            (count(&silta, "the store serves again") == before + 1).then_some(())
        })
        .await;
        assert_eq!(count(&silta, "the store cannot serve"), before + 1);
        eventually("the end of its metric", async || {
            metrics(&silta).await.contains(&format!("{METRIC} 0\n")).then_some(())
        })
        .await;
    }
}

/// By their ids. This waits for nobody: a replica that is ready has all of its connections.
fn connections_of_others(operator: &mut RedisConnection) -> Vec<String> {
    let own = operator.ask(&["CLIENT", "ID"]);
    let list = operator.ask(&["CLIENT", "LIST"]);
    let ids = list.lines().filter_map(|line| line.strip_prefix("id=")?.split(' ').next());
    ids.filter(|id| *id != own).map(str::to_owned).collect()
}

fn count(silta: &Silta, message: &str) -> usize {
    silta.logs().iter().filter(|line| line.contains(message)).count()
}

async fn metrics(silta: &Silta) -> String {
    let answer = reqwest::get(format!("http://{}/metrics", silta.admin())).await.unwrap();
    answer.text().await.unwrap()
}

const METRIC: &str = "silta_store_fault{cause=\"too_many_clients\"}";
