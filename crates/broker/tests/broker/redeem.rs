//! Codes that buy nothing, and codes that are presented twice.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::downstream::RedeemError;
use silta_broker::{FormBodyError, UnavailableError};
use silta_oidc::{ClientAuthenticationError, OAuthErrorCode, TokenRequestError, TokenResponse};
use tokio::task::JoinSet;

use crate::faulty_store::{after_verbs, all_is_done, give_up_after};
use crate::fixture::{Fixture, KIOSK_CALLBACK, SECOND_CALLBACK, SECRET, VERIFIER, token_form};
use crate::refresh::refreshing;
use crate::whole_login::WITHOUT_CHALLENGE;
use crate::wire::{basic, bearer, form};

#[tokio::test]
async fn a_code_that_comes_twice_takes_back_what_it_bought() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    assert!(fixture.opens(&bearer(&tokens)).await);
    assert_eq!(callback_error(&fixture, &code, &[]).await, TokenRequestError::UnknownCode);
    let lines = fixture.audit.lines();
    let refused = "shop got no tokens: invalid_grant unknown_code";
    let end = ["shop got tokens", "shop reused a code", refused];
    assert_eq!(lines[lines.len() - 3..], end);
    assert!(!fixture.opens(&bearer(&tokens)).await);
    assert!(fixture.audit.last().starts_with("no userinfo: the access token is unknown"));
    // And it stays so.
    assert_eq!(callback_error(&fixture, &code, &[]).await, TokenRequestError::UnknownCode);
}

#[tokio::test]
async fn a_code_that_comes_late_still_takes_back_what_it_bought() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    // The last second of the access token, long after the code's own end.
    fixture.clock.advance(Duration::from_secs(299));
    assert!(fixture.opens(&bearer(&tokens)).await);
    assert_eq!(callback_error(&fixture, &code, &[]).await, TokenRequestError::UnknownCode);
    assert!(!fixture.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn a_spent_code_in_another_clients_hands_takes_back_what_it_bought() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    assert_eq!(callback_error(&fixture, &code, &AS_KIOSK).await, TokenRequestError::UnknownCode);
    assert!(!fixture.opens(&bearer(&tokens)).await);
    assert!(fixture.audit.lines().contains(&"kiosk reused a code".to_owned()));
}

