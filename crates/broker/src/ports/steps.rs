//! The steps of a request that take time, for whoever wants to see where it goes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Sees the steps of requests. The flow names each of its steps, so that what it calls (an upstream, a
/// capability of one) needs nothing around it.
pub trait Steps: Send + Sync {
    /// A step of this name begins. It ends when it is dropped.
    fn begin(&self, name: &'static str) -> Box<dyn Step>;
}

/// A step that has begun.
pub trait Step: Send + Sync {
    /// Works on it for a moment: calls `work` once.
    fn within(&self, work: &mut dyn FnMut());
}

impl dyn Steps + '_ {
    /// Does `work` as the step of this name.
    pub(crate) async fn run<T>(&self, name: &'static str, work: impl Future<Output = T>) -> T {
        let step = self.begin(name);
        let mut work = pin!(work);
        poll_fn(|context| {
            let mut polled = Poll::Pending;
            step.within(&mut || polled = work.as_mut().poll(context));
            polled
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<&'static str>>>);

    impl Seen {
        fn note(&self, what: &'static str) {
            self.0.lock().unwrap().push(what);
        }
    }

    impl Steps for Seen {
        fn begin(&self, name: &'static str) -> Box<dyn Step> {
            self.note(name);
            Box::new(self.clone())
        }
    }

    impl Step for Seen {
        fn within(&self, work: &mut dyn FnMut()) {
            self.note("in");
            work();
            self.note("out");
        }
    }

    #[tokio::test]
    async fn all_work_of_a_step_is_done_within_it() {
        let seen = Seen::default();
        let steps: &dyn Steps = &seen;
        let work = async {
            seen.note("first");
            tokio::task::yield_now().await;
            seen.note("second");
            7
        };
        assert_eq!(steps.run("upstream.begin", work).await, 7);
        let expected = ["upstream.begin", "in", "first", "out", "in", "second", "out"];
        assert_eq!(*seen.0.lock().unwrap(), expected);
    }
}
