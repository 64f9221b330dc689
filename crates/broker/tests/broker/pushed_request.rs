//! Requests that a client pushes before its person brings the name of one.

use std::time::Duration;

use serde_json::Value;
use silta_broker::downstream::PushError;
use silta_broker::{FailedLogin, LoginError, OpenLoginsError, StartedLogin};
use silta_oidc::{
    AuthorizePageError, AuthorizeRuleError, ClientAuthenticationError, OAuthErrorCode,
    PushedResponse,
};
use tokio::task::JoinSet;

use crate::faulty_store::Outage;
use crate::fixture::{
    AUTHORIZE, Fixture, GIVEN, SEAL, SECRET, STATE, client_id, clients, source_of,
};
use crate::wire::{changed, claims, client_error, form, query_param};

#[tokio::test]
async fn a_request_that_was_pushed_at_one_replica_is_brought_at_another_and_logs_in() {
    let here = Fixture::new();
    let there = here.replica([SEAL, SEAL]);
    let uri = request_uri(&push(&here, &[]).await.unwrap());
    // Whatever else the person brings counts for nothing.
    let brought = [("redirect_uri", "https://evil.example/"), ("state", "x"), ("scope", "email")];
    let started = bring(&there, "shop", &uri, &brought).await.unwrap();
    let location = there.finish(&started, "_pushed").await.unwrap();
    assert_eq!(query_param(&location, "state").as_deref(), Some(STATE));
    let code = query_param(&location, "code").unwrap();
    let tokens = there.redeem(&code, &[]).await.unwrap();
    assert_eq!(claims(&tokens)["given_name"], GIVEN);
}

#[tokio::test]
async fn a_pushed_request_is_brought_once_by_its_client_and_within_a_minute() {
    let fixture = Fixture::new();
    let uri = request_uri(&push(&fixture, &[]).await.unwrap());
    // Another client's person does not use it up.
    refused(bring(&fixture, "kiosk", &uri, &[]).await, "kiosk");
    fixture.clock.advance(Duration::from_secs(59));
    bring(&fixture, "shop", &uri, &[]).await.unwrap();
    refused(bring(&fixture, "shop", &uri, &[]).await, "shop");
    let late = request_uri(&push(&fixture, &[]).await.unwrap());
    fixture.clock.advance(Duration::from_mins(1));
    refused(bring(&fixture, "shop", &late, &[]).await, "shop");
    let guessed = format!("urn:ietf:params:oauth:request_uri:{}", "A".repeat(43));
    refused(bring(&fixture, "shop", &guessed, &[]).await, "shop");
    assert!(fixture.audit.last().ends_with("pushed_request"), "{}", fixture.audit.last());
}

#[tokio::test]
async fn of_64_who_bring_one_pushed_request_one_begins_a_login() {
    let fixture = Fixture::new();
    let uri = request_uri(&push(&fixture, &[]).await.unwrap());
    let query = form(&[("client_id", "shop"), ("request_uri", &uri)]);
    let mut people = JoinSet::new();
    for _ in 0..64 {
        let (broker, query) = (fixture.broker.clone(), query.clone());
        people.spawn(async move {
            let request = silta_broker::InboundRequest::Query(&query);
            broker.start_login(silta_broker::Protocol::Oidc, request, source_of(1)).await.is_ok()
        });
    }
    let begun = people.join_all().await.into_iter().filter(|begun| *begun).count();
    assert_eq!(begun, 1);
}

#[tokio::test]
async fn who_pushes_proves_who_it_is_before_its_request_is_looked_at() {
    let fixture = Fixture::new();
    let calls = fixture.store.calls();
    let wrong = PushError::Client(ClientAuthenticationError::Failed);
    let missing = PushError::Client(ClientAuthenticationError::Missing);
    for (changes, error, named) in [
        (&[("client_secret", "another-secret-of-nobody"), ("scope", "x")][..], wrong, "shop"),
        (&[("client_secret", "")], missing.clone(), "shop"),
        (&[("client_secret", ""), ("client_id", "stranger")], missing, "nobody"),
    ] {
        assert_eq!(push(&fixture, changes).await.unwrap_err(), error, "{changes:?}");
        let line = format!("{named} pushed nothing: invalid_client {}", error.reason());
        assert_eq!(fixture.audit.last(), line);
    }
    // What a person could not bring cannot be pushed, and is told with its own code.
    for (changes, code, reason) in [
        (&[("scope", "profile")][..], OAuthErrorCode::InvalidScope, "scope_without_openid"),
        (
            &[("redirect_uri", "https://evil.example/")],
            OAuthErrorCode::InvalidRequest,
            "redirect_mismatch",
        ),
        (
            &[("request_uri", "https://evil.example/")],
            OAuthErrorCode::InvalidRequest,
            "request_uri",
        ),
    ] {
        let error = push(&fixture, changes).await.unwrap_err();
        assert_eq!((error.error_code(), error.reason(), error.status()), (code, reason, 400));
    }
    assert_eq!(fixture.store.calls(), calls);
}

