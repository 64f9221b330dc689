//! Refresh tokens: what each buys, and what ends them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use silta_broker::downstream::RedeemError;
use silta_broker::ports::Store as _;
use silta_broker::{SessionPolicy, Settings};
use silta_oidc::{Client, OAuthErrorCode, TokenRequestError, TokenResponse};

use crate::faulty_store::{Outage, give_up_after};
use crate::fixture::{Fixture, KIOSK_CALLBACK, SEAL, SECRET, clients};
use crate::wire::{bearer, changed, claims, form, member};

mod races;
mod today;

/// Every client gets refresh tokens, in sessions that end after half an hour without use, and after eight
/// hours.
pub(crate) fn refreshing() -> Fixture {
    refreshing_at(&Fixture::new(), |_| {})
}

/// The same at another replica, whose settings have changed.
fn refreshing_at(fixture: &Fixture, change: impl FnOnce(&mut Settings)) -> Fixture {
    let clients = clients().into_iter().map(Client::with_refresh_tokens).collect();
    fixture.changed([SEAL, SEAL], clients, |settings| {
        for policy in settings.relying_parties.values_mut() {
            policy.session = SessionPolicy::Kept { idle: Some(IDLE), absolute: 16 * IDLE };
        }
        change(settings);
    })
}

/// What the shop sends to present a refresh token, with some parameters changed.
fn refresh_form(token: &str, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
    ];
    form(&changed(&usual, changes))
}

/// The shop presents a refresh token, with some parameters of its form changed.
async fn refresh_with(
    fixture: &Fixture,
    token: &str,
    changes: &[(&str, &str)],
) -> Result<TokenResponse, RedeemError> {
    fixture.oidc.redeem(Ok(&refresh_form(token, changes)), None).await
}

pub(crate) async fn refresh(fixture: &Fixture, token: &str) -> Result<TokenResponse, RedeemError> {
    refresh_with(fixture, token, &[]).await
}

/// Why a refresh is refused.
async fn refusal(fixture: &Fixture, token: &str) -> TokenRequestError {
    match refresh(fixture, token).await.unwrap_err() {
        RedeemError::Request(error) => error,
        other => unreachable!("the store is up, and the body is there: {other}"),
    }
}

pub(crate) fn next(tokens: &TokenResponse) -> String {
    member(tokens, "refresh_token")
}

#[tokio::test]
async fn a_code_buys_a_refresh_token_for_those_clients_alone_that_get_them() {
    let (with, without) = (refreshing(), Fixture::new());
    let tokens = with.tokens().await;
    assert_eq!(next(&tokens).len(), 48);
    assert_eq!(member(&tokens, "scope"), "openid profile");
    let tokens = serde_json::to_value(without.tokens().await).unwrap();
    assert_eq!(tokens.get("refresh_token"), None);
    assert_eq!(without.store.live("refresh").await, 0);
}

