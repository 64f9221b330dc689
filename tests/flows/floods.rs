//! Many logins that nobody finishes, from one place.

use std::net::{IpAddr, Ipv4Addr};

use crate::fixture::{Fixture, eventually};
use crate::life::metrics;

#[tokio::test]
async fn a_flood_from_one_place_leaves_a_small_redis_to_everybody_else() {
    let fixture = Fixture::start().await;
    for (setting, value) in [("maxmemory", &*LIMIT.to_string()), ("maxmemory-policy", "noeviction")]
    {
        assert_eq!(fixture.redis.ask(&["CONFIG", "SET", setting, value]), b"OK\n");
    }
    for replica in [&fixture.a, &fixture.b] {
        let knows = async || metrics(replica.admin()).await.contains("\nsilta_store_fill");
        eventually("limit of Redis", async || knows().await.then_some(())).await;
    }
    let flooder = reqwest::Client::builder()
        .local_address(IpAddr::from(Ipv4Addr::new(127, 0, 0, 9)))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = fixture.shop().authorize(&[("state", &"\"".repeat(8 * 1024))]);
    let (large, plain) = (request.as_str(), fixture.shop().authorize(&[]));
    let to = |replica: &str, request: &str| {
        request.replace(&fixture.url(), &format!("http://{replica}"))
    };
    let replicas = [fixture.a.address().to_string(), fixture.b.address().to_string()];
    let said = |reason: &str| fixture.log().iter().any(|line| line["reason"] == reason);

    for (request, refused) in
        [(large, "too_many_open_for_a_large_one"), (&plain, "too_many_open_from_one_source")]
    {
        eventually(refused, async || {
            for replica in replicas.iter().cycle().take(20) {
                let answer = flooder.get(to(replica, request)).send().await.unwrap();
                assert_eq!(answer.status(), 303);
            }
            (said(refused) && used(&fixture) * 100 > LIMIT * 80).then_some(())
        })
        .await;
    }

    // Whoever comes from elsewhere begins and finishes.
    for _ in 0..3 {
        fixture.a_login_works().await;
    }
    assert!(!said("store_unavailable"), "Redis refused something");
    let errors = String::from_utf8(fixture.redis.ask(&["INFO", "errorstats"])).unwrap();
    assert!(!errors.contains("OOM"), "{errors}");
}

/// Octets that Redis uses.
fn used(fixture: &Fixture) -> usize {
    let said = String::from_utf8(fixture.redis.ask(&["INFO", "memory"])).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    line.trim().parse().unwrap()
}

/// A small Redis: it needs one MiB for itself.
const LIMIT: usize = 4 << 20;
