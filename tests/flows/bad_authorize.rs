//! Bad authorization requests: a page while there is nobody to trust, afterwards an error that goes
//! to the client.

use silta_testkit::browser::Page;
use silta_testkit::test_dir::CALLBACK;

use crate::fixture::{Fixture, browser};
use crate::shop::{Answer, Shop};

#[tokio::test]
async fn a_request_without_a_place_to_answer_to_ends_at_a_page() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let evil = "https://evil.example/callback";
    let longer = format!("{CALLBACK}/");
    for (url, reason) in [
        (shop.authorize(&[("client_id", "nobody")]), "unknown_client"),
        (shop.authorize(&[("client_id", "")]), "client_missing"),
        (shop.authorize(&[]) + "&client_id=shop", "repeated_parameter"),
        (shop.authorize(&[("redirect_uri", evil)]), "redirect_mismatch"),
        (shop.authorize(&[("redirect_uri", &longer)]), "redirect_mismatch"),
        (shop.authorize(&[("redirect_uri", &CALLBACK.to_uppercase())]), "redirect_mismatch"),
        (shop.authorize(&[("redirect_uri", "")]), "redirect_missing"),
        (shop.authorize(&[]) + "&redirect_uri=" + evil, "repeated_parameter"),
        (shop.authorize(&[]) + "&x=%", "malformed_request"),
        (shop.authorize(&[]) + "&x=%ff", "malformed_request"),
        (shop.authorize(&[]) + &"&x=y".repeat(64), "malformed_request"),
        (fixture.url() + "/authorize", "client_missing"),
    ] {
        let page = browser().get(&url).await;
        assert_eq!(page.status, 400, "{reason}");
        assert_eq!(page.location(), None, "{reason}");
        assert_eq!(page.headers.get("set-cookie"), None, "{reason}");
        let refusal = fixture.refusal(&page).await;
        assert_eq!(refusal["reason"], reason);
        let client = if reason.starts_with("redirect_") { "shop" } else { "" };
        assert_eq!(refusal["client"], client, "{reason}");
        assert!(!page.body.contains("evil"), "nothing that was sent is shown");
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_answered_to_the_client() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let challenge = ("code_challenge", Shop::CHALLENGE);
    for (url, error, rule) in [
        (shop.authorize(&[("response_type", "")]), "invalid_request", "response_type_missing"),
        (
            shop.authorize(&[("response_type", "token")]),
            "unsupported_response_type",
            "response_type",
        ),
        (
            shop.authorize(&[("response_type", "code id_token")]),
            "unsupported_response_type",
            "response_type",
        ),
        (shop.authorize(&[("response_mode", "fragment")]), "invalid_request", "response_mode"),
        (shop.authorize(&[("scope", "profile")]), "invalid_scope", "scope_without_openid"),
        (shop.authorize(&[("scope", "")]), "invalid_scope", "scope_without_openid"),
        (shop.authorize(&[]) + "&nonce=again", "invalid_request", "repeated_parameter"),
        (
            shop.authorize(&[("request", "eyJhbGciOiJub25lIn0.e30.")]),
            "request_not_supported",
            "request_object",
        ),
        (
            shop.authorize(&[("request_uri", "http://127.0.0.1:9/")]),
            "request_uri_not_supported",
            "request_uri",
        ),
        (shop.authorize(&[challenge]), "invalid_request", "challenge_method"),
        (
            shop.authorize(&[challenge, ("code_challenge_method", "plain")]),
            "invalid_request",
            "challenge_method",
        ),
        (
            shop.authorize(&[("code_challenge_method", "S256")]),
            "invalid_request",
            "method_without_challenge",
        ),
        (
            shop.authorize(&[("client_id", "shop-with-pkce")]),
            "invalid_request",
            "challenge_missing",
        ),
        (shop.authorize(&[("prompt", "none")]), "login_required", "login_required"),
        (shop.authorize(&[("prompt", "none login")]), "invalid_request", "prompt_none_not_alone"),
        (shop.authorize(&[("max_age", "-1")]), "invalid_request", "max_age"),
    ] {
        let page = browser().get(&url).await;
        told_to_the_client(&fixture, &page, (error, rule), Some(Shop::STATE)).await;
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_state_of_8_kib_comes_back_byte_for_byte_and_a_longer_one_is_refused() {
    let fixture = Fixture::start().await;
    let everything: String = (' '..='~').chain("äö€😀".chars()).collect();
    let mut state = everything.repeat(8 * 1024 / everything.len());
    state.push_str(&"%".repeat(8 * 1024 - state.len()));
    assert_eq!(state.len(), 8 * 1024);

    let page = browser().follow(&fixture.shop().authorize(&[("state", &state)])).await;
    assert!(page.told("code").is_some());
    assert!(page.told("state").expect("a state") == state, "every byte comes back");

    for (refused, rule) in [
        ("s".repeat(9 * 1024), "parameter_too_long"),
        ("\u{1}".repeat(8 * 1024), "control_character"),
        ("a\r\nb".to_owned(), "control_character"),
    ] {
        let page = browser().get(&fixture.shop().authorize(&[("state", &refused)])).await;
        told_to_the_client(&fixture, &page, ("invalid_request", rule), None).await;
    }
    let page = browser().get(&(fixture.shop().authorize(&[]) + "&state=again")).await;
    told_to_the_client(&fixture, &page, ("invalid_request", "repeated_parameter"), None).await;
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_request_by_post_is_read_like_one_by_get_and_bounded() {
    let fixture = Fixture::start().await;
    let query = fixture.shop().authorize(&[]);
    let (_, query) = query.split_once('?').unwrap();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let post = |body: String| fixture.shop().post("/authorize").body(body);
    for (request, status) in [
        (post(query.to_owned()).header(form.0, form.1), 303),
        (post(query.to_owned()).header("content-type", "application/json"), 415),
        (post(query.to_owned()), 415),
        (post("x".repeat(65 * 1024)).header(form.0, form.1), 413),
        (post("%".to_owned()).header(form.0, form.1), 400),
        // What stands in the address of a POST is no part of it.
        (fixture.shop().post(&format!("/authorize?{query}")).header(form.0, form.1), 400),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers.contains_key("location"), status == 303);
    }
    fixture.a_login_works().await;
}

/// Fails unless the client, and nobody else, is told this `error`, with the reference of its log
/// line, which names the rule that was broken.
async fn told_to_the_client(
    fixture: &Fixture,
    page: &Page,
    (error, rule): (&str, &str),
    state: Option<&str>,
) {
    assert_eq!(page.status, 303, "{error}");
    assert!(page.location().unwrap().as_str().starts_with(CALLBACK), "{error}");
    assert_eq!(page.told("error").as_deref(), Some(error));
    assert_eq!(page.told("state").as_deref(), state);
    assert_eq!(page.told("iss"), Some(fixture.url()));
    assert_eq!(page.told("code"), None);
    assert_eq!(fixture.refusal_told(page).await["reason"], rule);
}
