//! Logins that wait: how many there may be, and those that nobody comes back from.

use silta_broker::{ErrorClass, LoginError, OpenLoginsError};

use crate::faulty_store::{Outage, give_up_after};
use crate::fixture::{Fixture, NOON, SEAL};
use crate::wire::{client_error, seconds};

#[tokio::test]
async fn when_the_store_fills_large_logins_give_way_then_the_flooding_source_then_everybody() {
    let fixture = Fixture::new();
    let large = "s".repeat(8 * 1024);
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(fixture.start_from(1, &[("state", &large)]).await.unwrap());
    }
    let (flooding, honest, new) = (1, 2, 3);
    open.push(fixture.start_from(honest, &[]).await.unwrap());
    for (used, source, state, expected) in [
        (84, flooding, &*large, None),
        (86, new, &large, Some(OpenLoginsError::LargeLogin)),
        (86, flooding, "small", None),
        (92, flooding, "small", Some(OpenLoginsError::OneSource)),
        (92, honest, "small", None),
        (92, new, "small", None),
        (96, new, "small", Some(OpenLoginsError::AllLogins)),
    ] {
        fixture.store.set_usage(used << 30, 100 << 30);
        let calls = fixture.store.calls();
        let requests = fixture.idp.script(|script| script.requests.len());
        match (fixture.start_from(source, &[("state", state)]).await, expected) {
            (Ok(started), None) => open.push(started),
            (Err(failed), Some(expected)) => {
                assert_eq!(failed.error, LoginError::TooManyOpen(expected));
                assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
                assert_eq!(failed.error.class(), ErrorClass::Operator);
                let line = format!("shop refused at suomifi: {}", failed.error.reason());
                assert_eq!(fixture.audit.last(), line);
                // It costs neither a record nor a signature.
                assert_eq!(fixture.store.calls(), calls);
                assert_eq!(fixture.idp.script(|script| script.requests.len()), requests);
            }
            (other, expected) => unreachable!("{other:?}, not {expected:?} at {used}"),
        }
    }
    // Whoever is away comes back.
    for (number, started) in open.iter().enumerate() {
        fixture.finish(started, &format!("_{number}")).await.unwrap();
    }
    assert_eq!(fixture.open_logins.totals(), (0, 0));
}

#[tokio::test]
async fn a_login_that_nobody_answers_is_told_once_when_its_life_is_over() {
    let fixture = Fixture::new();
    fixture.started().await;
    let calls = fixture.store.calls();
    for minutes in [4, 5, 6, 29, 30, 31, 60] {
        fixture.clock.set(NOON + seconds(minutes * 60));
        fixture.broker.check_open_logins().await;
        let client_error = usize::from(minutes >= 30);
        assert_eq!(fixture.audit.lines().len(), 1 + client_error, "after {minutes} minutes");
    }
    assert_eq!(fixture.audit.last(), "shop abandoned at suomifi");
    let references = fixture.audit.references();
    assert_eq!(references.first(), references.last());
    assert_eq!(fixture.store.calls(), calls + 2);
    assert_eq!(fixture.open_logins.totals(), (0, 0));
}

#[tokio::test]
async fn a_login_that_was_answered_is_not_abandoned_wherever_it_was_answered() {
    let fixture = Fixture::new();
    let other = fixture.replica([SEAL, SEAL]);
    let (here, there) = (fixture.started().await, fixture.started().await);
    fixture.finish(&here, "_here").await.unwrap();
    assert_eq!(fixture.open_logins.totals().0, 1);
    fixture.clock.advance(std::time::Duration::from_secs(1));
    other.finish(&there, "_there").await.unwrap();
    let late = fixture.started().await;
    let lines = fixture.audit.lines().len();
    fixture.clock.set(NOON + seconds(5 * 60));
    fixture.broker.check_open_logins().await;
    assert_eq!(fixture.open_logins.totals().0, 1, "what was answered there is forgotten");
    // Answered after the look in between, and looked for at the last moment.
    fixture.clock.set(NOON + seconds(6 * 60));
    fixture.broker.check_open_logins().await;
    other.finish(&late, "_late").await.unwrap();
    fixture.clock.set(NOON + seconds(34 * 60));
    fixture.broker.check_open_logins().await;
    assert_eq!(fixture.open_logins.totals(), (0, 0));
    assert!(fixture.audit.lines().iter().all(|line| !line.contains("abandoned")));
    assert_eq!(fixture.audit.lines().len(), lines + 1);
}

#[tokio::test]
async fn a_refused_answer_ends_a_login_too() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.idp.script(|script| {
        script.callback_error =
            Some(silta_saml::ResponseError::Message(silta_saml::MessageError::NotBase64).into());
    });
    fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(fixture.open_logins.totals(), (0, 0));
}

#[tokio::test]
async fn a_login_whose_record_could_not_be_written_is_not_open() {
    for outage in [Outage::Before, Outage::After] {
        let fixture = Fixture::new();
        fixture.store.fail(0, outage);
        fixture.start(&[]).await.unwrap_err();
        assert_eq!(fixture.open_logins.totals(), (0, 0));
    }
}

/// Whoever goes away while the record is written would fill the store, and nobody would count it.
#[tokio::test]
async fn a_login_counts_from_before_it_is_written() {
    let mut written = 0;
    for verbs in 0..4 {
        let fixture = Fixture::new();
        give_up_after(verbs, fixture.start(&[])).await;
        let live = fixture.store.live("login").await;
        assert!(fixture.open_logins.totals().0 >= live, "{verbs}");
        written += live;
    }
    assert!(written > 0);
}

#[tokio::test]
async fn a_store_that_does_not_answer_makes_nobody_abandoned() {
    let fixture = Fixture::new();
    fixture.started().await;
    fixture.started().await;
    let at_end = NOON + seconds(30 * 60);
    fixture.clock.set(NOON + seconds(5 * 60));
    fixture.broker.check_open_logins().await;
    for later in [0, 30] {
        fixture.clock.set(at_end + seconds(later));
        fixture.store.fail(0, Outage::Before);
        fixture.broker.check_open_logins().await;
        assert_eq!(fixture.audit.lines().len(), 2);
    }
    fixture.clock.set(at_end + seconds(60));
    fixture.broker.check_open_logins().await;
    assert_eq!(fixture.audit.lines().len(), 4, "both are told once the store answers");

    let fixture = Fixture::new();
    fixture.started().await;
    fixture.clock.set(NOON + seconds(35 * 60));
    fixture.broker.check_open_logins().await;
    fixture.broker.check_open_logins().await;
    assert_eq!(fixture.open_logins.totals(), (0, 0));
    assert_eq!(fixture.audit.lines().len(), 1, "a mark would have ended by now, so nobody knows");
}
