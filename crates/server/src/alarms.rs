//! Whole days played against the alarms that are shipped: what is counted goes through the rules for
//! Prometheus, judged by its own promtool, and through the alarms of the stack for AWS.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod cloudwatch;
mod expression;
mod played;
mod prometheus;

use std::collections::BTreeSet;

use played::{Fate, Played};
use silta_broker::ports::StoreError;

/// Which alarms wake somebody: by Prometheus' rules and by the stack's.
fn woken(name: &str, played: &Played) -> (BTreeSet<String>, BTreeSet<String>) {
    (prometheus::woken(name, played), cloudwatch::woken(played))
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn twenty_five_people_whose_cookie_was_lost_wake_somebody() {
    let mut played = Played::start();
    played.minutes(60, |_| vec![]);
    played.minutes(10, |minute| match minute {
        0..5 => vec![Fate::LosesCookie; 5],
        _ => vec![],
    });
    let (prometheus, cloudwatch) = woken("lost-cookies", &played);
    assert_eq!(prometheus, set(&["SiltaUserRefusals"]));
    assert_eq!(cloudwatch, set(&["UserRefusalsAlarm"]));
}

#[test]
fn twenty_five_people_who_never_came_back_wake_somebody() {
    let mut played = Played::start();
    played.minutes(60, |_| vec![]);
    // All within a minute, then nobody any more.
    played.minutes(50, |minute| if minute == 0 { vec![Fate::NeverReturns; 25] } else { vec![] });
    let (prometheus, cloudwatch) = woken("never-came-back", &played);
    assert_eq!(prometheus, set(&["SiltaLoginsAbandoned", "SiltaLoginsAbandonedAtClient"]));
    assert_eq!(cloudwatch, set(&["AbandonedAlarm"]));
}

#[test]
fn an_identity_provider_that_fails_in_the_busiest_hour_wakes_somebody() {
    let mut played = Played::start();
    played.minutes(60, |_| people(20));
    played.minutes(60, |_| vec![Fate::NeverReturns; 20]);
    let (prometheus, cloudwatch) = woken("busy-outage", &played);
    assert_eq!(prometheus, set(&["SiltaLoginsAbandoned", "SiltaLoginsAbandonedAtClient"]));
    assert_eq!(cloudwatch, set(&["AbandonedAlarm"]));
}

#[test]
fn a_normal_day_wakes_nobody() {
    let mut played = Played::start();
    // Midnight to 6: one person now and then, and of these most change their mind.
    played.minutes(6 * 60, |minute| match minute % 20 {
        0 => vec![Fate::Cancels],
        7 => vec![Fate::NeverReturns],
        13 => vec![Fate::Finishes],
        _ => vec![],
    });
    // A morning that begins at once, and an evening that ends at once: 40 logins a minute and none.
    played.minutes(2 * 60, |_| people(4));
    played.minutes(8 * 60, |_| people(40));
    played.minutes(4 * 60, |_| vec![]);
    played.minutes(4 * 60, |minute| if minute % 5 == 0 { people(4) } else { vec![] });
    let (prometheus, cloudwatch) = woken("normal-day", &played);
    assert_eq!(prometheus, set(&[]));
    assert_eq!(cloudwatch, set(&[]));
}

#[test]
fn a_rolling_update_wakes_nobody() {
    let mut played = Played::start();
    played.minutes(60, |_| people(20));
    played.minutes(10, |_| vec![Fate::MeetsNewerRecord; 5]);
    played.minutes(60, |_| people(20));
    assert_eq!(woken("update", &played), (set(&[]), set(&[])));
    let refused = "silta_logins_refused_total{class=\"update\"} 50";
    assert!(played.shown().contains(refused), "{}", played.shown());
}

#[test]
fn a_store_that_cannot_serve_wakes_somebody_and_a_failover_does_not() {
    let mut played = Played::start();
    played.minutes(15, |_| people(2));
    played.store_errors(&[StoreError::ReadOnly]);
    played.minutes(1, |_| vec![]);
    played.store_errors(&[]);
    played.minutes(15, |_| people(2));
    assert_eq!(woken("failover", &played), (set(&[]), set(&[])));
    played.store_errors(&[StoreError::ReadOnly]);
    played.minutes(10, |_| vec![]);
    let (prometheus, cloudwatch) = woken("store-fault", &played);
    assert_eq!(prometheus, set(&["SiltaStoreFault"]));
    assert_eq!(cloudwatch, set(&["StoreFaultAlarm"]));
}

#[test]
fn requests_that_are_refused_again_and_again_because_too_many_come_wake_somebody() {
    let mut played = Played::start();
    played.minutes(15, |_| people(2));
    for _ in 0..15 {
        played.sheds();
        played.minutes(1, |_| people(2));
    }
    let (prometheus, cloudwatch) = woken("shedding", &played);
    assert_eq!(prometheus, set(&["SiltaShedding"]));
    assert_eq!(cloudwatch, set(&["SheddingAlarm"]));
}

#[test]
fn a_log_that_is_not_taken_wakes_somebody() {
    let mut played = Played::start();
    played.minutes(30, |_| people(2));
    played.log_is_lost(15);
    let (prometheus, cloudwatch) = woken("no-log", &played);
    assert_eq!(prometheus, set(&[]), "the admin listener still shows them");
    assert_eq!(cloudwatch, set(&["SilenceAlarm"]));
}

/// As on a usual day: of twenty people two cancel, four never return, and one loses the cookie.
fn people(count: usize) -> Vec<Fate> {
    let fates = (0..count).map(|person| match person % 20 {
        3 | 11 => Fate::Cancels,
        2 | 6 | 12 | 18 => Fate::NeverReturns,
        9 => Fate::LosesCookie,
        _ => Fate::Finishes,
    });
    fates.collect()
}
