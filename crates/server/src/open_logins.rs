//! What has to be done for the logins that are open, request or not.

use std::sync::Arc;
use std::time::Duration;

use crate::assemble::Outside;
use crate::current::Current;

/// Looks after them for as long as the process runs.
pub(crate) async fn look_after(current: Arc<Current>, outside: Arc<Outside>) {
    loop {
        current.get().broker.check_open_logins().await;
        outside.metrics.open_logins(outside.open_logins.totals());
        tokio::time::sleep(INTERVAL).await;
    }
}

/// What is due within it, even at a thousand logins a second, is looked for at once.
const INTERVAL: Duration = Duration::from_secs(1);
