//! Redis over TLS, as ElastiCache is: the machine's root certificates decide whom to trust.

use silta_testkit::authority::Authority;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{browser, eventually};
use crate::shop::Shop;

#[tokio::test]
async fn records_go_over_tls_to_a_redis_whose_issuer_the_machine_trusts() {
    let dir = TestDir::new();
    let authority = Authority::new("cache authority");
    let redis = RedisServer::with_tls(&authority, PASSWORD);
    let silta = started(&dir, &redis, &authority);

    eventually("readiness", async || (ready(&silta).await == 200).then_some(())).await;
    // Without a record there is no way to the identity provider.
    let page = browser().get(&request(&silta)).await;

    assert_eq!(page.status, 303);
    assert_eq!(page.told("error"), None);
}

#[tokio::test]
async fn a_redis_whose_issuer_the_machine_does_not_trust_is_not_used_and_the_log_says_why() {
    let dir = TestDir::new();
    let redis = RedisServer::with_tls(&Authority::new("cache authority"), PASSWORD);
    let silta = started(&dir, &redis, &Authority::new("cache authority"));

    let line = silta.log("reason", |line| line["message"] == "the store cannot serve");
    let page = browser().get(&request(&silta)).await;

    let why = line["why"].as_str().expect("a reason");
    assert_eq!(line["cause"], "certificate_refused");
    assert!(why.contains("does this machine trust its issuer (SSL_CERT_FILE)?"), "{why}");
    assert_eq!(ready(&silta).await, 503);
    assert_eq!(page.told("error").as_deref(), Some("temporarily_unavailable"));
    let said = silta.logs().join("\n");
    assert!(!said.contains(PASSWORD), "the password is in the log");
}

/// A replica on a machine whose only root certificate is `trusted`.
fn started(dir: &TestDir, redis: &RedisServer, trusted: &Authority) -> Silta {
    let params = ConfigParams {
        redis: Some(redis.url()),
        ..ConfigParams::without_idp("https://login.example".to_owned())
    };
    let roots = dir.write("roots.pem", trusted.certificate_pem());
    let roots = roots.to_str().expect("a path in UTF-8");
    Silta::start_with(&dir.configure(&params), &[("SSL_CERT_FILE", roots)])
}

fn request(silta: &Silta) -> String {
    Shop::at(silta).authorize(&[])
}

async fn ready(silta: &Silta) -> u16 {
    let asked = reqwest::get(format!("http://{}/health/ready", silta.admin())).await;
    asked.expect("an answer").status().as_u16()
}

const PASSWORD: &str = "opensesame";
