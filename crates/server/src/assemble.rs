//! Assembles the state that serves requests from a checked configuration.

use std::collections::BTreeSet;
use std::sync::Arc;

use silta_broker::ports::{Clock, Entropy, Store};
use silta_broker::{Broker, OpenLogins, Ports, SealedStore, Settings, SettingsError};
use silta_oidc::provider_metadata;
use silta_store::MemoryStore;

use crate::app_state::{AppState, StoreHandle};
use crate::config::{Config, StoreConfig};
use crate::emf::Emf;
use crate::health::Health;
use crate::http::{self, Load};
use crate::instrumented_store::InstrumentedStore;
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;
use crate::spans::{TracedSigner, TracedUpstream};
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::InstrumentedAudit;

/// The services that stay while configurations change.
pub(crate) struct Services {
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) health: Arc<Health>,
    pub(crate) open_logins: Arc<OpenLogins>,
    pub(crate) load: Arc<Load>,
    pub(crate) emf: Option<Arc<Emf>>,
    pub(crate) log: Arc<LogWriter>,
}

impl Services {
    pub(crate) fn new(config: &Config, log: Arc<LogWriter>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Arc::new(counting(&config.digest, clock.clone(), &log));
        // Those that serve requests, and the one that looks after open logins.
        let threads = http::workers() + 1;
        let health = Arc::new(Health::new(clock.clone(), threads));
        let emf = config.telemetry.emf.clone();
        let emf = emf.map(|namespace| {
            Arc::new(Emf::new(namespace, metrics.clone(), clock.clone(), log.clone()))
        });
        let (entropy, open_logins) = (Arc::new(SystemEntropy), Arc::default());
        let load = Load::new(metrics.clone());
        Self { clock, entropy, metrics, health, open_logins, load, emf, log }
    }
}

/// All metrics, with the counters that others keep.
pub(crate) fn counting(digest: &str, clock: Arc<dyn Clock>, log: &LogWriter) -> Metrics {
    let mut metrics = Metrics::new(digest, clock);
    let help = "Lines that standard output did not take, by kind";
    metrics.register("log_lines_lost", help, log.lost());
    metrics
}

/// Assembles the state. The store stays the same, unless its configuration has changed.
///
/// # Errors
/// [`SettingsError`], which a checked configuration cannot cause.
pub(crate) fn assemble(
    config: Config,
    services: &Services,
    before: Option<&StoreHandle>,
) -> Result<AppState, SettingsError> {
    let certificates = config.certificates.into_iter();
    let certificates = certificates.map(|one| (one.party, one.usage, one.index, one.not_after));
    services.metrics.hold(certificates.collect());
    let store_handle = store_handle(config.store, services, before);
    let mut settings = config.settings;
    services.metrics.expect(settings.clients.iter().map(|(id, one)| (id, &one.upstream)));
    for (upstream, _) in settings.upstreams.values_mut() {
        *upstream = Arc::new(TracedUpstream(upstream.clone()));
    }
    let discovery = discovery(&settings);
    let (store, entropy) = (store_handle.store.clone(), services.entropy.clone());
    let ports = Ports {
        store: SealedStore::new(store, entropy.clone(), config.seal, config.seal_retired),
        key_ring: config.key_ring,
        signer: Arc::new(TracedSigner(config.signer)),
        clock: services.clock.clone(),
        entropy,
        open_logins: services.open_logins.clone(),
        audit: Arc::new(InstrumentedAudit(services.metrics.clone())),
    };
    let broker = Broker::new(settings, ports)?;
    Ok(AppState {
        broker,
        metadata: config.metadata,
        response_limits: config.response_limits,
        load: services.load.clone(),
        discovery,
        trusted_proxies: config.trusted_proxies,
        store_handle,
        subject_digest: config.subject_digest,
    })
}

fn store_handle(
    choice: StoreConfig,
    services: &Services,
    before: Option<&StoreHandle>,
) -> StoreHandle {
    let (store, redis): (Arc<dyn Store>, _) = match (choice, before) {
        (StoreConfig::Memory, Some(before)) => return before.clone(),
        (StoreConfig::Redis(_, url), Some(before))
            if before.redis.as_ref().is_some_and(|(_, known)| *known == url) =>
        {
            return before.clone();
        }
        (StoreConfig::Memory, None) => (Arc::new(MemoryStore::new(services.clock.clone())), None),
        (StoreConfig::Redis(redis, url), _) => (redis.clone(), Some((redis, url))),
    };
    let uninstrumented = store.clone();
    StoreHandle {
        store: Arc::new(InstrumentedStore::new(store, services.metrics.clone())),
        uninstrumented,
        redis,
    }
}

fn discovery(settings: &Settings) -> serde_json::Value {
    let mut claims: Vec<_> = settings
        .clients
        .values()
        .flat_map(|policy| policy.rules.claims())
        .map(str::to_owned)
        .collect();
    claims.sort_unstable();
    claims.dedup();
    let mut levels: Vec<_> =
        settings.upstreams.values().flat_map(|(upstream, _)| upstream.levels()).collect();
    let mut seen = BTreeSet::new();
    levels.retain(|level| seen.insert(level.clone()));
    provider_metadata(&settings.issuer, &levels, &claims)
}
