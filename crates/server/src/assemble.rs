//! Assembles the state that serves requests from a checked configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use silta_broker::downstream::{
    AcceptedLogins, BackChannel, BackChannels, OidcProvider, SamlIdentityProvider,
};
use silta_broker::ports::{Clock, Downstream, Entropy, OutboundHttp, Store, Upstream};
use silta_broker::upstream::{DescribedSamlUpstream, OidcUpstream};
use silta_broker::{
    Broker, ConfiguredUpstream, OpenLogins, Ports, Protocol, RelyingParty, RelyingPartyPolicy,
    SealedStore, Settings, SettingsError, UpstreamName,
};
use silta_oidc::{
    Client, DuplicateClientError, Issuer, Offer, OutboundUrl, SignatureAlgorithm, provider_metadata,
};
use silta_store::MemoryStore;

use thiserror::Error;

use crate::app_state::{AppState, StoreHandle, UpstreamEndpoints};
use crate::beside_requests::BesideRequests;
use crate::config::upstreams::{OidcPeer, Peer, SamlPeer, SamlSource};
use crate::config::{Config, StoreConfig, UpstreamConfig};
use crate::emf::Emf;
use crate::health::Health;
use crate::http::{self, Load};
use crate::instrumented_store::InstrumentedStore;
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;
use crate::outbound::{self, HttpsClientError, Loopback};
use crate::provider::Provider;
use crate::published_metadata::PublishedMetadata;
use crate::spans::{TracedSigner, TracedSteps};
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::InstrumentedAudit;
use crate::trusted_keys::TrustedKeys;

