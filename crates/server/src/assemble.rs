//! From a checked configuration to what serves requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use silta_broker::ports::{Clock, Entropy, Store};
use silta_broker::{Broker, OpenLogins, Ports, SealedStore, Settings, SettingsError};
use silta_oidc::provider_metadata;
use silta_store::MemoryStore;

use crate::config::{Config, StoreChoice};
use crate::current::{Records, Shared};
use crate::emf::Emf;
use crate::health::Health;
use crate::http::Load;
use crate::log_writer::LogWriter;
use crate::measured::Measured;
use crate::metrics::Metrics;
use crate::steps::{Traced, TracedSigner};
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::Observed;

/// What stays while configurations come and go.
pub(crate) struct Outside {
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) health: Arc<Health>,
    pub(crate) open_logins: Arc<OpenLogins>,
    pub(crate) load: Arc<Load>,
    pub(crate) emf: Option<Arc<Emf>>,
    pub(crate) log: Arc<LogWriter>,
}

impl Outside {
    pub(crate) fn new(config: &Config, log: Arc<LogWriter>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Arc::new(counting(&config.digest, clock.clone(), &log));
        let health = Arc::new(Health::new(clock.clone()));
        let emf = config.telemetry.emf.clone();
        let emf = emf.map(|namespace| {
            Arc::new(Emf::new(namespace, metrics.clone(), clock.clone(), log.clone()))
        });
        let (entropy, open_logins) = (Arc::new(SystemEntropy), Arc::default());
        let load = Load::new(metrics.clone());
        Self { clock, entropy, metrics, health, open_logins, load, emf, log }
    }
}

/// Everything that is counted, wherever that is done.
pub(crate) fn counting(digest: &str, clock: Arc<dyn Clock>, log: &LogWriter) -> Metrics {
    let mut metrics = Metrics::new(digest, clock);
    let help = "Lines that standard output did not take, by kind";
    metrics.register("log_lines_lost", help, log.lost());
    metrics
}

/// Puts the parts together; records stay where they were, unless their place has changed.
///
/// # Errors
/// [`SettingsError`], which a checked configuration cannot cause.
pub(crate) fn assemble(
    config: Config,
    outside: &Outside,
    before: Option<&Records>,
) -> Result<Shared, SettingsError> {
    let certificates = config.certificates.into_iter();
    let certificates = certificates.map(|one| (one.party, one.usage, one.place, one.not_after));
    outside.metrics.hold(certificates.collect());
    let records = records(config.store, outside, before);
    let mut settings = config.settings;
    outside.metrics.expect(settings.clients.iter().map(|(id, one)| (id, &one.upstream)));
    for (upstream, _) in settings.upstreams.values_mut() {
        *upstream = Arc::new(Traced(upstream.clone()));
    }
    let discovery = discovery(&settings);
    let (store, entropy) = (records.store.clone(), outside.entropy.clone());
    let ports = Ports {
        store: SealedStore::new(store, entropy.clone(), config.seal, config.seal_retired),
        key_ring: config.ring,
        signer: Arc::new(TracedSigner(config.signer)),
        clock: outside.clock.clone(),
        entropy,
        open_logins: outside.open_logins.clone(),
        audit: Arc::new(Observed(outside.metrics.clone())),
    };
    let broker = Broker::new(settings, ports)?;
    Ok(Shared {
        broker,
        metadata: config.metadata,
        response_limits: config.response_limits,
        load: outside.load.clone(),
        discovery,
        trusted_proxies: config.trusted_proxies,
        records,
        subject_digest: config.subject_digest,
    })
}

fn records(choice: StoreChoice, outside: &Outside, before: Option<&Records>) -> Records {
    let (store, redis): (Arc<dyn Store>, _) = match (choice, before) {
        (StoreChoice::Memory, Some(before)) => return before.clone(),
        (StoreChoice::Redis(_, url), Some(before))
            if before.redis.as_ref().is_some_and(|(_, known)| *known == url) =>
        {
            return before.clone();
        }
        (StoreChoice::Memory, None) => (Arc::new(MemoryStore::new(outside.clock.clone())), None),
        (StoreChoice::Redis(redis, url), _) => (redis.clone(), Some((redis, url))),
    };
    let uncounted = store.clone();
    Records { store: Arc::new(Measured::new(store, outside.metrics.clone())), uncounted, redis }
}

fn discovery(settings: &Settings) -> serde_json::Value {
    let mut claims: Vec<_> = settings
        .clients
        .values()
        .flat_map(|service| service.rules.claims())
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