#[tokio::test]
async fn offline_access_is_granted_to_those_clients_alone_that_get_refresh_tokens() {
    for (fixture, granted) in
        [(refreshing(), "openid email offline_access"), (Fixture::new(), "openid email")]
    {
        let code = fixture.code(&[("scope", "openid offline_access email")]).await;
        let tokens = fixture.redeem(&code, &[]).await.unwrap();
        assert_eq!(member(&tokens, "scope"), granted);
    }
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_person_in_the_same_session() {
    let fixture = refreshing();
    let first = fixture.tokens().await;
    fixture.clock.advance(Duration::from_mins(4));
    let second = refresh(&fixture, &next(&first)).await.unwrap();
    assert_eq!(fixture.audit.last(), "shop refreshed its tokens");
    assert!(fixture.opens(&bearer(&first)).await && fixture.opens(&bearer(&second)).await);
    assert_ne!(next(&first), next(&second));
    let (before, after) = (claims(&first), claims(&second));
    for same in ["iss", "sub", "aud", "auth_time", "acr", "sid", "given_name"] {
        assert_eq!((&before[same], after[same].is_null()), (&after[same], false), "{same}");
    }
    assert_eq!(after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(), 240);
    assert_ne!(before["at_hash"], after["at_hash"]);
    assert_eq!((before["nonce"].is_null(), after.get("nonce")), (false, None));
}

#[tokio::test]
async fn a_token_that_comes_again_within_a_minute_gives_the_same_next_one() {
    let fixture = refreshing();
    let first = next(&fixture.tokens().await);
    let second = refresh(&fixture, &first).await.unwrap();
    fixture.clock.advance(Duration::from_secs(59));
    let again = refresh(&fixture, &first).await.unwrap();
    assert_eq!((next(&again), bearer(&again)), (next(&second), bearer(&second)));
    assert!(fixture.opens(&bearer(&again)).await);
    assert!(refresh(&fixture, &next(&again)).await.is_ok());
}

#[tokio::test]
async fn however_often_a_login_is_refreshed_it_leaves_two_access_tokens() {
    let fixture = refreshing();
    let mut tokens = vec![fixture.tokens().await];
    for _ in 0..20 {
        let newest = next(tokens.last().unwrap());
        tokens.push(refresh(&fixture, &newest).await.unwrap());
        refresh(&fixture, &newest).await.unwrap();
        assert_eq!(fixture.store.live("access").await, 2);
    }
    let mut opening = vec![];
    for one in &tokens {
        opening.push(fixture.opens(&bearer(one)).await);
    }
    assert_eq!(opening, [[false].repeat(19), vec![true; 2]].concat(), "the newest two");
}

#[tokio::test]
async fn a_refresh_that_is_given_up_anywhere_leaves_no_third_access_token() {
    let fixture = refreshing();
    let mut newest = next(&fixture.tokens().await);
    let mut given_up = 0;
    for verbs in 0..10 {
        // Its client goes away in between.
        given_up += usize::from(!give_up_after(verbs, refresh(&fixture, &newest)).await);
        let tokens = refresh(&fixture, &newest).await.unwrap();
        assert_eq!(fixture.store.live("access").await, 2, "{verbs}");
        newest = next(&tokens);
    }
    assert!((3..10).contains(&given_up), "{given_up}");
}

#[tokio::test]
async fn a_token_that_comes_again_later_ends_them_all() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let refreshed = refresh(&fixture, &next(&tokens)).await.unwrap();
    fixture.clock.advance(Duration::from_mins(1));
    let reused = refusal(&fixture, &next(&tokens)).await;
    assert_eq!(reused, TokenRequestError::RefreshTokenReused);
    assert_eq!(reused.error_code(), OAuthErrorCode::InvalidGrant);
    let lines = fixture.audit.lines();
    let last = "shop got no tokens: invalid_grant refresh_token_reused";
    assert_eq!(lines[lines.len() - 2..], ["shop reused a refresh token", last]);
    let references = fixture.audit.references();
    assert_eq!(references.last(), references.first(), "the line names the login");
    for opened in [&tokens, &refreshed] {
        assert!(!fixture.opens(&bearer(opened)).await);
    }
    let newest = refusal(&fixture, &next(&refreshed)).await;
    assert_eq!(newest, TokenRequestError::UnknownRefreshToken);
    assert_eq!(fixture.store.live("refresh").await, 0);
}

#[tokio::test]
async fn a_token_whose_next_one_was_used_too_ends_them_all_at_once() {
    let fixture = refreshing();
    let first = next(&fixture.tokens().await);
    let second = next(&refresh(&fixture, &first).await.unwrap());
    let third = refresh(&fixture, &second).await.unwrap();
    assert_eq!(refusal(&fixture, &first).await, TokenRequestError::RefreshTokenReused);
    assert!(!fixture.opens(&bearer(&third)).await);
}

