//! The regular check of open logins.

use std::sync::Arc;
use std::time::Duration;

use crate::app_state::CurrentState;
use crate::assemble::Services;

/// Checks them every second, for as long as the process runs.
pub(crate) async fn check_regularly(current: Arc<CurrentState>, services: Arc<Services>) {
    loop {
        current.get().broker.check_open_logins().await;
        services.metrics.open_logins(services.open_logins.totals());
        tokio::time::sleep(INTERVAL).await;
    }
}

/// What is due within it, even at a thousand logins a second, is looked for at once.
const INTERVAL: Duration = Duration::from_secs(1);
