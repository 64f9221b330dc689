//! What clients ask about tokens of theirs.

use std::collections::BTreeSet;

use serde_json::json;

use crate::fixture::{Fixture, browser};
use crate::shop::{Answer, OTHER};

/// The tokens of a login of `shop`.
async fn tokens(fixture: &Fixture) -> Answer {
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;
    assert_eq!(tokens.status, 200);
    tokens
}

#[tokio::test]
async fn a_token_that_one_replica_revokes_opens_nothing_at_the_other() {
    let fixture = Fixture::with_refresh_tokens().await;
    let shop = fixture.shop();
    let tokens = tokens(&fixture).await;
    let refreshed = shop.refresh(tokens.text("refresh_token"), &[]).await;

    fixture.front.route_to(&[fixture.a.address()]);
    let revoked = shop.ask("/revoke", refreshed.text("access_token"), &[]).await;
    assert_eq!((revoked.status, revoked.json.is_null()), (200, true));
    assert_eq!(revoked.headers["cache-control"], "no-store");
    fixture.front.route_to(&[fixture.b.address()]);
    let told = shop.userinfo(refreshed.text("access_token")).await;
    assert_eq!(told.error(), (401, "invalid_token"));
    assert_eq!(shop.userinfo(tokens.text("access_token")).await.status, 200);

    fixture.front.route_to(&[fixture.a.address()]);
    let revoked = shop.ask("/revoke", refreshed.text("refresh_token"), &[]).await;
    assert_eq!(revoked.status, 200);
    fixture.front.route_to(&[fixture.b.address()]);
    assert_eq!(shop.userinfo(tokens.text("access_token")).await.error(), (401, "invalid_token"));
    for token in [&tokens, &refreshed] {
        let refused = shop.refresh(token.text("refresh_token"), &[]).await;
        assert_eq!(refused.error(), (400, "invalid_grant"));
    }
    fixture.logged(|line| line["message"] == "access token revoked").await;
    fixture.logged(|line| line["message"] == "refresh tokens revoked").await;
}

#[tokio::test]
async fn a_client_is_told_of_its_own_tokens_alone() {
    let fixture = Fixture::with_refresh_tokens().await;
    let (shop, tokens) = (fixture.shop(), tokens(&fixture).await);
    for (token, kind) in [
        (tokens.text("access_token"), &["token_type", "exp"][..]),
        (tokens.text("refresh_token"), &[]),
    ] {
        let told = shop.ask("/introspect", token, &[]).await;
        assert_eq!((told.status, &told.json["active"]), (200, &true.into()));
        assert_eq!(told.headers["cache-control"], "no-store");
        let mut names = vec!["active", "iss", "client_id", "scope", "sub", "acr", "auth_time"];
        names.extend(kind);
        let told: BTreeSet<_> = told.json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(told, names.into_iter().map(str::to_owned).collect());
        let others = shop.ask("/introspect", token, &OTHER).await;
        assert_eq!((others.status, others.json), (200, json!({ "active": false })));
    }
}

#[tokio::test]
async fn a_request_about_a_token_that_breaks_a_rule_is_told_which() {
    let fixture = Fixture::with_refresh_tokens().await;
    let (shop, tokens) = (fixture.shop(), tokens(&fixture).await);
    let token = tokens.text("access_token");
    let discovery = shop.discovery().await;
    for (endpoint, path) in
        [("revocation_endpoint", "/revoke"), ("introspection_endpoint", "/introspect")]
    {
        assert_eq!(discovery[endpoint], format!("{}{path}", fixture.url()));
        for (changes, expected) in [
            (&[("token", "")][..], (400, "invalid_request")),
            (&[("token", token), ("token", token)], (400, "invalid_request")),
            (&[("client_secret", "")], (401, "invalid_client")),
            (&[("client_secret", "a wrong secret of good length")], (401, "invalid_client")),
            (&[("client_id", "nobody")], (401, "invalid_client")),
        ] {
            let answer = shop.ask(path, token, changes).await;
            assert_eq!(answer.error(), expected, "{path} {changes:?}");
            assert_eq!(answer.headers["cache-control"], "no-store");
            assert_eq!(answer.headers.contains_key("www-authenticate"), answer.status == 401);
        }
        let answer = Answer::of(shop.post(path).json(&["x"])).await;
        assert_eq!(answer.error(), (415, "invalid_request"));
        assert_eq!(Answer::of(shop.get(path)).await.status, 405);
        // Not the token of the other client.
        assert_eq!(shop.ask(path, token, &OTHER).await.status, 200);
    }
    assert_eq!(shop.userinfo(token).await.status, 200);
}
