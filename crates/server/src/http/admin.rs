//! The admin listener: health for orchestrators and metrics for operators. It has a port of its own,
//! which is never published.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use serde::Serialize;
use serde_json::json;

use super::connection::{self, Listener};
use crate::finding::Finding;
use crate::health::{Health, Readiness};
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;
use crate::running_configuration::RunningConfiguration;

/// The state of the admin listener.
pub(crate) struct AdminState {
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Arc<LogWriter>,
}

/// The answer to `/health/ready`.
#[derive(Serialize)]
struct Detail {
    #[serde(flatten)]
    readiness: Readiness,
    configuration: RunningConfiguration,
}

/// Serves health and metrics.
///
/// # Errors
/// When the operating system refuses the socket.
pub(crate) fn serve(shown: AdminState, socket: TcpListener) -> std::io::Result<Server> {
    let metrics = shown.metrics.clone();
    let shown = Data::new(shown);
    // Threads, connections and descriptors of its own: what happens at the public listener is no reason
    // to take a replica for dead, nor the other way round.
    // No body is read here.
    let longest_body = Arc::new(|_: &str| 0);
    let listener = Listener { name: "admin", socket, workers: 1, bound: CONNECTIONS, longest_body };
    connection::serve(listener, metrics, move || {
        App::new()
            .app_data(shown.clone())
            .service(web::resource("/health/live").get(live).route(web::head().to(live)))
            .service(web::resource("/health/startup").get(live).route(web::head().to(live)))
            .service(web::resource("/health/ready").get(ready).route(web::head().to(ready)))
            .service(web::resource("/metrics").get(self::metrics))
    })
}

/// The process answers: no dependency is asked, so that a blip of one restarts nobody. It listens
/// only once everything is assembled, so this is the answer to start-up probes too.
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// Whether to send people here; the reasons when not. A log that nobody reads is only a warning: the
/// other replicas have the same reader, and logins must go on.
async fn ready(shown: Data<AdminState>) -> HttpResponse {
    let mut told = shown.health.readiness();
    if let Some(why) = shown.log.losing() {
        told.warnings.push(Finding::log_lost(why.sentence()));
    }
    let mut answer = match told.reasons.as_slice() {
        [] => HttpResponse::Ok(),
        _ => HttpResponse::ServiceUnavailable(),
    };
    answer.json(Detail { readiness: told, configuration: shown.health.configuration() })
}

async fn metrics(shown: Data<AdminState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(shown.metrics.text())
}

/// An orchestrator's probes, a load balancer's, and those who scrape metrics: a handful each.
const CONNECTIONS: usize = 32;
