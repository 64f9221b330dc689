//! Logins that may show no page (`prompt=none`), at an upstream that may be asked for one.

use silta_broker::{
    CallbackError, FinishedLogin, Freshness, InboundRequest, LoginError, OutboundMessage, Protocol,
    Visitor, Window,
};
use silta_saml::{ResponseError, StatusError};

use crate::fixture::{
    CALLBACK, Fixture, NOON, SEAL, callback_body, client, clients, source_of, suomifi_name,
};
use crate::wire::{client_error, form, query_param};

const NONE: (&str, &str) = ("prompt", "none");

/// The usual fixture, where the upstream may be asked without a page.
fn fixture() -> Fixture {
    Fixture::with(|settings| {
        for upstream in settings.upstreams.values_mut() {
            upstream.passive = true;
        }
    })
}

fn no_passive() -> CallbackError {
    ResponseError::Status(StatusError::NoPassive).into()
}

#[tokio::test]
async fn a_person_with_a_session_at_the_upstream_is_logged_in_without_a_page() {
    let fixture = fixture();
    let started = fixture.start(&[NONE]).await.unwrap();
    let asked = fixture.idp.script(|script| script.requests.last().cloned()).unwrap();
    assert!(asked.passive && asked.freshness == Freshness::Any);
    let answer = fixture.finish(&started, "_a").await.unwrap();
    let code = query_param(&answer, "code").unwrap();
    assert!(fixture.redeem(&code, &[]).await.is_ok());
    assert_eq!(fixture.store.live("passive").await, 0, "it was taken");
}

#[tokio::test]
async fn a_person_without_one_is_told_to_the_client_with_a_sentence_of_its_own() {
    let fixture = fixture();
    let started = fixture.start(&[NONE]).await.unwrap();
    fixture.idp.script(|script| script.callback_error = Some(no_passive()));
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    let description = query_param(&failed.answer.unwrap(), "error_description").unwrap();
    let sentence = "the person has no session at the identity provider; \
                    send the request without prompt=none";
    assert!(description.starts_with(sentence), "{description}");
}

#[tokio::test]
async fn a_new_authentication_is_never_asked_for_without_a_page() {
    let fixture = fixture();
    for age in ["0", "60"] {
        let failed = fixture.start(&[NONE, ("max_age", age)]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::LoginRequired, "{age}");
        assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    }
    assert!(fixture.idp.script(|script| script.requests.is_empty()), "nobody was asked");

    // A session that is too old is not made young by asking once more, which would show a page.
    let started = fixture.start(&[NONE, ("max_age", "61")]).await.unwrap();
    let too_old = ResponseError::NotFresh { authenticated: NOON, needed: NOON };
    fixture.idp.script(|script| script.callback_error = Some(too_old.into()));
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    assert_eq!(fixture.idp.script(|script| script.requests.len()), 1);
}

#[tokio::test]
async fn without_the_cookie_the_client_is_told_and_gets_no_code() {
    let fixture = fixture();
    let another = fixture.started().await.browser;
    for cookie in [None, Some(&another)] {
        let started = fixture.start(&[NONE]).await.unwrap();
        let body = callback_body(&started, "_a");
        let failed = fixture.post(&suomifi_name(), &body, cookie).await.unwrap_err();
        assert_eq!(failed.error, LoginError::CookieWithheld);
        assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
        assert_eq!(fixture.idp.script(|script| script.callbacks), 0, "nothing was judged");
        assert!(fixture.store.all("code").is_empty());
        // It was told once, and nobody finishes the login any more.
        let again = fixture.finish(&started, "_a").await.unwrap_err();
        assert_eq!((again.error, again.answer), (LoginError::LoginExpired, None));
    }
}

#[tokio::test]
async fn a_second_callback_of_the_same_browser_is_told_that_the_login_is_over() {
    let fixture = fixture();
    let started = fixture.start(&[NONE]).await.unwrap();
    fixture.finish(&started, "_a").await.unwrap();
    let again = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!((again.error, again.answer), (LoginError::AlreadyUsed, None));
}

#[tokio::test]
async fn a_login_that_may_show_a_page_is_not_found_by_its_handle_alone() {
    let fixture = fixture();
    let started = fixture.started().await;
    let body = callback_body(&started, "_a");
    let failed = fixture.post(&suomifi_name(), &body, None).await.unwrap_err();
    assert_eq!((failed.error, failed.answer), (LoginError::CookieMissing, None));
    assert!(fixture.finish(&started, "_a").await.is_ok(), "its own browser finishes it");
}

