//! What cookies alone tell of logins.

use silta_broker::{BrowserBinding, LoginFault};

use crate::probe::Outage;
use crate::world::World;

#[tokio::test]
async fn a_cookie_shows_whether_its_login_is_open_and_ends_nothing() {
    let world = World::new();
    let begun = world.begun().await;
    let cookie = [begun.browser.clone()];
    let key = world.broker.open_login(&cookie, |_| false).await.unwrap();
    assert_eq!(key, world.store.last("login").0);
    world.answer(&begun, "_a").await.unwrap();
    let fault = world.broker.open_login(&cookie, |_| false).await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::AlreadyUsed);
}

#[tokio::test]
async fn of_several_open_logins_one_that_is_free_is_chosen() {
    let world = World::new();
    let cookies = [world.begun().await.browser, world.begun().await.browser];
    let keys = world.store.all("login");
    let [(first, _), (second, _)] = keys.as_slice() else { unreachable!("two logins") };
    let chosen = async |taken: &[_]| {
        world.broker.open_login(&cookies, |key| taken.contains(&key)).await.unwrap()
    };
    assert_eq!(chosen(&[]).await, *first);
    assert_eq!(chosen(&[first]).await, *second);
    assert_eq!(chosen(&[first, second]).await, *first);
}

#[tokio::test]
async fn cookies_that_belong_to_no_login_are_told_apart() {
    let world = World::new();
    let elsewhere = World::new().begun().await.browser;
    for (cookies, expected) in [
        (vec![], LoginFault::CookieMissing),
        (vec![BrowserBinding::kept("x")], LoginFault::LoginExpired),
        (vec![elsewhere], LoginFault::LoginExpired),
    ] {
        let fault = world.broker.open_login(&cookies, |_| false).await.unwrap_err();
        assert_eq!(fault.fault, expected);
        assert!(fault.back.is_none());
    }
}

#[tokio::test]
async fn a_stranger_with_many_cookies_costs_few_looks() {
    let world = World::new();
    let elsewhere = World::new();
    let mut cookies = vec![];
    for _ in 0..100 {
        cookies.push(elsewhere.begun().await.browser);
    }
    let before = world.store.calls();
    world.broker.open_login(&cookies, |_| false).await.unwrap_err();
    assert_eq!(world.store.calls() - before, 32);
}

#[tokio::test]
async fn an_outage_is_no_reason_to_call_a_login_expired() {
    let world = World::new();
    let begun = world.begun().await;
    world.store.fail(0, Outage::Before);
    let fault = world.broker.open_login(&[begun.browser], |_| false).await.unwrap_err();
    assert_eq!(fault.fault.reason(), "store_unavailable");
}
