//! Bad requests of clients at the token and userinfo endpoints.

use silta_testkit::test_dir::{CALLBACK, SHOP_SECRET};

use crate::fixture::{Fixture, browser};
use crate::shop::{Answer, OTHER, Shop, changed};

#[tokio::test]
async fn a_token_request_that_breaks_a_rule_is_told_which() {
    let fixture = Fixture::start().await;
    let code = ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let shop = fixture.shop();
    for (changes, expected) in [
        (vec![code, ("grant_type", "")], (400, "invalid_request")),
        (vec![code, ("grant_type", "password")], (400, "unsupported_grant_type")),
        (vec![("code", "")], (400, "invalid_request")),
        (vec![code, ("redirect_uri", "")], (400, "invalid_request")),
        (vec![code, ("client_id", "")], (400, "invalid_request")),
        (vec![code, ("client_secret", "")], (401, "invalid_client")),
        (vec![code, ("client_secret", "a wrong secret of good length")], (401, "invalid_client")),
        (vec![code, ("client_id", "nobody")], (401, "invalid_client")),
        (vec![code, ("client_assertion", "x")], (400, "invalid_request")),
        (vec![code, ("client_assertion", "x"), ("client_secret", "")], (401, "invalid_client")),
        (vec![code], (400, "invalid_grant")),
        (vec![("code", "short")], (400, "invalid_grant")),
        (vec![code, ("code", code.1)], (400, "invalid_request")),
        (vec![code, ("code_verifier", "v"), ("code_verifier", "v")], (400, "invalid_request")),
    ] {
        let answer = shop.redeem_with(&changes).await;
        assert_eq!(answer.error(), expected, "{changes:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers.contains_key("www-authenticate"), answer.status == 401);
        assert!(!answer.text("error_description").is_empty());
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_client_that_authenticates_twice_or_unreadably_is_refused() {
    let fixture = Fixture::start().await;
    let post = || fixture.shop().post("/token").header("content-type", FORM);
    let body = "grant_type=authorization_code&code=x&redirect_uri=x";
    for (request, expected) in [
        (
            post().basic_auth("shop", Some("x")).body(format!("{body}&client_secret=x")),
            (400, "invalid_request"),
        ),
        (
            post().basic_auth("shop", Some("x")).body(format!("{body}&client_id=other")),
            (400, "invalid_request"),
        ),
        (post().basic_auth("shop", Some("x")).body(body), (401, "invalid_client")),
        (post().basic_auth(OTHER[0].1, Some(OTHER[1].1)).body(body), (400, "invalid_grant")),
        (post().bearer_auth("x").body(body), (401, "invalid_client")),
        (post().header("authorization", "Basic %%%").body(body), (401, "invalid_client")),
        (post().header("authorization", "Basic").body(body), (401, "invalid_client")),
        (post().body(body), (401, "invalid_client")),
    ] {
        assert_eq!(Answer::of(request).await.error(), expected);
    }
    fixture.a_login_works().await;
}

/// A query is in the logs of proxies and in histories [RFC 6749 §2.3.1].
#[tokio::test]
async fn what_stands_in_the_query_of_a_token_request_is_not_read() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let page = browser().follow(&shop.authorize(&[])).await;
    let code = page.told("code").expect("a code");
    let credentials = changed(&[("client_id", "shop"), ("client_secret", SHOP_SECRET)], &[]);
    let grant =
        [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", code.as_str())];
    let grant = changed(&grant, &[]);
    for (query, form) in
        [(credentials.clone(), grant.clone()), (format!("{credentials}&{grant}"), String::new())]
    {
        let answer = shop.post_form(&format!("/token?{query}"), form).await;
        assert_eq!(answer.error(), (401, "invalid_client"));
    }
    let both = format!("{credentials}&{grant}");
    let query = "/token?client_id=other&client_secret=another-secret&code=x";
    let answer = shop.post_form(query, both).await;
    assert_eq!(answer.status, 200, "the code is untouched, and the form alone counts");
    assert!(fixture.log().iter().all(|line| !line.to_string().contains(SHOP_SECRET)));
}

#[tokio::test]
async fn a_token_request_that_cannot_be_read_is_refused_with_its_status() {
    let fixture = Fixture::start().await;
    let post = || fixture.shop().post("/token");
    for (request, expected) in [
        (post().json(&["x"]), (415, "invalid_request")),
        (post().body("grant_type=x"), (415, "invalid_request")),
        (post().header("content-type", FORM).body("x".repeat(65 * 1024)), (413, "invalid_request")),
        (post().header("content-type", FORM).body(vec![0xFF]), (400, "invalid_request")),
        (post().header("content-type", FORM).body("code=%zz"), (400, "invalid_request")),
        (post().header("content-type", FORM).body("x=y&".repeat(65)), (400, "invalid_request")),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.error(), expected);
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn who_is_locked_out_of_the_token_endpoint_is_logged_and_counted() {
    let fixture = Fixture::start().await;
    fixture.front.route_to(&[fixture.a.address()]);
    let shop = fixture.shop();
    let wrong = ("client_secret", "a wrong secret of good length");
    shop.redeem_with(&[("code", "x"), wrong]).await;
    shop.redeem_with(&[("code", "x"), wrong, ("client_id", "nobody-of-ours")]).await;
    shop.post_form("/token", "client_id=other&client_secret=100%&code=x").await;
    let basic = || shop.post("/token").basic_auth("alb", Some("whatever"));
    Answer::of(basic().json(&["x"])).await;
    Answer::of(shop.post("/token").header("content-type", FORM).body("x".repeat(65 * 1024))).await;
    shop.post_form("/userinfo", "x".repeat(65 * 1024)).await;
    for (client, error, reason, detail) in [
        ("shop", "invalid_client", "wrong_credentials", "client authentication failed"),
        ("", "invalid_client", "wrong_credentials", "client authentication failed"),
        ("other", "invalid_request", "malformed_request", "a percent sign is not followed by"),
        ("alb", "invalid_request", "body_not_a_form", "the body is not a form"),
        ("", "invalid_request", "body_too_large", "the body is too large"),
    ] {
        let line = fixture
            .logged(|line| {
                line["message"] == "tokens refused"
                    && line["client"] == client
                    && line["error"] == error
                    && line["reason"] == reason
                    && line["detail"].as_str().is_some_and(|said| said.starts_with(detail))
            })
            .await;
        assert_eq!((&line["level"], &line["login"]), (&"WARN".into(), &"".into()));
    }
    fixture.logged(|line| line["message"] == "userinfo refused").await;
    assert!(fixture.a.logs().iter().all(|line| !line.contains("nobody-of-ours")));
    let metrics = Shop::of(&format!("http://{}", fixture.a.admin())).get("/metrics");
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    for line in [
        r#"silta_token_requests_total{client="shop",outcome="invalid_client"} 1"#,
        r#"silta_token_requests_total{client="",outcome="invalid_client"} 1"#,
        r#"silta_token_requests_total{client="alb",outcome="invalid_request"} 1"#,
        r#"silta_userinfo_refused_total{error="invalid_request"} 1"#,
    ] {
        assert!(metrics.lines().any(|one| one == line), "no line {line}");
    }
}

#[tokio::test]
async fn a_refusal_of_a_known_code_has_its_logins_reference() {
    let fixture = Fixture::start().await;
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    let code = page.told("code").expect("a code");
    let finished = fixture.logged(|line| line["message"] == "login finished").await;
    let verifier = ("code_verifier", Shop::VERIFIER);
    for detail in ["code_verifier came", "the code is unknown"] {
        fixture.shop().redeem_with(&[("code", &code), verifier]).await;
        let line = fixture
            .logged(|line| {
                line["message"] == "tokens refused"
                    && line["detail"].as_str().is_some_and(|said| said.starts_with(detail))
            })
            .await;
        assert_eq!((&line["login"], &line["client"]), (&finished["login"], &"shop".into()));
    }
}

#[tokio::test]
async fn a_code_buys_nothing_without_its_other_half_and_is_burnt() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let pkce = [("code_challenge", Shop::CHALLENGE), ("code_challenge_method", "S256")];
    let verifier = ("code_verifier", Shop::VERIFIER);
    let redirect = ("redirect_uri", "https://rp.example/other");
    for (asked, theft) in [
        (&[][..], vec![redirect]),
        (&[][..], OTHER.to_vec()),
        (&[][..], vec![verifier]),
        (&pkce[..], vec![]),
        (&pkce[..], vec![("code_verifier", Shop::CHALLENGE)]),
    ] {
        let page = browser().follow(&shop.authorize(asked)).await;
        let code = page.told("code").expect("a code");
        let theft = [vec![("code", code.as_str())], theft].concat();
        assert_eq!(shop.redeem_with(&theft).await.error(), (400, "invalid_grant"));

        let mut honest = vec![("code", code.as_str())];
        honest.extend((!asked.is_empty()).then_some(verifier));
        assert_eq!(shop.redeem_with(&honest).await.error(), (400, "invalid_grant"));
    }
    let page = browser().follow(&shop.authorize(&pkce)).await;
    let code = page.told("code").expect("a code");
    assert_eq!(shop.redeem_with(&[("code", &code), verifier]).await.status, 200);
}

#[tokio::test]
async fn userinfo_is_told_to_nobody_without_one_good_token() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let page = browser().follow(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let good = tokens.text("access_token");
    let form = |body: String| shop.post("/userinfo").header("content-type", FORM).body(body);
    for (request, expected) in [
        (shop.get("/userinfo"), (401, "")),
        (shop.get("/userinfo").basic_auth("shop", Some(SHOP_SECRET)), (401, "")),
        (shop.get(&format!("/userinfo?access_token={good}")), (401, "")),
        (shop.get("/userinfo").bearer_auth("nonsense"), (401, "invalid_token")),
        (shop.get("/userinfo").bearer_auth(tokens.text("id_token")), (401, "invalid_token")),
        (shop.get("/userinfo").header("authorization", "Bearer"), (400, "invalid_request")),
        (form(format!("access_token={good}&access_token={good}")), (400, "invalid_request")),
        (form(format!("access_token={good}")).bearer_auth(good), (400, "invalid_request")),
        (form("x".repeat(65 * 1024)), (413, "invalid_request")),
        (form(format!("access_token={good}")), (200, "")),
        (shop.post("/userinfo").bearer_auth(good), (200, "")),
        (shop.get("/userinfo").bearer_auth(good), (200, "")),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.error(), expected);
        assert_eq!(
            answer.headers.contains_key("www-authenticate"),
            matches!(answer.status, 400 | 401)
        );
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
