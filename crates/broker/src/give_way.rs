//! Giving way between two pieces of work that each take a processor for long.

use std::future::poll_fn;
use std::task::Poll;

/// Gives way once to whoever else is ready, and goes on as soon as it is let: whoever polls this work
/// sees it pending and awake at once, which says that it waits for nothing but its turn. So it knows
/// no runtime.
pub async fn give_way() {
    let mut gave = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut gave, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
