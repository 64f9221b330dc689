//! `id_token_hint`: only the person of the token is logged in [OIDC Core §3.1.2.1].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use silta_broker::{ErrorClass, LoginError};
use silta_oidc::AuthorizeRuleError;

use crate::fixture::{FAMILY, Fixture, GIVEN, HETU, KIOSK_CALLBACK};
use crate::wire::{client_error, member};

/// The ID token of a login of the shop.
async fn id_token(fixture: &Fixture) -> String {
    member(&fixture.tokens().await, "id_token")
}

#[tokio::test]
async fn the_person_of_the_hint_is_logged_in() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    let started = fixture.start(&[("id_token_hint", &hint)]).await.unwrap();
    fixture.finish(&started, "_again").await.unwrap();
}

#[tokio::test]
async fn another_person_than_the_one_of_the_hint_is_not_logged_in() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    fixture.idp.asserts(&[
        ("urn:oid:1.2.246.21", &["010170-912X"]),
        ("urn:oid:2.5.4.42", &[GIVEN]),
        ("urn:oid:2.5.4.4", &[FAMILY]),
    ]);
    let codes = fixture.store.all("code").len();
    let started = fixture.start(&[("id_token_hint", &hint)]).await.unwrap();
    let failed = fixture.finish(&started, "_other").await.unwrap_err();
    assert_eq!(failed.error, LoginError::AnotherPerson);
    assert_eq!(failed.error.class(), ErrorClass::User);
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    assert_eq!(fixture.audit.last(), "shop refused at suomifi: another_person");
    assert_eq!(fixture.store.all("code").len(), codes);
}

#[tokio::test]
async fn a_hint_that_we_did_not_issue_to_this_client_is_told_to_the_client() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    let (unsigned, _) = signed.split_once('.').unwrap();
    for other in [
        "x".to_owned(),
        HETU.to_owned(),
        format!("{signed}."),
        format!("{signed}.{flipped}{}", &signature[1..]),
        format!("{unsigned}..{signature}"),
    ] {
        let failed = fixture.start(&[("id_token_hint", &other)]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::Authorize(AuthorizeRuleError::IdTokenHint));
        assert_eq!(client_error(&failed).as_deref(), Some("invalid_request"));
        assert_eq!(fixture.audit.last(), "shop refused at suomifi: id_token_hint");
    }
    let kiosk = [
        ("client_id", "kiosk"),
        ("redirect_uri", KIOSK_CALLBACK),
        ("id_token_hint", hint.as_str()),
    ];
    let failed = fixture.start(&kiosk).await.unwrap_err();
    assert_eq!(failed.error, LoginError::Authorize(AuthorizeRuleError::IdTokenHint));
}

/// A client may keep its last ID token for longer than we publish the key that signed it. Nobody can
/// tell then whom it means, and a hint is a wish.
#[tokio::test]
async fn a_hint_whose_key_is_not_published_any_more_counts_as_none() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    let hint = of_retired_key(&hint);
    fixture.idp.asserts(&[
        ("urn:oid:1.2.246.21", &["010170-912X"]),
        ("urn:oid:2.5.4.42", &[GIVEN]),
        ("urn:oid:2.5.4.4", &[FAMILY]),
    ]);
    let lines = fixture.audit.lines().len();
    let started = fixture.start(&[("id_token_hint", &hint)]).await.unwrap();
    let told = ["shop sent a hint in vain", "shop started at suomifi"];
    assert_eq!(fixture.audit.lines()[lines..], told);
    fixture.finish(&started, "_other").await.unwrap();
}

/// What no key of ours can have signed is no old token of ours.
#[tokio::test]
async fn a_hint_of_an_unknown_key_is_refused_where_no_key_of_ours_can_have_signed_it() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    let (header, rest) = hint.split_once('.').unwrap();
    for algorithm in ["none", "None", "HS256", "HS512", "PS256", "ES256"] {
        let foreign = with_header(header, |header| {
            header["kid"] = json!("unknown");
            header["alg"] = json!(algorithm);
        });
        let hint = format!("{foreign}.{rest}");
        let failed = fixture.start(&[("id_token_hint", &hint)]).await.unwrap_err();
        let refused = LoginError::Authorize(AuthorizeRuleError::IdTokenHint);
        assert_eq!(failed.error, refused, "{algorithm}");
    }
    let nameless =
        with_header(header, |header| drop(header.as_object_mut().unwrap().remove("kid")));
    let other = format!("{nameless}.{rest}");
    let failed = fixture.start(&[("id_token_hint", &other)]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::Authorize(AuthorizeRuleError::IdTokenHint), "no kid");
}

/// The same ID token as if a key had signed it that is not published any more.
pub(crate) fn of_retired_key(token: &str) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let retired = with_header(header, |header| header["kid"] = json!("retired-long-ago"));
    format!("{retired}.{rest}")
}

/// A header of a JWS, changed.
fn with_header(header: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    change(&mut header);
    URL_SAFE_NO_PAD.encode(header.to_string())
}

#[tokio::test]
async fn a_hint_is_about_who_and_not_when() {
    let fixture = Fixture::new();
    let hint = id_token(&fixture).await;
    fixture.clock.advance(std::time::Duration::from_hours(24 * 30));
    let started = fixture.start(&[("id_token_hint", &hint)]).await.unwrap();
    fixture.finish(&started, "_again").await.unwrap();
}
