//! The load of all workers, and which requests are not served.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use silta_broker::LOGIN_LIFE;
use tracing::{info, warn};

use super::bodies::{BodyBudget, Displaced};
use super::turns::TurnError;
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
    pub(super) fn count_not_served(self: &Arc<Self>, endpoint: &'static str, why: NotServedError) {
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
        let metrics = Arc::new(Metrics::new(Arc::new(SystemClock)));
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
