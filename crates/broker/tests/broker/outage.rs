//! The store fails at one call, at every call in turn: before it did anything, and after it did all
//! but answer.

use silta_broker::downstream::RedeemError;
use silta_broker::ports::StoreError;
use silta_broker::{ErrorClass, FailedLogin, LoginError, OutboundMessage, UnavailableError};
use silta_oidc::{OAuthErrorCode, TokenRequestError, TokenResponse};

use crate::faulty_store::Outage;
use crate::fixture::{Fixture, STATE};
use crate::wire::{bearer, client_error, query_param};

#[tokio::test]
async fn an_outage_while_finishing_is_told_to_the_client_and_gives_out_no_second_code() {
    for outage in [Outage::Before, Outage::After] {
        // Take the wait, mark it as answered, count the assertion, keep the session and the grant.
        for n in 0..5 {
            let fixture = Fixture::new();
            let started = fixture.started().await;
            fixture.store.fail(n, outage);
            let failed = fixture.finish(&started, "_a").await.unwrap_err();
            assert_eq!(
                failed.error,
                LoginError::StoreUnavailable(StoreError::NoAnswer),
                "call {n}, {outage:?}"
            );
            assert_eq!(failed.error.class(), ErrorClass::Operator);
            assert_eq!(failed.error.cause(), Some("no_answer"), "for the operator");
            let line = if n == 0 {
                // Nobody knows whose login this was.
                assert_eq!(client_error(&failed), None);
                "nobody refused at nobody: store_unavailable"
            } else {
                assert_eq!(
                    client_error(&failed).as_deref(),
                    Some("temporarily_unavailable"),
                    "call {n}"
                );
                let redirect = failed.answer.as_ref().unwrap();
                assert_eq!(query_param(redirect, "state").as_deref(), Some(STATE));
                let sentence = query_param(redirect, "error_description").unwrap();
                assert!(
                    sentence.starts_with(TRY_AGAIN) && !sentence.contains("answer"),
                    "{sentence}"
                );
                "shop refused at suomifi: store_unavailable"
            };
            assert_eq!(fixture.audit.last(), line);

            assert!(!fixture.store.heal());
            let again = fixture.finish(&started, "_a").await;
            assert_eq!(codes(&again), usize::from((n, outage) == (0, Outage::Before)));
            let fresh = fixture.finish(&fixture.started().await, "_b").await;
            assert_eq!(codes(&fresh), 1, "the next login works");
        }
    }
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.store.fail(5, Outage::Before);
    assert_eq!(codes(&fixture.finish(&started, "_a").await), 1, "there is no sixth call");
}

#[tokio::test]
async fn an_outage_while_redeeming_never_leaves_two_token_sets() {
    for outage in [Outage::Before, Outage::After] {
        // Look at the code and its session, keep the access token, spend the code.
        for n in 0..4 {
            let fixture = Fixture::new();
            let code = fixture.code(&[]).await;
            fixture.store.fail(n, outage);
            unavailable(fixture.redeem(&code, &[]).await);
            assert_eq!(
                fixture.audit.last(),
                "shop got no tokens: temporarily_unavailable store_unavailable"
            );

            assert!(!fixture.store.heal());
            let again = fixture.redeem(&code, &[]).await;
            if (n, outage) == (3, Outage::After) {
                // The code is spent, and nobody can say that its tokens ever arrived.
                assert_eq!(again.unwrap_err(), TokenRequestError::UnknownCode.into());
                assert_eq!(fixture.store.live("access").await, 0);
            } else {
                assert!(fixture.opens(&bearer(&again.unwrap())).await);
                let third = fixture.redeem(&code, &[]).await;
                assert_eq!(third.unwrap_err(), TokenRequestError::UnknownCode.into());
            }
        }
    }
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    fixture.store.fail(4, Outage::Before);
    assert!(fixture.redeem(&code, &[]).await.is_ok(), "there is no fifth call");
}

#[tokio::test]
async fn an_outage_while_taking_back_is_no_excuse_for_the_next_attempt() {
    for outage in [Outage::Before, Outage::After] {
        // Look at the code, take the access token.
        for n in 0..2 {
            let fixture = Fixture::new();
            let code = fixture.code(&[]).await;
            let tokens = fixture.redeem(&code, &[]).await.unwrap();
            fixture.store.fail(n, outage);
            unavailable(fixture.redeem(&code, &[]).await);
            assert!(!fixture.store.heal());
            let again = fixture.redeem(&code, &[]).await;
            assert_eq!(again.unwrap_err(), TokenRequestError::UnknownCode.into());
            assert!(!fixture.opens(&bearer(&tokens)).await);
        }
    }
}

#[tokio::test]
async fn an_outage_while_burning_a_code_burns_it_at_the_next_attempt() {
    let wrong = [("redirect_uri", "https://evil.example/")];
    for outage in [Outage::Before, Outage::After] {
        // Look at the code, spend it.
        for n in 0..2 {
            let fixture = Fixture::new();
            let code = fixture.code(&[]).await;
            fixture.store.fail(n, outage);
            unavailable(fixture.redeem(&code, &wrong).await);
            assert!(!fixture.store.heal());
            assert_eq!(fixture.redeem(&code, &wrong).await.unwrap_err().error_code(), GRANT);
            assert_eq!(fixture.redeem(&code, &[]).await.unwrap_err().error_code(), GRANT);
            assert!(fixture.store.all("access").is_empty());
        }
    }
}

#[tokio::test]
async fn a_loser_of_the_race_for_a_code_stays_a_loser_in_an_outage() {
    for outage in [Outage::Before, Outage::After] {
        // In step: two looks at the code and two at its session, two tokens kept, two attempts to spend; then the loser takes its own
        // token away, looks who was first, and takes the winner's away.
        for n in 8..11 {
            let fixture = Fixture::new();
            let code = fixture.code(&[]).await;
            fixture.store.fail(n, outage);
            let (winner, loser) =
                tokio::join!(biased; fixture.redeem(&code, &[]), fixture.redeem(&code, &[]));
            unavailable(loser);
            assert!(!fixture.store.heal());
            // It comes again, as a client does that was told so.
            let again = fixture.redeem(&code, &[]).await;
            assert_eq!(again.unwrap_err(), TokenRequestError::UnknownCode.into());
            assert!(!fixture.opens(&bearer(&winner.unwrap())).await);
        }
    }
}

#[tokio::test]
async fn an_outage_never_means_that_a_token_is_unknown() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    // Look at the token and at its session.
    for n in 0..2 {
        fixture.store.fail(n, Outage::Before);
        let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
        assert_eq!(refused.unwrap_err(), UnavailableError::Store(StoreError::NoAnswer).into());
        assert!(fixture.opens(&bearer(&tokens)).await);
    }
}

fn codes(answer: &Result<OutboundMessage, FailedLogin>) -> usize {
    usize::from(answer.as_ref().is_ok_and(|redirect| query_param(redirect, "code").is_some()))
}

fn unavailable(redeemed: Result<TokenResponse, RedeemError>) {
    let failed = redeemed.unwrap_err();
    assert_eq!(failed, UnavailableError::Store(StoreError::NoAnswer).into());
    assert_eq!(
        (failed.error_code(), failed.status()),
        (OAuthErrorCode::TemporarilyUnavailable, 503)
    );
    assert_eq!(failed.to_string(), TRY_AGAIN, "the client hears nothing of the cause");
}

const TRY_AGAIN: &str = "the login service is temporarily unavailable; try again";
const GRANT: OAuthErrorCode = OAuthErrorCode::InvalidGrant;
