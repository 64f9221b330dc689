//! `silta serve` and `silta check`: from a file to a running broker.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::rt::System;
use silta_broker::ports::Clock as _;
use tracing::{error, info, warn};

use crate::assemble::{Outside, assemble};
use crate::config::{Config, NamedCertificate, StoreChoice};
use crate::current::Current;
use crate::http::{self, admin};
use crate::origin::{Failed, Loaded, Origin};
use crate::system::SystemClock;
use crate::telemetry;
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
        // As process 1 it would otherwise not hear SIGTERM while it waits for AWS.
        let mut stop: Stop = Box::pin(stop_signal());
        let loaded = tokio::select! {
            () = &mut stop => return ExitCode::SUCCESS,
            loaded = load(path) => loaded,
        };
        match loaded {
            Ok((origin, loaded)) => run(origin, loaded, stop).await,
            Err(failed) => ended(&failed),
        }
    })
}

/// Comes when the process is told to stop.
type Stop = Pin<Box<dyn Future<Output = ()>>>;

async fn load(path: &Path) -> Result<(Origin, Loaded), Failed> {
    let origin = Origin::read(path).await?;
    let loaded = origin.load().await?;
    Ok((origin, loaded))
}

fn ended(failed: &Failed) -> ExitCode {
    cli::say(&failed.said);
    ExitCode::from(failed.code)
}

async fn run(origin: Origin, loaded: Loaded, stop: Stop) -> ExitCode {
    let traces = telemetry::start(&loaded.config.telemetry);
    let ended = started(origin, loaded, stop).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    ended
}

async fn started(origin: Origin, loaded: Loaded, stop: Stop) -> ExitCode {
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
    match served(current, outside, places, stop).await {
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
    stop: Stop,
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

/// A new certificate takes weeks to reach a federation's metadata.
const CERTIFICATE_DAYS: i64 = 60;
