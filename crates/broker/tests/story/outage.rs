//! The store fails at one call, at every call in turn: before it did anything, and after it did all
//! but answer.

use silta_broker::ports::StoreError;
use silta_broker::{Class, Fault, LoginFault, RedeemFault, Unavailable};
use silta_oidc::{Location, OAuthCode, TokenFault, TokenResponse};

use crate::probe::Outage;
use crate::wire::{bearer, carried, told};
use crate::world::{STATE, World};

#[tokio::test]
async fn an_outage_while_finishing_is_told_to_the_client_and_gives_out_no_second_code() {
    for outage in [Outage::Before, Outage::After] {
        // Take the wait, mark it as answered, count the assertion, keep the grant.
        for n in 0..4 {
            let world = World::new();
            let begun = world.begun().await;
            world.store.fail(n, outage);
            let fault = world.answer(&begun, "_a").await.unwrap_err();
            assert_eq!(
                fault.fault,
                LoginFault::StoreUnavailable(StoreError::NoAnswer),
                "call {n}, {outage:?}"
            );
            assert_eq!(fault.fault.class(), Class::Operator);
            assert_eq!(fault.fault.cause(), Some("no_answer"), "for the operator");
            let line = if n == 0 {
                // Nobody knows whose login this was.
                assert_eq!(told(&fault), None);
                "nobody refused at nobody: store_unavailable"
            } else {
                assert_eq!(told(&fault).as_deref(), Some("temporarily_unavailable"), "call {n}");
                let back = fault.back.as_ref().unwrap();
                assert_eq!(carried(back, "state").as_deref(), Some(STATE));
                let sentence = carried(back, "error_description").unwrap();
                assert!(
                    sentence.starts_with(TRY_AGAIN) && !sentence.contains("answer"),
                    "{sentence}"
                );
                "shop refused at suomifi: store_unavailable"
            };
            assert_eq!(world.diary.last(), line);

            assert!(!world.store.heal());
            let again = world.answer(&begun, "_a").await;
            assert_eq!(codes(&again), usize::from((n, outage) == (0, Outage::Before)));
            let fresh = world.answer(&world.begun().await, "_b").await;
            assert_eq!(codes(&fresh), 1, "the next login works");
        }
    }
    let world = World::new();
    let begun = world.begun().await;
    world.store.fail(4, Outage::Before);
    assert_eq!(codes(&world.answer(&begun, "_a").await), 1, "there is no fifth call");
}

#[tokio::test]
async fn an_outage_while_redeeming_never_leaves_two_token_sets() {
    for outage in [Outage::Before, Outage::After] {
        // Look at the code, keep the access token, spend the code.
        for n in 0..3 {
            let world = World::new();
            let code = world.code(&[]).await;
            world.store.fail(n, outage);
            unavailable(world.redeem(&code, &[]).await);
            assert_eq!(world.diary.last(), "shop got no tokens: temporarily_unavailable");

            assert!(!world.store.heal());
            let again = world.redeem(&code, &[]).await;
            if (n, outage) == (2, Outage::After) {
                // The code is spent, and nobody can say that its tokens ever arrived.
                assert_eq!(again.unwrap_err(), TokenFault::UnknownCode.into());
                assert_eq!(world.store.live("access").await, 0);
            } else {
                assert!(world.opens(&bearer(&again.unwrap())).await);
                let third = world.redeem(&code, &[]).await;
                assert_eq!(third.unwrap_err(), TokenFault::UnknownCode.into());
            }
        }
    }
    let world = World::new();
    let code = world.code(&[]).await;
    world.store.fail(3, Outage::Before);
    assert!(world.redeem(&code, &[]).await.is_ok(), "there is no fourth call");
}

#[tokio::test]
async fn an_outage_while_taking_back_is_no_excuse_for_the_next_attempt() {
    for outage in [Outage::Before, Outage::After] {
        // Look at the code, take the access token.
        for n in 0..2 {
            let world = World::new();
            let code = world.code(&[]).await;
            let tokens = world.redeem(&code, &[]).await.unwrap();
            world.store.fail(n, outage);
            unavailable(world.redeem(&code, &[]).await);
            assert!(!world.store.heal());
            let again = world.redeem(&code, &[]).await;
            assert_eq!(again.unwrap_err(), TokenFault::UnknownCode.into());
            assert!(!world.opens(&bearer(&tokens)).await);
        }
    }
}

#[tokio::test]
async fn an_outage_while_burning_a_code_burns_it_at_the_next_attempt() {
    let wrong = [("redirect_uri", "https://evil.example/")];
    for outage in [Outage::Before, Outage::After] {
        // Look at the code, spend it.
        for n in 0..2 {
            let world = World::new();
            let code = world.code(&[]).await;
            world.store.fail(n, outage);
            unavailable(world.redeem(&code, &wrong).await);
            assert!(!world.store.heal());
            assert_eq!(world.redeem(&code, &wrong).await.unwrap_err().code(), GRANT);
            assert_eq!(world.redeem(&code, &[]).await.unwrap_err().code(), GRANT);
            assert!(world.store.all("access").is_empty());
        }
    }
}

#[tokio::test]
async fn a_loser_of_the_race_for_a_code_stays_a_loser_in_an_outage() {
    for outage in [Outage::Before, Outage::After] {
        // In step: two looks, two tokens kept, two attempts to spend; then the loser takes its own
        // token away, looks who was first, and takes the winner's away.
        for n in 6..9 {
            let world = World::new();
            let code = world.code(&[]).await;
            world.store.fail(n, outage);
            let (winner, loser) =
                tokio::join!(biased; world.redeem(&code, &[]), world.redeem(&code, &[]));
            unavailable(loser);
            assert!(!world.store.heal());
            // It comes again, as a client does that was told so.
            let again = world.redeem(&code, &[]).await;
            assert_eq!(again.unwrap_err(), TokenFault::UnknownCode.into());
            assert!(!world.opens(&bearer(&winner.unwrap())).await);
        }
    }
}

#[tokio::test]
async fn an_outage_never_means_that_a_token_is_unknown() {
    let world = World::new();
    let tokens = world.tokens().await;
    world.store.fail(0, Outage::Before);
    let refused = world.broker.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(refused.unwrap_err(), Unavailable::Store(StoreError::NoAnswer).into());
    assert!(world.opens(&bearer(&tokens)).await);
}

fn codes(answer: &Result<Location, Fault>) -> usize {
    usize::from(answer.as_ref().is_ok_and(|back| carried(back, "code").is_some()))
}

fn unavailable(redeemed: Result<TokenResponse, RedeemFault>) {
    let fault = redeemed.unwrap_err();
    assert_eq!(fault, Unavailable::Store(StoreError::NoAnswer).into());
    assert_eq!((fault.code(), fault.status()), (OAuthCode::TemporarilyUnavailable, 503));
    assert_eq!(fault.to_string(), TRY_AGAIN, "the client hears nothing of the cause");
}

const TRY_AGAIN: &str = "the login service is temporarily unavailable; try again";
const GRANT: OAuthCode = OAuthCode::InvalidGrant;
