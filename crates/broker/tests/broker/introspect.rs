//! What clients are told of their tokens.

use std::time::Duration;

use serde_json::{Value, json};
use silta_oidc::{
    Client, ClientAuthentication, ClientAuthenticationError, OAuthErrorCode, RegisteredRedirect,
};

use crate::fixture::{CALLBACK, Fixture, ISSUER, NOON, SEAL, SECRET, client_id};
use crate::refresh::{end_session, next, refresh, refreshing};
use crate::wire::{changed, claims, form, member};

/// What the shop is told of a token, with some parameters of its form changed.
async fn introspect(fixture: &Fixture, token: &str, changes: &[(&str, &str)]) -> Value {
    let usual = [("client_id", "shop"), ("client_secret", SECRET), ("token", token)];
    fixture.oidc.introspect(Ok(&form(&changed(&usual, changes))), None).await.unwrap()
}

fn inactive() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn a_client_is_told_whose_its_token_is_and_nothing_more_of_the_person() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let token = claims(&tokens);
    let mut expected = json!({
        "active": true, "iss": ISSUER, "client_id": "shop", "scope": "openid profile",
        "sub": token["sub"], "acr": token["acr"], "auth_time": token["auth_time"],
    });
    assert_eq!(introspect(&fixture, &next(&tokens), &[]).await, expected);
    expected["token_type"] = "Bearer".into();
    expected["exp"] = (NOON.as_second() + 300).into();
    let access = member(&tokens, "access_token");
    assert_eq!(introspect(&fixture, &access, &[]).await, expected);
    assert!(refresh(&fixture, &next(&tokens)).await.is_ok(), "to be looked at uses nothing");
}

#[tokio::test]
async fn the_end_of_an_access_token_is_that_of_its_session_if_that_comes_first() {
    let fixture = refreshing();
    let mut tokens = fixture.tokens().await;
    for _ in 0..17 {
        fixture.clock.advance(Duration::from_mins(28));
        tokens = refresh(&fixture, &next(&tokens)).await.unwrap();
    }
    // Seven hours and 56 minutes are over.
    let told = introspect(&fixture, &member(&tokens, "access_token"), &[]).await;
    assert_eq!(told["exp"], NOON.as_second() + 8 * 3600);
}

#[tokio::test]
async fn of_another_clients_token_is_said_that_it_is_none() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    for token in [member(&tokens, "access_token"), next(&tokens)] {
        let told = introspect(&fixture, &token, &[("client_id", "kiosk")]).await;
        assert_eq!(told, inactive());
    }
}

#[tokio::test]
async fn a_token_that_opens_nothing_is_not_active() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    for other in ["A".repeat(43), "A".repeat(48), member(&tokens, "id_token")] {
        assert_eq!(introspect(&fixture, &other, &[]).await, inactive());
    }
    let [access, first] = [member(&tokens, "access_token"), next(&tokens)];
    let second = refresh(&fixture, &first).await.unwrap();
    assert_eq!(introspect(&fixture, &first, &[]).await["active"], true, "it is good for a minute");
    fixture.clock.advance(Duration::from_mins(1));
    assert_eq!(introspect(&fixture, &first, &[]).await, inactive());
    assert!(refresh(&fixture, &next(&second)).await.is_ok(), "to be looked at ends nothing");
    fixture.clock.advance(Duration::from_mins(4));
    assert_eq!(introspect(&fixture, &access, &[]).await, inactive(), "it has expired");
}

#[tokio::test]
async fn no_token_is_active_once_its_session_has_ended() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    end_session(&fixture).await;
    for token in [member(&tokens, "access_token"), next(&tokens)] {
        assert_eq!(introspect(&fixture, &token, &[]).await, inactive());
    }
}

#[tokio::test]
async fn a_client_that_can_prove_nothing_is_told_nothing() {
    let redirect = RegisteredRedirect::parse(CALLBACK).unwrap();
    let public = Client::new(client_id("shop"), ClientAuthentication::None, redirect);
    let fixture = Fixture::new();
    let token = member(&fixture.tokens().await, "access_token");
    let today = fixture.changed([SEAL, SEAL], vec![public], |_| {});
    let form = form(&[("client_id", "shop"), ("token", &token)]);
    let refused = today.oidc.introspect(Ok(&form), None).await.unwrap_err();
    assert_eq!((refused.error_code(), refused.status()), (OAuthErrorCode::InvalidClient, 401));
}

#[tokio::test]
async fn whoever_does_not_prove_to_be_a_client_is_told_nothing() {
    let fixture = refreshing();
    let token = member(&fixture.tokens().await, "access_token");
    let calls = fixture.store.calls();
    for (credentials, reason) in [
        (&[][..], ClientAuthenticationError::Missing),
        (&[("client_id", "shop"), ("client_secret", "wrong")], ClientAuthenticationError::Failed),
    ] {
        let form = form(&[&[("token", token.as_str())], credentials].concat());
        let refused = fixture.oidc.introspect(Ok(&form), None).await.unwrap_err();
        assert_eq!(refused.reason(), reason.reason());
        assert_eq!(refused.error_code(), OAuthErrorCode::InvalidClient);
        let client = if credentials.is_empty() { "nobody" } else { "shop" };
        let line = format!("{client} was told nothing: invalid_client {}", refused.reason());
        assert_eq!(fixture.audit.last(), line);
    }
    assert_eq!(fixture.store.calls(), calls);
}
