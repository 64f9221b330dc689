//! Assembles the state that serves requests from a checked configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use silta_broker::ports::{Clock, Downstream, Entropy, Store};
use silta_broker::{
    Broker, ConfiguredUpstream, OidcProvider, OpenLogins, Ports, Protocol, RelyingParty,
    RelyingPartyPolicy, SealedStore, Settings, SettingsError, UpstreamName,
};
use silta_oidc::{Client, DuplicateClientError, Issuer, provider_metadata};
use silta_store::MemoryStore;

use thiserror::Error;

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

/// Parts of a configuration that contradict each other.
#[derive(Debug, Error)]
pub(crate) enum AssemblyError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Clients(#[from] DuplicateClientError),
}

/// Assembles the state. The store stays the same, unless its configuration has changed.
///
/// # Errors
/// [`AssemblyError`], which a checked configuration cannot cause.
pub(crate) fn assemble(
    config: Config,
    services: &Services,
    before: Option<&StoreHandle>,
) -> Result<AppState, AssemblyError> {
    let certificates = config.certificates.into_iter();
    let certificates = certificates.map(|one| (one.party, one.usage, one.index, one.not_after));
    services.metrics.hold(certificates.collect());
    let store_handle = store_handle(config.store, services, before);
    let discovery = discovery(&config.issuer, &config.clients, &config.upstreams);
    let mut upstreams = config.upstreams;
    for upstream in upstreams.values_mut() {
        upstream.adapter = Arc::new(TracedUpstream(upstream.adapter.clone()));
    }
    let (store, entropy) = (store_handle.store.clone(), services.entropy.clone());
    let ports = Arc::new(Ports {
        store: SealedStore::new(store, entropy.clone(), config.seal, config.seal_retired),
        clock: services.clock.clone(),
        entropy,
        open_logins: services.open_logins.clone(),
        audit: Arc::new(InstrumentedAudit(services.metrics.clone())),
    });
    let (clients, policies): (Vec<_>, Vec<_>) = config
        .clients
        .into_iter()
        .map(|(client, policy)| (client.clone(), (RelyingParty::from(client.id()), policy)))
        .unzip();
    services.metrics.expect(policies.iter().map(|(party, policy)| (party, &policy.upstream)));
    let keys = (config.key_ring, Arc::new(TracedSigner(config.signer)) as _);
    let oidc = Arc::new(OidcProvider::new(config.issuer, clients, keys, ports.clone())?);
    let downstreams: BTreeMap<Protocol, Arc<dyn Downstream>> =
        BTreeMap::from([(Protocol::Oidc, oidc.clone() as _)]);
    let settings = Settings {
        dictionary: config.dictionary,
        subject_key: config.subject_key,
        upstreams,
        downstreams,
        relying_parties: policies.into_iter().collect(),
    };
    Ok(AppState {
        broker: Broker::new(settings, ports)?,
        oidc,
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

fn discovery(
    issuer: &Issuer,
    clients: &[(Client, RelyingPartyPolicy)],
    upstreams: &BTreeMap<UpstreamName, ConfiguredUpstream>,
) -> serde_json::Value {
    let claims = clients.iter().flat_map(|(_, policy)| policy.rules.claims());
    let mut claims: Vec<_> = claims.map(str::to_owned).collect();
    claims.sort_unstable();
    claims.dedup();
    let mut levels: Vec<_> = upstreams.values().flat_map(|one| one.adapter.levels()).collect();
    let mut seen = BTreeSet::new();
    levels.retain(|level| seen.insert(level.clone()));
    provider_metadata(issuer, &levels, &claims)
}
