//! What pages of other origins may do.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use silta_testkit::browser::Browser;
use silta_testkit::op::{Answer as Served, HostileOp};
use silta_testkit::peers;

use crate::fixture::{Fixture, public_client};
use crate::shop::{Answer, Shop};

#[tokio::test]
async fn pages_of_public_clients_call_what_such_clients_call_and_nothing_else() {
    let fixture =
        Fixture::with_sections(&public_client("app", "https://app.example/callback")).await;
    let shop = fixture.shop();
    for path in ["/token", "/userinfo", "/revoke"] {
        let answer = preflight(&shop, path, ORIGIN).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), ORIGIN);
        assert_eq!(text(&answer.headers, "access-control-allow-methods"), "GET, POST");
        let headers = text(&answer.headers, "access-control-allow-headers");
        assert_eq!(headers, "authorization, content-type");
        assert_eq!(text(&answer.headers, "vary"), "Origin");
        assert_eq!(text(&answer.headers, "access-control-allow-credentials"), "");
        // Errors can be read too.
        let answer = Answer::of(shop.post(path).header("origin", ORIGIN)).await;
        assert!(answer.status >= 400, "{path}");
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), ORIGIN);
        assert_eq!(text(&answer.headers, "vary"), "Origin");
        // Whoever is no page is told the same, and not for whom it is.
        let answer = Answer::of(shop.post(path)).await;
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), "");
        assert_eq!(text(&answer.headers, "vary"), "Origin");
    }
    let closed = ["/authorize", "/logout", "/introspect", "/par", "/saml/idp/acs", "/saml/idp/slo"];
    for path in closed.into_iter().chain(["/idp/sso", "/nothing"]) {
        let answer = preflight(&shop, path, ORIGIN).await;
        assert!(matches!(answer.status, 404 | 405), "{path}: {}", answer.status);
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), "", "{path}");
    }
    // An OPTIONS that is no preflight is a method like others.
    let options = shop.request(Method::OPTIONS, "/token").header("origin", ORIGIN);
    assert_eq!(Answer::of(options).await.status, 405);
}

#[tokio::test]
async fn no_near_miss_of_an_origin_may_read_anything() {
    let fixture =
        Fixture::with_sections(&public_client("app", "https://app.example/callback")).await;
    let shop = fixture.shop();
    for origin in [
        "http://app.example",
        "https://app.example.",
        "https://app.example:443",
        "https://app.example:8443",
        "https://APP.example",
        "https://app.example/",
        "https://app.example.evil.example",
        "https://sub.app.example",
        "https://evil.example/https://app.example",
        "null",
        "*",
        // The origin of a client with a secret.
        "https://rp.example",
    ] {
        for path in ["/token", "/userinfo", "/revoke"] {
            let answer = preflight(&shop, path, origin).await;
            assert_eq!(answer.status, 405, "{origin}");
            assert_eq!(text(&answer.headers, "access-control-allow-origin"), "", "{origin}");
            let answer = Answer::of(shop.post(path).header("origin", origin)).await;
            assert_eq!(text(&answer.headers, "access-control-allow-origin"), "", "{origin}");
            assert_eq!(text(&answer.headers, "vary"), "Origin");
        }
    }
    let two = shop.post("/token").header("origin", ORIGIN).header("origin", ORIGIN);
    let answer = Answer::of(two).await;
    assert_eq!(text(&answer.headers, "access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_page_in_chromium_redeems_a_code_and_a_page_of_another_origin_does_not() {
    let (own, other) = (HostileOp::start(), HostileOp::start());
    let callback = format!("{}/app", own.issuer());
    let fixture = Fixture::with_sections(&public_client("app", &callback)).await;
    let page = PAGE.replace("ISSUER", &fixture.url()).replace("CALLBACK", &callback);
    let page = page.replace("VERIFIER", Shop::VERIFIER);
    for (place, says) in [(&other, "blocked"), (&own, "redeemed")] {
        place.answer("/app", Served::status(200).with_body("text/html", page.clone()));
        let asked = [
            ("client_id", "app"),
            ("redirect_uri", callback.as_str()),
            ("code_challenge", Shop::CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let answered = Browser::new(&callback).follow(&fixture.shop().authorize(&asked)).await;
        let code = answered.told("code").expect("a code");
        let url = format!("{}/app?code={code}", place.issuer());
        let seen = peers::chromium(&json!({ "url": url, "steps": [{ "expect": says }] }));
        assert_eq!(seen["title"], "app");
    }
}

async fn preflight(shop: &Shop, path: &str, origin: &str) -> Answer {
    let request: RequestBuilder = shop.request(Method::OPTIONS, path);
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    Answer::of(request).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

const ORIGIN: &str = "https://app.example";
/// An application that redeems the code of its address and asks who logged in.
const PAGE: &str = r"<!doctype html><title>app</title><p id=said>waiting</p><script>
const form = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'app', code_verifier: 'VERIFIER',
  redirect_uri: 'CALLBACK', code: new URLSearchParams(location.search).get('code') })
fetch('ISSUER/token', { method: 'POST', body: form })
  .then((answer) => answer.json())
  .then((tokens) => fetch('ISSUER/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } }))
  .then((answer) => answer.json())
  .then((person) => { said.textContent = person.sub ? 'redeemed' : 'refused' })
  .catch(() => { said.textContent = 'blocked' })
</script>";
