//! Refreshes at once with each other, with redemptions, and with ends of what they refresh.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::downstream::RedeemError;
use silta_broker::ports::Store as _;
use silta_oidc::{OAuthErrorCode, TokenRequestError, TokenResponse};
use tokio::task::JoinSet;

use super::{end_session, next, refresh, refresh_form, refreshing, refusal};
use crate::faulty_store::after_verbs;
use crate::fixture::{Fixture, token_form};
use crate::wire::{bearer, form};

/// Presents one token so many times at once.
async fn together(fixture: &Fixture, token: &str) -> Vec<Result<TokenResponse, RedeemError>> {
    let mut clients = JoinSet::new();
    for _ in 0..64 {
        let (oidc, form) = (fixture.oidc.clone(), refresh_form(token, &[]));
        clients.spawn(async move { oidc.redeem(Ok(&form), None).await });
    }
    clients.join_all().await
}

/// Each of 64 requests with one token gets the same next one, and the same access token, which opens.
async fn each_gets_the_same_next_one() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    let (mut nexts, mut access) = (BTreeSet::new(), BTreeSet::new());
    for answer in together(&fixture, &token).await {
        let tokens = answer.unwrap();
        assert!(fixture.opens(&bearer(&tokens)).await);
        nexts.insert(next(&tokens));
        access.insert(bearer(&tokens));
    }
    assert_eq!((nexts.len(), access.len()), (1, 1));
    assert!(refresh(&fixture, &nexts.pop_first().unwrap()).await.is_ok());
}

#[tokio::test]
async fn of_64_refreshes_in_step_each_gets_the_same_next_one() {
    each_gets_the_same_next_one().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_refreshes_in_any_order_each_gets_the_same_next_one() {
    each_gets_the_same_next_one().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_refreshes_after_a_minute_none_gets_anything_and_all_tokens_end() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let newest = refresh(&fixture, &next(&tokens)).await.unwrap();
    fixture.clock.advance(Duration::from_mins(1));
    for answer in together(&fixture, &next(&tokens)).await {
        let RedeemError::Request(refused) = answer.unwrap_err() else { unreachable!("it is up") };
        assert_eq!(refused.error_code(), OAuthErrorCode::InvalidGrant);
    }
    assert!(!fixture.opens(&bearer(&newest)).await);
    assert_eq!(refusal(&fixture, &next(&newest)).await, TokenRequestError::UnknownRefreshToken);
}

#[tokio::test]
async fn of_64_redemptions_no_refresh_token_survives() {
    let fixture = refreshing();
    let code = fixture.code(&[]).await;
    let mut clients = JoinSet::new();
    for _ in 0..64 {
        let (oidc, body) = (fixture.oidc.clone(), form(&token_form(&code, &[])));
        clients.spawn(async move { oidc.redeem(Ok(&body), None).await.is_ok() });
    }
    let granted = clients.join_all().await.into_iter().filter(|granted| *granted).count();
    assert_eq!((granted, fixture.store.live("refresh").await), (1, 0));
    assert_eq!(fixture.store.live("access").await, 0);
}

/// The end of the session is let in between any two steps of a request that goes through the store. Each of
/// both is first at some step.
#[tokio::test]
async fn no_end_of_the_session_is_overtaken_by_a_refresh() {
    let mut outcomes = BTreeSet::new();
    for verbs in 0..8 {
        let fixture = refreshing();
        let token = next(&fixture.tokens().await);
        let (refreshed, ()) =
            after_verbs(verbs, refresh(&fixture, &token), end_session(&fixture)).await;
        outcomes.insert(refreshed.is_ok());
        assert_eq!(fixture.store.live("session").await, 0, "{verbs}");
        if let Ok(tokens) = refreshed {
            assert!(!fixture.opens(&bearer(&tokens)).await, "{verbs}");
            let refused = refusal(&fixture, &next(&tokens)).await;
            assert_eq!(refused.error_code(), OAuthErrorCode::InvalidGrant, "{verbs}");
        }
        let refused = refusal(&fixture, &token).await;
        assert_eq!(refused.error_code(), OAuthErrorCode::InvalidGrant, "{verbs}");
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn no_end_of_the_session_is_overtaken_by_a_redemption() {
    let mut outcomes = BTreeSet::new();
    for verbs in 0..8 {
        let fixture = refreshing();
        let code = fixture.code(&[]).await;
        let (redeemed, ()) =
            after_verbs(verbs, fixture.redeem(&code, &[]), end_session(&fixture)).await;
        outcomes.insert(redeemed.is_ok());
        assert_eq!(fixture.store.live("session").await, 0, "{verbs}");
        if let Ok(tokens) = redeemed {
            assert!(!fixture.opens(&bearer(&tokens)).await, "{verbs}");
            let refused = refusal(&fixture, &next(&tokens)).await;
            assert_eq!(refused, TokenRequestError::SessionEnded, "{verbs}");
        }
        fixture.redeem(&code, &[]).await.unwrap_err();
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [false, true]);
}

/// A revocation of the family is let in between any two steps of a refresh, too.
#[tokio::test]
async fn no_end_of_the_family_is_overtaken_by_a_refresh() {
    let mut outcomes = BTreeSet::new();
    for verbs in 0..8 {
        let fixture = refreshing();
        let tokens = fixture.tokens().await;
        let (key, _) = fixture.store.last("refresh");
        let end = async { fixture.store.take(&key).await.unwrap() };
        let (refreshed, _) = after_verbs(verbs, refresh(&fixture, &next(&tokens)), end).await;
        outcomes.insert(refreshed.is_ok());
        assert_eq!(fixture.store.live("refresh").await, 0, "{verbs}");
        for tokens in refreshed.iter().chain([&tokens]) {
            assert!(!fixture.opens(&bearer(tokens)).await, "{verbs}");
            let refused = refusal(&fixture, &next(tokens)).await;
            assert_eq!(refused, TokenRequestError::UnknownRefreshToken, "{verbs}");
        }
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [false, true]);
}
