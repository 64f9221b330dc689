//! A Redis that is up and cannot serve: what the person sees, what readiness says, and what the log
//! says. docs/how-to/when-redis-is-at-fault.md has it as a table.

use serde_json::Value;
use silta_testkit::peers::answer_of_idp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{Fixture, browser, eventually};
use crate::shop::Shop;

#[tokio::test]
async fn a_replica_that_starts_on_a_reader_says_read_only() {
    let redis = RedisServer::start();
    // Nobody is primary at port 1: it stays a replica.
    let _ = redis.ask(&["REPLICAOF", "127.0.0.1", "1"]);
    never_ready(&redis.url(), "read_only", "claim", "read_only").await;
}

#[tokio::test]
async fn a_replica_whose_user_lacks_a_command_says_which() {
    let redis = RedisServer::start();
    for (lacks, verb, login) in [
        ("-set", "claim", Some("not_permitted")),
        ("-get", "peek", None),
        ("-eval", "swap", None),
        ("-getdel", "take", None),
    ] {
        let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel", lacks];
        let url = redis.url_of_user("silta", &rules);
        let silta = started_on(&url);
        told(&silta, "not_permitted", verb).await;
        if let Some(cause) = login {
            refused(&silta, cause).await;
        }
    }
}

#[tokio::test]
async fn a_replica_that_starts_on_a_full_redis_says_out_of_memory() {
    let redis = RedisServer::start();
    let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel"];
    let silent = redis.url_of_user("silta", &rules);
    let _ = redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    never_ready(&silent, "out_of_memory", "claim", "out_of_memory").await;
    // Where it may be asked how full it is, new logins are refused before it has to refuse them.
    let silta = started_on(&redis.url());
    told(&silta, "out_of_memory", "claim").await;
    let shop = Shop::at(&silta);
    eventually("a refusal beforehand", async || {
        let page = browser().get(&shop.authorize(&[])).await;
        assert_eq!(page.told("error").as_deref(), Some("temporarily_unavailable"));
        silta.logs().iter().any(|line| line.contains("too_many_open")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_starts_on_a_node_of_a_cluster_says_so() {
    let redis = RedisServer::cluster_node();
    never_ready(&redis.url(), "cluster_node", "claim", "cluster_node").await;
}

#[tokio::test]
async fn a_replica_that_starts_on_a_sentinel_says_so() {
    let redis = RedisServer::sentinel();
    never_ready(&redis.url(), "sentinel", "claim", "sentinel").await;
}

#[tokio::test]
async fn a_replica_with_a_wrong_password_says_so() {
    let redis = RedisServer::with_password("opensesame");
    let url = redis.url().replace("opensesame", "openbarley");
    let silta = never_ready(&url, "credentials_refused", "claim", "credentials_refused").await;
    assert!(!silta.logs().join("\n").contains("openbarley"), "the password is in the log");
}

#[tokio::test]
async fn a_replica_with_a_wrong_database_says_so() {
    let redis = RedisServer::start();
    let url = format!("{}/99", redis.url());
    never_ready(&url, "wrong_database", "claim", "wrong_database").await;
}

#[tokio::test]
async fn a_replica_that_starts_while_redis_hangs_says_no_answer() {
    let redis = RedisServer::start();
    redis.fall_silent();
    let silta = never_ready(&redis.url(), "no_answer", "claim", "no_answer").await;
    redis.wake();
    eventually("readiness", async || (ready(&silta).await.0 == 200).then_some(())).await;
}

#[tokio::test]
async fn a_primary_that_turns_into_a_reader_is_told_and_after_a_while_not_ready() {
    let fixture = Fixture::start().await;
    eventually("readiness", async || (ready(&fixture.a).await.0 == 200).then_some(())).await;
    let mut under_way = browser();
    let answer = answer_of_idp(&mut under_way, &fixture.shop().authorize(&[])).await;
    let unspent = browser().follow(&fixture.shop().authorize(&[])).await.told("code").unwrap();

    let _ = fixture.redis.ask(&["REPLICAOF", "127.0.0.1", "1"]);
    let line = fixture.a.log("the cause", |line| line["cause"] == "read_only");
    assert_eq!(
        (&line["message"], &line["level"]),
        (&"the store cannot serve".into(), &"ERROR".into())
    );

    // Everybody is told to try again; nobody is told why.
    let begun = browser().get(&fixture.shop().authorize(&[])).await;
    assert_eq!(begun.told("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!(fixture.refusal_told(&begun).await["cause"], "read_only");
    let finished = under_way.submit(&answer).await;
    assert_eq!(finished.status, 503);
    assert_eq!(fixture.refusal(&finished).await["cause"], "read_only");
    assert!(!finished.body.contains("read_only"));
    let redeemed = fixture.shop().redeem(&unspent).await;
    assert_eq!(redeemed.error(), (503, "temporarily_unavailable"));
    let refused = fixture.logged(|line| line["message"] == "tokens refused").await;
    assert_eq!((&refused["cause"], &refused["level"]), (&"read_only".into(), &"ERROR".into()));

    let told = eventually("the end of patience", async || {
        let (status, told) = ready(&fixture.a).await;
        (status == 503).then_some(told)
    })
    .await;
    assert_eq!(told["reasons"][0]["cause"], "read_only");

    let _ = fixture.redis.ask(&["REPLICAOF", "NO", "ONE"]);
    let line = fixture.a.log("the end", |line| line["message"] == "the store serves again");
    assert_eq!(line["level"], "INFO");
    let (status, told) = ready(&fixture.a).await;
    assert_eq!((status, &told["status"], told.get("reasons")), (200, &"ready".into(), None));
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_redis_that_restarts_empty_loses_open_logins_and_nothing_else() {
    let mut fixture = Fixture::start().await;
    eventually("readiness", async || (ready(&fixture.a).await.0 == 200).then_some(())).await;
    let mut under_way = browser();
    let answer = answer_of_idp(&mut under_way, &fixture.shop().authorize(&[])).await;
    let unspent = browser().follow(&fixture.shop().authorize(&[])).await.told("code").unwrap();
    fixture.redis.restart();
    let finished = eventually("an answer", async || {
        let page = under_way.submit(&answer).await;
        (page.status != 503).then_some(page)
    })
    .await;
    assert_eq!(fixture.refusal(&finished).await["reason"], "login_expired");
    assert_eq!(fixture.shop().redeem(&unspent).await.error(), (400, "invalid_grant"));
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_redis_that_forgets_when_full_is_told_once_with_what_to_set() {
    let redis = RedisServer::start();
    let _ = redis.ask(&["CONFIG", "SET", "maxmemory", "64mb"]);
    let _ = redis.ask(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]);
    let silta = started_on(&redis.url());
    let why = memory_warning(&silta);
    assert!(why.starts_with("it forgets records") && why.contains("noeviction"), "{why}");
    let _ = redis.ask(&["CONFIG", "RESETSTAT"]);
    let mut ours = 0;
    // Before the second look begins, all is said that the first one shows.
    eventually("two more looks", async || {
        let all = String::from_utf8(redis.ask(&["INFO", "commandstats"])).unwrap();
        let infos = all.lines().find_map(|line| line.strip_prefix("cmdstat_info:calls="));
        let infos = infos.and_then(|line| line.split(',').next()?.parse::<u32>().ok()).unwrap_or(0);
        let theirs = infos.saturating_sub(ours);
        ours += 1;
        (theirs >= 2).then_some(())
    })
    .await;
    let told = silta.logs().iter().filter(|line| line.contains(MEMORY_WARNING)).count();
    assert_eq!(told, 1);
    // One that forgets is always full and refuses nothing; of one that refuses it is seen how full it is.
    let _ = redis.ask(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    let fill = eventually("a fill", async || {
        let text = reqwest::get(format!("http://{}/metrics", silta.admin())).await.unwrap();
        let text = text.text().await.unwrap();
        let fill =
            text.lines().find_map(|line| line.strip_prefix("silta_store_fill")?.rsplit_once(' '));
        fill.map(|(_, fill)| fill.parse::<f64>().unwrap())
    })
    .await;
    assert!(fill > 0.0 && fill < 0.5, "{fill}");
}

#[tokio::test]
async fn a_redis_that_does_not_say_how_full_it_is_is_told_once_with_what_that_means() {
    let redis = RedisServer::start();
    let silta = started_on(&redis.url());
    let why = memory_warning(&silta);
    assert!(why.starts_with("it has no limit of memory") && why.contains("maxmemory"), "{why}");

    let _ = redis.ask(&["CONFIG", "SET", "maxmemory", "64mb"]);
    let rules = ["~silta:*", "+set", "+get", "+eval", "+getdel"];
    let silta = started_on(&redis.url_of_user("silta", &rules));
    let why = memory_warning(&silta);
    assert!(why.starts_with("it does not let our user ask") && why.contains("+info"), "{why}");
    eventually("readiness", async || (ready(&silta).await.0 == 200).then_some(())).await;
}

#[test]
fn check_connects_and_says_what_works_and_what_does_not() {
    let (dir, redis) = (TestDir::new(), RedisServer::start());
    let check = |url: &str| {
        let params = ConfigParams {
            redis: Some(url.to_owned()),
            ..ConfigParams::without_idp("https://login.example".into())
        };
        let config = dir.configure(&params);
        let output = silta::run(&[
            "check",
            "--output",
            "json",
            "--connect",
            "--config",
            config.to_str().unwrap(),
        ]);
        (output.status.code(), silta::said(&output))
    };
    let (code, said) = check(&redis.url());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(": SET NX, SET, GET, EVAL, GETDEL work\n"), "{said}");
    let address = redis.url().trim_start_matches("redis://").to_owned();
    assert!(said.starts_with(&format!("store.redis at {address}: ")), "{said}");
    assert!(said.contains("\ndoubtful: store.redis: it has no limit of memory"), "{said}");
    assert!(said.contains(": it can be used\n"), "{said}");

    let _ = redis.ask(&["CONFIG", "SET", "maxmemory", "64mb"]);
    let _ = redis.ask(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let (code, said) = check(&redis.url());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" of 67108864 octets of memory are used\n"), "{said}");
    assert!(said.contains("set maxmemory-policy to noeviction"), "{said}");

    let silent = ["~silta:*", "+set", "+get", "+eval", "+getdel"];
    let (code, said) = check(&redis.url_of_user("silta", &silent));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("\ndoubtful: store.redis: it does not let our user ask"), "{said}");
    assert!(said.contains(": it can be used\n"), "{said}");

    let url = redis.url_of_user("silta", &["~silta:*", "+set", "+get", "+eval"]);
    let (code, said) = check(&url);
    assert_eq!(code, Some(69), "{said}");
    let start = "SET NX, SET, GET, EVAL works; GETDEL fails (not_permitted): ";
    assert!(said.starts_with(&format!("store.redis at {address}: {start}")), "{said}");
    assert!(!said.contains("opensesame") && !said.contains("all is well"), "{said}");

    let (code, said) = check("redis://127.0.0.1:1");
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("store.redis at 127.0.0.1:1: SET NX fails (nobody_listens): "), "{said}");

    let (code, said) = check("rediss://silta:open#sesame@cache:6379/0");
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("write # as %23"), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}

/// A replica on this Redis never gets ready: it says in its log and at `/health/ready` which `verb`
/// fails and why, and people are told to try again, for `login` in the log.
async fn never_ready(url: &str, cause: &str, verb: &str, login: &str) -> Silta {
    let silta = started_on(url);
    told(&silta, cause, verb).await;
    refused(&silta, login).await;
    silta
}

pub(crate) async fn told(silta: &Silta, cause: &str, verb: &str) {
    let line = silta.log("the cause", |line| line["message"] == "the store cannot serve");
    assert_eq!((&line["level"], &line["cause"]), (&"ERROR".into(), &cause.into()), "{line}");
    assert_eq!(line["verb"], verb, "{line}");
    let (status, told) = ready(silta).await;
    assert_eq!(status, 503, "{told}");
    let reason = &told["reasons"][0];
    assert_eq!(reason["reason"], "store_unavailable");
    assert_eq!((&reason["cause"], &reason["detail"]), (&cause.into(), &line["why"]));
    assert!(reason["address"].as_str().is_some_and(|address| address.contains(':')), "{told}");
    assert_eq!(reason["address"], line["address"], "{line}");
}

/// A person is told to try again, and only the log says why.
async fn refused(silta: &Silta, cause: &str) {
    let shop = Shop::at(silta);
    let page = browser().get(&shop.authorize(&[])).await;
    assert_eq!(
        (page.status.as_u16(), page.told("error").as_deref()),
        (303, Some("temporarily_unavailable"))
    );
    assert!(!page.told("error_description").unwrap().contains(cause));
    let line = silta.log("a refusal", |line| line["message"] == "login refused");
    assert_eq!((&line["reason"], &line["cause"]), (&"store_unavailable".into(), &cause.into()));
}

pub(crate) fn started_on(url: &str) -> Silta {
    let dir = TestDir::new();
    let params = ConfigParams {
        redis: Some(url.to_owned()),
        ..ConfigParams::without_idp("https://login.example".to_owned())
    };
    Silta::start(&dir.configure(&params))
}

/// Why the memory of Redis is doubtful, from the line of the log.
fn memory_warning(silta: &Silta) -> String {
    let line = silta.log("a warning", |line| line["message"] == MEMORY_WARNING);
    assert_eq!(line["level"], "WARN");
    line["why"].as_str().unwrap().to_owned()
}

pub(crate) async fn ready(silta: &Silta) -> (u16, Value) {
    let answer = reqwest::get(format!("http://{}/health/ready", silta.admin())).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

const MEMORY_WARNING: &str = "the memory of Redis is doubtful";
