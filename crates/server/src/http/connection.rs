//! Connections: our own socket below the HTTP library, and our own bounds around it.
//!
//! The library parses HTTP and calls the application. It has no timer for a second head, for an answer
//! that nobody takes, and for a refused chunked body whose rest never comes. So each connection of ours
//! stands between two layers: [`socket::Socket`] below sees octets, [`request::counted`] above sees
//! requests, and [`progress::Progress`] between them knows how long the connection may stay as it is.
//! [`low_priority::LowPriority`] lets crowds and refused bodies wait for everybody else.
//! [`registry::Connections`] knows all of them, and whose turn to end it is when there are too many.

mod descriptors;
mod ended;
mod head_lines;
mod low_priority;
mod progress;
mod registry;
mod request;
mod socket;

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::body::MessageBody;
use actix_http::{HttpService, KeepAlive, Request};
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, Service as _, ServiceFactory, apply_fn_factory, map_config,
};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::{Error, HttpRequest};
use silta_broker::SourceNetwork;
use tokio::net::TcpStream;

pub(crate) use descriptors::Descriptors;
use low_priority::LowPriority;
use progress::Progress;
use registry::{Admitted, Connections};
use socket::Socket;

use crate::metrics::Metrics;

/// A listener, and what its connections may take of the process.
pub(crate) struct Listener {
    /// The word for it in metrics and log lines.
    pub(crate) name: &'static str,
    pub(crate) socket: TcpListener,
    /// Threads that serve its connections; one more accepts them.
    pub(crate) workers: usize,
    /// Connections at a time.
    pub(crate) bound: usize,
    /// The most octets that a body to this path may have.
    pub(crate) longest_body: Arc<dyn Fn(&str) -> usize + Send + Sync>,
}

/// Serves an application on a listener.
///
/// # Errors
/// When the operating system refuses the socket.
pub(crate) fn serve<F, I, S, B>(
    listener: Listener,
    metrics: Arc<Metrics>,
    app: F,
) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let Listener { name, socket, workers, bound, longest_body } = listener;
    let connections = Connections::new(name, bound, metrics);
    let server = Server::build()
        .workers(workers)
        .disable_signals()
        .shutdown_timeout(DRAIN_SECONDS)
        .max_concurrent_connections(bound.div_ceil(workers) + OVERSHOOT);
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen(name, socket, move || {
        let stopping = stopping.clone();
        let longest_body = longest_body.clone();
        let http = HttpService::build()
            // Idle connections end by our own clock, which knows more.
            .keep_alive(KeepAlive::Os)
            .client_request_timeout(progress::HEAD)
            .client_disconnect_timeout(progress::LINGER)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|socket: &Socket<TcpStream>, data| {
                data.insert(socket.progress().clone());
            })
            .expect(move |request: Request| {
                let most = longest_body(request.path());
                async move { request::expected(request, most) }
            })
            .h1(request::counted(map_config(app(), |()| AppConfig::default())));
        let (connections, others) = (connections.clone(), LowPriority::default());
        apply_fn_factory(http, move |stream: TcpStream, http| {
            // A peer that has gone by now has no address any more.
            let peer = stream.peer_addr().ok();
            let progress = Rc::new(Progress::default());
            let admitted = peer.map(|peer| {
                connections.admit(SourceNetwork::of(peer.ip()), progress.whole.clone())
            });
            let crowded = admitted.as_ref().is_some_and(Admitted::is_crowded);
            let socket = Socket::new(stream, progress.clone(), (crowded, &others));
            let dispatcher = http.call((socket, peer));
            async move {
                if let Some(admitted) = admitted {
                    progress::watched(dispatcher, &progress, admitted).await;
                }
                Ok(())
            }
        })
    })?;
    Ok(server.run())
}

/// Whether the client of a request has gone, so that work for it need not be begun. One that only closed
/// its writing side counts, too: no browser and no proxy does that while it waits.
pub(crate) fn client_has_gone(request: &HttpRequest) -> bool {
    request.conn_data::<Rc<Progress>>().is_some_and(|progress| progress.gone())
}

/// What is in flight when the process is told to stop gets this long: less than the 60 s after which
/// the recommended task definition has it killed.
const DRAIN_SECONDS: u64 = 25;
/// Connections of a worker that are accepted and not yet counted, or told to end and not yet ended.
/// Beyond it nothing is accepted until one has.
const OVERSHOOT: usize = 32;
