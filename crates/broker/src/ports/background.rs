//! Work beside a request.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;

/// Work that belongs to no request.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Does work that goes on when its request is answered.
#[async_trait]
pub trait Background: Send + Sync {
    /// Begins the work at once, and waits for its end for so long. The work goes on after that.
    async fn run(&self, work: Work, patience: Duration);

    /// Lets this much time go by.
    async fn pause(&self, time: Duration);

    /// Goes on with work whose request has been given up.
    fn go_on(&self, work: Work);
}
