//! Providers whose metadata or keys cannot be trusted: nobody is sent there, and the log says why.

use serde_json::{Value, json};
use silta_testkit::keys;
use silta_testkit::op::{
    Answer, HostileOp, JWKS, KID, METADATA, SentAuthorization, jwk, private_jwk, rs256,
};

use crate::fixture::{browser, eventually};
use crate::op_fixture::OpFixture;
use crate::redis_faults::ready;

type Fixture = OpFixture<HostileOp>;

/// The metadata with one member replaced, or left out when it is null.
fn metadata_with(op: &HostileOp, name: &str, value: Value) -> Answer {
    let mut metadata = op.metadata();
    metadata[name] = value;
    metadata.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    Answer::json(&metadata)
}

#[tokio::test]
async fn nobody_is_sent_to_a_provider_whose_metadata_or_keys_cannot_be_trusted() {
    type Change<'a> = &'a dyn Fn(&HostileOp);
    let with = |name: &'static str, value: Value| {
        move |op: &HostileOp| op.answer(METADATA, metadata_with(op, name, value.clone()))
    };
    let keys_are = |keys: Value| move |op: &HostileOp| op.answer(JWKS, Answer::json(&keys));
    let huge = "a".repeat(200 * 1024);
    let cases: [(Change<'_>, &str); 14] = [
        (&with("issuer", json!("https://another.example")), "metadata"),
        (&with("issuer", Value::Null), "metadata"),
        // A place on this machine that is not the provider's.
        (&with("jwks_uri", json!("http://127.0.0.1:1/jwks")), "metadata"),
        (&with("token_endpoint", json!("https://another.example/token")), "metadata"),
        (&with("userinfo_endpoint", json!("http://another.example/userinfo")), "metadata"),
        (&with("authorization_endpoint", json!("file:///etc/passwd")), "metadata"),
        (&with("id_token_signing_alg_values_supported", json!(["HS256", "none"])), "metadata"),
        (&with("padding", json!(huge)), "too_large"),
        (&keys_are(json!({ "keys": [private_jwk(&keys::IDP, KID)] })), "keys"),
        (&keys_are(json!({ "keys": [jwk(&keys::IDP, KID), { "kty": "oct", "k": "YQ" }] })), "keys"),
        (&keys_are(json!({ "keys": [] })), "keys"),
        (&|op| op.answer(JWKS, Answer::status(500)), "keys"),
        (
            &|op| op.answer(METADATA, Answer::status(302).with_header("location", "/elsewhere")),
            "redirect",
        ),
        (&|op| op.answer(METADATA, Answer::status(500)), "metadata"),
    ];
    for (change, cause) in cases {
        let fixture = Fixture::hostile_with(change, "");
        let page = browser().get(&fixture.shop().authorize(&[])).await;
        assert_eq!(page.told("error").as_deref(), Some("temporarily_unavailable"), "{cause}");
        let refusal = fixture.refusal(&page).await;
        assert_eq!(
            (&refusal["reason"], &refusal["cause"]),
            (&"provider_unavailable".into(), &cause.into())
        );
        let told = "the provider's metadata or keys cannot be fetched";
        let warning = fixture.logged(|line| line["message"] == told).await;
        assert_eq!((&warning["upstream"], &warning["cause"]), (&"op".into(), &cause.into()));
        assert_eq!(warning["level"], "WARN");
        assert!(warning["instead"].as_str().is_some_and(|text| !text.is_empty()), "{warning}");
        for replica in [&fixture.a, &fixture.b] {
            let shown = eventually("a warning", async || {
                let (status, shown) = ready(replica).await;
                (status == 200 && shown["warnings"].is_array()).then_some(shown)
            });
            let found = &shown.await["warnings"][0];
            assert_eq!(
                (&found["reason"], &found["upstream"], &found["cause"]),
                (&"provider_unavailable".into(), &"op".into(), &cause.into())
            );
            assert_eq!(found["detail"], warning["instead"]);
        }
    }
}

#[tokio::test]
async fn a_provider_that_fails_later_is_used_with_what_is_known_of_it() {
    let fixture = Fixture::hostile();
    let mut browser = browser();
    let login = async |browser: &mut silta_testkit::browser::Browser| {
        let sent = SentAuthorization::of(&browser.get(&fixture.shop().authorize(&[])).await);
        fixture.op.let_in_with(&rs256(&fixture.op.claims(&sent), &keys::IDP, KID));
        let issuer = fixture.op.issuer();
        browser.get(&sent.callback(&[("code", "c"), ("iss", &issuer)])).await
    };
    // Once at each replica, so that each knows the provider.
    for _ in 0..2 {
        assert!(login(&mut browser).await.told("code").is_some());
    }
    fixture.op.answer(METADATA, Answer::status(500));
    fixture.op.answer(JWKS, Answer::status(500));
    for _ in 0..4 {
        assert!(login(&mut browser).await.told("code").is_some());
    }
}
