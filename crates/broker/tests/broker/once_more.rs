//! A client that says how old an authentication may be gets a session that is young enough, and a new
//! authentication otherwise, once.

use silta_broker::{
    FinishedLogin, Freshness, LoginError, LoginHint, OutboundMessage, StartedLogin,
};
use silta_saml::ResponseError;

use crate::fixture::{Fixture, NOON, callback_body, suomifi_name};
use crate::wire::{claims, client_error, query_param, seconds};

const TOO_OLD: ResponseError = ResponseError::NotFresh { authenticated: NOON, needed: NOON };

/// The browser brings an answer; what becomes of the login.
async fn brought(fixture: &Fixture, started: &StartedLogin, assertion: &str) -> FinishedLogin {
    let body = callback_body(started, assertion);
    fixture.bring(&suomifi_name(), &body, Some(&started.browser)).await.unwrap()
}

async fn asked_again(fixture: &Fixture, started: &StartedLogin) -> StartedLogin {
    fixture.idp.script(|script| script.callback_error = Some(TOO_OLD.into()));
    let finished = brought(fixture, started, "_old").await;
    fixture.idp.script(|script| script.callback_error = None);
    let FinishedLogin::AskedAgain(again) = finished else { unreachable!("{finished:?}") };
    again
}

#[tokio::test]
async fn a_person_whose_session_is_too_old_authenticates_once_more_and_is_logged_in() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("max_age", "300")]).await.unwrap();
    let again = asked_again(&fixture, &started).await;
    // Under another handle, so that the first answer is worth nothing any more.
    assert_ne!(again.relay_state, started.relay_state);
    let asked = fixture.idp.script(|script| {
        script.requests.iter().map(|request| request.freshness).collect::<Vec<_>>()
    });
    let max_age = Freshness::MaxAge(seconds(300).unsigned_abs());
    assert_eq!(asked, [max_age, Freshness::Now]);

    let finished = brought(&fixture, &again, "_new").await;
    let FinishedLogin::Answered { message: location, .. } = finished else {
        unreachable!("{finished:?}")
    };
    assert!(matches!(location, OutboundMessage::Redirect(_)));
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    assert_eq!(claims(&tokens)["aud"], "shop");
    let lines = fixture.audit.lines();
    let heads: Vec<_> = lines.iter().map(|line| line.split(" with").next().unwrap()).collect();
    let expected = [
        "shop started at suomifi",
        "shop asked again at suomifi",
        "shop finished at suomifi",
        "shop got tokens",
    ];
    assert_eq!(heads, expected);
    let references = fixture.audit.references();
    assert!(references.iter().all(|one| *one == references[0]), "{references:?}");
}

#[tokio::test]
async fn a_hint_goes_along_when_the_upstream_is_asked_again() {
    let fixture = Fixture::new();
    let hint = "anna@kunta.example";
    let started = fixture.start(&[("max_age", "300"), ("login_hint", hint)]).await.unwrap();
    asked_again(&fixture, &started).await;
    let hints: Vec<_> = fixture.idp.script(|script| {
        script.requests.iter().map(|request| request.login_hint.clone()).collect()
    });
    let hint = LoginHint::parse(hint);
    assert_eq!(hints, [hint.clone(), hint]);
}

#[tokio::test]
async fn nobody_is_asked_a_third_time() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("max_age", "300")]).await.unwrap();
    let again = asked_again(&fixture, &started).await;
    fixture.idp.script(|script| script.callback_error = Some(TOO_OLD.into()));
    let failed = fixture.finish(&again, "_old").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Upstream(TOO_OLD.into()));
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
}

#[tokio::test]
async fn whoever_asked_for_a_new_authentication_is_not_asked_again() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("prompt", "login")]).await.unwrap();
    fixture.idp.script(|script| script.callback_error = Some(TOO_OLD.into()));
    let failed = fixture.finish(&started, "_old").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Upstream(TOO_OLD.into()));
}

#[tokio::test]
async fn the_first_answer_finishes_nothing_once_the_upstream_is_asked_again() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("max_age", "300")]).await.unwrap();
    let again = asked_again(&fixture, &started).await;
    let failed = fixture.finish(&started, "_old").await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::AlreadyUsed, None));
    fixture.finish(&again, "_new").await.unwrap();
}

#[tokio::test]
async fn a_login_that_is_asked_again_is_one_open_login() {
    let fixture = Fixture::new();
    let started = fixture.start(&[("max_age", "300")]).await.unwrap();
    assert_eq!(fixture.open_logins.totals().0, 1);
    let again = asked_again(&fixture, &started).await;
    assert_eq!(fixture.open_logins.totals().0, 1);
    fixture.finish(&again, "_new").await.unwrap();
    assert_eq!(fixture.open_logins.totals().0, 0);
}
