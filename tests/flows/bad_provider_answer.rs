//! Bad answers of an OpenID Provider at the endpoints that we call, and many logins at once.

use serde_json::{Value, json};
use silta_testkit::keys;
use silta_testkit::op::{Answer, JWKS, KID, SUB, SentAuthorization, TOKEN, USERINFO, jwk, rs256};
use tokio::task::JoinSet;

use crate::fixture::browser;
use crate::hostile_provider::{
    Fixture, assert_a_login_works, assert_told, at_the_provider, come_back, login_with, token_with,
};

#[tokio::test]
async fn userinfo_speaks_only_of_the_person_of_the_id_token() {
    let fixture = Fixture::hostile();
    let json = |body: Value| Answer::json(&body);
    let huge = "a".repeat(200 * 1024);
    for (answer, told) in [
        (json(json!({ "sub": "person-2" })), ("server_error", "userinfo_wrong_subject")),
        (json(json!({ "given_name": "x" })), ("server_error", "userinfo_malformed")),
        (Answer::status(200), ("server_error", "userinfo_malformed")),
        (
            Answer::status(200).with_body("application/jwt", "e.y.J"),
            ("server_error", "userinfo_jwt"),
        ),
        (
            Answer::status(200).with_body("application/json", "{\"sub\":\"a\",\"sub\":\"b\"}"),
            ("server_error", "userinfo_malformed"),
        ),
        (Answer::status(401), ("server_error", "userinfo_status")),
        (Answer::status(500), ("temporarily_unavailable", "userinfo_status")),
        (
            Answer::status(302).with_header("location", "http://127.0.0.1:1/"),
            ("temporarily_unavailable", "provider_unavailable"),
        ),
        (
            json(json!({ "sub": SUB, "x": huge })),
            ("temporarily_unavailable", "provider_unavailable"),
        ),
    ] {
        fixture.op.answer(USERINFO, answer);
        let page = login_with(&fixture, &[], |sent| token_with(&fixture, sent, &json!({}))).await;
        assert_told(&fixture, &page, told).await;
    }
    // What the ID token says is signed: userinfo adds to it, and replaces nothing.
    let other = json!({ "sub": SUB, "urn:oid:1.2.246.21": "somebody-else", "given_name": "Väinö" });
    fixture.op.answer(USERINFO, json(other));
    let page = login_with(&fixture, &[], |sent| token_with(&fixture, sent, &json!({}))).await;
    let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;
    let told = fixture.shop().userinfo(tokens.text("access_token")).await.json;
    assert_eq!(told["FI_nationalIN"], "invented-1");
    assert_eq!(told["FI_firstName"], "Väinö");
}

#[tokio::test]
async fn a_token_endpoint_that_misbehaves_is_told_to_the_client_and_in_the_log() {
    let fixture = Fixture::hostile();
    let unavailable = ("temporarily_unavailable", "provider_unavailable");
    let malformed = ("server_error", "token_malformed");
    let error = |status, error: &str| Answer::status(status).with_json(&json!({ "error": error }));
    for (answer, told, cause) in [
        (error(400, "invalid_grant"), ("server_error", "token_refused_the_code"), Value::Null),
        (
            error(401, "invalid_client"),
            ("temporarily_unavailable", "token_refused_us"),
            Value::Null,
        ),
        (Answer::status(404), ("server_error", "token_status"), Value::Null),
        (Answer::status(500), ("temporarily_unavailable", "token_status"), Value::Null),
        (Answer::status(200).with_body("text/html", "<html>"), malformed, Value::Null),
        (Answer::json(&json!({ "token_type": "Bearer" })), malformed, Value::Null),
        (
            Answer::status(200).with_body("application/json", " ".repeat(200 * 1024)),
            unavailable,
            "too_large".into(),
        ),
        (
            Answer::status(307).with_header("location", "http://127.0.0.1:1/token"),
            unavailable,
            "redirect".into(),
        ),
        (Answer::never(), unavailable, "no_answer".into()),
        (
            Answer::json(&json!({})).with_header("content-encoding", "gzip"),
            unavailable,
            "compressed".into(),
        ),
    ] {
        let mut browser = browser();
        let sent = at_the_provider(&fixture, &mut browser, &[]).await;
        fixture.op.answer(TOKEN, answer);
        let page = come_back(&fixture, &mut browser, &sent).await;
        assert_told(&fixture, &page, told).await;
        assert_eq!(fixture.refusal(&page).await["cause"], cause, "{told:?}");
    }
    assert_a_login_works(&fixture).await;
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_looked_for_once_and_not_by_everybody() {
    let fixture = Fixture::hostile();
    fixture.front.route_to(&[fixture.a.address()]);
    assert_a_login_works(&fixture).await;
    let asked = fixture.op.asked(JWKS);
    // The provider signs with a new key, which its JWK Set has.
    let both = json!({ "keys": [jwk(&keys::IDP, KID), jwk(&keys::ROGUE, "new")] });
    fixture.op.answer(JWKS, Answer::json(&both));
    let by_new = |sent: &SentAuthorization| rs256(&fixture.op.claims(sent), &keys::ROGUE, "new");
    let page = login_with(&fixture, &[], by_new).await;
    assert!(page.told("code").is_some(), "{:?}", page.told("error"));
    assert_eq!(fixture.op.asked(JWKS), asked + 1);
    // Keys that are in no set are not looked for again so soon.
    for _ in 0..3 {
        let unknown =
            |sent: &SentAuthorization| rs256(&fixture.op.claims(sent), &keys::ROGUE, "unknown");
        let page = login_with(&fixture, &[], unknown).await;
        assert_told(&fixture, &page, ("server_error", "id_token_unknown_key")).await;
    }
    assert_eq!(fixture.op.asked(JWKS), asked + 1);
}

#[tokio::test]
async fn all_get_in_when_many_come_at_once() {
    let fixture = Fixture::hostile();
    let issuer = fixture.op.issuer();
    // Each wave is at both replicas and all their workers, which share connections to the provider.
    for wave in 0..8 {
        let mut callbacks = JoinSet::new();
        for which in 0..25 {
            let mut browser = browser();
            let sent = at_the_provider(&fixture, &mut browser, &[]).await;
            let code = format!("code-{wave}-{which}");
            fixture.op.let_in_with_code(&code, &token_with(&fixture, &sent, &json!({})));
            let callback = sent.callback(&[("code", &code), ("iss", &issuer)]);
            callbacks.spawn(async move { browser.get(&callback).await });
        }
        for page in callbacks.join_all().await {
            assert!(page.told("code").is_some(), "wave {wave}: {:?}", page.told("error"));
        }
    }
    assert_eq!(fixture.op.asked(TOKEN), 200);
}