#[tokio::test]
async fn a_session_that_has_ended_ends_its_refresh_tokens() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    end_session(&fixture).await;
    let ended = refusal(&fixture, &token).await;
    assert_eq!(ended, TokenRequestError::SessionEnded);
    assert_eq!(ended.error_code(), OAuthErrorCode::InvalidGrant);
    assert_eq!(fixture.store.live("refresh").await, 0, "it is not kept any longer");
    assert_eq!(refusal(&fixture, &token).await, TokenRequestError::UnknownRefreshToken);
}

#[tokio::test]
async fn each_use_prolongs_the_session_but_not_beyond_its_end() {
    let fixture = refreshing();
    let mut token = next(&fixture.tokens().await);
    // Just before eight hours: 16 times 29 minutes, and 15 more.
    for _ in 0..16 {
        fixture.clock.advance(Duration::from_mins(29));
        token = next(&refresh(&fixture, &token).await.unwrap());
    }
    fixture.clock.advance(Duration::from_mins(15));
    token = next(&refresh(&fixture, &token).await.unwrap());
    fixture.clock.advance(Duration::from_mins(1));
    assert_eq!(refusal(&fixture, &token).await, TokenRequestError::UnknownRefreshToken);
    assert_eq!((fixture.store.live("session").await, fixture.store.live("refresh").await), (0, 0));
}

#[tokio::test]
async fn refresh_tokens_last_as_long_as_their_session_which_their_redemption_uses() {
    let fixture = refreshing();
    let code = fixture.code(&[]).await;
    fixture.clock.advance(Duration::from_secs(59));
    fixture.redeem(&code, &[]).await.unwrap();
    for (later, live) in [(Duration::from_secs(1799), 1), (Duration::from_secs(1), 0)] {
        fixture.clock.advance(later);
        for kind in ["session", "refresh"] {
            assert_eq!(fixture.store.live(kind).await, live, "{kind} {later:?}");
        }
    }
}

#[tokio::test]
async fn no_access_token_is_said_to_be_good_for_longer_than_its_session() {
    let fixture = refreshing();
    let mut token = next(&fixture.tokens().await);
    // Three minutes before the end of eight hours: 16 times 29 minutes, and 13 more.
    for minutes in [29; 16].into_iter().chain([13]) {
        fixture.clock.advance(Duration::from_mins(minutes));
        let tokens = serde_json::to_value(refresh(&fixture, &token).await.unwrap()).unwrap();
        token = tokens["refresh_token"].as_str().unwrap().to_owned();
        let expected = if minutes == 13 { 180 } else { 300 };
        assert_eq!(tokens["expires_in"], expected);
    }
    fixture.clock.advance(Duration::from_mins(3));
    assert_eq!(fixture.store.live("access").await, 0);
}

#[tokio::test]
async fn a_session_that_nothing_uses_for_its_idle_time_ends() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    fixture.clock.advance(IDLE);
    assert_eq!(refusal(&fixture, &token).await, TokenRequestError::UnknownRefreshToken);
    assert_eq!((fixture.store.live("session").await, fixture.store.live("refresh").await), (0, 0));
}