#[tokio::test]
async fn an_upstream_that_cannot_judge_now_is_told_to_the_client_and_never_on_a_page() {
    let fixture = fixture();
    let started = fixture.start(&[NONE]).await.unwrap();
    fixture.idp.script(|script| script.not_ready = Some(no_passive()));
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
}

#[tokio::test]
async fn an_upstream_that_may_not_be_asked_is_not() {
    let fixture = Fixture::new();
    let failed = fixture.start(&[NONE]).await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    assert!(fixture.idp.script(|script| script.requests.is_empty()));
}

#[tokio::test]
async fn a_frame_starts_and_finishes_logins_without_a_page_alone() {
    let fixture = fixture();
    for (prompt, starts) in [("none", true), ("", false), ("login", false)] {
        let query = form(&[
            ("client_id", "shop"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("prompt", prompt),
        ]);
        let request = InboundRequest::Query(&query);
        let visitor = Visitor { window: Window::Frame, ..source_of(1).into() };
        let started = fixture.broker.start_login(Protocol::Oidc, request, visitor).await;
        assert_eq!(started.is_ok(), starts, "{prompt}");
        if let Err(failed) = started {
            assert_eq!((failed.error, failed.answer), (LoginError::NotNavigation, None));
        }
    }
    let (page, frame) = (fixture.started().await, fixture.start(&[NONE]).await.unwrap());
    for (started, finishes) in [(&page, false), (&frame, true)] {
        let callback = silta_broker::Callback::from_form(&callback_body(started, "_a"));
        let visitor = Visitor { window: Window::Frame, ..source_of(1).into() };
        let at = (&suomifi_name(), visitor);
        let cookie = |_: &_| Some(started.browser.clone());
        match fixture.broker.finish_login(at, callback, cookie).await {
            Ok(FinishedLogin::Answered { .. }) => assert!(finishes),
            Ok(FinishedLogin::AskedAgain(_)) => unreachable!("the upstream is asked once"),
            Err(failed) => assert_eq!((failed.error, finishes), (LoginError::NotNavigation, false)),
        }
    }
    assert!(fixture.finish(&page, "_b").await.is_ok(), "the frame left it alone");
}

#[tokio::test]
async fn the_answer_is_framed_by_the_clients_own_origins_of_today() {
    let usual = fixture();
    let started = usual.start(&[NONE, ("response_mode", "form_post")]).await.unwrap();
    let mut today = clients();
    today[0] = client("shop", &[CALLBACK, "https://app.shop.example/cb", "http://127.0.0.1:3000"]);
    let fixture = usual.changed([SEAL, SEAL], today, |settings| {
        for upstream in settings.upstreams.values_mut() {
            upstream.passive = true;
        }
    });
    let origins = ["http://127.0.0.1:3000", "https://app.shop.example", "https://shop.example"]
        .map(str::to_owned);
    let OutboundMessage::PostToOrigin { framed_by, .. } =
        fixture.finish(&started, "_a").await.unwrap()
    else {
        unreachable!("it is posted")
    };
    assert_eq!(framed_by, origins);

    // A login that may show a page is framed by nobody.
    let started = fixture.start(&[("response_mode", "form_post")]).await.unwrap();
    let answer = fixture.finish(&started, "_b").await.unwrap();
    let OutboundMessage::PostToOrigin { framed_by, .. } = answer else {
        unreachable!("it is posted")
    };
    assert!(framed_by.is_empty());
}

#[tokio::test]
async fn the_cookie_of_a_login_without_a_page_finds_it_before_a_long_body_is_read() {
    let fixture = fixture();
    let started = fixture.start(&[NONE]).await.unwrap();
    let cookies = [started.browser.clone()];
    assert!(fixture.broker.find_open_login(&suomifi_name(), &cookies, |_| false).await.is_ok());
    fixture.finish(&started, "_a").await.unwrap();
    let failed =
        fixture.broker.find_open_login(&suomifi_name(), &cookies, |_| false).await.unwrap_err();
    assert_eq!(failed.error, LoginError::AlreadyUsed);
}
