//! Readiness of this process: patient with the store, immediate when it stops.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use silta_broker::ports::{Clock, StoreError};
use silta_store::advice;

/// The health of this process.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    store: Mutex<StoreChecks>,
    stopping: AtomicBool,
}

/// The outcomes of the store checks.
#[derive(Default)]
struct StoreChecks {
    /// The time of the last check that succeeded.
    served: Option<Timestamp>,
    /// The error of the last check, if it failed.
    error: Option<StoreError>,
    /// The causes that were logged since the last success: each once, and there are few.
    logged: Vec<StoreError>,
}

/// A change that is logged, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreChange {
    /// The store serves for the first time.
    Ready,
    /// It does not serve any more, or for another reason than before.
    Broken(StoreError),
    /// It serves again.
    Recovered,
}

/// The answer to `/health/ready`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Readiness {
    pub(crate) status: &'static str,
    /// Why the process is not ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<Finding>,
    /// Problems that are no reason yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Finding>,
}

/// One problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// A short stable word.
    reason: &'static str,
    /// Its cause, in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// What to check.
    detail: &'static str,
}

impl Health {
    /// Ready as soon as the store has served once.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, store: Mutex::default(), stopping: AtomicBool::new(false) }
    }

    /// Whether people should be sent to this process, and its problems.
    ///
    /// A store that never served makes nobody ready: a roll-out must not go green on it. One that
    /// served is forgiven for a while, because a failover takes seconds. After that this replica
    /// is not ready, whatever the cause: another one may reach the store where this one does not.
    /// If none does, a load balancer that finds nobody ready sends people anywhere, and they read
    /// our own page.
    pub(crate) fn readiness(&self) -> Readiness {
        let (mut reasons, mut warnings) = (vec![], vec![]);
        if self.stopping.load(Ordering::Relaxed) {
            reasons.push(STOPPING);
        }
        let store = self.checks();
        let silent = store.served.map(|last| self.clock.now().duration_since(last));
        match (silent, store.error) {
            (None, None) => reasons.push(STARTING),
            (None, Some(error)) => reasons.push(Finding::of(error)),
            // Of a store in this process there is one replica: nobody else could do better, and
            // the logins that are open there can end nowhere else.
            (Some(_), Some(error @ StoreError::Full)) => warnings.push(Finding::of(error)),
            (Some(silent), error) if silent > PATIENCE => {
                reasons.push(Finding::of(error.unwrap_or(StoreError::NoAnswer)));
            }
            (Some(_), Some(error)) => warnings.push(Finding::of(error)),
            (Some(_), None) => {}
        }
        let status = if reasons.is_empty() { "ready" } else { "not ready" };
        Readiness { status, reasons, warnings }
    }

    /// Records the outcome of one check, and returns the change that it means.
    pub(crate) fn record_check(&self, outcome: Result<(), StoreError>) -> Option<StoreChange> {
        let mut store = self.checks();
        match outcome {
            Ok(()) => {
                let first = store.served.replace(self.clock.now()).is_none();
                let recovered = store.error.take().is_some();
                store.logged.clear();
                if first {
                    Some(StoreChange::Ready)
                } else {
                    recovered.then_some(StoreChange::Recovered)
                }
            }
            Err(error) => {
                store.error = Some(error);
                if store.logged.contains(&error) {
                    return None;
                }
                store.logged.push(error);
                Some(StoreChange::Broken(error))
            }
        }
    }

    /// Makes the process not ready, because it stops.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// A panic elsewhere leaves at worst one check half recorded, and the next one follows.
    fn checks(&self) -> MutexGuard<'_, StoreChecks> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Finding {
    /// Lines of the log are lost, and `why`: only a warning, as every replica has the same reader.
    pub(crate) fn log_lost(why: &'static str) -> Self {
        Self { reason: "log_lost", cause: None, detail: why }
    }

    fn of(error: StoreError) -> Self {
        let (cause, detail) = (Some(error.cause()), advice(error));
        Self { reason: "store_unavailable", cause, detail }
    }
}

const STARTING: Finding =
    Finding { reason: "starting", cause: None, detail: "the store has not been asked yet" };
const STOPPING: Finding = Finding {
    reason: "stopping",
    cause: None,
    detail: "this process finishes what is in flight and takes nothing new",
};
/// A failover of ElastiCache takes seconds; taking every replica out for it would make an outage of
/// a blip.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

#[cfg(test)]
mod tests {
    use silta_testkit::clock::FixedClock;
    use std::time::Duration;

    use super::*;

    fn health() -> (Health, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        (Health::new(clock.clone()), clock)
    }

    fn causes(reasons: &[Finding]) -> Vec<&'static str> {
        reasons.iter().map(|one| one.cause.unwrap_or(one.reason)).collect()
    }

    #[test]
    fn a_store_that_never_served_makes_nobody_ready() {
        let (health, clock) = health();
        assert_eq!(causes(&health.readiness().reasons), ["starting"]);
        assert_eq!(
            health.record_check(Err(StoreError::Full)),
            Some(StoreChange::Broken(StoreError::Full))
        );
        assert_eq!(causes(&health.readiness().reasons), ["full"]);
        health.record_check(Err(StoreError::ReadOnly));
        clock.advance(Duration::from_hours(1));
        assert_eq!(causes(&health.readiness().reasons), ["read_only"]);
        assert_eq!(health.record_check(Ok(())), Some(StoreChange::Ready));
        let ready = Readiness { status: "ready", reasons: vec![], warnings: vec![] };
        assert_eq!(health.readiness(), ready);
    }

    #[test]
    fn a_store_that_served_is_forgiven_for_as_long_as_a_failover_takes() {
        let (health, clock) = health();
        health.record_check(Ok(()));
        clock.advance(Duration::from_secs(15));
        health.record_check(Err(StoreError::ReadOnly));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["read_only"]));
        clock.advance(Duration::from_millis(1));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.reasons)), ("not ready", vec!["read_only"]));
        assert_eq!(health.record_check(Ok(())), Some(StoreChange::Recovered));
        assert_eq!(health.readiness().status, "ready");
    }

    #[test]
    fn a_watch_that_does_not_come_back_is_no_answer() {
        let (health, clock) = health();
        health.record_check(Ok(()));
        clock.advance(Duration::from_secs(16));
        assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
    }

    #[test]
    fn a_full_store_of_this_process_takes_nobody_out() {
        let (health, clock) = health();
        health.record_check(Ok(()));
        clock.advance(Duration::from_hours(1));
        health.record_check(Err(StoreError::Full));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["full"]));
    }

    #[test]
    fn each_cause_is_told_once_in_an_outage() {
        let (health, _clock) = health();
        health.record_check(Ok(()));
        let lost = Err(StoreError::NobodyListens);
        let loads = Err(StoreError::Loading);
        assert_eq!(health.record_check(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
        assert_eq!(health.record_check(lost), None);
        assert_eq!(health.record_check(loads), Some(StoreChange::Broken(StoreError::Loading)));
        assert_eq!(health.record_check(lost), None, "it was told");
        assert_eq!(health.record_check(Ok(())), Some(StoreChange::Recovered));
        assert_eq!(health.record_check(Ok(())), None);
        assert_eq!(health.record_check(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
    }

    #[test]
    fn a_process_that_stops_is_not_ready() {
        let (health, _clock) = health();
        health.record_check(Ok(()));
        health.stop();
        assert_eq!(causes(&health.readiness().reasons), ["stopping"]);
    }
}
