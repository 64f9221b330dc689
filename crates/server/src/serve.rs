//! `silta serve`.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use silta_broker::ConfigurationHash;
use tokio::signal::unix::Signal;
use tracing::{error, info, warn};

use crate::app_state::CurrentState;
use crate::assemble::{Services, assemble};
use crate::certificate_warning::warn_of_expiring_certificates;
use crate::config::{Config, StoreConfig};
use crate::config_source::{ConfigError, ConfigSource, LoadedConfig};
use crate::control::ControlSocket;
use crate::file_watch::FileWatch;
use crate::follow::Follower;
use crate::http::{self, admin};
use crate::log_queue::LineKind;
use crate::log_writer::{LOG_LIMIT, LogWriter};
use crate::signals::{self, OtherSignals, StopSignals};
use crate::system::SystemClock;
use crate::{EX_UNAVAILABLE, EX_USAGE, background, console, memory_dumps, store_watch, telemetry};

/// Serves until the process is told to stop.
pub(crate) fn serve(path: &Path, watch: bool) -> ExitCode {
    let log = match LogWriter::start(Arc::new(SystemClock)) {
        Ok(log) => log,
        Err(error) => {
            console::print_error(&format!("standard output cannot be used: {}", error.kind()));
            return ExitCode::from(EX_UNAVAILABLE);
        }
    };
    let ended = System::new().block_on(run_until_stopped((path, watch), &log));
    log.finish(LOG_LIMIT);
    ended
}

async fn run_until_stopped((path, watch): (&Path, bool), log: &Arc<LogWriter>) -> ExitCode {
    // Before any key is read.
    let dumps = memory_dumps::forbid();
    // As process 1 it would otherwise not hear SIGTERM while it waits for AWS.
    let signals = (StopSignals::listen(), OtherSignals::listen(), signals::hangup());
    let (mut stop, others, hangup) = match signals {
        (Ok(stop), Ok(others), Ok(hangup)) => (stop, others, hangup),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
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
        Ok((config_source, loaded)) => {
            let traces = telemetry::start(&loaded.config.telemetry, log);
            if let Err(error) = dumps {
                warn!(fault = %error.kind(), "memory dumps cannot be switched off: a core would hold keys and persons");
            }
            actix_web::rt::spawn(others.explain());
            let watch = watch.then(|| FileWatch::of(&config_source.seen()));
            let followed = (path.to_owned(), config_source, watch, hangup);
            let ended = run(followed, loaded, stop, log.clone()).await;
            if let Some(traces) = traces {
                traces.flush().await;
            }
            ended
        }
        Err(ConfigError { message, exit_code, .. }) => {
            log.write(LineKind::Log, message.as_bytes());
            ExitCode::from(exit_code)
        }
    }
}

async fn load(path: &Path) -> Result<(ConfigSource, LoadedConfig), ConfigError> {
    let config_source = ConfigSource::read_to_serve(path).await?;
    let mut loaded = config_source.load().await?;
    loaded.warnings = loaded.warnings.and(config_source.changeable_by_others());
    Ok((config_source, loaded))
}

async fn run(
    (path, source, watch, hangup): (PathBuf, ConfigSource, Option<FileWatch>, Signal),
    loaded: LoadedConfig,
    stop: StopSignals,
    log: Arc<LogWriter>,
) -> ExitCode {
    let LoadedConfig { config, warnings, digest } = loaded;
    for warning in warnings.to_string().lines() {
        warn!(doubt = warning, "the configuration is doubtful");
    }
    warn_of_memory(&config);
    warn_of_expiring_certificates(&config);
    let places = (config.listen, config.admin_listen, config.control.clone());
    let every = config.refresh;
    let hash = config.hash;
    let services = Arc::new(Services::new(&config, log));
    let state = match assemble(config, &services, None) {
        Ok(state) => state,
        Err(fault) => {
            error!(%fault, "cannot start");
            return ExitCode::from(EX_USAGE);
        }
    };
    let current = Arc::new(CurrentState::new(state));
    let follower = Follower {
        path,
        source,
        digest,
        logged: warnings,
        every,
        watch,
        current: current.clone(),
        services: services.clone(),
        failing: None,
        pending: None,
    };
    actix_web::rt::spawn(follower.follow(hangup));
    match serve_until_stopped(current, services, places, (stop, hash)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(ServeError::Listen { key, address, kind }) => {
            let instead = listen_advice(kind);
            error!(key, %address, fault = %kind, instead, "cannot listen");
            ExitCode::from(EX_UNAVAILABLE)
        }
        Err(ServeError::Control(path, kind)) => {
            let (key, address, instead) = ("control.socket", path.display(), control_advice(kind));
            error!(key, %address, fault = %kind, instead, "cannot listen");
            ExitCode::from(EX_UNAVAILABLE)
        }
        Err(ServeError::Server(kind)) => {
            error!(fault = %kind, "cannot serve");
            ExitCode::from(EX_UNAVAILABLE)
        }
    }
}

