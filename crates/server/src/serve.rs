//! `silta serve` and `silta check`: from a file to a running broker.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use silta_broker::ports::{Clock, Entropy, KeyProvider, Store};
use silta_broker::{Broker, Inconsistent, Ports, Vault};
use silta_oidc::{KeyRing, provider_metadata};
use silta_store::{MemoryStore, RedisStore};
use tracing::{error, info, warn};

use crate::config::{self, Config, Machine, NamedCertificate, StoreChoice};
use crate::emf::Emf;
use crate::health::Health;
use crate::http::{self, Shared, admin};
use crate::measured::Measured;
use crate::metrics::Metrics;
use crate::steps::Traced;
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::{self, Observed};
use crate::{EX_USAGE, cli};

/// Says what is wrong with a configuration, all of it, or that nothing is.
pub(crate) fn check(path: &Path) -> ExitCode {
    match read(path) {
        Ok(_) => {
            cli::say(&format!("{}: all is well\nnext: silta serve --config {0}\n", path.display()));
            ExitCode::SUCCESS
        }
        Err(problems) => {
            cli::say(&problems);
            ExitCode::from(EX_USAGE)
        }
    }
}

/// Serves until the process is told to stop.
pub(crate) fn serve(path: &Path) -> ExitCode {
    let config = match read(path) {
        Ok(config) => config,
        Err(problems) => {
            cli::say(&problems);
            return ExitCode::from(EX_USAGE);
        }
    };
    actix_web::rt::System::new().block_on(run(config))
}

async fn run(config: Config) -> ExitCode {
    let traces = telemetry::start(&config.telemetry);
    let ended = started(config).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    ended
}

async fn started(config: Config) -> ExitCode {
    warn_of(&config);
    let (address, admin_address) = (config.listen, config.admin_listen);
    let assembled = match assemble(config) {
        Ok(assembled) => assembled,
        Err(fault) => {
            error!(%fault, "cannot start");
            return ExitCode::from(EX_USAGE);
        }
    };
    match served(assembled, address, admin_address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            error!(fault = %fault.kind(), "cannot serve: is an address taken, or not of this machine?");
            ExitCode::from(EX_UNAVAILABLE)
        }
    }
}

/// Serves until the process is told to stop, then finishes what is in flight.
async fn served(
    assembled: Assembled,
    address: SocketAddr,
    admin_address: Option<SocketAddr>,
) -> std::io::Result<()> {
    let Assembled { shared, store, redis, health, metrics, emf } = assembled;
    let listener = http::bind(address)?;
    // What was asked for may be port 0: any that is free.
    let address = listener.local_addr()?;
    if let Some(admin_address) = admin_address {
        let listener = http::bind(admin_address)?;
        let address = listener.local_addr()?;
        let shown = admin::Shown { health: health.clone(), metrics };
        actix_web::rt::spawn(admin::serve(shown, listener)?);
        info!(%address, "health and metrics");
    }
    let issuer = shared.broker.issuer().clone();
    let server = http::serve(Arc::new(shared), listener)?;
    actix_web::rt::spawn(health.clone().watch(store, redis));
    let stop = stop_signal();
    info!(%address, %issuer, version = env!("CARGO_PKG_VERSION"), "ready");
    if let Some(emf) = emf.clone() {
        actix_web::rt::spawn(emf.every_minute());
    }
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        stop.await;
        health.stop();
        info!("stopping: finishing what is in flight");
        handle.stop(true).await;
    });
    let ended = server.await;
    if let Some(emf) = emf {
        emf.write();
    }
    ended
}

/// What an operator should know before it hurts.
fn warn_of(config: &Config) {
    if matches!(config.store, StoreChoice::Memory) {
        warn!(
            "records are kept in this process: run one replica only, and expect logins in flight to be lost at a restart"
        );
    }
    let now = SystemClock.now();
    for NamedCertificate { party, usage, place, not_after } in &config.certificates {
        let days = not_after.duration_since(now).as_hours() / 24;
        if days < CERTIFICATE_DAYS {
            warn!(party, usage, place, days, %not_after, "a certificate ends soon, or has ended");
        }
    }
}

