//! Work that goes on when its request is answered.

use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Background, Work};

/// Does it on the thread of its request.
pub(crate) struct BesideRequests;

#[async_trait]
impl Background for BesideRequests {
    async fn run(&self, work: Work, patience: Duration) {
        let work = tokio::spawn(work);
        // Whether it has ended is seen by what it did.
        let _ = tokio::time::timeout(patience, work).await;
    }
}
