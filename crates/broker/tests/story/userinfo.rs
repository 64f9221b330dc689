//! Access tokens that open nothing.

use std::time::Duration;

use silta_broker::{BodyFault, UserInfoRefusal};
use silta_oidc::{MalformedParams, UserInfo, UserInfoFault};

use crate::wire::{bearer, claims, form, member};
use crate::world::{GIVEN, World};

#[tokio::test]
async fn the_token_may_come_in_the_header_or_in_the_form() {
    let world = World::new();
    let tokens = world.tokens().await;
    let token = member(&tokens, "access_token");
    let posted = form(&[("access_token", &token)]);
    let posted = || Some(Ok(posted.as_str()));
    let header = Some(format!("Bearer {token}"));
    let empty = || Some(Ok(""));
    for (authorization, form) in [(header.clone(), None), (header, empty()), (None, posted())] {
        let shown = world.broker.userinfo(authorization.as_deref(), form).await.unwrap();
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!((&shown["given_name"], &shown["sub"]), (&GIVEN.into(), &claims(&tokens)["sub"]));
    }
}

#[tokio::test]
async fn a_token_in_two_places_opens_nothing() {
    let world = World::new();
    let tokens = world.tokens().await;
    let form = form(&[("access_token", &member(&tokens, "access_token"))]);
    let refused = world.broker.userinfo(Some(&bearer(&tokens)), Some(Ok(&form))).await;
    assert_eq!(reason(refused), UserInfoFault::TwoTokens);
}

#[tokio::test]
async fn a_request_without_a_readable_token_opens_nothing() {
    let world = World::new();
    let broken = Some(Ok("access_token=%"));
    let malformed = UserInfoFault::Malformed(MalformedParams::BadEscape);
    assert_eq!(reason(world.broker.userinfo(None, None).await), UserInfoFault::Missing);
    assert_eq!(reason(world.broker.userinfo(None, broken).await), malformed);
    let header = world.broker.userinfo(Some("Bearer "), None).await;
    assert_eq!(reason(header), UserInfoFault::MalformedHeader);
    let unread = world.broker.userinfo(None, Some(Err(BodyFault::TooLarge))).await;
    assert_eq!(unread.unwrap_err(), UserInfoRefusal::Body(BodyFault::TooLarge));
    assert_eq!(world.diary.last(), "no userinfo: the body is too large; send less");
    assert_eq!(world.store.calls(), 0);
}

#[tokio::test]
async fn what_is_no_access_token_opens_nothing() {
    let world = World::new();
    let code = world.code(&[]).await;
    let id_token = member(&world.redeem(&code, &[]).await.unwrap(), "id_token");
    let unspent = world.code(&[]).await;
    for other in ["A".repeat(43), code, unspent, id_token] {
        let refused = world.broker.userinfo(Some(&format!("Bearer {other}")), None).await;
        assert_eq!(reason(refused), UserInfoFault::InvalidToken, "{other}");
    }
}

#[tokio::test]
async fn a_token_opens_for_five_minutes_and_no_longer() {
    let world = World::new();
    let tokens = world.tokens().await;
    assert_eq!(serde_json::to_value(&tokens).unwrap()["expires_in"], 300);
    world.clock.advance(Duration::from_secs(299));
    assert!(world.opens(&bearer(&tokens)).await);
    world.clock.advance(Duration::from_secs(1));
    let refused = world.broker.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(reason(refused), UserInfoFault::InvalidToken);
}

#[tokio::test]
async fn a_token_that_was_taken_back_opens_nothing() {
    let world = World::new();
    let code = world.code(&[]).await;
    let tokens = world.redeem(&code, &[]).await.unwrap();
    world.redeem(&code, &[]).await.unwrap_err();
    let refused = world.broker.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(reason(refused), UserInfoFault::InvalidToken);
}

fn reason(refused: Result<UserInfo, UserInfoRefusal>) -> UserInfoFault {
    match refused.unwrap_err() {
        UserInfoRefusal::UserInfo(fault) => fault,
        other => unreachable!("the store is up, and the body is there: {other}"),
    }
}
