//! One request to one target, once: what fails is never sent to another.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::targets::Targets;

/// What the client gets.
pub(crate) type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// The way to the targets, with connections that are kept.
#[derive(Debug)]
pub(crate) struct Forward {
    targets: Arc<Targets>,
    http: Client<HttpConnector, Incoming>,
    idle: Duration,
}

impl Forward {
    pub(crate) fn new(targets: Arc<Targets>, idle: Duration) -> Self {
        let mut http = Client::builder(TokioExecutor::new());
        http.retry_canceled_requests(false).set_host(false);
        http.pool_idle_timeout(KEPT).pool_timer(TokioTimer::new());
        let mut connector = HttpConnector::new();
        // A head and its body are written one after the other: held back, each would cost 40 ms.
        connector.set_nodelay(true);
        Self { targets, http: http.build(connector), idle }
    }

    /// Sends a request to the target whose turn it is, and returns its answer or our own.
    pub(crate) async fn on(&self, request: Request<Incoming>, client: IpAddr) -> Answer {
        let Some(in_flight) = self.targets.next() else {
            return ours(StatusCode::SERVICE_UNAVAILABLE);
        };
        let request = readdressed(request, in_flight.target, client);
        match tokio::time::timeout(self.idle, self.http.request(request)).await {
            Ok(Ok(answer)) => {
                let (mut head, body) = answer.into_parts();
                drop_hop_by_hop(&mut head.headers);
                // It is in flight until the last octet of the body has been passed on.
                let body = body.map_frame(move |frame| {
                    let _in_flight = &in_flight;
                    frame
                });
                Response::from_parts(head, body.boxed())
            }
            Ok(Err(_broken)) => {
                in_flight.broken();
                ours(StatusCode::BAD_GATEWAY)
            }
            Err(_elapsed) => {
                in_flight.silent();
                ours(StatusCode::GATEWAY_TIMEOUT)
            }
        }
    }
}

/// An answer of the load balancer itself.
pub(crate) fn ours(status: StatusCode) -> Answer {
    let text = format!("<html><body><h1>{status}</h1></body></html>");
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(hyper::header::SERVER, HeaderValue::from_static("awselb/2.0"));
    headers.insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    answer
}

/// The same request for `target`, which learns from headers who asked and how.
fn readdressed(
    mut request: Request<Incoming>,
    target: SocketAddr,
    client: IpAddr,
) -> Request<Incoming> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let to = Uri::builder().scheme("http").authority(target.to_string()).path_and_query(path);
    *request.uri_mut() = to.build().expect("the parts of a URI");
    let headers = request.headers_mut();
    drop_hop_by_hop(headers);
    // Appended, never believed: only the last address is of our own knowledge.
    let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|one| one.to_str().ok());
    let mut addresses: Vec<_> = said.map(str::to_owned).collect();
    addresses.push(client.to_string());
    let addresses = HeaderValue::try_from(addresses.join(", ")).expect("addresses are ASCII");
    headers.insert(FORWARDED_FOR, addresses);
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
    headers.insert(FORWARDED_PORT, HeaderValue::from_static("443"));
    request
}

/// Removes what concerns one connection only [RFC 9110 §7.6.1].
fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named = headers.get_all(CONNECTION).iter().filter_map(|one| one.to_str().ok());
    let named: Vec<_> = named
        .flat_map(|list| list.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        .collect();
    for name in named.iter().chain(&[CONNECTION, KEEP_ALIVE, TE, TRANSFER_ENCODING, UPGRADE]) {
        headers.remove(name);
    }
}

/// How long an unused connection to a target is kept: targets must keep theirs longer.
const KEPT: Duration = Duration::from_mins(1);
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
