//! Whether this process should be sent people: patient with the store, quick when it stops.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use silta_broker::ports::{Clock, StoreError};
use silta_store::advice;

/// What is known of this process.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    store: Mutex<Proofs>,
    stopping: AtomicBool,
}

/// What came of asking the store again and again.
#[derive(Default)]
struct Proofs {
    /// When it last did everything that a login needs.
    served: Option<Timestamp>,
    /// Why it did not, the last time that it was asked.
    error: Option<StoreError>,
    /// What has been told of it since it last served: each cause once, and there are few.
    told: Vec<StoreError>,
}

/// What an operator should hear, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// The store serves for the first time.
    Ready,
    /// It does not serve any more, or for another reason than before.
    Broken(StoreError),
    /// It serves again.
    Mended,
}

/// The answer to `/health/ready`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Readiness {
    pub(crate) status: &'static str,
    /// Why nobody should be sent here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<Finding>,
    /// What is not as it should be, and no reason yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Finding>,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// A short stable word.
    reason: &'static str,
    /// What the matter is, in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// What to look at.
    detail: &'static str,
}

impl Health {
    /// Ready as soon as the store has served once.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, store: Mutex::default(), stopping: AtomicBool::new(false) }
    }

    /// Whether people should be sent here, and what is not as it should be.
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
        let store = self.proofs();
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

    /// Takes down what came of one proof, and says what is new about it.
    pub(crate) fn note(&self, outcome: Result<(), StoreError>) -> Option<News> {
        let mut store = self.proofs();
        match outcome {
            Ok(()) => {
                let first = store.served.replace(self.clock.now()).is_none();
                let mended = store.error.take().is_some();
                store.told.clear();
                if first { Some(News::Ready) } else { mended.then_some(News::Mended) }
            }
            Err(error) => {
                store.error = Some(error);
                if store.told.contains(&error) {
                    return None;
                }
                store.told.push(error);
                Some(News::Broken(error))
            }
        }
    }

    /// From now on nobody should be sent here.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// A panic elsewhere leaves at worst one proof half noted, and the next one follows.
    fn proofs(&self) -> MutexGuard<'_, Proofs> {
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
        assert_eq!(health.note(Err(StoreError::Full)), Some(News::Broken(StoreError::Full)));
        assert_eq!(causes(&health.readiness().reasons), ["full"]);
        health.note(Err(StoreError::ReadOnly));
        clock.advance(Duration::from_hours(1));
        assert_eq!(causes(&health.readiness().reasons), ["read_only"]);
        assert_eq!(health.note(Ok(())), Some(News::Ready));
        let ready = Readiness { status: "ready", reasons: vec![], warnings: vec![] };
        assert_eq!(health.readiness(), ready);
    }

    #[test]
    fn a_store_that_served_is_forgiven_for_as_long_as_a_failover_takes() {
        let (health, clock) = health();
        health.note(Ok(()));
        clock.advance(Duration::from_secs(15));
        health.note(Err(StoreError::ReadOnly));
        let told = health.readiness();
        assert_eq!((told.status, causes(&told.warnings)), ("ready", vec!["read_only"]));
        clock.advance(Duration::from_millis(1));
        let told = health.readiness();
        assert_eq!((told.status, causes(&told.reasons)), ("not ready", vec!["read_only"]));
        assert_eq!(health.note(Ok(())), Some(News::Mended));
        assert_eq!(health.readiness().status, "ready");
    }

    #[test]
    fn a_watch_that_does_not_come_back_is_no_answer() {
        let (health, clock) = health();
        health.note(Ok(()));
        clock.advance(Duration::from_secs(16));
        assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
    }

    #[test]
    fn a_full_store_of_this_process_takes_nobody_out() {
        let (health, clock) = health();
        health.note(Ok(()));
        clock.advance(Duration::from_hours(1));
        health.note(Err(StoreError::Full));
        let told = health.readiness();
        assert_eq!((told.status, causes(&told.warnings)), ("ready", vec!["full"]));
    }

    #[test]
    fn each_cause_is_told_once_in_an_outage() {
        let (health, _clock) = health();
        health.note(Ok(()));
        let lost = Err(StoreError::NobodyListens);
        let loads = Err(StoreError::Loading);
        assert_eq!(health.note(lost), Some(News::Broken(StoreError::NobodyListens)));
        assert_eq!(health.note(lost), None);
        assert_eq!(health.note(loads), Some(News::Broken(StoreError::Loading)));
        assert_eq!(health.note(lost), None, "it was told");
        assert_eq!(health.note(Ok(())), Some(News::Mended));
        assert_eq!(health.note(Ok(())), None);
        assert_eq!(health.note(lost), Some(News::Broken(StoreError::NobodyListens)));
    }

    #[test]
    fn a_process_that_stops_is_not_ready() {
        let (health, _clock) = health();
        health.note(Ok(()));
        health.stop();
        assert_eq!(causes(&health.readiness().reasons), ["stopping"]);
    }
}
