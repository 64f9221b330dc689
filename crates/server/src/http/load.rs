//! What is said of requests that are not served, because more come than can be.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::LOGIN_LIFE;
use silta_oidc::OAuthErrorCode;
use tracing::{info, warn};

use super::bodies::{BodyBudget, Displaced};
use super::turns::{Purpose, TurnError, Turns};
use super::{connection, page};
use crate::app_state::AppState;
use crate::metrics::Metrics;

/// What all workers of a process share: the bodies that are being read, and what was refused.
pub(crate) struct Load {
    pub(super) bodies: Arc<BodyBudget>,
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
    fn count_not_served(self: &Arc<Self>, endpoint: &'static str, why: NotServedError) {
        match why {
            NotServedError::Busy => {}
            NotServedError::Gone | NotServedError::Newer => return,
        }
        self.metrics.shed(endpoint);
        if self.refused.fetch_add(1, Ordering::Relaxed) == 0 {
            warn!("more requests come than can be served: some are refused");
            actix_web::rt::spawn(self.clone().log_end_of_overload());
        }
    }

    async fn log_end_of_overload(self: Arc<Self>) {
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

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotServedError {
    /// More came than can be served: it is refused, and counted.
    Busy,
    /// Its client has gone.
    Gone,
    /// A newer one came for the same login.
    Newer,
}

/// Works on `request`, one turn at a time.
///
/// # Errors
/// [`NotServedError`]: nothing of the work was done.
pub(super) async fn work<F: Future>(
    turns: &Turns,
    purpose: Purpose,
    (state, request): (&AppState, &HttpRequest),
    work: F,
) -> Result<F::Output, NotServedError> {
    let source = state.trusted_proxies.source(request);
    let has_gone = || connection::client_has_gone(request);
    Ok(turns.work(purpose, source, has_gone, work).await?)
}

/// Answers a person's request that is not worked on.
pub(super) fn not_served_page(
    state: &AppState,
    request: &HttpRequest,
    endpoint: &'static str,
    why: NotServedError,
) -> HttpResponse {
    state.load.count_not_served(endpoint, why);
    match why {
        NotServedError::Gone => HttpResponse::ServiceUnavailable().finish(),
        // A browser that sent two for one login shows what the younger one came to.
        NotServedError::Busy | NotServedError::Newer => page::busy(request),
    }
}

/// Answers a client's request that is not worked on.
pub(super) fn not_served_json(
    state: &AppState,
    endpoint: &'static str,
    why: NotServedError,
) -> HttpResponse {
    state.load.count_not_served(endpoint, why);
    match why {
        NotServedError::Gone => HttpResponse::ServiceUnavailable().finish(),
        NotServedError::Busy | NotServedError::Newer => {
            let told = "too many requests came at once; send it again in a moment";
            HttpResponse::ServiceUnavailable()
                .json(OAuthErrorCode::TemporarilyUnavailable.body(told))
        }
    }
}

impl From<TurnError> for NotServedError {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Busy => Self::Busy,
            TurnError::Gone => Self::Gone,
        }
    }
}

impl From<Displaced> for NotServedError {
    fn from(displaced: Displaced) -> Self {
        match displaced {
            Displaced::ForRoom => Self::Busy,
            Displaced::ByNewer => Self::Newer,
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
        load.count_not_served("acs", NotServedError::Gone);
        load.count_not_served("acs", Displaced::ByNewer.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 0, "nothing is said of it");
        assert!(!metrics.text().contains("requests_shed_total{"), "nor counted");
        load.count_not_served("acs", NotServedError::Busy);
        load.count_not_served("acs", Displaced::ForRoom.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 2);
        assert!(metrics.text().contains("silta_requests_shed_total{endpoint=\"acs\"} 2\n"));
    }
}