#[tokio::test]
async fn of_64_redemptions_in_step_no_token_survives() {
    let fixture = Fixture::new();
    let granted = together(&fixture, 64).await;
    // All look at the code before the first spends it, so 63 find it spent and each takes back.
    assert_eq!(granted.len(), 1);
    assert_eq!(fixture.store.live("access").await, 0);
    assert!(!fixture.opens(&bearer(&granted[0])).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_redemptions_in_any_order_no_token_survives() {
    let fixture = Fixture::new();
    let granted = together(&fixture, 64).await;
    assert!(granted.len() <= 1, "{} token sets", granted.len());
    assert_eq!(fixture.store.live("access").await, 0);
}

#[tokio::test]
async fn whoever_holds_a_code_without_its_other_half_burns_it() {
    let other_verifier = VERIFIER.to_lowercase();
    for (changes, reason) in [
        (&AS_KIOSK[..], TokenRequestError::WrongClient),
        (&[("client_id", "kiosk")], TokenRequestError::WrongClient),
        (&[("redirect_uri", SECOND_CALLBACK)], TokenRequestError::WrongRedirect),
        (&[("redirect_uri", "https://evil.example/")], TokenRequestError::WrongRedirect),
        (&[("code_verifier", &other_verifier)], TokenRequestError::WrongVerifier),
        (&[("code_verifier", "")], TokenRequestError::VerifierMissing),
    ] {
        burns(&[], changes, reason, &[]).await;
    }
    let stripped = [("code_verifier", VERIFIER)];
    let rightful = [("code_verifier", "")];
    burns(&WITHOUT_CHALLENGE, &stripped, TokenRequestError::VerifierWithoutChallenge, &rightful)
        .await;
}

/// A code that was asked for so, redeemed so, is refused for this reason; and then its rightful
/// owner gets nothing for it either.
async fn burns(
    requests: &[(&str, &str)],
    redeemed: &[(&str, &str)],
    reason: TokenRequestError,
    rightful: &[(&str, &str)],
) {
    let fixture = Fixture::new();
    let code = fixture.code(requests).await;
    assert_eq!(callback_error(&fixture, &code, redeemed).await, reason);
    assert_eq!(reason.error_code(), OAuthErrorCode::InvalidGrant);
    let who = if reason == TokenRequestError::WrongClient { "kiosk" } else { "shop" };
    let line = format!("{who} got no tokens: invalid_grant {}", reason.reason());
    assert_eq!(fixture.audit.last(), line);
    assert_eq!(callback_error(&fixture, &code, rightful).await, TokenRequestError::UnknownCode);
    assert!(fixture.store.all("access").is_empty());
}

#[tokio::test]
async fn a_thief_who_comes_at_the_same_moment_takes_back_what_the_owner_bought() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    // Both have seen the code unspent; the owner spends it first.
    let (owner, thief) =
        after_verbs(2, fixture.redeem(&code, &[]), fixture.redeem(&code, &AS_KIOSK)).await;
    assert_eq!(thief.unwrap_err(), TokenRequestError::UnknownCode.into());
    assert!(!fixture.opens(&bearer(&owner.unwrap())).await);
    assert!(fixture.audit.lines().contains(&"kiosk reused a code".to_owned()));
}

#[tokio::test]
async fn a_thief_who_comes_a_moment_earlier_leaves_nothing_to_buy() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let (owner, thief) =
        after_verbs(0, fixture.redeem(&code, &[]), fixture.redeem(&code, &AS_KIOSK)).await;
    assert_eq!(thief.unwrap_err(), TokenRequestError::WrongClient.into());
    assert_eq!(owner.unwrap_err(), TokenRequestError::UnknownCode.into());
    assert_eq!(fixture.store.live("access").await, 0);
}