/// Why the process cannot serve.
enum ServeError {
    /// The process cannot listen at `address`, which is the `key` of the configuration.
    Listen { key: &'static str, address: SocketAddr, kind: ErrorKind },
    /// The process cannot make its control socket there.
    Control(PathBuf, ErrorKind),
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

/// What to do when the process cannot listen at an address.
fn listen_advice(kind: ErrorKind) -> &'static str {
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

/// What to do when the control socket cannot be made.
fn control_advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AddrInUse => {
            "another process listens there, or a file is there that is no socket: give each replica of a machine \
             a socket of its own"
        }
        ErrorKind::NotFound => "make the folder that it shall be in",
        _ => {
            "let the user that Silta runs as write in the folder that it shall be in, such as a tmpfs at /run/silta"
        }
    }
}

/// Serves until the process is told to stop, then finishes what is in flight.
async fn serve_until_stopped(
    current: Arc<CurrentState>,
    services: Arc<Services>,
    (address, admin_address, control): (SocketAddr, Option<SocketAddr>, Option<PathBuf>),
    (mut stop, hash): (StopSignals, ConfigurationHash),
) -> Result<(), ServeError> {
    let public = listener("listen", address)?;
    // What was asked for may be port 0: any that is free.
    let address = public.local_addr()?;
    let health = services.health.clone();
    if let Some(admin_address) = admin_address {
        let listener = listener("admin_listen", admin_address)?;
        let address = listener.local_addr()?;
        let (metrics, log) = (services.metrics.clone(), services.log.clone());
        let shown = admin::AdminState { health: health.clone(), metrics, log };
        actix_web::rt::spawn(admin::serve(shown, listener)?);
        info!(%address, "health and metrics");
    }
    if let Some(path) = control {
        let socket = ControlSocket::bind(&path)
            .map_err(|error| ServeError::Control(path.clone(), error.kind()))?;
        info!(socket = %path.display(), "control");
        actix_web::rt::spawn(socket.serve(current.clone(), services.clone()));
    }
    background::start(&current, &services);
    let issuer = current.get().oidc.issuer().clone();
    let watched = (current.clone(), services.clone());
    let server = http::serve(current, services.metrics.clone(), public, move || {
        let (current, services) = watched.clone();
        actix_web::rt::spawn(store_watch::watch_connection(current, services));
    })?;
    info!(%address, %issuer, version = env!("CARGO_PKG_VERSION"), %hash, "listening");
    let handle = server.handle();
    let log = services.log.clone();
    actix_web::rt::spawn(async move {
        stop.next().await;
        health.stop();
        info!("stopping: finishing what is in flight");
        actix_web::rt::spawn(handle.stop(true));
        let signal = stop.next().await;
        warn!("stopping at once: asked a second time, what is in flight is lost");
        log.finish(FINAL_LOG_WAIT);
        // As a shell tells of a process that a signal ended.
        std::process::exit(128 + signal);
    });
    let ended = server.await;
    if let Some(emf) = &services.emf {
        emf.write();
    }
    Ok(ended?)
}

fn warn_of_memory(config: &Config) {
    if matches!(config.store, StoreConfig::Memory) {
        warn!(
            "records are kept in this process: run one replica only, and expect logins in flight to be lost at a restart"
        );
    }
}

/// A person who is in a hurry does not notice; a log that is read takes a line in less.
const FINAL_LOG_WAIT: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever runs the tests may be allowed every port, so none is tried here.
    #[test]
    fn a_privileged_port_is_told_with_the_right_that_it_needs() {
        assert!(listen_advice(ErrorKind::PermissionDenied).contains("CAP_NET_BIND_SERVICE"));
    }
}
