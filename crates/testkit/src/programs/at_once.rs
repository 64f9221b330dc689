//! Work beside requests, done before they are answered, and pauses that take no time.

use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Background, Work};

/// Does all work at once, however impatient anybody is.
#[derive(Debug)]
pub struct AtOnce;

#[async_trait]
impl Background for AtOnce {
    async fn run(&self, work: Work, _: Duration) {
        work.await;
    }

    async fn pause(&self, _: Duration) {
        tokio::task::yield_now().await;
    }

    fn go_on(&self, work: Work) {
        tokio::spawn(work);
    }
}
