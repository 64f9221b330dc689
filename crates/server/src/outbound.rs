//! Outgoing HTTPS: one client, bounded in every direction.
//!
//! Whoever runs a provider decides what its answers are like, and whoever controls a name decides
//! where it leads. Neither may hold a request for long, fill the memory, or send us and a client
//! secret to a place that only this machine can reach
//! ([ADR 31](../../../docs/adr/0031-one-bounded-client-for-outgoing-https.md)).

mod address;
mod cause;
mod error;
mod resolver;
mod response;
mod roots;
#[cfg(test)]
mod tests;

use silta_oidc::OutboundUrl;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue, InvalidHeaderValue,
};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, retry};
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::{
    OutboundHttp, OutboundHttpError, OutboundMethod, OutboundRequest, OutboundResponse,
};
use tokio::sync::Semaphore;
use url::Host;

pub(crate) use address::Loopback;
pub(crate) use error::HttpsClientError;
use resolver::{GuardedResolver, Lookup, SystemLookup};
use roots::Roots;

use crate::spans::TracedHttp;

/// A way out to one peer, with a span of this name around each request. Whoever has another peer takes
/// another: a slow one uses up only its own turns.
///
/// # Errors
/// [`HttpsClientError`].
pub(crate) fn way_out(
    step: &'static str,
    loopback: Loopback,
) -> Result<Arc<dyn OutboundHttp>, HttpsClientError> {
    let https = HttpsClient::new(&Roots::of_machine()?, loopback)?;
    Ok(Arc::new(TracedHttp { https, step }))
}

/// The way to one peer.
struct HttpsClient {
    http: Client,
    loopback: Loopback,
    turns: Semaphore,
}

impl HttpsClient {
    /// A client that accepts the certificates of `roots`.
    ///
    /// # Errors
    /// [`HttpsClientError::NoClient`].
    fn new(roots: &Roots, loopback: Loopback) -> Result<Self, HttpsClientError> {
        Self::bounded(roots, loopback, Arc::new(SystemLookup::new()), BOUNDS)
    }

    fn bounded(
        roots: &Roots,
        loopback: Loopback,
        lookup: Arc<dyn Lookup>,
        bounds: Bounds,
    ) -> Result<Self, HttpsClientError> {
        let http = Client::builder()
            .tls_backend_preconfigured(roots.tls()?)
            .https_only(loopback == Loopback::Refused)
            .dns_resolver(GuardedResolver::new(lookup, loopback))
            // A proxy would resolve names itself, and whoever sets a variable would see the traffic.
            .no_proxy()
            .redirect(Policy::none())
            // Whether a token request that failed may be repeated is not decided here.
            .retry(retry::never())
            .referer(false)
            // None of these is compiled in; this holds if one ever is.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .connect_timeout(bounds.connect)
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_idle_timeout(IDLE)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|_| HttpsClientError::NoClient)?;
        Ok(Self { http, loopback, turns: Semaphore::new(bounds.under_way) })
    }

    /// An address in the URL itself is never resolved, so it is checked here. So is plain http,
    /// whose names lead to this machine alone: see the resolver.
    fn check(&self, url: &OutboundUrl) -> Result<(), OutboundHttpError> {
        let url = url.as_url();
        let allowed = match url.host() {
            Some(Host::Ipv4(ip)) => address::is_allowed(ip.into(), self.loopback),
            Some(Host::Ipv6(ip)) => address::is_allowed(ip.into(), self.loopback),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        let encrypted = url.scheme() == "https" || self.loopback == Loopback::Allowed;
        if allowed && encrypted { Ok(()) } else { Err(OutboundHttpError::AddressNotAllowed) }
    }

    fn build(&self, request: &OutboundRequest<'_>) -> Result<RequestBuilder, InvalidHeaderValue> {
        let url = request.url.as_url().clone();
        let mut builder = match request.method {
            OutboundMethod::Get => self.http.get(url),
            OutboundMethod::PostForm(form) => self
                .http
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.expose_secret().to_owned()),
        };
        builder = builder.header(ACCEPT, request.accept).header(ACCEPT_ENCODING, "identity");
        if let Some(credentials) = request.authorization {
            builder = builder.header(AUTHORIZATION, sensitive(credentials)?);
        }
        Ok(builder)
    }

    async fn exchange(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        let builder = self.build(request).map_err(|_invalid| OutboundHttpError::UnusableRequest)?;
        let response = builder.send().await.map_err(|error| cause::of(&error))?;
        response::read(response, request.max_body).await
    }
}

#[async_trait]
impl OutboundHttp for HttpsClient {
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        self.check(request.url)?;
        let time_out = tokio::time::sleep(request.time_out);
        tokio::pin!(time_out);
        let turn = tokio::select! {
            biased;
            turn = self.turns.acquire() => turn,
            () = &mut time_out => return Err(OutboundHttpError::Busy),
        };
        // Nobody closes it; if somebody does, there is no turn.
        let _turn = turn.map_err(|_closed| OutboundHttpError::Busy)?;
        tokio::select! {
            biased;
            response = self.exchange(request) => response,
            () = &mut time_out => Err(OutboundHttpError::NoAnswer),
        }
    }
}

impl fmt::Debug for HttpsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsClient").field("loopback", &self.loopback).finish_non_exhaustive()
    }
}

/// A header that the library prints nothing of.
fn sensitive(value: &SecretString) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(value.expose_secret())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The bounds that tests narrow.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// For a connection: TCP and TLS together.
    connect: Duration,
    /// How many requests may be under way at once.
    under_way: usize,
}

const BOUNDS: Bounds = Bounds {
    // A provider across the world needs a second. A packet that is dropped on the way out is told as
    // such before the time-out of the whole request.
    connect: Duration::from_secs(3),
    // Two requests of 0.3 s for each login: a hundred logins a second. With the largest head that
    // the library reads (some 400 KiB) and a body of 128 KiB, a hostile provider takes 32 MiB.
    under_way: 64,
};
/// Providers send ten to thirty.
const MAX_HEADERS: usize = 64;
/// A quarter of the busiest second; the others are opened anew.
const MAX_IDLE: usize = 16;
/// Shorter than the shortest common keep-alive (5 s, of Node and Apache): a token request on a
/// connection that its server closes at this moment would be lost, with the code in it.
const IDLE: Duration = Duration::from_secs(4);
/// No version: what it could tell is of use to attackers alone.
const USER_AGENT: &str = "silta";
