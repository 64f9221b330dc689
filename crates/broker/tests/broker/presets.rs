//! Clients whose software takes only so much, and clients that show no errors.

use silta_broker::LoginError;
use silta_oidc::{Client, OAuthErrorCode, Preset};

use crate::fixture::{CALLBACK, Fixture, HETU, SEAL, SECOND_CALLBACK, client, clients};
use crate::mapping::{GIVEN_NAME, NATIONAL};
use crate::wire::{client_error, query_param};

fn with_shop(change: impl FnOnce(Client) -> Client) -> Fixture {
    let mut all = clients();
    all[0] = change(client("shop", &[CALLBACK, SECOND_CALLBACK]));
    Fixture::new().changed([SEAL, SEAL], all, |_| {})
}

#[tokio::test]
async fn what_the_software_of_a_client_cannot_take_is_told_and_never_cut() {
    for (preset, fits, too_long, reason) in [
        (Preset::Cognito, 2048, 2049, "claim_too_long"),
        (Preset::Alb, 9 * 1024, 11 * 1024, "claims_too_long"),
    ] {
        let fixture = with_shop(|shop| shop.with_preset(preset));
        for (octets, expected) in [(fits, None), (too_long, Some(reason))] {
            let name = "x".repeat(octets);
            fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[&name])]);
            let started = fixture.started().await;
            let finished = fixture.finish(&started, &format!("_{octets}")).await;
            let reason = finished.as_ref().err().map(|failed| failed.error.reason());
            assert_eq!(reason, expected, "{preset:?} {octets}");
            if let Err(failed) = finished {
                let error = client_error(&failed);
                assert_eq!(error.as_deref(), Some(OAuthErrorCode::ServerError.as_str()));
                let told = query_param(&failed.answer.unwrap(), "error_description").unwrap();
                assert!(told.starts_with("more is said of the person than"), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn a_client_without_a_preset_gets_what_there_is() {
    let fixture = Fixture::new();
    fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[&"x".repeat(20_000)])]);
    assert!(fixture.finish(&fixture.started().await, "_a").await.is_ok());
}

#[tokio::test]
async fn the_errors_of_a_client_that_shows_none_are_shown_on_our_page() {
    let fixture = with_shop(Client::not_showing_errors);
    let failed = fixture.start(&[("scope", "profile")]).await.unwrap_err();
    assert_eq!((failed.error.reason(), failed.answer), ("scope_without_openid", None));
    // A frame shows no page.
    let failed = fixture.start(&[("prompt", "none")]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginRequired);
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    let failed = fixture.start(&[("prompt", "none"), ("scope", "profile")]).await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("invalid_scope"));
}
