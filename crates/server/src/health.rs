//! Readiness of this process: patient with the store, immediate when it stops.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use silta_broker::ports::{Clock, StoreError};
use silta_broker::{ConfigurationHash, UpstreamName};

use crate::finding::Finding;
use crate::reload_outcome::ReloadOutcome;

/// The health of this process.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    store: Mutex<StoreChecks>,
    /// What is wrong with the identity providers that are asked for what is known of them.
    providers: Mutex<BTreeMap<UpstreamName, Finding>>,
    configuration: Mutex<RunningConfiguration>,
    stopping: AtomicBool,
}

/// The configuration that runs, as the admin listener shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RunningConfiguration {
    /// Its hash.
    hash: String,
    /// When it was last read anew, and what became of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read: Option<LastRead>,
    /// Whether replicas have run different ones for a minute.
    replicas_differ: bool,
}

/// What became of a configuration that was read anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct LastRead {
    at: Timestamp,
    outcome: ReloadOutcome,
}

/// The outcomes of the store checks. Each thread that calls the store has a connection of its own,
/// and checks that one.
struct StoreChecks {
    /// The host and port, where it is a Redis.
    address: Option<String>,
    threads: Vec<ThreadCheck>,
    /// Whether all threads were served once.
    ready: bool,
    /// The causes that were logged since all threads were served: each once, and there are few.
    logged: Vec<StoreError>,
}

/// The outcome of the checks of one thread.
#[derive(Debug, Clone, Copy, Default)]
struct ThreadCheck {
    /// Whether a thread checks.
    taken: bool,
    /// The time of the last check that succeeded.
    served: Option<Timestamp>,
    /// The error of the last check, if it failed.
    error: Option<StoreError>,
}

/// The place of one thread among those that check. Its last outcome stays when it is dropped, and
/// gets old unless another thread takes the place.
pub(crate) struct CheckedThread {
    health: Arc<Health>,
    index: usize,
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

impl Health {
    /// Ready as soon as the store has served each of so many `threads` once.
    pub(crate) fn new(clock: Arc<dyn Clock>, threads: usize) -> Self {
        let threads = vec![ThreadCheck::default(); threads];
        let checks = StoreChecks { address: None, threads, ready: false, logged: vec![] };
        let (store, providers) = (Mutex::new(checks), Mutex::default());
        let configuration = Mutex::default();
        Self { clock, store, providers, configuration, stopping: AtomicBool::new(false) }
    }

    /// A place for the checks of one thread; `None` while other threads have all of them.
    pub(crate) fn check_in(self: &Arc<Self>) -> Option<CheckedThread> {
        let mut store = self.checks();
        let index = store.threads.iter().position(|thread| !thread.taken)?;
        store.threads.get_mut(index)?.taken = true;
        Some(CheckedThread { health: self.clone(), index })
    }

    /// Whether people should be sent to this process, and its problems.
    ///
    /// A store that never served makes nobody ready: a roll-out must not go green on it. One that
    /// served is forgiven for a while, because a failover takes seconds. After that this replica
    /// is not ready, whatever the cause: another one may reach the store where this one does not.
    /// If none does, a load balancer that finds nobody ready sends people anywhere, and they read
    /// our own page. One thread that is not served is enough: nobody can choose another one.
    pub(crate) fn readiness(&self) -> Readiness {
        let (mut reasons, mut warnings) = (vec![], vec![]);
        if self.stopping.load(Ordering::Relaxed) {
            reasons.push(Finding::STOPPING);
        }
        let now = self.clock.now();
        let mut starting = false;
        let store = self.checks();
        for thread in &store.threads {
            match thread.problem(now, store.address.as_deref()) {
                Some(Problem::NotAsked) => starting = true,
                Some(Problem::Reason(found)) => push_once(&mut reasons, found),
                Some(Problem::Warning(found)) => push_once(&mut warnings, found),
                None => {}
            }
        }
        // What another thread has found out by then says more.
        if starting && reasons.is_empty() {
            reasons.push(Finding::STARTING);
        }
        drop(store);
        warnings.extend(self.providers().values().cloned());
        warnings.extend(self.running().findings());
        let status = if reasons.is_empty() { "ready" } else { "not ready" };
        Readiness { status, reasons, warnings }
    }

    /// From the start on the configuration of this hash runs.
    pub(crate) fn runs(&self, hash: ConfigurationHash) {
        self.running().hash = hash.to_string();
    }

    /// Records what became of a configuration that was read anew; the one of this `hash` runs.
    pub(crate) fn configuration_was_read(
        &self,
        hash: String,
        outcome: ReloadOutcome,
        now: Timestamp,
    ) {
        let mut running = self.running();
        running.hash = hash;
        running.last_read = Some(LastRead { at: now, outcome });
    }

