//! Tells a step that waits for something from one that has more to compute.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

/// The waker of one request. A step that ends pending and has woken it meanwhile waits for nothing: its
/// request gives way between two pieces of work that each take long.
#[derive(Default)]
pub(super) struct StepWaker(Option<(Arc<Inner>, Waker)>);

struct Inner {
    task: Waker,
    woken: AtomicBool,
}

impl StepWaker {
    /// Does a step of the task that `cx` wakes. Beside what it came to, whether it woke itself.
    pub(super) fn step<T>(
        &mut self,
        cx: &Context<'_>,
        step: impl FnOnce(&mut Context<'_>) -> T,
    ) -> (T, bool) {
        // A task keeps its waker, so one is made for each request and not for each step.
        let kept = self.0.take().filter(|(inner, _)| inner.task.will_wake(cx.waker()));
        let (inner, waker) = self.0.insert(kept.unwrap_or_else(|| {
            let inner = Arc::new(Inner { task: cx.waker().clone(), woken: AtomicBool::new(false) });
            (inner.clone(), Waker::from(inner))
        }));
        inner.woken.store(false, Ordering::Relaxed);
        let outcome = step(&mut Context::from_waker(waker));
        (outcome, inner.woken.load(Ordering::Relaxed))
    }
}

impl Wake for Inner {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.task.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_step_that_wakes_itself_has_more_to_compute() {
        let mut waker = StepWaker::default();
        let cx = Context::from_waker(Waker::noop());
        assert!(waker.step(&cx, |cx| cx.waker().wake_by_ref()).1);
        let (kept, woken) = waker.step(&cx, |cx| cx.waker().clone());
        assert!(!woken);
        // What wakes it between two steps is what it waited for.
        kept.wake();
        assert!(!waker.step(&cx, |_| ()).1);
    }
}
