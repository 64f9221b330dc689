//! Pushed authorization requests, by a library that others wrote and by hand.

use serde_json::json;
use silta_testkit::peers::Library;
use silta_testkit::test_dir::{CALLBACK, SHOP_SECRET};

use crate::fixture::{Fixture, browser, public_client};
use crate::relying_parties::login;
use crate::shop::{Answer, Shop};

#[tokio::test]
async fn openid_client_pushes_its_requests_with_a_secret_and_without() {
    let fixture = Fixture::with_sections(&public_client("app", CALLBACK)).await;
    for (id, method) in [("shop", "client_secret_basic"), ("app", "none")] {
        let given = json!({ "client_id": id, "pkce": true, "par": true, "auth_method": method });
        login(&fixture.url(), Library::OpenidClient, given).await;
    }
}

#[tokio::test]
async fn what_was_pushed_at_one_replica_is_brought_once_at_the_other() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    fixture.front.route_to(&[fixture.a.address()]);
    let pushed = push(&shop, &[]).await;
    assert_eq!((pushed.status, &pushed.json["expires_in"]), (201, &json!(60)));
    assert_eq!(pushed.headers["cache-control"], "no-store");
    let uri = pushed.text("request_uri").to_owned();
    fixture.front.route_to(&[fixture.b.address()]);
    let bring = |id: &str| {
        let none =
            ["response_type", "redirect_uri", "scope", "state", "nonce"].map(|one| (one, ""));
        let named = [("client_id", id), ("request_uri", uri.as_str())];
        shop.authorize(&[none.as_slice(), &named].concat())
    };
    // Another client's person gets a page, and leaves it where it is.
    let page = browser().follow(&bring("other")).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "pushed_request");
    let page = browser().follow(&bring("shop")).await;
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    assert_eq!(tokens.status, 200);
    let page = browser().follow(&bring("shop")).await;
    assert_eq!(fixture.refusal(&page).await["client"], "shop");
}

#[tokio::test]
async fn a_pushed_request_that_breaks_a_rule_is_told_which() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    for (changes, expected) in [
        (&[("client_secret", "a wrong secret of good length")][..], (401, "invalid_client")),
        (&[("client_secret", "")], (401, "invalid_client")),
        (&[("client_id", "")], (400, "invalid_request")),
        (&[("scope", "profile")], (400, "invalid_scope")),
        (&[("redirect_uri", "https://rp.example/other")], (400, "invalid_request")),
        (&[("request", "e.y.J")], (400, "request_not_supported")),
        (&[("request_uri", "https://evil.example/")], (400, "invalid_request")),
        (&[("state", "x"), ("state", "y")], (400, "invalid_request")),
    ] {
        let answer = push(&shop, changes).await;
        assert_eq!(answer.error(), expected, "{changes:?}");
        assert_eq!(answer.headers.contains_key("www-authenticate"), answer.status == 401);
    }
    let line = fixture.logged(|line| line["message"] == "pushed request refused").await;
    assert_eq!((&line["client"], &line["level"]), (&"shop".into(), &"WARN".into()));
    assert_eq!(Answer::of(shop.get("/par")).await.status, 405);
    fixture.a_login_works().await;
}

/// Pushes the shop's usual request, with some parameters changed.
async fn push(shop: &Shop, changes: &[(&str, &str)]) -> Answer {
    let usual = [("client_secret", SHOP_SECRET)];
    let has = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    let usual = usual.into_iter().filter(|(name, _)| !has(name));
    let url = shop.authorize(&usual.chain(changes.iter().copied()).collect::<Vec<_>>());
    let (_, form) = url.split_once('?').unwrap();
    shop.post_form("/par", form.to_owned()).await
}
