//! Logins whose time is over, whatever became of them: what abandoned ones are measured against.
//!
//! That a login was abandoned is known half an hour after it began. Compared with the logins of that
//! later moment, every closing time would look as if nobody came back. So each login is counted a
//! second time when its time is over, in the same moment as those of its age that were abandoned.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use silta_broker::LOGIN_LIFE;

/// Logins that were begun here and whose time is not over, by label.
pub(crate) struct LoginsDue<L> {
    started: Mutex<VecDeque<StartedLogins<L>>>,
}

/// Logins with one label that started within one [`STEP`].
struct StartedLogins<L> {
    step: i64,
    label: L,
    count: u64,
}

impl<L: PartialEq> LoginsDue<L> {
    pub(crate) fn new() -> Self {
        Self { started: Mutex::default() }
    }

    /// A login began at `now`.
    pub(crate) fn started(&self, label: L, now: Timestamp) {
        let step = step_of(now);
        let mut started = self.locked();
        let same = started.iter_mut().rev().take_while(|one| one.step >= step);
        match same.into_iter().find(|one| one.label == label) {
            Some(one) => one.count = one.count.saturating_add(1),
            None => started.push_back(StartedLogins { step, label, count: 1 }),
        }
    }

    /// A login was found to be abandoned: gives `due` all that are as old as it may be.
    pub(crate) fn one_was_abandoned(&self, now: Timestamp, due: impl FnMut(&L, u64)) {
        self.take(now, LOGIN_LIFE, due);
    }

    /// Gives `due` those among which nobody can be found to be abandoned any more.
    pub(crate) fn settle(&self, now: Timestamp, due: impl FnMut(&L, u64)) {
        self.take(now, LOGIN_LIFE + PATIENCE, due);
    }

    fn take(&self, now: Timestamp, age: Duration, mut due: impl FnMut(&L, u64)) {
        let last = step_of(now) - step(age);
        let mut started = self.locked();
        while let Some(one) = started.pop_front_if(|one| one.step <= last) {
            due(&one.label, one.count);
        }
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<StartedLogins<L>>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn step_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP)
}

fn step(age: Duration) -> i64 {
    i64::try_from(age.as_secs()).unwrap_or(i64::MAX).div_euclid(STEP)
}

/// Seconds. What waits is bounded by this and the configuration: in 35 minutes 210 entries for each
/// client and upstream that people are sent to.
const STEP: i64 = 10;
/// Whether a login was abandoned is found out within this time after its end; with a store that does
/// not answer it may never be.
const PATIENCE: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(1_800_000_000 + seconds, 0).unwrap_or_default()
    }

    /// What became due: label and count.
    fn taken(take: impl FnOnce(&mut dyn FnMut(&&'static str, u64))) -> Vec<(&'static str, u64)> {
        let mut due = vec![];
        take(&mut |label: &&'static str, count| due.push((*label, count)));
        due
    }

    #[test]
    fn a_login_is_due_together_with_the_abandoned_ones_of_its_age() {
        let logins = LoginsDue::new();
        for second in 0..15 {
            logins.started("shop", at(second));
        }
        logins.started("other", at(12));
        logins.started("shop", at(60));
        assert_eq!(taken(|due| logins.one_was_abandoned(at(1_799), due)), []);
        let due = taken(|due| logins.one_was_abandoned(at(1_815), due));
        assert_eq!(due, [("shop", 10), ("shop", 5), ("other", 1)]);
        assert_eq!(taken(|due| logins.one_was_abandoned(at(1_820), due)), []);
    }

    #[test]
    fn where_nobody_is_abandoned_logins_are_due_a_little_later() {
        let logins = LoginsDue::new();
        logins.started("shop", at(0));
        assert_eq!(taken(|due| logins.settle(at(1_815), due)), []);
        assert_eq!(taken(|due| logins.settle(at(2_100), due)), [("shop", 1)]);
    }

    #[test]
    fn what_waits_is_bounded_however_many_log_in() {
        let logins = LoginsDue::new();
        for second in 0..10_000 {
            for _ in 0..10 {
                logins.started("shop", at(second));
            }
            logins.settle(at(second), |_, _| {});
        }
        assert!(logins.locked().len() <= 212, "{}", logins.locked().len());
    }
}
