//! Access tokens that open nothing.

use std::time::Duration;

use silta_broker::FormBodyError;
use silta_broker::downstream::UserInfoError;
use silta_oidc::{ParamsError, UserInfoRequestError, UserInfoResponse};

use crate::fixture::{Fixture, GIVEN, KIOSK_CALLBACK};
use crate::wire::{bearer, claims, form, member};

#[tokio::test]
async fn the_token_may_come_in_the_header_or_in_the_form() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    let token = member(&tokens, "access_token");
    let callback_body = form(&[("access_token", &token)]);
    let callback_body = || Some(Ok(callback_body.as_str()));
    let header = Some(format!("Bearer {token}"));
    let empty = || Some(Ok(""));
    for (authorization, form) in
        [(header.clone(), None), (header, empty()), (None, callback_body())]
    {
        let shown = fixture.oidc.userinfo(authorization.as_deref(), form).await.unwrap();
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!((&shown["given_name"], &shown["sub"]), (&GIVEN.into(), &claims(&tokens)["sub"]));
    }
}

#[tokio::test]
async fn a_token_in_two_places_opens_nothing() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    let form = form(&[("access_token", &member(&tokens, "access_token"))]);
    let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), Some(Ok(&form))).await;
    assert_eq!(reason(refused), UserInfoRequestError::TwoTokens);
}

#[tokio::test]
async fn a_request_without_a_readable_token_opens_nothing() {
    let fixture = Fixture::new();
    let broken = Some(Ok("access_token=%"));
    let malformed = UserInfoRequestError::Malformed(ParamsError::BadEscape);
    assert_eq!(reason(fixture.oidc.userinfo(None, None).await), UserInfoRequestError::Missing);
    assert_eq!(reason(fixture.oidc.userinfo(None, broken).await), malformed);
    let header = fixture.oidc.userinfo(Some("Bearer "), None).await;
    assert_eq!(reason(header), UserInfoRequestError::MalformedHeader);
    let unread = fixture.oidc.userinfo(None, Some(Err(FormBodyError::TooLarge))).await;
    assert_eq!(unread.unwrap_err(), UserInfoError::Body(FormBodyError::TooLarge));
    assert_eq!(fixture.audit.last(), "no userinfo: the body is too large; send less");
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn a_token_that_the_store_keeps_too_long_opens_nothing() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    fixture.clock.advance(Duration::from_mins(5));
    fixture.store.keep_too_long("access").await;
    assert_eq!((fixture.store.live("access").await, fixture.store.live("session").await), (1, 1));
    let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(reason(refused), UserInfoRequestError::InvalidToken);
}

#[tokio::test]
async fn what_is_no_access_token_opens_nothing() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let id_token = member(&fixture.redeem(&code, &[]).await.unwrap(), "id_token");
    let unspent = fixture.code(&[]).await;
    for other in ["A".repeat(43), code, unspent, id_token] {
        let refused = fixture.oidc.userinfo(Some(&format!("Bearer {other}")), None).await;
        assert_eq!(reason(refused), UserInfoRequestError::InvalidToken, "{other}");
    }
}

#[tokio::test]
async fn a_token_tells_the_sub_of_its_own_id_token_and_opens_nothing_elsewhere() {
    let (fixture, elsewhere) = (Fixture::new(), Fixture::new());
    let kiosk = [("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)];
    let code = fixture.code(&kiosk).await;
    let kiosk = fixture.redeem(&code, &kiosk).await.unwrap();
    let shop = fixture.tokens().await;
    for tokens in [&kiosk, &shop] {
        let shown = fixture.oidc.userinfo(Some(&bearer(tokens)), None).await.unwrap();
        assert_eq!(serde_json::to_value(shown).unwrap()["sub"], claims(tokens)["sub"]);
        // It is in the store of the installation that issued it, and in no other.
        let refused = elsewhere.oidc.userinfo(Some(&bearer(tokens)), None).await;
        assert_eq!(reason(refused), UserInfoRequestError::InvalidToken);
    }
    assert_ne!(
        claims(&kiosk)["sub"],
        claims(&shop)["sub"],
        "each client knows a person by its own"
    );
}

#[tokio::test]
async fn a_token_opens_for_five_minutes_and_no_longer() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    assert_eq!(serde_json::to_value(&tokens).unwrap()["expires_in"], 300);
    fixture.clock.advance(Duration::from_secs(299));
    assert!(fixture.opens(&bearer(&tokens)).await);
    fixture.clock.advance(Duration::from_secs(1));
    let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(reason(refused), UserInfoRequestError::InvalidToken);
}

#[tokio::test]
async fn a_token_that_was_taken_back_opens_nothing() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    fixture.redeem(&code, &[]).await.unwrap_err();
    let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(reason(refused), UserInfoRequestError::InvalidToken);
}

fn reason(refused: Result<UserInfoResponse, UserInfoError>) -> UserInfoRequestError {
    match refused.unwrap_err() {
        UserInfoError::Request(error) => error,
        other => unreachable!("the store is up, and the body is there: {other}"),
    }
}
