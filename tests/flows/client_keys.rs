//! Clients that prove by keys of their own who they are.

use std::sync::LazyLock;

use jiff::Timestamp;
use openssl::nid::Nid;
use serde_json::{Value, json};
use silta_testkit::keys::KeyPair;
use silta_testkit::op::{Answer, HostileOp, JWKS, jwk, p256_jwk, rs256};
use silta_testkit::peers::Library;
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{Fixture, browser};
use crate::relying_parties::login;
use crate::shop::Answer as Answered;

#[tokio::test]
async fn openid_client_and_authlib_prove_who_they_are_by_their_keys() {
    let (place, publisher) = (TestDir::new(), HostileOp::start());
    let set = json!({ "keys": [p256_jwk(&CURVE, "curve"), jwk(&RSA, "rsa")] });
    publisher.answer(JWKS, Answer::json(&json!({ "keys": [jwk(&RSA, "rsa")] })));
    let keys = place.write("robot.json", set.to_string());
    let robot = client("robot", &format!("keys: file:{}", keys.display()));
    let by_url = client("publisher", &format!("jwks_uri: {}{JWKS}", publisher.issuer()));
    let fixture = Fixture::with_sections(&format!("{robot}{by_url}")).await;
    for (replica, library, id, (key, alg, kid)) in [
        (&fixture.a, Library::OpenidClient, "robot", (&*CURVE, "ES256", "curve")),
        (&fixture.a, Library::OpenidClient, "publisher", (&*RSA, "RS256", "rsa")),
        (&fixture.b, Library::Authlib, "robot", (&*RSA, "RS256", "rsa")),
        (&fixture.b, Library::Authlib, "publisher", (&*RSA, "RS256", "rsa")),
    ] {
        fixture.front.route_to(&[replica.address()]);
        let given = json!({
            "client_id": id,
            "pkce": true,
            "auth_method": "private_key_jwt",
            "private_key": String::from_utf8(key.key_pem()).unwrap(),
            "alg": alg,
            "kid": kid,
        });
        login(&fixture.url(), library, given).await;
    }
    // Once at each replica.
    assert_eq!(publisher.asked(JWKS), 2);
}

#[tokio::test]
async fn an_assertion_that_was_used_at_one_replica_is_refused_at_the_other() {
    let place = TestDir::new();
    let keys = place.write("robot.json", json!({ "keys": [jwk(&RSA, "rsa")] }).to_string());
    let robot = client("robot", &format!("keys: file:{}", keys.display()));
    let fixture = Fixture::with_sections(&robot).await;
    let page = browser().follow(&fixture.shop().authorize(&[("client_id", "robot")])).await;
    let code = page.told("code").expect("a code");
    let assertion = assertion(&fixture.url(), "once");
    fixture.front.route_to(&[fixture.a.address()]);
    assert_eq!(redeem(&fixture, "guessed", &assertion).await.error(), (400, "invalid_grant"));
    fixture.front.route_to(&[fixture.b.address()]);
    assert_eq!(redeem(&fixture, &code, &assertion).await.error(), (401, "invalid_client"));
    fixture.logged(|line| line["reason"] == "assertion_replayed").await;
    let other = self::assertion(&fixture.url(), "twice");
    assert_eq!(redeem(&fixture, &code, &other).await.status, 200);
}

#[tokio::test]
async fn a_client_whose_keys_cannot_be_fetched_is_told_to_try_again() {
    let publisher = HostileOp::start();
    let robot = client("robot", &format!("jwks_uri: {}{JWKS}", publisher.issuer()));
    for (answer, cause) in [
        (Answer::never(), "no_answer"),
        (Answer::status(302).with_header("location", "/elsewhere"), "redirect"),
        (Answer::status(500), "keys"),
        (Answer::json(&json!({ "keys": [], "padding": "a".repeat(70_000) })), "too_large"),
    ] {
        publisher.answer(JWKS, answer);
        let fixture = Fixture::with_sections(&robot).await;
        let assertion = assertion(&fixture.url(), "once");
        let answer = redeem(&fixture, "x", &assertion).await;
        assert_eq!(answer.error(), (503, "temporarily_unavailable"), "{cause}");
        for message in ["client keys not fetched", "tokens refused"] {
            let line = fixture.logged(|line| line["message"] == message).await;
            assert_eq!((&line["client"], &line["cause"]), (&"robot".into(), &cause.into()));
        }
        fixture.a_login_works().await;
    }
}

#[tokio::test]
async fn a_check_that_connects_asks_clients_for_their_keys() {
    let publisher = HostileOp::start();
    let place = TestDir::new();
    let config = place.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let text = std::fs::read_to_string(&config).unwrap();
    let robot = client("robot", &format!("jwks_uri: {}{JWKS}", publisher.issuer()));
    let config = place.write("silta.yaml", text + &robot);
    let check = || {
        let output = silta::run(&[
            "check",
            "--connect",
            "--output",
            "json",
            "--config",
            config.to_str().unwrap(),
        ]);
        (output.status.code(), silta::said(&output))
    };
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("clients.robot.jwks_uri: its keys can be used\n"), "{said}");
    publisher.answer(JWKS, Answer::status(404));
    let (code, said) = check();
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("clients.robot.jwks_uri: the client's jwks_uri was answered"), "{said}");
}

/// A section of a client with these keys.
fn client(id: &str, keys: &str) -> String {
    format!(
        "  {id}:\n    authentication: private_key_jwt\n    {keys}\n    redirect_uris: \
         [https://rp.example/callback]\n    upstream: idp\n    claims: *claims\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
fn assertion(issuer: &str, id: &str) -> String {
    let now = Timestamp::now().as_second();
    let claims: Value =
        json!({ "iss": "robot", "sub": "robot", "aud": issuer, "jti": id, "exp": now + 60 });
    rs256(&claims, &RSA, "rsa")
}

async fn redeem(fixture: &Fixture, code: &str, assertion: &str) -> Answered {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let changes = [
        ("code", code),
        ("client_id", ""),
        ("client_secret", ""),
        ("client_assertion", assertion),
        ("client_assertion_type", kind),
    ];
    fixture.shop().redeem_with(&changes).await
}

static RSA: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("robot"));
static CURVE: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("robot", Nid::X9_62_PRIME256V1));
