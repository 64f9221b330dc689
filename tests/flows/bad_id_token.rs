//! ID tokens that an OpenID Provider did not sign for this login: each ends at the client with its own
//! reason in the log, and lets nobody in.

use serde_json::{Value, json};
use silta_testkit::keys;
use silta_testkit::op::{KID, SentAuthorization, hs256, jwk, rs256, signed_with_header, unsigned};

use crate::fixture::browser;
use crate::hostile_provider::{
    Fixture, assert_a_login_works, assert_told, at_the_provider, come_back, login_with, token_with,
};
use crate::op_fixture::{CLIENT_ID, CLIENT_SECRET};

#[tokio::test]
async fn an_id_token_that_the_provider_did_not_sign_for_us_lets_nobody_in() {
    type Forge<'a> = &'a dyn Fn(&Value) -> String;
    let fixture = Fixture::hostile();
    assert_a_login_works(&fixture).await;
    let modulus = jwk(&keys::IDP, KID)["n"].as_str().unwrap().to_owned();
    let header =
        |header: Value| move |claims: &Value| signed_with_header(&header, claims, &keys::IDP);
    let forgeries: [(Forge<'_>, &str); 11] = [
        (&unsigned, "id_token_unsigned"),
        (&header(json!({ "alg": "None", "kid": KID })), "id_token_unsigned"),
        (&|claims| hs256(claims, CLIENT_SECRET.as_bytes(), KID), "id_token_algorithm"),
        (&|claims| hs256(claims, modulus.as_bytes(), KID), "id_token_algorithm"),
        (&|claims| rs256(claims, &keys::ROGUE, KID), "id_token_signature"),
        (&|claims| rs256(claims, &keys::ROGUE, "another-key"), "id_token_unknown_key"),
        (
            &header(json!({ "alg": "RS256", "kid": KID, "jwk": jwk(&keys::ROGUE, KID) })),
            "id_token_key_in_header",
        ),
        (&header(json!({ "alg": "RS256", "kid": KID, "crit": ["x"] })), "id_token_extension"),
        (&header(json!({ "alg": "RS256", "kid": KID, "typ": "logout+jwt" })), "id_token_type"),
        (&|_| "eyJhbGciOiJkaXIifQ..a.b.c".to_owned(), "id_token_encrypted"),
        (&|_| "not-a-token".to_owned(), "id_token_malformed"),
    ];
    for (forge, reason) in forgeries {
        let page = login_with(&fixture, &[], |sent| forge(&fixture.op.claims(sent))).await;
        assert_told(&fixture, &page, ("server_error", reason)).await;
    }
    assert_a_login_works(&fixture).await;
}

#[tokio::test]
async fn an_id_token_that_is_not_for_this_login_lets_nobody_in() {
    let fixture = Fixture::hostile();
    let now = fixture.op.claims(&at_the_provider(&fixture, &mut browser(), &[]).await)["iat"]
        .as_i64()
        .unwrap();
    for (changes, reason) in [
        (json!({ "iss": "https://another.example" }), "id_token_wrong_issuer"),
        (json!({ "iss": format!("{}/", fixture.op.issuer()) }), "id_token_wrong_issuer"),
        (json!({ "iss": null }), "id_token_claim_missing"),
        (json!({ "aud": "another" }), "id_token_wrong_audience"),
        (json!({ "aud": [CLIENT_ID, "another"] }), "id_token_untrusted_audience"),
        (json!({ "aud": [CLIENT_ID, "another"], "azp": CLIENT_ID }), "id_token_untrusted_audience"),
        (json!({ "azp": "another" }), "id_token_wrong_azp"),
        (json!({ "nonce": "A".repeat(43) }), "id_token_wrong_nonce"),
        (json!({ "nonce": null }), "id_token_claim_missing"),
        (json!({ "exp": now - 300 }), "id_token_expired"),
        (json!({ "exp": null }), "id_token_claim_missing"),
        (json!({ "iat": now + 600 }), "id_token_from_the_future"),
        (json!({ "nbf": now + 600 }), "id_token_not_yet_valid"),
        (json!({ "auth_time": now + 600 }), "id_token_from_the_future"),
        (json!({ "at_hash": "A".repeat(22) }), "id_token_wrong_at_hash"),
        (json!({ "sub": null }), "id_token_claim_missing"),
        (json!({ "sub": "" }), "id_token_claim_malformed"),
        (json!({ "acr": null }), "unknown_level"),
        (json!({ "acr": "http://ftn.ficora.fi/2017/loatest2" }), "unknown_level"),
        (json!({ "urn:oid:1.2.246.21": null }), "no_subject"),
        (json!({ "urn:oid:1.2.246.21": ["one", "two"] }), "no_subject"),
    ] {
        let page = login_with(&fixture, &[], |sent| token_with(&fixture, sent, &changes)).await;
        assert_told(&fixture, &page, ("server_error", reason)).await;
    }
    assert_a_login_works(&fixture).await;
}

#[tokio::test]
async fn a_level_or_a_freshness_that_was_asked_for_must_be_reached() {
    let fixture = Fixture::hostile();
    let strong = &[("acr_values", "http://ftn.ficora.fi/2017/loa3")][..];
    let recent = &[("max_age", "60")][..];
    let anew = &[("prompt", "login")][..];
    let unmet = "unmet_authentication_requirements";
    for (wish, changes, told) in [
        (strong, json!({}), (unmet, "weak_level")),
        (recent, json!({ "auth_time": null }), ("server_error", "id_token_claim_missing")),
        (anew, json!({ "auth_time": null }), ("server_error", "id_token_claim_missing")),
        (anew, json!({ "auth_time": 1_700_000_000 }), ("login_required", "not_fresh")),
    ] {
        let page = login_with(&fixture, wish, |sent| token_with(&fixture, sent, &changes)).await;
        assert_told(&fixture, &page, told).await;
    }
    // Nobody asked how long ago it was.
    let old = json!({ "auth_time": 1_700_000_000 });
    let page = login_with(&fixture, &[], |sent| token_with(&fixture, sent, &old)).await;
    assert!(page.told("code").is_some());
}

#[tokio::test]
async fn an_authentication_that_is_too_old_is_asked_for_once_more_and_no_oftener() {
    let fixture = Fixture::hostile();
    let old = json!({ "auth_time": 1_700_000_000 });
    for (second, told) in [(json!({}), None), (old.clone(), Some("login_required"))] {
        let mut browser = browser();
        let sent = at_the_provider(&fixture, &mut browser, &[("max_age", "600")]).await;
        assert_eq!((sent.wish("max_age").as_deref(), sent.wish("prompt")), (Some("600"), None));
        fixture.op.let_in_with(&token_with(&fixture, &sent, &old));
        let page = come_back(&fixture, &mut browser, &sent).await;
        let again = SentAuthorization::of(&page);
        assert_eq!(again.wish("prompt").as_deref(), Some("login"));
        assert_ne!(again.param("state"), sent.param("state"));
        fixture.op.let_in_with(&token_with(&fixture, &again, &second));
        let page = come_back(&fixture, &mut browser, &again).await;
        assert_eq!(page.told("error").as_deref(), told);
        assert_eq!(page.told("code").is_some(), told.is_none());
    }
}