/// The services that stay while configurations change.
pub(crate) struct Services {
    pub(crate) clock: Arc<dyn Clock>,
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
        let metrics = Arc::new(counting(clock.clone(), &log));
        metrics.runs(config.hash);
        // Those that serve requests, and the one that looks after open logins.
        let threads = http::workers() + 1;
        let health = Arc::new(Health::new(clock.clone(), threads));
        health.runs(config.hash);
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
pub(crate) fn counting(clock: Arc<dyn Clock>, log: &LogWriter) -> Metrics {
    let mut metrics = Metrics::new(clock);
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
    #[error(transparent)]
    Https(#[from] HttpsClientError),
}

/// Assembles the state. The store stays the same, unless its configuration has changed; what is known of providers stays
/// where their sections do; and logins that began before end by the rules that they began with. Nothing outside of the
/// state changes before all of it is there.
///
/// # Errors
/// [`AssemblyError`], which a checked configuration cannot cause.
pub(crate) fn assemble(
    config: Config,
    services: &Services,
    before: Option<&AppState>,
) -> Result<AppState, AssemblyError> {
    let (ends, hash) = (config.ends(), config.hash);
    let store_handle =
        store_handle(config.store, services, before.map(|state| &state.store_handle));
    let trusted_keys = TrustedKeys::of(&config.upstreams);
    let discovery = discovery(&config.issuer, &config.clients, &config.upstreams);
    let (store, entropy) = (store_handle.store.clone(), services.entropy.clone());
    let ports = Arc::new(Ports {
        store: SealedStore::new(store, entropy.clone(), config.seal, config.seal_retired),
        clock: services.clock.clone(),
        entropy,
        open_logins: services.open_logins.clone(),
        audit: Arc::new(InstrumentedAudit(services.metrics.clone())),
        steps: Arc::new(TracedSteps),
        background: Arc::new(BesideRequests),
    });
    let Upstreams { all: upstreams, endpoints, providers } =
        Upstreams::of(config.upstreams, &ports, before)?;
    let (clients, mut policies): (Vec<_>, Vec<_>) = config
        .clients
        .into_iter()
        .map(|(client, policy)| (client.clone(), (RelyingParty::from(client.id()), policy)))
        .unzip();
    let keys = (config.key_ring, Arc::new(TracedSigner(config.signer)) as _);
    let back_channels = back_channels(&clients)?;
    let oidc = OidcProvider::new(config.issuer, clients, keys, ports.clone())?;
    let traced = |(algorithm, signer)| (algorithm, Arc::new(TracedSigner(signer)) as _);
    let oidc = oidc.signing_by(config.other_signers.into_iter().map(traced));
    let known = before.map(|state| state.oidc.as_ref());
    let oidc = oidc.notifying(back_channels).fetching_keys(way_to_keys, known)?;
    let accepted = policies.iter().map(|(party, policy)| (party, policy));
    let oidc = oidc.refreshing(AcceptedLogins::of(&upstreams, accepted));
    let oidc = Arc::new(oidc);
    let mut downstreams: BTreeMap<Protocol, Arc<dyn Downstream>> =
        BTreeMap::from([(Protocol::Oidc, oidc.clone() as _)]);
    let mut metadata = BTreeMap::from([(Protocol::Oidc, discovery.to_string())]);
    if let Some(idp) = config.saml_idp {
        metadata.insert(Protocol::Saml, idp.metadata);
        policies.extend(idp.policies);
        let idp = SamlIdentityProvider {
            entity_id: idp.entity_id,
            sso_url: idp.sso_url,
            credential: idp.credential,
            signer: Arc::new(TracedSigner(idp.signer)),
            service_providers: idp.service_providers,
            ports: ports.clone(),
        };
        downstreams.insert(Protocol::Saml, Arc::new(idp));
    }
    let settings = Settings {
        subject_key: config.subject_key,
        upstreams,
        downstreams,
        relying_parties: policies.into_iter().collect(),
        language: config.language,
    };
    let expected: Vec<_> = settings
        .relying_parties
        .iter()
        .flat_map(|(party, policy)| {
            policy.upstreams.iter().map(|one| (party.clone(), one.name.clone()))
        })
        .collect();
    let mut broker = Broker::new(settings, ports)?.of_configuration(hash);
    if let Some(before) = before {
        broker = broker.replacing(&before.broker, &before.trusted_keys.lost_in(&trusted_keys));
    }
    services.metrics.runs(hash);
    services.metrics.hold(ends);
    services.metrics.expect(expected.iter().map(|(party, upstream)| (party, upstream)));
    services.health.store_is_at(store_handle.redis_address());
    Ok(AppState {
        broker: Arc::new(broker),
        oidc,
        upstreams: endpoints,
        providers,
        metadata,
        load: services.load.clone(),
        trusted_proxies: config.trusted_proxies,
        language: config.language,
        store_handle,
        subject_digest: config.subject_digest,
        summary: config.summary,
        trusted_keys,
    })
}

/// The upstreams, and what their endpoints need to know of them.
#[derive(Default)]
struct Upstreams {
    all: BTreeMap<UpstreamName, ConfiguredUpstream>,
    endpoints: BTreeMap<UpstreamName, UpstreamEndpoints>,
    /// Those that have to be asked for what is known of them.
    providers: BTreeMap<UpstreamName, Provider>,
}

impl Upstreams {
    fn of(
        configured: BTreeMap<UpstreamName, UpstreamConfig>,
        ports: &Arc<Ports>,
        before: Option<&AppState>,
    ) -> Result<Self, HttpsClientError> {
        let mut upstreams = Self::default();
        for (name, UpstreamConfig { peer, dictionary, subject, passive, sso, .. }) in configured {
            let mut endpoints =
                UpstreamEndpoints { protocol: peer.protocol(), metadata: None, max_octets: None };
            let mut tells_logouts = false;
            let adapter: Arc<dyn Upstream> = match peer {
                Peer::Saml(peer) => {
                    let SamlPeer { source, make, levels, metadata, response_limit, .. } = *peer;
                    endpoints.metadata =
                        Some(PublishedMetadata::new(name.clone(), metadata, ports.clock.clone()));
                    endpoints.max_octets = Some(response_limit);
                    match source {
                        SamlSource::Written(upstream) => Arc::new(*upstream),
                        SamlSource::Described(known) => {
                            Arc::new(DescribedSamlUpstream::of_file(*known))
                        }
                        SamlSource::Fetched(settings) => {
                            let http = way_to_metadata(&settings.url)?;
                            let (made, ports) = ((levels, make), ports.clone());
                            let fetched =
                                DescribedSamlUpstream::fetched(settings, made, http, ports);
                            let same = before.and_then(|state| state.providers.get(&name));
                            let fetched = match same {
                                Some(Provider::Saml(same)) => fetched.knowing_what(same),
                                Some(Provider::Oidc(_)) | None => fetched,
                            };
                            let fetched = Arc::new(fetched);
                            let provider = Provider::Saml(fetched.clone());
                            upstreams.providers.insert(name.clone(), provider);
                            // It may have single logout as soon as anything is known of it.
                            tells_logouts = true;
                            fetched
                        }
                    }
                }
                Peer::Oidc(peer) => {
                    let (clock, entropy) = (ports.clock.clone(), ports.entropy.clone());
                    let provider = provider(*peer, clock, entropy)?;
                    let same = before.and_then(|state| state.providers.get(&name));
                    let provider = match same {
                        Some(Provider::Oidc(same)) => provider.knowing_what(same),
                        Some(Provider::Saml(_)) | None => provider,
                    };
                    let provider = Arc::new(provider);
                    upstreams.providers.insert(name.clone(), Provider::Oidc(provider.clone()));
                    provider
                }
            };
            let tells_logouts = tells_logouts || adapter.logout().is_some();
            let configured = ConfiguredUpstream {
                adapter,
                dictionary,
                subject: subject.attributes,
                spelling: subject.spelling,
                subject_source: subject.source,
                least_level: subject.least_level,
                passive,
                sso,
                tells_logouts,
            };
            upstreams.endpoints.insert(name.clone(), endpoints);
            upstreams.all.insert(name, configured);
        }
        Ok(upstreams)
    }
}

/// The ways to the clients that are told of logouts.
fn back_channels(clients: &[Client]) -> Result<BackChannels, AssemblyError> {
    let mut all = BackChannels::new();
    for client in clients {
        let Some(url) = client.backchannel_logout_uri() else { continue };
        let loopback = if url.is_local() { Loopback::Allowed } else { Loopback::Refused };
        let http = outbound::way_out("client.logout", loopback)?;
        all.insert(client.id().clone(), BackChannel { url: url.clone(), http });
    }
    Ok(all)
}

/// An OpenID Provider as an upstream, and the way to it.
///
/// # Errors
/// [`HttpsClientError`].
pub(crate) fn provider(
    peer: OidcPeer,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<OidcUpstream, HttpsClientError> {
    let OidcPeer { settings, is_local } = peer;
    let loopback = if is_local { Loopback::Allowed } else { Loopback::Refused };
    let http = outbound::way_out("provider.request", loopback)?;
    Ok(OidcUpstream::new(settings, http, clock, entropy))
}

/// The way to the metadata of an identity provider.
///
/// # Errors
/// [`HttpsClientError`].
pub(crate) fn way_to_metadata(
    url: &OutboundUrl,
) -> Result<Arc<dyn OutboundHttp>, HttpsClientError> {
    let loopback = if url.is_local() { Loopback::Allowed } else { Loopback::Refused };
    outbound::way_out("metadata.request", loopback)
}

/// The way to the server at which a client publishes its keys.
///
/// # Errors
/// [`HttpsClientError`].
pub(crate) fn way_to_keys(uri: &OutboundUrl) -> Result<Arc<dyn OutboundHttp>, HttpsClientError> {
    let loopback = if uri.is_local() { Loopback::Allowed } else { Loopback::Refused };
    outbound::way_out("client_keys.request", loopback)
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
    upstreams: &BTreeMap<UpstreamName, UpstreamConfig>,
) -> serde_json::Value {
    let claims = clients.iter().flat_map(|(_, policy)| policy.rules.claims());
    let mut claims: Vec<_> = claims.map(str::to_owned).collect();
    claims.sort_unstable();
    claims.dedup();
    let mut levels: Vec<_> = upstreams.values().flat_map(|one| one.levels.clone()).collect();
    let mut seen = BTreeSet::new();
    levels.retain(|level| seen.insert(level.clone()));
    // RS256 is always there [OIDC Discovery §3].
    let used = clients.iter().map(|(client, _)| client.id_token_algorithm());
    let used: BTreeSet<_> = used.chain([SignatureAlgorithm::Rs256]).collect();
    let algorithms = Vec::from_iter(used);
    let refresh_tokens = clients.iter().any(|(client, _)| client.may_refresh());
    let offer =
        Offer { acr_values: &levels, claims: &claims, algorithms: &algorithms, refresh_tokens };
    provider_metadata(issuer, offer)
}