#[tokio::test]
async fn a_refresh_token_in_another_clients_hands_is_lost_to_both() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let kiosk = [("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)];
    let refused = refresh_with(&fixture, &next(&tokens), &kiosk).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::WrongClient.into());
    assert_eq!(fixture.audit.last(), "kiosk got no tokens: invalid_grant wrong_client");
    assert_eq!(refusal(&fixture, &next(&tokens)).await, TokenRequestError::UnknownRefreshToken);
    assert!(!fixture.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_them_all_whatever_else_is_wrong_with_the_request() {
    let (kiosk, broader) = (("client_id", "kiosk"), ("scope", "openid phone"));
    let theft = TokenRequestError::RefreshTokenReused;
    for (is_old, may_refresh, changes, reason) in [
        (true, true, &[broader][..], theft),
        (true, false, &[], theft),
        (false, true, &[kiosk, broader], TokenRequestError::WrongClient),
        (false, false, &[kiosk], TokenRequestError::WrongClient),
    ] {
        let fixture = refreshing();
        let tokens = fixture.tokens().await;
        let newest = refresh(&fixture, &next(&tokens)).await.unwrap();
        fixture.clock.advance(Duration::from_mins(1));
        // No client of the replica may refresh.
        let today = if may_refresh { &fixture } else { &fixture.replica([SEAL, SEAL]) };
        let stolen = next(if is_old { &tokens } else { &newest });
        let refused = refresh_with(today, &stolen, changes).await.unwrap_err();
        assert_eq!(refused, reason.into(), "{changes:?}");
        assert_eq!(fixture.store.live("refresh").await, 0, "{changes:?}");
        assert!(!fixture.opens(&bearer(&newest)).await, "{changes:?}");
    }
}

#[tokio::test]
async fn whoever_proves_nothing_ends_nothing() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    let mut octets = URL_SAFE_NO_PAD.decode(&token).unwrap();
    *octets.last_mut().unwrap() ^= 1;
    let forged = URL_SAFE_NO_PAD.encode(&octets);
    for other in [forged, "A".repeat(48), "short".to_owned()] {
        assert_eq!(refusal(&fixture, &other).await, TokenRequestError::UnknownRefreshToken);
        let calls = fixture.store.calls();
        let stranger = [("client_secret", "another-secret-of-nobody")];
        let refused = refresh_with(&fixture, &other, &stranger).await.unwrap_err();
        assert_eq!(refused.error_code(), OAuthErrorCode::InvalidClient);
        assert_eq!(fixture.store.calls(), calls, "the token was not looked at");
    }
    assert!(refresh(&fixture, &token).await.is_ok());
}

#[tokio::test]
async fn a_refresh_for_more_than_was_granted_is_refused_and_costs_nothing() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    let refused = refresh_with(&fixture, &token, &[("scope", "openid phone")]).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::ScopeNotGranted.into());
    let tokens = refresh_with(&fixture, &token, &[("scope", "openid")]).await.unwrap();
    assert_eq!(member(&tokens, "scope"), "openid profile");
}

#[tokio::test]
async fn a_code_that_comes_twice_takes_its_refresh_tokens_back() {
    let fixture = refreshing();
    let code = fixture.code(&[]).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    let refreshed = refresh(&fixture, &next(&tokens)).await.unwrap();
    fixture.redeem(&code, &[]).await.unwrap_err();
    for opened in [&tokens, &refreshed] {
        assert!(!fixture.opens(&bearer(opened)).await);
    }
    assert_eq!(refusal(&fixture, &next(&refreshed)).await, TokenRequestError::UnknownRefreshToken);
}

#[tokio::test]
async fn a_refresh_that_the_store_fails_can_be_asked_for_again() {
    for outage in [Outage::Before, Outage::After] {
        for call in 0.. {
            let fixture = refreshing();
            let token = next(&fixture.tokens().await);
            fixture.store.fail(call, outage);
            let answer = refresh(&fixture, &token).await;
            if fixture.store.heal() {
                assert!(call >= 5 && answer.is_ok(), "{call}");
                break;
            }
            assert_eq!(answer.unwrap_err().status(), 503, "{call} {outage:?}");
            let tokens = refresh(&fixture, &token).await.unwrap();
            assert!(fixture.opens(&bearer(&tokens)).await, "{call} {outage:?}");
            assert!(refresh(&fixture, &next(&tokens)).await.is_ok(), "{call} {outage:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_lost_the_last_exchange_ends_nothing() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    let (key, before) = fixture.store.last("refresh");
    let tokens = refresh(&fixture, &token).await.unwrap();
    fixture.store.tamper(&key, before.as_bytes().to_vec()).await;
    assert!(fixture.opens(&bearer(&tokens)).await);
    assert!(refresh(&fixture, &next(&tokens)).await.is_ok());
}

/// Ends the only session, as whatever ends one does.
pub(crate) async fn end_session(fixture: &Fixture) {
    let (key, _) = fixture.store.last("session");
    fixture.store.take(&key).await.unwrap();
}

const IDLE: Duration = Duration::from_mins(30);
