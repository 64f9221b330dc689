//! The HTTP face: handlers that read, ask the broker once, and render.

pub(crate) mod admin;
mod bodies;
mod body;
mod client_request;
pub(crate) mod connection;
mod cookie;
mod cookie_header;
mod cors;
mod endpoint;
mod headers;
mod load;
mod login;
mod logout;
mod logout_page;
mod logout_texts;
mod lost_messages;
mod navigation;
mod not_served;
mod oidc;
mod page;
mod provider_callback;
mod provider_logout;
mod received_logout;
mod refused_method;
mod request_span;
mod saml;
mod saml_idp;
mod saml_slo;
mod session_cookie;
mod texts;
mod token_status;
mod turns;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse};
use connection::{Descriptors, Listener};
use endpoint::Endpoint;
use tracing::warn;

use crate::app_state::{AppState, CurrentState};
use crate::metrics::Metrics;

pub(crate) use load::Load;
use lost_messages::LostMessages;
use turns::Turns;

/// Serves what is current on a listener that is already bound. Each of the [`workers`] threads does
/// `at_start` once, before its first request.
///
/// # Errors
/// When the operating system refuses the socket.
pub(crate) fn serve(
    current: Arc<CurrentState>,
    metrics: Arc<Metrics>,
    socket: TcpListener,
    at_start: impl Fn() + Send + Clone + 'static,
) -> std::io::Result<Server> {
    // The text of the configuration stays, so the path does.
    let path = base_path_of(&current.get());
    let bound = Descriptors::of_this_process().for_connections(CONNECTIONS);
    if bound < CONNECTIONS {
        warn!(
            connections = bound,
            instead_of = CONNECTIONS,
            "this process may open few files, so it serves few connections: raise its hard limit (ulimit -Hn)"
        );
    }
    let lost = Data::new(LostMessages::default());
    let base_path = Data::new(BasePath { path: path.clone(), warned: AtomicBool::new(false) });
    let limits = current.clone();
    let longest_body =
        Arc::new(move |path: &str| endpoint::max_octets(endpoints(), path, &limits.get()));
    let listener = Listener { name: "public", socket, workers: workers(), bound, longest_body };
    connection::serve(listener, metrics, move || {
        at_start();
        App::new()
            .app_data(Data::from(current.clone()))
            .app_data(base_path.clone())
            .app_data(lost.clone())
            // One for each worker: each has a core.
            .app_data(Data::new(Turns::default()))
            .wrap(actix_web::middleware::from_fn(refused_method::shown))
            .wrap(actix_web::middleware::from_fn(request_span::in_span))
            .wrap(actix_web::middleware::from_fn(headers::on_everything))
            .service(web::scope(&path).configure(|app| {
                endpoints().for_each(|endpoint| endpoint.register(app));
            }))
            .default_service(web::to(nothing_here))
    })
}

/// Binds `address`.
///
/// # Errors
/// When it is taken, or not ours.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Everything stands below the path of `public_url`, whatever Host a request names.
fn base_path_of(state: &AppState) -> String {
    let issuer = state.oidc.issuer().as_str();
    let after_scheme = issuer.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}"))
}

/// Every endpoint; each protocol declares its own.
fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [
        oidc::ENDPOINTS,
        token_status::ENDPOINTS,
        logout::ENDPOINTS,
        saml_idp::ENDPOINTS,
        provider_callback::ENDPOINTS,
        provider_logout::ENDPOINTS,
        saml::ENDPOINTS,
        saml_slo::ENDPOINTS,
    ]
    .into_iter()
    .flatten()
}

async fn nothing_here(request: HttpRequest, base_path: Data<BasePath>) -> HttpResponse {
    if base_path.is_stripped_from(request.path()) && !base_path.warned.swap(true, Ordering::Relaxed)
    {
        let path = base_path.path.as_str();
        warn!(path, "requests come without the path of public_url: does a proxy strip it?");
    }
    if base_path.holds_saml(request.path()) {
        return lost_messages::nothing_here(&request);
    }
    page::nothing_here(&request)
}

/// The path that everything stands below.
struct BasePath {
    path: String,
    /// Whether it was said that a request came without it: once is enough.
    warned: AtomicBool,
}

impl BasePath {
    /// Whether messages of identity providers come below it.
    fn holds_saml(&self, path: &str) -> bool {
        path.strip_prefix(&*self.path).is_some_and(|below| below.starts_with("/saml/"))
    }

    fn is_stripped_from(&self, path: &str) -> bool {
        !self.path.is_empty() && endpoints().any(|endpoint| endpoint.is_meant_by(path))
    }
}

/// Threads that serve requests. One for each core: two that share one would each make the other's requests wait.
pub(crate) fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS)
}

/// Two cores serve a thousand logins a second; memory counts more.
const MOST_WORKERS: usize = 2;
/// Connections at a time. One may hold 178 KiB: 128 of octets that are not parsed yet, a long head for
/// instance, 32 of a body that waits for its reader, 18 of answer and state. All are 261 MiB, half of the
/// smallest task that is recommended. A load balancer at full load needs a hundred.
const CONNECTIONS: usize = 1_500;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_pages_name_every_endpoint() {
        let page = include_str!("../../../docs/reference/logs.md");
        let spans = page.lines().skip_while(|line| !line.starts_with("| span |")).skip(2);
        let spans = spans.take_while(|line| line.starts_with('|'));
        let named: BTreeSet<_> = spans
            .filter_map(|line| line.split('|').nth(1))
            .flat_map(|names| names.split(',').map(|name| name.trim().trim_matches('`')))
            .collect();
        assert_eq!(named, endpoints().filter_map(|endpoint| endpoint.step).collect());
        let page = include_str!("../../../docs/explanation/architecture.md");
        for path in endpoints().map(|endpoint| endpoint.path) {
            assert!(page.contains(&format!("`{path}`")), "{path}");
        }
    }
}
