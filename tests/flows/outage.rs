//! Redis goes away and comes back; the replicas stay.

use silta_testkit::peers::answer_of_idp;

use crate::fixture::{Fixture, browser, eventually};
use crate::shop::Shop;

#[tokio::test]
async fn everybody_is_told_to_try_again_while_redis_is_down_and_can_when_it_is_back() {
    let mut fixture = Fixture::start().await;
    let shop = fixture.shop();
    let page = browser().follow(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let unspent = browser().follow(&shop.authorize(&[])).await.told("code").expect("a code");
    let mut under_way = browser();
    let answer = answer_of_idp(&mut under_way, &shop.authorize(&[])).await;

    fixture.redis.stop();

    // All at once, because each waits as long as it may for Redis.
    let (mut other, request) = (browser(), shop.authorize(&[]));
    let (begun, finished, redeemed, told) = tokio::join!(
        other.get(&request),
        under_way.submit(&answer),
        shop.redeem(&unspent),
        shop.userinfo(tokens.text("access_token")),
    );
    assert_eq!(begun.status, 303);
    assert_eq!(begun.told("error").as_deref(), Some("temporarily_unavailable"));
    assert_eq!(begun.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(begun.told("iss"), Some(fixture.url()));
    let refusal = fixture.refusal_told(&begun).await;
    assert_eq!(refusal["reason"], "store_unavailable");
    assert_eq!(refusal["level"], "ERROR");
    assert_eq!(finished.status, 503);
    assert_eq!(finished.location(), None);
    assert_eq!(fixture.refusal(&finished).await["reason"], "store_unavailable");
    assert_eq!(redeemed.error(), (503, "temporarily_unavailable"));
    assert_eq!(told.error(), (503, "temporarily_unavailable"));
    // What needs no record is answered as ever.
    assert_eq!(shop.get("/jwks").send().await.unwrap().status(), 200);

    fixture.redis.restart();
    for replica in [&fixture.a, &fixture.b] {
        fixture.front.route_to(&[replica.address()]);
        eventually("way to the identity provider", async || {
            let page = browser().get(&shop.authorize(&[])).await;
            page.told("error").is_none().then_some(())
        })
        .await;
        fixture.a_login_works().await;
    }
}