    /// Records whether replicas have run different configurations for a minute.
    pub(crate) fn replicas_differ(&self, differ: bool) {
        self.running().replicas_differ = differ;
    }

    /// The configuration that runs.
    pub(crate) fn configuration(&self) -> RunningConfiguration {
        self.running().clone()
    }

    /// Names the host and port of the store from now on.
    pub(crate) fn store_is_at(&self, address: Option<String>) {
        self.checks().address = address;
    }

    /// Records what is wrong with a provider, or that nothing is. It is only a warning: every replica
    /// asks the same provider, and the logins of others go on.
    pub(crate) fn record_provider(&self, upstream: &UpstreamName, finding: Option<Finding>) {
        let mut providers = self.providers();
        match finding {
            Some(finding) => providers.insert(upstream.clone(), finding),
            None => providers.remove(upstream),
        };
    }

    /// The errors of the last checks, each once: none while every thread is served.
    pub(crate) fn store_errors(&self) -> Vec<StoreError> {
        self.checks().errors()
    }

    fn record_check(&self, index: usize, outcome: Result<(), StoreError>) -> Option<StoreChange> {
        let now = self.clock.now();
        let mut store = self.checks();
        let thread = store.threads.get_mut(index)?;
        thread.error = outcome.err();
        if outcome.is_ok() {
            thread.served = Some(now);
        }
        match outcome {
            Ok(()) if !store.errors().is_empty() => None,
            Ok(()) if store.ready => {
                let recovered = !store.logged.is_empty();
                store.logged.clear();
                recovered.then_some(StoreChange::Recovered)
            }
            Ok(()) => {
                store.ready = store.threads.iter().all(|thread| thread.served.is_some());
                if store.ready {
                    store.logged.clear();
                }
                store.ready.then_some(StoreChange::Ready)
            }
            Err(error) if store.logged.contains(&error) => None,
            Err(error) => {
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

    fn running(&self) -> MutexGuard<'_, RunningConfiguration> {
        self.configuration.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn providers(&self) -> MutexGuard<'_, BTreeMap<UpstreamName, Finding>> {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunningConfiguration {
    /// What is wrong with it. It is only a warning: the last good one runs.
    fn findings(&self) -> impl Iterator<Item = Finding> {
        let of_outcome = match self.last_read.as_ref().map(|read| read.outcome) {
            Some(ReloadOutcome::Refused) => Some(Finding::CONFIGURATION_REFUSED),
            Some(ReloadOutcome::Pending) => Some(Finding::CONFIGURATION_PENDING),
            Some(ReloadOutcome::Changed | ReloadOutcome::Unchanged) | None => None,
        };
        let differ = self.replicas_differ.then_some(Finding::CONFIGURATIONS_DIFFER);
        of_outcome.into_iter().chain(differ)
    }
}

impl CheckedThread {
    /// Records the outcome of one check of this thread, and returns the change that it means for
    /// the process.
    pub(crate) fn record(&self, outcome: Result<(), StoreError>) -> Option<StoreChange> {
        self.health.record_check(self.index, outcome)
    }
}

impl Drop for CheckedThread {
    fn drop(&mut self) {
        if let Some(thread) = self.health.checks().threads.get_mut(self.index) {
            thread.taken = false;
        }
    }
}

impl StoreChecks {
    fn errors(&self) -> Vec<StoreError> {
        let mut errors = vec![];
        for error in self.threads.iter().filter_map(|thread| thread.error) {
            push_once(&mut errors, error);
        }
        errors
    }
}

impl ThreadCheck {
    fn problem(&self, now: Timestamp, address: Option<&str>) -> Option<Problem> {
        let finding = |error| Finding::store_unavailable(error, address);
        let silent = self.served.map(|last| now.duration_since(last));
        match (silent, self.error) {
            (None, None) => Some(Problem::NotAsked),
            (None, Some(error)) => Some(Problem::Reason(finding(error))),
            // Of a store in this process there is one replica: nobody else could do better, and
            // the logins that are open there can end nowhere else.
            (Some(_), Some(error @ StoreError::Full)) => Some(Problem::Warning(finding(error))),
            (Some(silent), error) if silent > PATIENCE => {
                Some(Problem::Reason(finding(error.unwrap_or(StoreError::NoAnswer))))
            }
            (Some(_), Some(error)) => Some(Problem::Warning(finding(error))),
            (Some(_), None) => None,
        }
    }
}

/// The problem of one thread.
enum Problem {
    /// It has not asked the store yet.
    NotAsked,
    /// It makes the process not ready.
    Reason(Finding),
    /// It does not yet.
    Warning(Finding),
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}

/// A failover of ElastiCache takes seconds; taking every replica out for it would make an outage of
/// a blip.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_broker::ports::OutboundHttpError;
    use silta_broker::upstream::ProviderError;
    use silta_testkit::clock::FixedClock;
    use std::time::Duration;

    use super::*;

    /// Of a process with one thread.
    fn health() -> (Arc<Health>, CheckedThread, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let health = Arc::new(Health::new(clock.clone(), 1));
        let thread = health.check_in().unwrap();
        (health, thread, clock)
    }

    /// Of a process with two threads.
    fn health_of_two() -> (Arc<Health>, [CheckedThread; 2], Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let health = Arc::new(Health::new(clock.clone(), 2));
        let threads = [health.check_in().unwrap(), health.check_in().unwrap()];
        (health, threads, clock)
    }

    fn causes(reasons: &[Finding]) -> Vec<&'static str> {
        reasons.iter().map(|one| one.cause().unwrap_or(one.reason())).collect()
    }

    #[test]
    fn a_store_that_never_served_makes_nobody_ready() {
        let (health, thread, clock) = health();
        assert_eq!(causes(&health.readiness().reasons), ["starting"]);
        assert_eq!(
            thread.record(Err(StoreError::Full)),
            Some(StoreChange::Broken(StoreError::Full))
        );
        assert_eq!(causes(&health.readiness().reasons), ["full"]);
        thread.record(Err(StoreError::ReadOnly));
        clock.advance(Duration::from_hours(1));
        assert_eq!(causes(&health.readiness().reasons), ["read_only"]);
        assert_eq!(thread.record(Ok(())), Some(StoreChange::Ready));
        let ready = Readiness { status: "ready", reasons: vec![], warnings: vec![] };
        assert_eq!(health.readiness(), ready);
    }

    #[test]
    fn a_store_that_served_is_forgiven_for_as_long_as_a_failover_takes() {
        let (health, thread, clock) = health();
        thread.record(Ok(()));
        clock.advance(Duration::from_secs(15));
        thread.record(Err(StoreError::ReadOnly));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["read_only"]));
        clock.advance(Duration::from_millis(1));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.reasons)), ("not ready", vec!["read_only"]));
        assert_eq!(thread.record(Ok(())), Some(StoreChange::Recovered));
        assert_eq!(health.readiness().status, "ready");
    }

    #[test]
    fn a_watch_that_does_not_come_back_is_no_answer() {
        let (health, thread, clock) = health();
        thread.record(Ok(()));
        clock.advance(Duration::from_secs(16));
        assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
    }

    #[test]
    fn a_full_store_of_this_process_takes_nobody_out() {
        let (health, thread, clock) = health();
        thread.record(Ok(()));
        clock.advance(Duration::from_hours(1));
        thread.record(Err(StoreError::Full));
        let logged = health.readiness();
        assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["full"]));
    }

    #[test]
    fn each_cause_is_told_once_in_an_outage() {
        let (_health, thread, _clock) = health();
        thread.record(Ok(()));
        let lost = Err(StoreError::NobodyListens);
        let loads = Err(StoreError::Loading);
        assert_eq!(thread.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
        assert_eq!(thread.record(lost), None);
        assert_eq!(thread.record(loads), Some(StoreChange::Broken(StoreError::Loading)));
        assert_eq!(thread.record(lost), None, "it was told");
        assert_eq!(thread.record(Ok(())), Some(StoreChange::Recovered));
        assert_eq!(thread.record(Ok(())), None);
        assert_eq!(thread.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
    }

    #[test]
    fn the_store_is_named_by_host_and_port() {
        let (health, thread, _clock) = health();
        health.store_is_at(Some("cache.example:6379".to_owned()));
        thread.record(Err(StoreError::NobodyListens));
        let shown = serde_json::to_value(health.readiness()).unwrap();
        let address = shown.pointer("/reasons/0/address");
        assert_eq!(address, Some(&"cache.example:6379".into()));
    }

    #[test]
    fn a_provider_that_cannot_be_asked_is_a_warning_until_it_can() {
        let (health, thread, _clock) = health();
        thread.record(Ok(()));
        let op = UpstreamName::parse("op").unwrap();
        let error = ProviderError::Http(OutboundHttpError::NobodyListens);
        health.record_provider(&op, Some(Finding::provider_unavailable(&op, &(&error).into())));
        let shown = serde_json::to_value(health.readiness()).unwrap();
        let at = |path: &str| shown.pointer(path).and_then(|value| value.as_str());
        assert_eq!(at("/status"), Some("ready"));
        assert_eq!(at("/warnings/0/reason"), Some("provider_unavailable"));
        assert_eq!(at("/warnings/0/upstream"), Some("op"));
        assert_eq!(at("/warnings/0/cause"), Some("nobody_listens"));
        health.record_provider(&op, None);
        assert_eq!(health.readiness().warnings, []);
    }

    #[test]
    fn a_configuration_that_was_refused_is_a_warning_until_one_is_used() {
        let (health, thread, _clock) = health();
        thread.record(Ok(()));
        health.runs(ConfigurationHash::new([7; 32]));
        let hash = ConfigurationHash::new([7; 32]).to_string();
        let noon = Timestamp::UNIX_EPOCH;
        health.configuration_was_read(hash.clone(), ReloadOutcome::Refused, noon);
        health.replicas_differ(true);
        let told = health.readiness();
        let expected = vec!["configuration_refused", "configurations_differ"];
        assert_eq!((told.status, causes(&told.warnings)), ("ready", expected));
        let shown = serde_json::to_value(health.configuration()).unwrap();
        let at = |path: &str| shown.pointer(path).and_then(|value| value.as_str());
        assert_eq!((at("/hash"), at("/last_read/outcome")), (Some(&*hash), Some("refused")));
        health.configuration_was_read(hash.clone(), ReloadOutcome::Pending, noon);
        let expected = ["configuration_pending", "configurations_differ"];
        assert_eq!(causes(&health.readiness().warnings), expected);
        health.configuration_was_read(hash, ReloadOutcome::Changed, noon);
        health.replicas_differ(false);
        assert_eq!(health.readiness().warnings, []);
    }

    #[test]
    fn a_process_that_stops_is_not_ready() {
        let (health, thread, _clock) = health();
        thread.record(Ok(()));
        health.stop();
        assert_eq!(causes(&health.readiness().reasons), ["stopping"]);
    }

    #[test]
    fn one_thread_that_never_was_served_makes_nobody_ready() {
        let (health, [one, other], _clock) = health_of_two();
        assert_eq!(one.record(Ok(())), None);
        assert_eq!(causes(&health.readiness().reasons), ["starting"]);
        let refused = StoreError::TooManyClients;
        assert_eq!(other.record(Err(refused)), Some(StoreChange::Broken(refused)));
        assert_eq!(one.record(Ok(())), None);
        assert_eq!(causes(&health.readiness().reasons), ["too_many_clients"]);
        assert_eq!(other.record(Ok(())), Some(StoreChange::Ready));
        assert_eq!(health.readiness().status, "ready");
    }

    #[test]
    fn one_thread_that_is_not_served_is_told_once_and_ends_once() {
        let (health, [one, other], clock) = health_of_two();
        one.record(Ok(()));
        other.record(Ok(()));
        let refused = Err(StoreError::TooManyClients);
        assert_eq!(one.record(refused), Some(StoreChange::Broken(StoreError::TooManyClients)));
        for _ in 0..16 {
            clock.advance(Duration::from_secs(1));
            assert_eq!(other.record(Ok(())), None, "another thread is served");
            assert_eq!(one.record(refused), None, "it was told");
        }
        assert_eq!(health.store_errors(), [StoreError::TooManyClients]);
        assert_eq!(causes(&health.readiness().reasons), ["too_many_clients"]);
        assert_eq!(one.record(Ok(())), Some(StoreChange::Recovered));
        assert_eq!(other.record(Ok(())), None);
        assert_eq!(health.readiness().status, "ready");
        assert_eq!(health.store_errors(), []);
    }

    #[test]
    fn what_all_threads_say_is_told_once() {
        let (health, [one, other], _clock) = health_of_two();
        let lost = Err(StoreError::NobodyListens);
        assert_eq!(one.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
        assert_eq!(causes(&health.readiness().reasons), ["nobody_listens"]);
        assert_eq!(other.record(lost), None);
        assert_eq!(causes(&health.readiness().reasons), ["nobody_listens"]);
        assert_eq!(one.record(Ok(())), None);
        assert_eq!(other.record(Ok(())), Some(StoreChange::Ready));
    }

    #[test]
    fn a_thread_that_checks_no_more_is_no_answer_until_another_takes_its_place() {
        let (health, [one, other], clock) = health_of_two();
        one.record(Ok(()));
        other.record(Ok(()));
        assert!(health.check_in().is_none(), "each place has its thread");
        drop(one);
        clock.advance(Duration::from_secs(16));
        other.record(Ok(()));
        assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
        health.check_in().unwrap().record(Ok(()));
        assert_eq!(health.readiness().status, "ready");
    }
}
