//! Logins that wait: how many there may be, and those that nobody comes back from.

use silta_broker::{Class, LoginFault, TooManyOpen};

use crate::probe::Outage;
use crate::wire::{seconds, told};
use crate::world::{NOON, SEAL, World};

#[tokio::test]
async fn when_the_store_fills_large_logins_give_way_then_the_flooding_source_then_everybody() {
    let world = World::new();
    let large = "s".repeat(8 * 1024);
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(world.ask_from(1, &[("state", &large)]).await.unwrap());
    }
    let (flooding, honest, new) = (1, 2, 3);
    open.push(world.ask_from(honest, &[]).await.unwrap());
    for (used, source, state, expected) in [
        (84, flooding, &*large, None),
        (86, new, &large, Some(TooManyOpen::ForALargeOne)),
        (86, flooding, "small", None),
        (92, flooding, "small", Some(TooManyOpen::FromOneSource)),
        (92, honest, "small", None),
        (92, new, "small", None),
        (96, new, "small", Some(TooManyOpen::AtAll)),
    ] {
        world.store.says_it_holds(used << 30, 100 << 30);
        let calls = world.store.calls();
        let asked = world.idp.script(|script| script.asked.len());
        match (world.ask_from(source, &[("state", state)]).await, expected) {
            (Ok(begun), None) => open.push(begun),
            (Err(fault), Some(expected)) => {
                assert_eq!(fault.fault, LoginFault::TooManyOpen(expected));
                assert_eq!(told(&fault).as_deref(), Some("temporarily_unavailable"));
                assert_eq!(fault.fault.class(), Class::Operator);
                let line = format!("shop refused at suomifi: {}", fault.fault.reason());
                assert_eq!(world.diary.last(), line);
                // It costs neither a record nor a signature.
                assert_eq!(world.store.calls(), calls);
                assert_eq!(world.idp.script(|script| script.asked.len()), asked);
            }
            (other, expected) => unreachable!("{other:?}, not {expected:?} at {used}"),
        }
    }
    // Whoever is away comes back.
    for (number, begun) in open.iter().enumerate() {
        world.answer(begun, &format!("_{number}")).await.unwrap();
    }
    assert_eq!(world.open_logins.held(), (0, 0));
}

#[tokio::test]
async fn a_login_that_nobody_answers_is_told_once_when_its_life_is_over() {
    let world = World::new();
    world.begun().await;
    let calls = world.store.calls();
    for minutes in [4, 5, 6, 29, 30, 31, 60] {
        world.clock.set(NOON + seconds(minutes * 60));
        world.broker.look_after_open_logins().await;
        let told = usize::from(minutes >= 30);
        assert_eq!(world.diary.lines().len(), 1 + told, "after {minutes} minutes");
    }
    assert_eq!(world.diary.last(), "shop abandoned at suomifi");
    let references = world.diary.references();
    assert_eq!(references.first(), references.last());
    assert_eq!(world.store.calls(), calls + 2);
    assert_eq!(world.open_logins.held(), (0, 0));
}

#[tokio::test]
async fn a_login_that_was_answered_is_not_abandoned_wherever_it_was_answered() {
    let world = World::new();
    let other = world.replica([SEAL, SEAL]);
    let (here, there) = (world.begun().await, world.begun().await);
    world.answer(&here, "_here").await.unwrap();
    assert_eq!(world.open_logins.held().0, 1);
    world.clock.advance(std::time::Duration::from_secs(1));
    other.answer(&there, "_there").await.unwrap();
    let late = world.begun().await;
    let lines = world.diary.lines().len();
    world.clock.set(NOON + seconds(5 * 60));
    world.broker.look_after_open_logins().await;
    assert_eq!(world.open_logins.held().0, 1, "what was answered there is forgotten");
    // Answered after the look in between, and looked for at the last moment.
    world.clock.set(NOON + seconds(6 * 60));
    world.broker.look_after_open_logins().await;
    other.answer(&late, "_late").await.unwrap();
    world.clock.set(NOON + seconds(34 * 60));
    world.broker.look_after_open_logins().await;
    assert_eq!(world.open_logins.held(), (0, 0));
    assert!(world.diary.lines().iter().all(|line| !line.contains("abandoned")));
    assert_eq!(world.diary.lines().len(), lines + 1);
}

#[tokio::test]
async fn a_refused_answer_ends_a_login_too() {
    let world = World::new();
    let begun = world.begun().await;
    world.idp.script(|script| script.refusal = Some(silta_saml::Rejected::NotBase64.into()));
    world.answer(&begun, "_a").await.unwrap_err();
    assert_eq!(world.open_logins.held(), (0, 0));
}

#[tokio::test]
async fn a_login_whose_record_could_not_be_written_is_not_open() {
    for outage in [Outage::Before, Outage::After] {
        let world = World::new();
        world.store.fail(0, outage);
        world.ask(&[]).await.unwrap_err();
        assert_eq!(world.open_logins.held(), (0, 0));
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_makes_nobody_abandoned() {
    let world = World::new();
    world.begun().await;
    world.begun().await;
    let at_end = NOON + seconds(30 * 60);
    world.clock.set(NOON + seconds(5 * 60));
    world.broker.look_after_open_logins().await;
    for later in [0, 30] {
        world.clock.set(at_end + seconds(later));
        world.store.fail(0, Outage::Before);
        world.broker.look_after_open_logins().await;
        assert_eq!(world.diary.lines().len(), 2);
    }
    world.clock.set(at_end + seconds(60));
    world.broker.look_after_open_logins().await;
    assert_eq!(world.diary.lines().len(), 4, "both are told once the store answers");

    let world = World::new();
    world.begun().await;
    world.clock.set(NOON + seconds(35 * 60));
    world.broker.look_after_open_logins().await;
    world.broker.look_after_open_logins().await;
    assert_eq!(world.open_logins.held(), (0, 0));
    assert_eq!(world.diary.lines().len(), 1, "a mark would have ended by now, so nobody knows");
}
