//! `silta serve` and `silta check`: from a file to a running broker.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use silta_broker::ports::{Clock, Entropy, KeyProvider, Store};
use silta_broker::{Broker, Inconsistent, Ports, Vault};
use silta_oidc::{KeyRing, provider_metadata};
use silta_store::MemoryStore;
use tracing::{error, info, warn};

use crate::config::{self, Config, Machine, StoreChoice};
use crate::http::{self, Shared};
use crate::system::{SystemClock, SystemEntropy};
use crate::telemetry::{self, LogAudit};
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
    telemetry::start(config.log);
    actix_web::rt::System::new().block_on(run(config))
}

async fn run(config: Config) -> ExitCode {
    let address = config.listen;
    if matches!(config.store, StoreChoice::Memory) {
        warn!(
            "records are kept in this process: run one replica only, and expect logins in flight to be lost at a restart"
        );
    }
    let (shared, listener) = match (assemble(config), http::bind(address)) {
        (Ok(shared), Ok(listener)) => (shared, listener),
        (Err(fault), _) => {
            error!(%fault, "cannot start");
            return ExitCode::from(EX_USAGE);
        }
        (_, Err(fault)) => {
            error!(%address, fault = %fault.kind(), "cannot listen");
            return ExitCode::from(EX_UNAVAILABLE);
        }
    };
    let issuer = shared.broker.issuer().clone();
    // What was asked for may be port 0: any that is free.
    let address = listener.local_addr().unwrap_or(address);
    let server = match http::serve(Arc::new(shared), listener) {
        Ok(server) => server,
        Err(fault) => {
            error!(%address, fault = %fault.kind(), "cannot serve");
            return ExitCode::from(EX_UNAVAILABLE);
        }
    };
    info!(%address, %issuer, version = env!("CARGO_PKG_VERSION"), "ready");
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        stop_signal().await;
        info!("stopping: finishing what is in flight");
        handle.stop(true).await;
    });
    match server.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            error!(fault = %fault.kind(), "the server ended");
            ExitCode::from(EX_UNAVAILABLE)
        }
    }
}

/// SIGTERM from an orchestrator, or Ctrl-C from a person.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
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

fn read(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{}: cannot be read: {}\n", path.display(), error.kind()))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    config::load(&path.display().to_string(), &text, &Machine { folder })
        .map_err(|problems| problems.to_string())
}

/// Puts the parts together.
///
/// # Errors
/// [`Inconsistent`], which a checked configuration cannot cause.
pub(crate) fn assemble(config: Config) -> Result<Shared, Inconsistent> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let store: Arc<dyn Store> = match config.store {
        StoreChoice::Memory => Arc::new(MemoryStore::new(clock.clone())),
        StoreChoice::Redis(store) => Arc::new(*store),
    };
    let discovery = discovery(&config.settings);
    let ports = Ports {
        vault: Vault::new(store, entropy.clone(), config.seal, config.seal_retired),
        keys: Arc::new(FixedKeys(config.ring)),
        clock,
        entropy,
        audit: Arc::new(LogAudit),
    };
    let broker = Broker::new(config.settings, ports)?;
    Ok(Shared { broker, metadata: config.metadata, discovery })
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

/// Something that the program needs from the machine cannot be had.
const EX_UNAVAILABLE: u8 = 69;
