//! A Redis that answers late: what the person sees, what readiness says, and what the log says.

use std::time::Duration;

use silta_testkit::peers::answer_of_idp;

use crate::fixture::{Fixture, browser, eventually};
use crate::redis_faults::ready;

#[tokio::test]
async fn a_redis_that_is_slow_by_three_seconds_is_told_and_serves_again_when_it_is_quick() {
    is_told_and_serves_again(Duration::from_secs(3)).await;
}

#[tokio::test]
async fn a_redis_that_is_slow_by_twenty_seconds_is_told_and_serves_again_when_it_is_quick() {
    is_told_and_serves_again(Duration::from_secs(20)).await;
}

async fn is_told_and_serves_again(delay: Duration) {
    let (fixture, redis) = Fixture::with_slow_redis().await;
    let (shop, replicas) = (fixture.shop(), [&fixture.a, &fixture.b]);
    for replica in replicas {
        eventually("readiness", async || (ready(replica).await.0 == 200).then_some(())).await;
    }
    let page = browser().follow(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let unspent = browser().follow(&shop.authorize(&[])).await.told("code").expect("a code");
    let tried = browser().follow(&shop.authorize(&[])).await.told("code").expect("a code");
    let mut under_way = browser();
    let answer = answer_of_idp(&mut under_way, &shop.authorize(&[])).await;

    redis.slow_by(delay);
    for replica in replicas {
        let line = replica.log("the cause", |line| line["message"] == "the store cannot serve");
        let (level, cause) = (&line["level"], &line["cause"]);
        assert_eq!((level, cause), (&"ERROR".into(), &"no_answer".into()), "{line}");
        // A failover takes as long, so it is not taken out at once.
        let (status, told) = ready(replica).await;
        let warning = &told["warnings"][0];
        assert_eq!((status, &warning["cause"]), (200, &"no_answer".into()), "{told}");
        assert_eq!(warning["detail"], line["why"]);
    }

    // Everybody is told to try again; nobody is told why. At once, because each waits as long as it may.
    let (mut other, request) = (browser(), shop.authorize(&[]));
    let (begun, finished, redeemed, told) = tokio::join!(
        other.get(&request),
        under_way.submit(&answer),
        shop.redeem(&tried),
        shop.userinfo(tokens.text("access_token")),
    );
    assert_eq!(begun.told("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!(finished.status, 503);
    assert!(!finished.body.contains("no_answer"));
    assert_eq!(redeemed.error(), (503, "temporarily_unavailable"));
    assert_eq!(told.error(), (503, "temporarily_unavailable"));
    for refusal in [fixture.refusal_told(&begun).await, fixture.refusal(&finished).await] {
        let (reason, cause) = (&refusal["reason"], &refusal["cause"]);
        assert_eq!((reason, cause), (&"store_unavailable".into(), &"no_answer".into()));
        assert_eq!(refusal["level"], "ERROR");
    }
    for message in ["tokens refused", "userinfo refused"] {
        let line = fixture.logged(|line| line["message"] == message).await;
        assert_eq!((&line["cause"], &line["level"]), (&"no_answer".into(), &"ERROR".into()));
    }

    for replica in replicas {
        let told = eventually("the end of patience", async || {
            let (status, told) = ready(replica).await;
            (status == 503).then_some(told)
        })
        .await;
        assert_eq!(told["reasons"][0]["cause"], "no_answer");
    }

    redis.slow_by(Duration::ZERO);
    for replica in replicas {
        let line = replica.log("the end", |line| line["message"] == "the store serves again");
        assert_eq!(line["level"], "INFO");
        eventually("readiness", async || {
            let (status, told) = ready(replica).await;
            (status == 200 && told["status"] == "ready").then_some(())
        })
        .await;
    }
    // Nobody had asked for its tokens while Redis was slow.
    assert_eq!(shop.redeem(&unspent).await.status, 200);
    fixture.a_login_works().await;
}
