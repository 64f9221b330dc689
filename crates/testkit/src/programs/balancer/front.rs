//! What clients talk to: HTTP/1.1 over TLS, within the limits of a load balancer.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener as Listener;
use tokio_rustls::TlsAcceptor;

use super::forward::{Forward, ours};
use super::targets::Targets;

/// Serves until it is dropped.
pub(super) async fn serve(
    listener: TcpListener,
    tls: TlsAcceptor,
    targets: Arc<Targets>,
    idle: Duration,
) {
    let listener = Listener::from_std(listener).unwrap();
    let forward = Arc::new(Forward::new(targets, idle));
    loop {
        let Ok((line, client)) = listener.accept().await else { continue };
        let (tls, forward) = (tls.clone(), forward.clone());
        tokio::spawn(async move {
            // Whoever does not get through the handshake is as good as gone.
            let Ok(line) = tls.accept(line).await else { return };
            let answer = service_fn(|request| answer(&forward, request, client));
            let mut http = http1::Builder::new();
            // Beyond every limit below, so that those decide.
            http.max_buf_size(4 * HEADERS).max_headers(200);
            // A client may go away at any time.
            let _ = http.serve_connection(TokioIo::new(line), answer).await;
        });
    }
}

async fn answer(
    forward: &Forward,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Result<super::forward::Answer, Infallible> {
    Ok(match too_large(&request) {
        Some(status) => ours(status),
        None => forward.on(request, client.ip()).await,
    })
}

/// Whether a load balancer would refuse this request for its size, and how.
fn too_large(request: &Request<Incoming>) -> Option<StatusCode> {
    // METHOD, the target, HTTP/1.1, and two spaces between them.
    let line = request.method().as_str().len() + request.uri().to_string().len() + 10;
    if line > LINE {
        return Some(StatusCode::URI_TOO_LONG);
    }
    // Name, colon, space, value.
    let headers = request.headers().iter();
    let sizes: Vec<_> =
        headers.map(|(name, value)| name.as_str().len() + value.len() + 2).collect();
    let over = sizes.iter().any(|size| *size > LINE) || sizes.iter().sum::<usize>() > HEADERS;
    over.then_some(StatusCode::BAD_REQUEST)
}

/// Octets of the request line, and of each header line.
const LINE: usize = 16 * 1024;
/// Octets of all header lines together.
const HEADERS: usize = 64 * 1024;
