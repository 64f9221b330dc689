//! What is said of requests that are not served, because more come than can be.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::LOGIN_LIFE;
use silta_oidc::OAuthErrorCode;
use tracing::{info, warn};

use super::bodies::{Bodies, GaveWay};
use super::turns::{Purpose, TurnError, Turns};
use super::{connection, page};
use crate::current::Shared;
use crate::metrics::Metrics;

/// What all workers of a process share: the bodies that are being read, and what was refused.
pub(crate) struct Load {
    pub(super) bodies: Arc<Bodies>,
    metrics: Arc<Metrics>,
    /// How many requests were refused since refusing began; 0 when none is.
    refused: AtomicU64,
    started: Instant,
}

impl Load {
    /// Nothing is worked on yet.
    pub(crate) fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        let (bodies, refused) = (Arc::default(), AtomicU64::new(0));
        Arc::new(Self { bodies, metrics, refused, started: Instant::now() })
    }

    /// Whether a login that began before this process may still be open.
    pub(super) fn is_young(&self) -> bool {
        self.started.elapsed() < LOGIN_LIFE
    }

    /// Counts a request that was refused at an endpoint because too many came, and says in the log
    /// when that begins and when it has ended. Others that nobody works on are no sign of a rush.
    fn unserved(self: &Arc<Self>, endpoint: &'static str, why: Unserved) {
        match why {
            Unserved::Busy => {}
            Unserved::Gone | Unserved::Younger => return,
        }
        self.metrics.shed(endpoint);
        if self.refused.fetch_add(1, Ordering::Relaxed) == 0 {
            warn!("more requests come than can be served: some are refused");
            actix_web::rt::spawn(self.clone().until_quiet());
        }
    }

    async fn until_quiet(self: Arc<Self>) {
        let mut seen = 0;
        loop {
            tokio::time::sleep(QUIET).await;
            let now = self.refused.load(Ordering::Relaxed);
            if now == seen {
                break;
            }
            seen = now;
        }
        let refused = self.refused.swap(0, Ordering::Relaxed);
        info!(refused, "all requests are served again");
    }
}

/// Why a request is not worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unserved {
    /// More came than can be served: it is refused, and counted.
    Busy,
    /// Its client has gone.
    Gone,
    /// A younger one came for the same login.
    Younger,
}

/// Works on `request`, one turn at a time.
///
/// # Errors
/// [`Unserved`]: nothing of the work was done.
pub(super) async fn work<F: Future>(
    turns: &Turns,
    purpose: Purpose,
    (shared, request): (&Shared, &HttpRequest),
    work: F,
) -> Result<F::Output, Unserved> {
    let source = shared.trusted_proxies.source(request);
    let has_gone = || connection::client_has_gone(request);
    Ok(turns.work(purpose, source, has_gone, work).await?)
}

/// Answers a person's request that is not worked on.
pub(super) fn unserved_page(
    shared: &Shared,
    request: &HttpRequest,
    endpoint: &'static str,
    why: Unserved,
) -> HttpResponse {
    shared.load.unserved(endpoint, why);
    match why {
        Unserved::Gone => HttpResponse::ServiceUnavailable().finish(),
        // A browser that sent two for one login shows what the younger one came to.
        Unserved::Busy | Unserved::Younger => page::busy(request),
    }
}

/// Answers a client's request that is not worked on.
pub(super) fn unserved_json(
    shared: &Shared,
    endpoint: &'static str,
    why: Unserved,
) -> HttpResponse {
    shared.load.unserved(endpoint, why);
    match why {
        Unserved::Gone => HttpResponse::ServiceUnavailable().finish(),
        Unserved::Busy | Unserved::Younger => {
            let told = "too many requests came at once; send it again in a moment";
            HttpResponse::ServiceUnavailable()
                .json(OAuthErrorCode::TemporarilyUnavailable.body(told))
        }
    }
}

impl From<TurnError> for Unserved {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Busy => Self::Busy,
            TurnError::Gone => Self::Gone,
        }
    }
}

impl From<GaveWay> for Unserved {
    fn from(gave_way: GaveWay) -> Self {
        match gave_way {
            GaveWay::ToOthers => Self::Busy,
            GaveWay::ToYounger => Self::Younger,
        }
    }
}

/// So long without a refusal, and the rush is over.
const QUIET: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemClock;

    #[actix_web::test]
    async fn only_a_request_that_too_many_others_kept_out_is_counted() {
        let metrics = Arc::new(Metrics::new("", Arc::new(SystemClock)));
        let load = Load::new(metrics.clone());
        load.unserved("acs", Unserved::Gone);
        load.unserved("acs", GaveWay::ToYounger.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 0, "nothing is said of it");
        assert!(!metrics.text().contains("requests_shed_total{"), "nor counted");
        load.unserved("acs", Unserved::Busy);
        load.unserved("acs", GaveWay::ToOthers.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 2);
        assert!(metrics.text().contains("silta_requests_shed_total{endpoint=\"acs\"} 2\n"));
    }
}
