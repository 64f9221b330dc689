//! Clients that have yet to be told of logouts.

use std::sync::Arc;
use std::time::Duration;

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::jitter::jittered;

/// Tells those again that are due, for as long as the process runs.
pub(crate) async fn notify_regularly(current: Arc<CurrentState>, services: Arc<Services>) {
    loop {
        current.get().broker.notify_again().await;
        tokio::time::sleep(jittered(INTERVAL, services.entropy.as_ref())).await;
    }
}

/// A client that was not told is tried again after a quarter of a minute; eight reads are nothing to Redis.
const INTERVAL: Duration = Duration::from_secs(5);