/// At whatever moment the thief comes, one of both is first: each of them is, at some moment.
#[tokio::test]
async fn of_an_owner_and_a_thief_at_any_two_moments_neither_keeps_anything() {
    let mut wins = BTreeSet::new();
    for verbs in 0..5 {
        let fixture = Fixture::new();
        let code = fixture.code(&[]).await;
        let (owner, thief) =
            after_verbs(verbs, fixture.redeem(&code, &[]), fixture.redeem(&code, &AS_KIOSK)).await;
        wins.insert(owner.is_ok());
        let too_late = TokenRequestError::UnknownCode;
        let thiefs = if owner.is_ok() { too_late } else { TokenRequestError::WrongClient };
        assert_eq!(thief.unwrap_err(), thiefs.into(), "{verbs}");
        assert_eq!(fixture.store.live("access").await, 0, "{verbs}");
        fixture.redeem(&code, &[]).await.unwrap_err();
    }
    assert_eq!(wins.into_iter().collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn whoever_does_not_prove_to_be_a_client_leaves_the_code_alone() {
    let fixture = Fixture::new();
    let code = fixture.code(&[]).await;
    let calls = fixture.store.calls();
    // Who is named is for the operator, who asks which client is locked out; never an id that is
    // not ours.
    for (changes, reason, named) in [
        (
            &[("client_secret", "another-secret-of-nobody")][..],
            ClientAuthenticationError::Failed.into(),
            "shop",
        ),
        (&[("client_id", "stranger")], ClientAuthenticationError::Failed.into(), "nobody"),
        (&[("client_secret", "")], ClientAuthenticationError::Missing.into(), "shop"),
        (&[("grant_type", "password")], TokenRequestError::UnsupportedGrantType, "shop"),
        (&[("grant_type", "refresh_token")], TokenRequestError::Missing("refresh_token"), "shop"),
        (&[("redirect_uri", "")], TokenRequestError::Missing("redirect_uri"), "shop"),
        (&[("code", "")], TokenRequestError::Missing("code"), "shop"),
    ] {
        assert_eq!(callback_error(&fixture, &code, changes).await, reason);
        let line = format!("{named} got no tokens: {} {}", reason.error_code(), reason.reason());
        assert_eq!(fixture.audit.last(), line);
        assert_eq!(fixture.audit.references().last(), Some(&None), "the code was not looked at");
    }
    assert_eq!(fixture.store.calls(), calls);
    assert!(fixture.redeem(&code, &[]).await.is_ok());
}

#[tokio::test]
async fn a_code_that_was_never_given_out_buys_nothing() {
    let fixture = Fixture::new();
    for guessed in ["A".repeat(43), "short".to_owned()] {
        assert_eq!(callback_error(&fixture, &guessed, &[]).await, TokenRequestError::UnknownCode);
        assert_eq!(fixture.audit.last(), "shop got no tokens: invalid_grant unknown_code");
        // A stranger does not learn what a code looks like.
        let stranger = [("client_secret", "another-secret-of-nobody")];
        assert_eq!(
            callback_error(&fixture, &guessed, &stranger).await,
            ClientAuthenticationError::Failed.into()
        );
    }
}

#[tokio::test]
async fn a_code_waits_for_its_client_for_a_minute_and_no_longer() {
    let fixture = Fixture::new();
    let (in_time, late) = (fixture.code(&[]).await, fixture.code(&[]).await);
    fixture.clock.advance(Duration::from_secs(59));
    assert!(fixture.redeem(&in_time, &[]).await.is_ok());
    fixture.clock.advance(Duration::from_secs(1));
    assert_eq!(callback_error(&fixture, &late, &[]).await, TokenRequestError::UnknownCode);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_buys_nothing() {
    let fixture = Fixture::new();
    let error = fixture.oidc.redeem(Ok("code=%"), None).await.unwrap_err();
    assert_eq!((error.error_code(), error.status()), (OAuthErrorCode::InvalidRequest, 400));
    assert_eq!(fixture.audit.last(), "nobody got no tokens: invalid_request malformed_request");
}

#[tokio::test]
async fn a_request_that_cannot_be_read_still_names_its_client() {
    let fixture = Fixture::new();
    let basic = basic("shop", "100% wrong");
    let malformed = "malformed_request";
    for (form, authorization, named, reason) in [
        (Ok("client_id=shop&client_secret=100%&code=x"), None, "shop", malformed),
        (Ok("client_id=shop&client%5Fid=shop&code=%"), None, "shop", malformed),
        (Ok("code=%"), Some(basic.as_str()), "shop", malformed),
        (Err(FormBodyError::NotAForm), Some(&basic), "shop", "body_not_a_form"),
        (Err(FormBodyError::TooLarge), None, "nobody", "body_too_large"),
        (Ok("client_id=%&code=x"), None, "nobody", malformed),
        (Ok("client_id=stranger&code=%"), None, "nobody", malformed),
        // Of two, neither.
        (Ok("client_id=shop&client_id=kiosk"), None, "nobody", "repeated_parameter"),
        (Ok("client_id=kiosk&code=%"), Some(&basic), "nobody", malformed),
        (Err(FormBodyError::TooSlow), Some("Basic !"), "nobody", "body_too_slow"),
    ] {
        let error = fixture.oidc.redeem(form, authorization).await.unwrap_err();
        assert_eq!(error.error_code(), OAuthErrorCode::InvalidRequest, "{form:?}");
        let line = format!("{named} got no tokens: invalid_request {reason}");
        assert_eq!(fixture.audit.last(), line, "{form:?} {authorization:?}");
    }
    assert_eq!(fixture.store.calls(), 0);
}

#[tokio::test]
async fn a_refusal_that_knows_its_code_knows_its_login() {
    for changes in
        [&AS_KIOSK[..], &[("redirect_uri", SECOND_CALLBACK)], &[("code_verifier", "")], &[]]
    {
        let fixture = Fixture::new();
        let code = fixture.code(&[]).await;
        if changes.is_empty() {
            fixture.redeem(&code, &[]).await.unwrap();
        }
        // And once more, when it is spent.
        for _ in 0..2 {
            fixture.redeem(&code, changes).await.unwrap_err();
            assert!(fixture.audit.last().contains("got no tokens: invalid_grant "));
            let references = fixture.audit.references();
            assert_eq!(references.last(), references.first(), "{changes:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_given_up_is_a_refusal_too() {
    let fixture = Fixture::new();
    let error = fixture.oidc.record_timeout("client_id=shop&client_secret=x", None);
    assert_eq!((error.error_code(), error.status()), (OAuthErrorCode::TemporarilyUnavailable, 503));
    assert_eq!(fixture.audit.last(), "shop got no tokens: temporarily_unavailable too_slow");
}

/// Redeems one code so many times at once; the token sets that were given out.
async fn together(fixture: &Fixture, count: usize) -> Vec<TokenResponse> {
    let code = fixture.code(&[]).await;
    let mut clients = JoinSet::new();
    for _ in 0..count {
        let (oidc, body) = (fixture.oidc.clone(), form(&token_form(&code, &[])));
        clients.spawn(async move { oidc.redeem(Ok(&body), None).await });
    }
    let mut granted = Vec::new();
    for redeemed in clients.join_all().await {
        match redeemed {
            Ok(tokens) => granted.push(tokens),
            Err(error) => assert_eq!(error, TokenRequestError::UnknownCode.into()),
        }
    }
    granted
}

async fn callback_error(
    fixture: &Fixture,
    code: &str,
    changes: &[(&str, &str)],
) -> TokenRequestError {
    match fixture.redeem(code, changes).await.unwrap_err() {
        RedeemError::Request(error) => error,
        other => unreachable!("the store is up, and the body is there: {other}"),
    }
}

/// Two seconds pass somewhere on the way: the code is spent in time, or good for another request.
#[tokio::test]
async fn whoever_is_told_that_it_took_too_long_can_redeem_the_code_again() {
    let mut outcomes = BTreeSet::new();
    for verbs in 0..8 {
        let fixture = Fixture::new();
        let code = fixture.code(&[]).await;
        let late = async { fixture.clock.advance(Duration::from_millis(2001)) };
        let (redeemed, ()) = after_verbs(verbs, fixture.redeem(&code, &[]), late).await;
        outcomes.insert(redeemed.is_ok());
        if let Err(error) = redeemed {
            assert_eq!(error, UnavailableError::TooSlow.into(), "{verbs}");
            let told = "shop got no tokens: temporarily_unavailable too_slow";
            assert_eq!(fixture.audit.last(), told);
            assert_eq!(fixture.store.live("access").await, 0, "nobody was given it");
            let tokens = fixture.redeem(&code, &[]).await.unwrap();
            assert!(fixture.opens(&bearer(&tokens)).await, "{verbs}");
        }
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn whoever_goes_away_leaves_no_tokens_beside_a_code_that_buys_others() {
    let mut outcomes = BTreeSet::new();
    for verbs in 0..10 {
        let fixture = refreshing();
        let code = fixture.code(&[]).await;
        give_up_after(verbs, fixture.redeem(&code, &[])).await;
        all_is_done().await;
        let left = [fixture.store.live("access").await, fixture.store.live("refresh").await];
        let again = fixture.redeem(&code, &[]).await;
        outcomes.insert(again.is_ok());
        match again {
            Ok(_) => assert_eq!(left, [0, 0], "{verbs}"),
            Err(error) => {
                assert_eq!(error, TokenRequestError::UnknownCode.into());
                assert_eq!(left, [1, 1], "{verbs}");
            }
        }
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), [false, true]);
}

const AS_KIOSK: [(&str, &str); 3] =
    [("client_id", "kiosk"), ("client_secret", SECRET), ("redirect_uri", KIOSK_CALLBACK)];
