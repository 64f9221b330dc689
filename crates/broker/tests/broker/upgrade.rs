//! Replicas of two releases over one store.

use serde_json::json;
use silta_broker::{ErrorClass, LoginError, RecordError, UnavailableError};
use silta_testkit::seal;

use crate::fixture::{CALLBACK, CHALLENGE, Fixture, GIVEN, NONCE, NOON, SEAL, STATE};
use crate::saml_upstream::{self, message, request_id};
use crate::wire::{bearer, claims, client_error, query_param};

#[tokio::test]
async fn a_login_that_began_at_the_previous_release_is_finished_by_this_one() {
    let fixture = saml_upstream::fixture();
    let started = fixture.started().await;
    let id = request_id(&started.message);
    let previous = json!({ "awaiting_idp.2": {
        "login": "A4M94AWY",
        "upstream": "suomifi",
        "since": "2026-11-21T12:00:00Z",
        "binding": { "client_id": "shop", "redirect": CALLBACK, "challenge": CHALLENGE },
        "state": STATE,
        "nonce": NONCE,
        "scopes": ["openid", "profile"],
        "begun": { "request_id": id, "weakest": "middle" },
    }});
    let previous = minicbor_serde::to_vec(previous).unwrap();
    rewrite(&fixture, "login", |_| previous).await;

    let location = fixture.finish(&started, &message(&id, "high", NOON)).await.unwrap();
    assert_eq!(query_param(&location, "state").as_deref(), Some(STATE));
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_eq!((&claims["nonce"], &claims["acr"]), (&NONCE.into(), &"high".into()));
    assert_eq!(claims["given_name"], GIVEN);
    assert_eq!(fixture.audit.references().last(), Some(&Some("A4M94AWY".to_owned())));
}

#[tokio::test]
async fn what_the_previous_release_demanded_of_an_answer_is_still_demanded() {
    for (begun, level, reason) in [
        (json!({ "weakest": "middle" }), "low", "weak_authn_context"),
        (
            json!({ "weakest": "low", "authenticated_since": "2026-11-21T13:00:00Z" }),
            "low",
            "not_fresh",
        ),
        (json!({ "weakest": "low", "request_id": "_another" }), "low", "record_unreadable"),
    ] {
        let fixture = saml_upstream::fixture();
        let started = fixture.started().await;
        let id = request_id(&started.message);
        let mut all = json!({ "request_id": id });
        all.as_object_mut().unwrap().extend(begun.as_object().unwrap().clone());
        let previous = json!({ "awaiting_idp.2": {
            "login": "A4M94AWY", "upstream": "suomifi", "since": "2026-11-21T12:00:00Z",
            "binding": { "client_id": "shop", "redirect": CALLBACK },
            "scopes": ["openid"], "begun": all,
        }});
        let previous = minicbor_serde::to_vec(previous).unwrap();
        rewrite(&fixture, "login", |_| previous).await;
        let failed = fixture.finish(&started, &message(&id, level, NOON)).await.unwrap_err();
        assert_eq!(failed.error.reason(), reason);
    }
}

#[tokio::test]
async fn a_login_of_a_newer_release_is_retried_and_never_answered_wrongly() {
    // The record itself, what the client's side remembers, and what the upstream's side does.
    for (tag, pending) in [("awaiting_idp.5", false), ("authz.3", true), ("authn.1", true)] {
        let fixture = saml_upstream::fixture();
        let started = fixture.started().await;
        let id = request_id(&started.message);
        rewrite(&fixture, "login", |plain| newer(plain, tag)).await;
        let answer = message(&id, "high", NOON);
        let failed = fixture.finish(&started, &answer).await.unwrap_err();
        assert_eq!(failed.error.class(), ErrorClass::Update, "{tag}: {:?}", failed.error);
        assert_eq!(failed.error.reason(), "record_newer");
        let told = client_error(&failed);
        // With what the client's side remembers, it can be told; otherwise a page says so.
        let expected = (tag == "authn.1").then_some("temporarily_unavailable");
        assert_eq!(told.as_deref(), expected, "{tag}");
        let whose = if pending { "shop refused at suomifi" } else { "nobody refused at nobody" };
        assert_eq!(fixture.audit.last(), format!("{whose}: record_newer"));
        assert!(fixture.store.all("code").is_empty());
        assert!(fixture.finish(&started, &answer).await.is_err(), "nor at a second attempt");
    }
}

#[tokio::test]
async fn a_code_and_a_token_of_a_newer_release_are_kept_for_it() {
    let newer_record = UnavailableError::Record(RecordError::Newer);
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let (key, before) = fixture.store.last("code");
    rewrite(&fixture, "code", |plain| newer(plain, "grant.3")).await;
    let refused = fixture.redeem(&code, &[]).await.unwrap_err();
    assert_eq!((refused, refused.reason()), (newer_record.into(), "record_newer"));
    assert_eq!(fixture.audit.last(), "shop got no tokens: temporarily_unavailable record_newer");
    // A replica of that release redeems it.
    fixture.store.tamper(&key, before.as_bytes().to_vec()).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();

    rewrite(&fixture, "access", |plain| newer(plain, "access.4")).await;
    let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(refused.unwrap_err(), newer_record.into());
}

#[tokio::test]
async fn what_nobody_ever_wrote_is_unreadable() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    rewrite(&fixture, "login", |_| b"no record".to_vec()).await;
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Record(RecordError::Unreadable));
}

/// Replaces the last record of this kind by what another release would have written.
async fn rewrite(fixture: &Fixture, kind: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let (key, sealed) = fixture.store.last(kind);
    let plain = change(seal::open(&SEAL, key.as_str(), sealed.as_bytes()));
    fixture.store.tamper(&key, seal::seal(&SEAL, key.as_str(), &plain)).await;
}

/// The same octets below the tag of a version that does not exist yet.
fn newer(mut plain: Vec<u8>, tag: &str) -> Vec<u8> {
    let at = plain.windows(tag.len()).position(|at| at == tag.as_bytes()).unwrap();
    plain[at + tag.len() - 1] = b'9';
    plain
}
