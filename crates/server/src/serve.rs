//! `silta serve` and `silta check`: from a file to a running broker.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use silta_broker::ports::Clock as _;
use tracing::{error, info, warn};

use crate::assemble::{Outside, assemble};
use crate::config::{Config, NamedCertificate, StoreChoice, with_ending};
use crate::current::Current;
use crate::http::{self, admin};
use crate::log_queue::LineKind;
use crate::log_writer::{LOG_LIMIT, LogWriter};
use crate::origin::{Failed, Loaded, Origin};
use crate::signals::{OtherSignals, StopSignals};
use crate::system::{SystemClock, SystemEntropy};
use crate::{
    EX_UNAVAILABLE, EX_USAGE, cli, connect, memory_dumps, open_logins, refresh, telemetry, watch,
};

/// Says what is wrong with a configuration, all of it, or that nothing is, and if asked to `connect`
/// whether its store can serve.
pub(crate) fn check(path: &Path, connect: bool) -> ExitCode {
    System::new().block_on(async {
        match load(path).await {
            Ok((_, Loaded { config, doubts, .. })) => {
                let doubts = with_ending(doubts, &config.certificates, SystemClock.now());
                if connect {
                    match connect::connect(&config.store, &SystemEntropy).await {
                        Ok(works) => cli::say(&works),
                        Err(fails) => {
                            cli::say(&format!("{doubts}{fails}"));
                            return ExitCode::from(EX_UNAVAILABLE);
                        }
                    }
                }
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
    let log = match LogWriter::start(Arc::new(SystemClock)) {
        Ok(log) => log,
        Err(error) => {
            cli::complain(&format!("standard output cannot be used: {}", error.kind()));
            return ExitCode::from(EX_UNAVAILABLE);
        }
    };
    let ended = System::new().block_on(until_told_to_stop(path, &log));
    log.finish(LOG_LIMIT);
    ended
}

async fn until_told_to_stop(path: &Path, log: &Arc<LogWriter>) -> ExitCode {
    // Before any key is read.
    let dumps = memory_dumps::forbid();
    // As process 1 it would otherwise not hear SIGTERM while it waits for AWS.
    let (mut stop, others) = match (StopSignals::listen(), OtherSignals::listen()) {
        (Ok(stop), Ok(others)) => (stop, others),
        (Err(error), _) | (_, Err(error)) => {
            let said = format!("silta: signals cannot be heard: {}\n", error.kind());
            log.write(LineKind::Log, said.as_bytes());
            return ExitCode::from(EX_UNAVAILABLE);
        }
    };
    let loaded = tokio::select! {
        _ = stop.next() => return ExitCode::SUCCESS,
        loaded = load(path) => loaded,
    };
    match loaded {
        Ok((origin, loaded)) => {
            let traces = telemetry::start(&loaded.config.telemetry, log);
            if let Err(error) = dumps {
                warn!(fault = %error.kind(), "memory dumps cannot be switched off: a core would hold keys and persons");
            }
            actix_web::rt::spawn(others.explain());
            let ended = started(origin, loaded, stop, log.clone()).await;
            if let Some(traces) = traces {
                traces.flush().await;
            }
            ended
        }
        Err(Failed { said, code }) => {
            log.write(LineKind::Log, said.as_bytes());
            ExitCode::from(code)
        }
    }
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

async fn started(
    origin: Origin,
    loaded: Loaded,
    stop: StopSignals,
    log: Arc<LogWriter>,
) -> ExitCode {
    let Loaded { config, doubts, digest } = loaded;
    for doubt in doubts.to_string().lines() {
        warn!(doubt, "the configuration is doubtful");
    }
    warn_of_memory(&config);
    warn_of_certificates(&config);
    let (places, every) = ((config.listen, config.admin_listen), config.refresh);
    let outside = Arc::new(Outside::new(&config, log));
    let shared = match assemble(config, &outside, None) {
        Ok(shared) => shared,
        Err(fault) => {
            error!(%fault, "cannot start");
            return ExitCode::from(EX_USAGE);
        }
    };
    let current = Arc::new(Current::new(shared));
    if origin.changes() {
        let follow =
            refresh::follow(origin, (digest, doubts), every, current.clone(), outside.clone());
        actix_web::rt::spawn(follow);
    }
    match served(current, outside, places, stop).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(ServeError::Listen { key, address, kind }) => {
            let instead = instead_of(kind);
            error!(key, %address, fault = %kind, instead, "cannot listen");
            ExitCode::from(EX_UNAVAILABLE)
        }
        Err(ServeError::Server(kind)) => {
            error!(fault = %kind, "cannot serve");
            ExitCode::from(EX_UNAVAILABLE)
        }
    }
}

/// Why nothing is served.
enum ServeError {
    /// `address`, from `key` of the configuration, is not to be had.
    Listen { key: &'static str, address: SocketAddr, kind: ErrorKind },
    /// The operating system refuses something else.
    Server(ErrorKind),
}

impl From<io::Error> for ServeError {
    fn from(error: io::Error) -> Self {
        Self::Server(error.kind())
    }
}

fn listener(key: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    http::bind(address).map_err(|error| ServeError::Listen { key, address, kind: error.kind() })
}

/// What to do about an address that is not to be had.
fn instead_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AddrInUse => {
            "another process, or the other listener, has this port: use a free one"
        }
        ErrorKind::PermissionDenied => {
            "ports below 1024 are for processes with CAP_NET_BIND_SERVICE: use another, such as 8080"
        }
        ErrorKind::AddrNotAvailable => {
            "this machine has no such address: use one of its own, or 0.0.0.0 for all of them"
        }
        _ => "use an address and a port that this process may listen at",
    }
}

/// Serves until the process is told to stop, then finishes what is in flight.
async fn served(
    current: Arc<Current>,
    outside: Arc<Outside>,
    (address, admin_address): (SocketAddr, Option<SocketAddr>),
    mut stop: StopSignals,
) -> Result<(), ServeError> {
    let public = listener("listen", address)?;
    // What was asked for may be port 0: any that is free.
    let address = public.local_addr()?;
    let health = outside.health.clone();
    if let Some(admin_address) = admin_address {
        let listener = listener("admin_listen", admin_address)?;
        let address = listener.local_addr()?;
        let (metrics, log) = (outside.metrics.clone(), outside.log.clone());
        let shown = admin::Shown { health: health.clone(), metrics, log };
        actix_web::rt::spawn(admin::serve(shown, listener)?);
        info!(%address, "health and metrics");
    }
    let issuer = current.get().broker.issuer().clone();
    let server = http::serve(current.clone(), outside.metrics.clone(), public)?;
    actix_web::rt::spawn(open_logins::look_after(current.clone(), outside.clone()));
    actix_web::rt::spawn(watch::watch(current, outside.clone()));
    info!(%address, %issuer, version = env!("CARGO_PKG_VERSION"), "listening");
    let emf = outside.emf.clone();
    if let Some(emf) = emf.clone() {
        actix_web::rt::spawn(emf.every_minute());
    }
    let handle = server.handle();
    let log = outside.log.clone();
    actix_web::rt::spawn(async move {
        stop.next().await;
        health.stop();
        info!("stopping: finishing what is in flight");
        actix_web::rt::spawn(handle.stop(true));
        let signal = stop.next().await;
        warn!("stopping at once: asked a second time, what is in flight is lost");
        log.finish(AT_ONCE);
        // As a shell tells of a process that a signal ended.
        std::process::exit(128 + signal);
    });
    let ended = server.await;
    if let Some(emf) = emf {
        emf.write();
    }
    Ok(ended?)
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
    for certificate in &config.certificates {
        if let Some(days) = certificate.ending(now) {
            let NamedCertificate { party, usage, place, not_after, .. } = certificate;
            warn!(party, usage, place, days, %not_after, "a certificate ends soon, or has ended");
        }
    }
}

/// A person who is in a hurry does not notice; a log that is read takes a line in less.
const AT_ONCE: Duration = Duration::from_millis(200);
