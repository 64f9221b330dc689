//! What is counted: logins, tokens, store calls, certificates. Labels hold names from our own
//! configuration and words from closed sets, never anything that a person or a peer sent.

mod audit;
mod build;
mod labels;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use silta_broker::ports::{Clock, StoreError, StoreUsage};
use silta_broker::{ConfigurationHash, UpstreamName};

use crate::config::{NamedCertificate, NotAfter};
use crate::logins_due::LoginsDue;
use crate::reload_outcome::ReloadOutcome;
use audit::{EventCounters, EventTimes};
use build::BuildInfo;
use labels::{
    Certificate, Connection, Listener, Login, ProviderRefresh, Refresh, Reload, Shed, StoreCall,
    StoreFault, Whole,
};

/// Every metric of one process.
pub(crate) struct Metrics {
    registry: Registry,
    events: EventCounters,
    due: Family<Login, Counter>,
    not_due: LoginsDue<Login>,
    open: Gauge,
    open_octets: Gauge,
    times: EventTimes,
    store: Family<StoreCall, Counter>,
    store_took: Histogram,
    store_fault: Family<StoreFault, Gauge>,
    store_fill: Family<Whole, Gauge<f64, AtomicU64>>,
    certificate: Family<Certificate, Gauge<f64, AtomicU64>>,
    certificates: Mutex<Vec<NotAfter>>,
    refreshes: Family<Refresh, Counter>,
    build: BuildInfo,
    reloads: Family<Reload, Counter>,
    reloaded: Gauge,
    differ: Gauge,
    provider_refreshes: Family<ProviderRefresh, Counter>,
    connections_open: Family<Listener, Gauge>,
    connections_ended: Family<Connection, Counter>,
    /// The causes for which the store could not serve at any time.
    faults: Mutex<BTreeSet<&'static str>>,
    shed: Family<Shed, Counter>,
    clock: Arc<dyn Clock>,
}