#[tokio::test]
async fn what_was_taken_out_of_the_configuration_meanwhile_gets_nothing() {
    let before = Fixture::new();
    let uri = request_uri(&push(&before, &[]).await.unwrap());
    let others = clients().into_iter().filter(|client| *client.id() != client_id("shop"));
    let without = before.changed([SEAL, SEAL], others.collect(), |_| {});
    let failed = bring(&without, "shop", &uri, &[]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::Request(AuthorizePageError::UnknownClient));
    let strict = clients().into_iter().map(silta_oidc::Client::requiring_pkce).collect();
    let strict = before.changed([SEAL, SEAL], strict, |_| {});
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let uri = request_uri(&push(&before, &plain).await.unwrap());
    let failed = bring(&strict, "shop", &uri, &[]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::Authorize(AuthorizeRuleError::ChallengeMissing));
    assert_eq!(client_error(&failed).as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn without_room_or_store_nothing_is_pushed() {
    let fixture = Fixture::new();
    fixture.store.set_usage(99, 100);
    let error = push(&fixture, &[]).await.unwrap_err();
    assert!(matches!(error, PushError::TooManyOpen(_)), "{error:?}");
    assert_eq!(error.status(), 503);
    let fixture = Fixture::new();
    fixture.store.fail(0, Outage::Before);
    let error = push(&fixture, &[]).await.unwrap_err();
    assert!(matches!(error, PushError::Unavailable(_)), "{error:?}");
    assert!(!fixture.store.heal());
    let uri = request_uri(&push(&fixture, &[]).await.unwrap());
    // A store that does not answer is no reason to call it unknown.
    fixture.store.fail(0, Outage::Before);
    let failed = bring(&fixture, "shop", &uri, &[]).await.unwrap_err();
    assert!(matches!(failed.error, LoginError::StoreUnavailable(_)), "{:?}", failed.error);
}

#[tokio::test]
async fn a_source_that_pushes_without_end_is_refused_and_nobody_else() {
    let fixture = Fixture::new();
    let mut pushed = 0_u64;
    let error = loop {
        // A store that says how full it is after each: what it holds lies elsewhere.
        fixture.store.set_usage(pushed, 256 << 10);
        match push(&fixture, &[]).await {
            Ok(_) => pushed += 1,
            Err(error) => break error,
        }
        assert!(pushed < 1000, "nobody counts");
    };
    assert_eq!(error, PushError::TooManyOpen(OpenLoginsError::OneSource));
    let line = "shop pushed nothing: temporarily_unavailable too_many_open_from_one_source";
    assert_eq!(fixture.audit.last(), line);
    // Nor does it start a login, as everybody else does.
    let failed = fixture.start_from(1, &[]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::TooManyOpen(OpenLoginsError::OneSource));
    fixture.start_from(2, &[]).await.unwrap();
    fixture.clock.advance(Duration::from_mins(1));
    push(&fixture, &[]).await.unwrap();
}

async fn push(fixture: &Fixture, changes: &[(&str, &str)]) -> Result<PushedResponse, PushError> {
    let usual = changed(&AUTHORIZE, &[("client_secret", SECRET)]);
    let body = form(&changed(&usual, changes));
    fixture.oidc.push(Ok(&body), None, source_of(1)).await
}

fn request_uri(pushed: &PushedResponse) -> String {
    let answer: Value = serde_json::to_value(pushed).unwrap();
    assert_eq!(answer["expires_in"], 60);
    answer["request_uri"].as_str().unwrap().to_owned()
}

async fn bring(
    fixture: &Fixture,
    client: &str,
    uri: &str,
    more: &[(&str, &str)],
) -> Result<StartedLogin, FailedLogin> {
    let none: Vec<_> = AUTHORIZE.iter().map(|(name, _)| (*name, "")).collect();
    let changes = [none, vec![("client_id", client), ("request_uri", uri)], more.to_vec()].concat();
    // The last one of a name counts.
    let mut query: Vec<(&str, &str)> = vec![];
    for (name, value) in changes {
        query.retain(|(known, _)| *known != name);
        query.push((name, value));
    }
    fixture.start(&query).await
}

fn refused(brought: Result<StartedLogin, FailedLogin>, client: &str) {
    let failed = brought.unwrap_err();
    let client = client_id(client);
    assert_eq!(failed.error, LoginError::Request(AuthorizePageError::Pushed { client }));
    assert!(failed.answer.is_none(), "only a page");
}
