//! `silta serve` and `silta check`: from a file to a running broker.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::rt::System;
use silta_broker::ports::{Clock, Entropy, Store};
use silta_broker::{Broker, Inconsistent, Ports, Vault};
use silta_oidc::provider_metadata;
use silta_store::MemoryStore;
use tracing::{error, info, warn};

use crate::config::{Config, NamedCertificate, StoreChoice};
use crate::current::{Current, Records, Shared};
use crate::emf::Emf;
use crate::health::Health;
use crate::http::{self, admin};
use crate::measured::Measured;
use crate::metrics::Metrics;
use crate::origin::{Failed, Loaded, Origin};
use crate::steps::{Traced, TracedSigner};
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::{self, Observed};
use crate::{EX_UNAVAILABLE, EX_USAGE, cli, refresh};

/// Says what is wrong with a configuration, all of it, or that nothing is.
pub(crate) fn check(path: &Path) -> ExitCode {
    System::new().block_on(async {
        match load(path).await {
            Ok((_, Loaded { doubts, .. })) => {
                let verdict = if doubts.is_empty() { "all is well" } else { "it can be used" };
                cli::say(&format!(
                    "{doubts}{}: {verdict}\nnext: silta serve --config {0}\n",
                    path.display()
                ));
                ExitCode::SUCCESS
            }
            Err(failed) => ended(&failed),
        }
    })
}

/// Serves until the process is told to stop.
pub(crate) fn serve(path: &Path) -> ExitCode {
    System::new().block_on(async {
        match load(path).await {
            Ok((origin, loaded)) => run(origin, loaded).await,
            Err(failed) => ended(&failed),
        }
    })
}

async fn load(path: &Path) -> Result<(Origin, Loaded), Failed> {
    let origin = Origin::read(path).await?;
    let loaded = origin.load().await?;
    Ok((origin, loaded))
}

fn ended(failed: &Failed) -> ExitCode {
    cli::say(&failed.said);
    ExitCode::from(failed.code)
}

async fn run(origin: Origin, loaded: Loaded) -> ExitCode {
    let traces = telemetry::start(&loaded.config.telemetry);
    let ended = started(origin, loaded).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    ended
}

async fn started(origin: Origin, loaded: Loaded) -> ExitCode {
    let Loaded { config, doubts, digest } = loaded;
    for doubt in doubts.to_string().lines() {
        warn!(doubt, "the configuration is doubtful");
    }
    warn_of_memory(&config);
    warn_of_certificates(&config);
    let (places, every) = ((config.listen, config.admin_listen), config.refresh);
    let outside = Arc::new(Outside::new(&config));
    let shared = match assemble(config, &outside, None) {
        Ok(shared) => shared,
        Err(fault) => {
            error!(%fault, "cannot start");
            return ExitCode::from(EX_USAGE);
        }
    };
    let current = Arc::new(Current::new(shared));
    if origin.changes() {
        let follow = refresh::follow(origin, digest, every, current.clone(), outside.clone());
        actix_web::rt::spawn(follow);
    }
    match served(current, outside, places).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            error!(fault = %fault.kind(), "cannot serve: is an address taken, or not of this machine?");
            ExitCode::from(EX_UNAVAILABLE)
        }
    }
}

/// Serves until the process is told to stop, then finishes what is in flight.
async fn served(
    current: Arc<Current>,
    outside: Arc<Outside>,
    (address, admin_address): (SocketAddr, Option<SocketAddr>),
) -> std::io::Result<()> {
    let listener = http::bind(address)?;
    // What was asked for may be port 0: any that is free.
    let address = listener.local_addr()?;
    let health = outside.health.clone();
    if let Some(admin_address) = admin_address {
        let listener = http::bind(admin_address)?;
        let address = listener.local_addr()?;
        let shown = admin::Shown { health: health.clone(), metrics: outside.metrics.clone() };
        actix_web::rt::spawn(admin::serve(shown, listener)?);
        info!(%address, "health and metrics");
    }
    let issuer = current.get().broker.issuer().clone();
    let server = http::serve(current.clone(), listener)?;
    actix_web::rt::spawn(health.clone().watch(current));
    let stop = stop_signal();
    info!(%address, %issuer, version = env!("CARGO_PKG_VERSION"), "listening");
    let emf = outside.emf.clone();
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

fn warn_of_memory(config: &Config) {
    if matches!(config.store, StoreChoice::Memory) {
        warn!(
            "records are kept in this process: run one replica only, and expect logins in flight to be lost at a restart"
        );
    }
}

/// What an operator should know before it hurts.
pub(crate) fn warn_of_certificates(config: &Config) {
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

/// What stays while configurations come and go.
pub(crate) struct Outside {
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) metrics: Arc<Metrics>,
    health: Arc<Health>,
    emf: Option<Arc<Emf>>,
}

impl Outside {
    pub(crate) fn new(config: &Config) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Arc::new(Metrics::new(&config.digest, clock.clone()));
        let health = Arc::new(Health::new(clock.clone()));
        let emf = config.telemetry.emf.clone();
        let emf =
            emf.map(|namespace| Arc::new(Emf::new(namespace, metrics.clone(), clock.clone())));
        Self { clock, entropy: Arc::new(SystemEntropy), metrics, health, emf }
    }
}

/// Puts the parts together; records stay where they were, unless their place has changed.
///
/// # Errors
/// [`Inconsistent`], which a checked configuration cannot cause.
pub(crate) fn assemble(
    config: Config,
    outside: &Outside,
    before: Option<&Records>,
) -> Result<Shared, Inconsistent> {
    let certificates = config.certificates.into_iter();
    let certificates = certificates.map(|one| (one.party, one.usage, one.place, one.not_after));
    outside.metrics.hold(certificates.collect());
    let records = records(config.store, outside, before);
    let mut settings = config.settings;
    for (upstream, _) in settings.upstreams.values_mut() {
        *upstream = Arc::new(Traced(upstream.clone()));
    }
    let discovery = discovery(&settings);
    let (store, entropy) = (records.store.clone(), outside.entropy.clone());
    let ports = Ports {
        vault: Vault::new(store, entropy.clone(), config.seal, config.seal_retired),
        ring: config.ring,
        signer: Arc::new(TracedSigner(config.signer)),
        clock: outside.clock.clone(),
        entropy,
        audit: Arc::new(Observed(outside.metrics.clone())),
    };
    let broker = Broker::new(settings, ports)?;
    let (metadata, subject_digest) = (config.metadata, config.subject_digest);
    Ok(Shared { broker, metadata, discovery, records, subject_digest })
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
    Records { store: Arc::new(Measured::new(store, outside.metrics.clone())), redis }
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

/// A new certificate takes weeks to reach a federation's metadata.
const CERTIFICATE_DAYS: i64 = 60;
