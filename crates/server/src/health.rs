//! Readiness of this process: patient with the store, immediate when it stops.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use silta_broker::ports::{Clock, StoreError};
use silta_broker::{ConfigurationHash, UpstreamName};

use crate::finding::Finding;
use crate::reload_outcome::ReloadOutcome;
use crate::running_configuration::{LastRead, RunningConfiguration};
use crate::store_checks::{Problem, StoreChange, StoreChecks, push_once};

/// The health of this process.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    store: Mutex<StoreChecks>,
    /// What is wrong with the identity providers that are asked for what is known of them.
    providers: Mutex<BTreeMap<UpstreamName, Finding>>,
    configuration: Mutex<RunningConfiguration>,
    stopping: AtomicBool,
}

/// The place of one thread among those that check. Its last outcome stays when it is dropped, and
/// gets old unless another thread takes the place.
pub(crate) struct CheckedThread {
    health: Arc<Health>,
    index: usize,
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
        let (store, providers) = (Mutex::new(StoreChecks::of(threads)), Mutex::default());
        let configuration = Mutex::default();
        Self { clock, store, providers, configuration, stopping: AtomicBool::new(false) }
    }

    /// A place for the checks of one thread; `None` while other threads have all of them.
    pub(crate) fn check_in(self: &Arc<Self>) -> Option<CheckedThread> {
        let index = self.checks().take_place()?;
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
        for problem in self.checks().problems(now) {
            match problem {
                Problem::NotAsked => starting = true,
                Problem::Reason(found) => push_once(&mut reasons, found),
                Problem::Warning(found) => push_once(&mut warnings, found),
            }
        }
        // What another thread has found out by then says more.
        if starting && reasons.is_empty() {
            reasons.push(Finding::STARTING);
        }
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

impl CheckedThread {
    /// Records the outcome of one check of this thread, and returns the change that it means for
    /// the process.
    pub(crate) fn record(&self, outcome: Result<(), StoreError>) -> Option<StoreChange> {
        self.health.checks().record(self.index, outcome, self.health.clock.now())
    }
}

impl Drop for CheckedThread {
    fn drop(&mut self) {
        self.health.checks().leave(self.index);
    }
}

#[cfg(test)]
mod tests;
