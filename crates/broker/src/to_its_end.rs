//! Work that is done to its end, whatever becomes of the request that began it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::broker::Ports;
use crate::ports::Background;

/// Work of a request, which goes on beside it once the request is given up: its browser has gone, say.
pub(crate) struct ToItsEnd<T: Send + 'static> {
    /// `None` once it is done.
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    background: Arc<dyn Background>,
}

impl Ports {
    /// Does all of this work or, if the process ends, the beginning of it. A future that is dropped stops at
    /// whatever it waits for, so that otherwise a connection that breaks leaves half of it.
    pub(crate) fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> ToItsEnd<T> {
        let (work, background) = (Some(Box::pin(work) as _), self.background.clone());
        ToItsEnd { work, background }
    }
}

impl<T: Send + 'static> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let done = ready!(work.as_mut().poll(cx));
        self.work = None;
        Poll::Ready(done)
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.background.go_on(Box::pin(async move { drop(work.await) }));
        }
    }
}
