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

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn go_on(&self, work: Work) {
        // There is none when the process ends, which drops its requests.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

    use silta_testkit::deadline::DEADLINE;
    use tokio::sync::oneshot;

    use super::*;

    /// Otherwise a client that does not answer keeps whoever logs out waiting.
    #[tokio::test]
    async fn a_request_is_not_kept_waiting_and_the_work_goes_on() {
        let (answer, awaited) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let work = Box::pin(async move { tell.send(awaited.await.unwrap()).unwrap() });
        let run = BesideRequests.run(work, Duration::ZERO);
        tokio::time::timeout(DEADLINE, run).await.expect("an end while the work waits");
        answer.send("an answer").unwrap();
        assert_eq!(told.await, Ok("an answer"));
    }

    #[tokio::test]
    async fn work_whose_request_was_given_up_goes_on() {
        let (tell, told) = oneshot::channel();
        BesideRequests.go_on(Box::pin(async move { tell.send("done").unwrap() }));
        assert_eq!(told.await, Ok("done"));
    }

    #[test]
    fn work_that_is_given_up_as_the_process_ends_is_no_panic() {
        BesideRequests.go_on(Box::pin(async {}));
    }

    #[tokio::test]
    async fn work_that_is_done_in_time_is_waited_for() {
        let (tell, mut told) = oneshot::channel();
        let work = Box::pin(async move {
            tokio::task::yield_now().await;
            tell.send(()).unwrap();
        });
        BesideRequests.run(work, DEADLINE).await;
        assert_eq!(told.try_recv(), Ok(()));
    }
}
