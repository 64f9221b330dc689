//! Logins found by cookies alone.

use silta_broker::{BrowserBinding, LoginError};

use crate::faulty_store::Outage;
use crate::fixture::{Fixture, suomifi_name};

#[tokio::test]
async fn a_cookie_shows_whether_its_login_is_open_and_ends_nothing() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let cookie = [started.browser.clone()];
    let key = fixture.broker.find_open_login(&suomifi_name(), &cookie, |_| false).await.unwrap();
    assert_eq!(key, fixture.store.last("login").0);
    fixture.finish(&started, "_a").await.unwrap();
    let failed =
        fixture.broker.find_open_login(&suomifi_name(), &cookie, |_| false).await.unwrap_err();
    assert_eq!(failed.error, LoginError::AlreadyUsed);
}

#[tokio::test]
async fn of_several_open_logins_one_that_is_free_is_chosen() {
    let fixture = Fixture::new();
    let cookies = [fixture.started().await.browser, fixture.started().await.browser];
    let keys = fixture.store.all("login");
    let [(first, _), (second, _)] = keys.as_slice() else { unreachable!("two logins") };
    let chosen = async |taken: &[_]| {
        fixture
            .broker
            .find_open_login(&suomifi_name(), &cookies, |key| taken.contains(&key))
            .await
            .unwrap()
    };
    assert_eq!(chosen(&[]).await, *first);
    assert_eq!(chosen(&[first]).await, *second);
    assert_eq!(chosen(&[first, second]).await, *first);
}

#[tokio::test]
async fn cookies_that_belong_to_no_login_are_told_apart() {
    let fixture = Fixture::new();
    let elsewhere = Fixture::new().started().await.browser;
    for (cookies, expected) in [
        (vec![], LoginError::CookieMissing),
        (vec![BrowserBinding::from_cookie("x")], LoginError::LoginExpired),
        (vec![elsewhere], LoginError::LoginExpired),
    ] {
        let failed =
            fixture.broker.find_open_login(&suomifi_name(), &cookies, |_| false).await.unwrap_err();
        assert_eq!(failed.error, expected);
        assert!(failed.answer.is_none());
        // A cookie that never comes is a matter of the address that answers go to.
        let place = if expected == LoginError::CookieMissing { "suomifi" } else { "nobody" };
        assert!(fixture.audit.last().starts_with(&format!("nobody refused at {place}: ")));
    }
}

#[tokio::test]
async fn a_stranger_with_many_cookies_costs_few_looks() {
    let fixture = Fixture::new();
    let elsewhere = Fixture::new();
    let mut cookies = vec![];
    for _ in 0..100 {
        cookies.push(elsewhere.started().await.browser);
    }
    let before = fixture.store.calls();
    fixture.broker.find_open_login(&suomifi_name(), &cookies, |_| false).await.unwrap_err();
    assert_eq!(fixture.store.calls() - before, 32);
}

#[tokio::test]
async fn an_outage_is_no_reason_to_call_a_login_expired() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.store.fail(0, Outage::Before);
    let failed = fixture
        .broker
        .find_open_login(&suomifi_name(), &[started.browser], |_| false)
        .await
        .unwrap_err();
    assert_eq!(failed.error.reason(), "store_unavailable");
}