/// SIGTERM from an orchestrator, or Ctrl-C from a person; heard from when this is called, not only
/// from when it is awaited.
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        match signals {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            // Without handlers the signals end the process by themselves.
            _ => std::future::pending().await,
        }
    }
}

/// Reads the configuration from a file or, as containers have it, from `env:NAME`.
fn read(path: &Path) -> Result<Config, String> {
    let named = path.display().to_string();
    let text = match named.strip_prefix("env:") {
        Some(variable) => std::env::var(variable).map_err(|_| "it is not set".to_owned()),
        None => std::fs::read_to_string(path).map_err(|error| error.kind().to_string()),
    };
    let text = text.map_err(|why| format!("{named}: cannot be read: {why}\n"))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    config::load(&named, &text, &Machine { folder }).map_err(|problems| problems.to_string())
}

/// The parts, put together.
pub(crate) struct Assembled {
    pub(crate) shared: Shared,
    store: Arc<dyn Store>,
    redis: Option<Arc<RedisStore>>,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    emf: Option<Arc<Emf>>,
}

/// Puts the parts together.
///
/// # Errors
/// [`Inconsistent`], which a checked configuration cannot cause.
pub(crate) fn assemble(config: Config) -> Result<Assembled, Inconsistent> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let certificates = config.certificates.into_iter();
    let certificates = certificates.map(|one| (one.party, one.usage, one.place, one.not_after));
    let metrics = Metrics::new(&config.digest, certificates.collect(), clock.clone());
    let metrics = Arc::new(metrics);
    let (store, redis): (Arc<dyn Store>, _) = match config.store {
        StoreChoice::Memory => (Arc::new(MemoryStore::new(clock.clone())), None),
        StoreChoice::Redis(redis) => (redis.clone(), Some(redis)),
    };
    let store: Arc<dyn Store> = Arc::new(Measured::new(store, metrics.clone()));
    let health = Arc::new(Health::new(clock.clone()));
    let emf = config.telemetry.emf;
    let emf = emf.map(|namespace| Emf::new(namespace, metrics.clone(), clock.clone()));
    let mut settings = config.settings;
    for (upstream, _) in settings.upstreams.values_mut() {
        *upstream = Arc::new(Traced(upstream.clone()));
    }
    let discovery = discovery(&settings);
    let ports = Ports {
        vault: Vault::new(store.clone(), entropy.clone(), config.seal, config.seal_retired),
        keys: Arc::new(FixedKeys(config.ring)),
        clock,
        entropy,
        audit: Arc::new(Observed(metrics.clone())),
    };
    let broker = Broker::new(settings, ports)?;
    let shared = Shared { broker, metadata: config.metadata, discovery };
    Ok(Assembled { shared, store, redis, health, metrics, emf: emf.map(Arc::new) })
}

fn discovery(settings: &silta_broker::Settings) -> serde_json::Value {
    let mut claims: Vec<_> = settings
        .services
        .values()
        .flat_map(|service| service.rules.claims())
        .map(str::to_owned)
        .collect();
    claims.sort_unstable();
    claims.dedup();
    let mut levels: Vec<_> =
        settings.upstreams.values().flat_map(|(upstream, _)| upstream.levels()).collect();
    let mut seen = std::collections::BTreeSet::new();
    levels.retain(|level| seen.insert(level.clone()));
    provider_metadata(&settings.issuer, &levels, &claims)
}

/// Keys that were read at the start and stay.
struct FixedKeys(KeyRing);

impl KeyProvider for FixedKeys {
    fn ring(&self) -> KeyRing {
        self.0.clone()
    }
}

/// A new certificate takes weeks to reach a federation's metadata.
const CERTIFICATE_DAYS: i64 = 60;
/// Something that the program needs from the machine cannot be had.
const EX_UNAVAILABLE: u8 = 69;
