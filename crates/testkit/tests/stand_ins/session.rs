//! How long the load balancer's session lasts.

use jiff::SignedDuration;
use serde_json::json;
use silta_testkit::alb::{Alb, Settings};
use silta_testkit::back_channel::CallError;

use crate::alb::{after, alb, leave, let_through, log_in, settings};
use crate::provider::{Change, Provider, says};

#[tokio::test]
async fn without_a_refresh_token_nobody_is_asked_again_until_the_session_ends() {
    let provider = Provider::good();
    let session_timeout = SignedDuration::from_hours(1);
    let alb = Alb::create(provider.clone(), Settings { session_timeout, ..settings() }).unwrap();
    let mut cookies = log_in(&alb).await.unwrap();
    let calls = provider.calls("/userinfo").len();
    let_through(&alb, &mut cookies, after(3600)).await;
    assert_eq!(provider.calls("/userinfo").len(), calls);
    leave(&alb, &mut cookies, after(3601)).await;
}

#[tokio::test]
async fn a_refresh_token_brings_new_claims_when_the_access_token_expires() {
    let provider = Provider::good();
    let session_timeout = SignedDuration::from_hours(1);
    let alb = Alb::create(provider.clone(), Settings { session_timeout, ..settings() }).unwrap();
    provider.change(|it| it.tokens["refresh_token"] = "r1".into());
    let mut cookies = log_in(&alb).await.unwrap();
    provider.change(|it| {
        it.tokens = json!({
            "access_token": "at2", "token_type": "Bearer", "expires_in": 300, "refresh_token": "r2"
        });
        it.userinfo["given_name"] = "Åsa".into();
    });
    // It expires 300 seconds after the token response, which came at one.
    assert_eq!(let_through(&alb, &mut cookies, after(300)).await.access_token, "at");
    let seen = let_through(&alb, &mut cookies, after(301)).await;
    assert_eq!(seen.access_token, "at2");
    assert_eq!(alb.application_reads(&seen, after(301)).unwrap()["given_name"], "Åsa");
    let_through(&alb, &mut cookies, after(601)).await;
    let refreshes = provider.calls("/token");
    let spent: Vec<_> = refreshes.iter().filter_map(|call| call.field("refresh_token")).collect();
    assert_eq!(spent, ["r1", "r2"]);
    assert_eq!(refreshes[1].field("grant_type"), Some("refresh_token"));
    assert_eq!(refreshes[1].field("client_secret"), Some("a secret"));
    leave(&alb, &mut cookies, after(3601)).await;
}

#[tokio::test]
async fn a_refresh_that_fails_sends_the_person_to_the_provider() {
    let rules: [Change; 3] = [
        |it| it.instead = Some(("/token", Ok(says(400, &json!({ "error": "invalid_grant" }))))),
        |it| it.instead = Some(("/userinfo", Err(CallError::TimedOut))),
        |it| it.userinfo["sub"] = "s2".into(),
    ];
    for change in rules {
        let provider = Provider::good();
        provider.change(|it| it.tokens["refresh_token"] = "r1".into());
        let alb = alb(&provider);
        let mut cookies = log_in(&alb).await.unwrap();
        provider.change(change);
        leave(&alb, &mut cookies, after(301)).await;
    }
}
