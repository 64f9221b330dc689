//! The life of a replica, as its orchestrator and its operators see it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use reqwest::Client;
use serde_json::{Value, json};
use silta_testkit::deadline::DEADLINE;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{Fixture, browser, eventually};
use crate::person::NORDEA;
use crate::shop::Shop;

#[tokio::test]
async fn a_replica_is_alive_without_redis_and_ready_with_it() {
    let (dir, mut redis) = (TestDir::new(), RedisServer::start());
    let mut params = ConfigParams::without_idp("http://127.0.0.1:8080".to_owned());
    params.redis = Some(redis.url());
    redis.stop();
    let silta = Silta::start(&dir.configure(&params));
    for path in ["/health/live", "/health/startup"] {
        assert_eq!(shown(silta.admin(), path).await, (200, json!({ "status": "live" })));
    }
    let (status, told) = shown(silta.admin(), "/health/ready").await;
    assert_eq!((status, &told["status"]), (503, &json!("not ready")));

    let why = silta.log("why", |line| line["message"] == "the store cannot serve");
    assert_eq!((&why["level"], &why["cause"]), (&json!("ERROR"), &json!("nobody_listens")));
    assert!(why["why"].as_str().is_some_and(|why| why.starts_with("nothing listens")), "{why}");
    let told = shown(silta.admin(), "/health/ready").await.1;
    assert_eq!(told["reasons"][0]["cause"], "nobody_listens");
    assert_eq!(told["reasons"][0]["detail"], why["why"]);

    redis.restart();
    eventually("readiness", async || ready(&silta).await).await;
    silta.log("readiness", |line| line["message"] == "ready: the store answers");

    // A blip of Redis takes nobody out; an outage does.
    redis.stop();
    assert_eq!(shown(silta.admin(), "/health/ready").await.0, 200);
    let told = eventually("a reason", async || {
        let (status, told) = shown(silta.admin(), "/health/ready").await;
        (status == 503 && told["reasons"][0]["cause"] == "nobody_listens").then_some(told)
    })
    .await;
    assert_eq!(told["reasons"][0]["reason"], "store_unavailable");
    let gauge = r#"silta_store_fault{cause="nobody_listens"} "#;
    eventually("a gauge of 1", async || {
        metrics(silta.admin()).await.contains(&format!("{gauge}1\n")).then_some(())
    })
    .await;
    assert_eq!(shown(silta.admin(), "/health/live").await.0, 200);
    redis.restart();
    silta.log("recovery", |line| line["message"] == "the store serves again");
    eventually("a gauge of 0", async || {
        metrics(silta.admin()).await.contains(&format!("{gauge}0\n")).then_some(())
    })
    .await;
    // Once before Redis was up and once in the outage, where other causes may be seen first.
    let lines = silta.logs();
    let told = lines.iter().filter(|line| line.contains("the store cannot serve"));
    assert_eq!(told.filter(|line| line.contains("nobody_listens")).count(), 2);
}

#[tokio::test]
async fn a_replica_that_stops_says_so_while_it_finishes_what_is_in_flight() {
    let dir = TestDir::new();
    let params = ConfigParams::without_idp("http://127.0.0.1:8080".to_owned());
    let mut silta = Silta::start(&dir.configure(&params));
    eventually("readiness", async || ready(&silta).await).await;
    let mut line = TcpStream::connect(silta.address()).unwrap();
    line.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(
        line,
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    let mut interim = [0; 25];
    line.read_exact(&mut interim).unwrap();

    silta.terminate();
    let told = eventually("a reason", async || {
        let (status, told) = shown(silta.admin(), "/health/ready").await;
        (status == 503).then_some(told)
    })
    .await;
    assert_eq!(told["reasons"][0]["reason"], "stopping");
    write!(line, "a=b").unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    silta.ended_well();
}

#[tokio::test]
async fn logins_are_counted_by_client_upstream_outcome_and_reason() {
    let fixture = Fixture::start().await;
    fixture.front.route_to(&[fixture.a.address()]);
    fixture.a_login_works().await;
    fixture.idp.cancel().await;
    let cancelled = browser().follow(&fixture.shop().authorize(&[])).await;
    assert_eq!(cancelled.told("error").as_deref(), Some("access_denied"));
    browser().get(&fixture.shop().authorize(&[("client_id", "unknown")])).await;
    fixture.shop().redeem("A-code-that-was-never-given-out-to-anybody-").await;

    let text = metrics(fixture.a.admin()).await;
    for line in [
        r#"silta_logins_started_total{client="shop",upstream="idp"} 2"#,
        r#"silta_logins_ended_total{client="shop",upstream="idp",outcome="finished",reason=""} 1"#,
        r#"silta_logins_ended_total{client="shop",upstream="idp",outcome="refused",reason="status_authn_failed"} 1"#,
        r#"silta_logins_ended_total{client="",upstream="",outcome="refused",reason="unknown_client"} 1"#,
        r#"silta_login_duration_seconds_count{client="shop",upstream="idp"} 1"#,
        r#"silta_token_requests_total{client="shop",outcome="issued"} 1"#,
        r#"silta_token_requests_total{client="shop",outcome="invalid_grant"} 1"#,
        r#"silta_store_calls_total{verb="claim",outcome="answered",cause=""} 1"#,
    ] {
        assert!(text.lines().any(|one| one == line), "no line {line}");
    }
    for family in ["silta_build_info", "silta_certificate_days_left", "silta_store_call_seconds"] {
        assert!(text.contains(family), "no {family}");
    }
    let leaked = NORDEA.secrets().find(|(_, value)| text.contains(value));
    assert_eq!(leaked.map(|(name, _)| name), None, "in the metrics");
}

#[tokio::test]
async fn health_and_metrics_are_not_on_the_public_listener() {
    let fixture = Fixture::start().await;
    for path in ["/metrics", "/health/ready", "/health/live"] {
        assert_eq!(
            Shop::of(&fixture.url()).get(path).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
}

async fn ready(silta: &Silta) -> Option<()> {
    (shown(silta.admin(), "/health/ready").await.0 == 200).then_some(())
}

async fn shown(admin: SocketAddr, path: &str) -> (u16, Value) {
    let answer = Client::new().get(format!("http://{admin}{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub(crate) async fn metrics(admin: SocketAddr) -> String {
    let answer = Client::new().get(format!("http://{admin}/metrics")).send().await.unwrap();
    answer.text().await.unwrap()
}