impl Metrics {
    /// Fresh counters.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let mut registry = Registry::with_prefix("silta");
        let events = EventCounters::registered(&mut registry);
        let due = Family::default();
        let help = "Logins whose half hour is over, whatever became of them";
        registry.register("logins_due", help, due.clone());
        let (open, open_octets) = (Gauge::default(), Gauge::default());
        registry.register("logins_open", "Logins of this process that wait", open.clone());
        let help = "Octets of the store that logins of this process hold while they wait";
        registry.register("logins_open_octets", help, open_octets.clone());
        let times = EventTimes::registered(&mut registry);
        let store = Family::default();
        let help = "Calls of the store, by verb, outcome and cause";
        registry.register("store_calls", help, store.clone());
        let store_took = Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 3.0]);
        registry.register("store_call_seconds", "How long the store took", store_took.clone());
        let store_fault = Family::default();
        let help = "1 while the store cannot serve, by cause; 0 when it can again";
        registry.register("store_fault", help, store_fault.clone());
        let store_fill = Family::default();
        let help = "How full the store says it is, from 0 to 1; none if it does not say";
        registry.register("store_fill", help, store_fill.clone());
        let certificate = Family::default();
        let help =
            "Days until a certificate, or metadata in a file, says it ends; negative when it has";
        registry.register("certificate_days_left", help, certificate.clone());
        let refreshes = Family::default();
        let help = "Times that secrets were fetched again, by outcome";
        registry.register("secret_refreshes", help, refreshes.clone());
        let provider_refreshes = Family::default();
        let help = "Times that a provider was asked for its metadata and keys, by outcome";
        registry.register("provider_refreshes", help, provider_refreshes.clone());
        let connections_open = Family::default();
        let help = "Connections that are open, by listener";
        registry.register("connections_open", help, connections_open.clone());
        let connections_ended = Family::default();
        let help = "Connections that ended, by listener and reason";
        registry.register("connections_ended", help, connections_ended.clone());
        let shed = Family::default();
        let help = "Requests that were refused because too many came at once";
        registry.register("requests_shed", help, shed.clone());
        let build = BuildInfo::default();
        registry.register("build", "What runs, and the hash of its configuration", build.clone());
        let reloads = Family::default();
        let help = "Times that the configuration was read anew, by outcome";
        registry.register("configuration_reloads", help, reloads.clone());
        for outcome in ReloadOutcome::ALL {
            drop(reloads.get_or_create(&Reload { outcome: outcome.word() }));
        }
        let reloaded = Gauge::default();
        let help = "When the configuration that runs was last read, in seconds since 1970";
        registry.register("configuration_read_time_seconds", help, reloaded.clone());
        reloaded.set(clock.now().as_second());
        let differ = Gauge::default();
        let help = "1 while replicas run different configurations for more than a minute";
        registry.register("configurations_differ", help, differ.clone());
        Self {
            registry,
            events,
            due,
            not_due: LoginsDue::new(),
            open,
            open_octets,
            times,
            store,
            store_took,
            store_fault,
            store_fill,
            certificate,
            certificates: Mutex::default(),
            refreshes,
            build,
            reloads,
            reloaded,
            differ,
            provider_refreshes,
            connections_open,
            connections_ended,
            faults: Mutex::default(),
            shed,
            clock,
        }
    }

    /// Shows what is counted elsewhere, too.
    pub(crate) fn register(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.registry.register(name, help, metric);
    }

    /// The exposition text of Prometheus.
    pub(crate) fn text(&self) -> String {
        let now = self.clock.now();
        let certificates = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        for (party, usage, place, not_after) in certificates.iter() {
            let labels = Certificate { party: party.clone(), usage, place: place.to_string() };
            let days = not_after.duration_since(now).as_secs_f64() / 86_400.0;
            self.certificate.get_or_create(&labels).set(days);
        }
        drop(certificates);
        self.not_due.settle(now, |login, count| self.are_due(login, count));
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// From now on these are our certificates and our peers', and the files with their metadata.
    pub(crate) fn hold(&self, certificates: Vec<NotAfter>) {
        let mut held = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        *held = certificates;
        // While it is locked nobody shows the former ones again.
        self.certificate.clear();
    }

    /// From now on an upstream signs with certificates that end at these times, in seconds since 1970.
    pub(crate) fn hold_signing(
        &self,
        upstream: &UpstreamName,
        ends: impl Iterator<Item = Option<i64>>,
    ) {
        let mut held = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        let is_its = |(party, usage, ..): &NotAfter| {
            party == upstream.as_str() && *usage == NamedCertificate::SIGNING
        };
        held.retain(|one| !is_its(one));
        for (place, end) in ends.enumerate() {
            if let Some(end) = end.and_then(|end| Timestamp::from_second(end).ok()) {
                held.push((upstream.as_str().to_owned(), NamedCertificate::SIGNING, place, end));
            }
        }
        self.certificate.clear();
    }

    /// So many logins are open now, and hold so many octets.
    pub(crate) fn open_logins(&self, (logins, octets): (usize, usize)) {
        self.open.set(i64::try_from(logins).unwrap_or(i64::MAX));
        self.open_octets.set(i64::try_from(octets).unwrap_or(i64::MAX));
    }

    /// From now on the configuration of this hash runs.
    pub(crate) fn runs(&self, hash: ConfigurationHash) {
        self.build.runs(hash.to_string());
    }

    /// Counts that the configuration was read anew, at this time.
    pub(crate) fn reloaded(&self, outcome: ReloadOutcome, now: Timestamp) {
        self.reloads.get_or_create(&Reload { outcome: outcome.word() }).inc();
        match outcome {
            ReloadOutcome::Changed | ReloadOutcome::Unchanged => {
                self.reloaded.set(now.as_second());
            }
            ReloadOutcome::Refused | ReloadOutcome::Pending => {}
        }
    }

    /// Whether replicas have run different configurations for a minute.
    pub(crate) fn replicas_differ(&self, differ: bool) {
        self.differ.set(differ.into());
    }

    /// Counts that secrets were fetched again: `unchanged`, `changed` or `failed`.
    pub(crate) fn refreshed(&self, outcome: &'static str) {
        self.refreshes.get_or_create(&Refresh { outcome }).inc();
    }

    /// Counts that a provider was asked for its metadata and keys, and the cause if it failed.
    pub(crate) fn provider_asked(&self, upstream: &UpstreamName, cause: Option<&'static str>) {
        let outcome = if cause.is_none() { "fetched" } else { "failed" };
        let (upstream, cause) = (upstream.to_string(), cause.unwrap_or_default());
        self.provider_refreshes.get_or_create(&ProviderRefresh { upstream, outcome, cause }).inc();
    }

    /// How many connections `listener` has now.
    pub(crate) fn connections_open(&self, listener: &'static str, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.connections_open.get_or_create(&Listener { listener }).set(count);
    }

    /// Counts a connection that ended.
    pub(crate) fn connection_ended(&self, listener: &'static str, reason: &'static str) {
        self.connections_ended.get_or_create(&Connection { listener, reason }).inc();
    }

    /// Counts a request that was refused because too many came.
    pub(crate) fn shed(&self, endpoint: &'static str) {
        self.shed.get_or_create(&Shed { endpoint }).inc();
    }

    /// Counts one call of the store, and the cause if it failed.
    pub(crate) fn store_call(
        &self,
        verb: &'static str,
        cause: Option<&'static str>,
        took: Duration,
    ) {
        let outcome = if cause.is_none() { "answered" } else { "failed" };
        let cause = cause.unwrap_or_default();
        self.store.get_or_create(&StoreCall { verb, outcome, cause }).inc();
        self.store_took.observe(took.as_secs_f64());
    }

    /// From now on the store cannot serve for these causes; for none, it can.
    pub(crate) fn store_errors(&self, errors: &[StoreError]) {
        let mut shown = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        // Causes are a closed set, so there are few of them.
        shown.extend(errors.iter().map(|error| error.cause()));
        for &cause in shown.iter() {
            let lasts = errors.iter().any(|error| error.cause() == cause);
            self.store_fault.get_or_create(&StoreFault { cause }).set(lasts.into());
        }
    }

    /// From now on the store is that full.
    pub(crate) fn store_fill(&self, fill: Option<StoreUsage>) {
        match fill {
            #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
            Some(fill) => {
                self.store_fill.get_or_create(&Whole {}).set(fill.used as f64 / fill.limit as f64);
            }
            None => self.store_fill.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemClock;

    #[test]
    fn a_store_is_shown_with_its_fault_and_its_fill() {
        let metrics = Metrics::new(Arc::new(SystemClock));
        assert!(!metrics.text().contains("silta_store_fill{"), "not known yet");
        metrics.store_errors(&[StoreError::ReadOnly]);
        metrics.store_fill(Some(StoreUsage { used: 1, limit: 4 }));
        let text = metrics.text();
        assert!(text.contains("silta_store_fault{cause=\"read_only\"} 1\n"), "{text}");
        assert!(text.contains("\nsilta_store_fill{} 0.25\n"), "{text}");
        metrics.store_errors(&[StoreError::Loading]);
        metrics.store_fill(None);
        let text = metrics.text();
        assert!(text.contains("silta_store_fault{cause=\"read_only\"} 0\n"), "{text}");
        assert!(text.contains("silta_store_fault{cause=\"loading\"} 1\n"), "{text}");
        assert!(!text.contains("silta_store_fill{"), "{text}");
        metrics.store_errors(&[]);
        assert!(metrics.text().contains("silta_store_fault{cause=\"loading\"} 0\n"));
    }
}
