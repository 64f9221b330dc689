//! Steps of connections that let everything else on their thread go first.
//!
//! When thousands of connections come in one instant, or bodies that were refused are thrown away, each
//! step is short, but the runtime takes all of them in the order in which they became ready, and somebody
//! who comes meanwhile waits behind all. So such steps wait in lines of their own, of which a few go on
//! for each look at the sockets: whoever came meanwhile goes before the next.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To read the first octets of a connection, one of many.
    Arrive,
    /// To throw away what follows a refused body.
    Discard,
}

/// The lines of one thread.
#[derive(Clone, Default)]
pub(super) struct LowPriority(Rc<Lines>);

#[derive(Default)]
struct Lines {
    arriving: RefCell<VecDeque<Rc<Step>>>,
    discarding: RefCell<VecDeque<Rc<Step>>>,
    /// Whether somebody calls those who wait.
    called: Cell<bool>,
}

/// A step that waits; its connection holds it, too.
struct Step {
    may_go: Cell<bool>,
    waker: RefCell<Waker>,
}

/// A connection, in a line or not.
pub(super) struct Place {
    lines: LowPriority,
    step: Option<Rc<Step>>,
}

impl LowPriority {
    pub(super) fn place(&self) -> Place {
        Place { lines: self.clone(), step: None }
    }

    /// Calls some steps after each look at the sockets, until nobody waits.
    async fn call_each(self) {
        loop {
            // The runtime comes back to a task that yields once it has looked at its sockets.
            tokio::task::yield_now().await;
            let mut called = 0;
            for (line, most) in [(&self.0.arriving, ARRIVALS), (&self.0.discarding, STEPS)] {
                while called < most
                    && let Some(next) = next(line)
                {
                    next.may_go.set(true);
                    next.waker.borrow().wake_by_ref();
                    called += 1;
                }
            }
            if called == 0 {
                break;
            }
        }
        self.0.called.set(false);
    }
}

/// The first whose connection has not ended.
fn next(line: &RefCell<VecDeque<Rc<Step>>>) -> Option<Rc<Step>> {
    let mut line = line.borrow_mut();
    std::iter::from_fn(|| line.pop_front()).find(|step| Rc::strong_count(step) > 1)
}

impl Place {
    /// Whether one step may go on now. The next one waits anew.
    pub(super) fn poll_step(&mut self, purpose: Purpose, cx: &Context<'_>) -> Poll<()> {
        if let Some(step) = &self.step {
            if step.may_go.get() {
                self.step = None;
                return Poll::Ready(());
            }
            step.waker.borrow_mut().clone_from(cx.waker());
            return Poll::Pending;
        }
        let (may_go, waker) = (Cell::new(false), RefCell::new(cx.waker().clone()));
        let step = Rc::new(Step { may_go, waker });
        self.step = Some(step.clone());
        let Lines { arriving, discarding, called } = &*self.lines.0;
        match purpose {
            Purpose::Arrive => arriving.borrow_mut().push_back(step),
            Purpose::Discard => discarding.borrow_mut().push_back(step),
        }
        if !called.replace(true) {
            actix_web::rt::spawn(self.lines.clone().call_each());
        }
        Poll::Pending
    }
}

/// Four take less than half a millisecond. With one, a crowd would not come in faster than it is served,
/// and would wait here for long where most of it is to be refused at once.
const STEPS: usize = 4;
/// So many of them are arrivals where there are as many: what is thrown away can wait, but not for ever.
const ARRIVALS: usize = 3;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn step(place: &mut Place, purpose: Purpose) {
        poll_fn(|cx| place.poll_step(purpose, cx)).await;
    }

    /// A thousand steps that wait; how many of them went on.
    fn a_thousand(lines: &LowPriority, purpose: Purpose) -> Rc<Cell<usize>> {
        let steps = Rc::new(Cell::new(0));
        for _ in 0..1000 {
            let (mut place, steps) = (lines.place(), steps.clone());
            actix_web::rt::spawn(async move {
                step(&mut place, purpose).await;
                steps.set(steps.get() + 1);
            });
        }
        steps
    }

    #[actix_web::test]
    async fn between_two_steps_others_are_served_first() {
        let lines = LowPriority::default();
        let steps = a_thousand(&lines, Purpose::Arrive);
        // Somebody else, who needs the sockets to be looked at ten times.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(steps.get() <= 12 * STEPS, "{} went before", steps.get());
        while steps.get() < 1000 {
            tokio::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn who_arrives_goes_before_what_is_thrown_away_which_goes_on_nevertheless() {
        let lines = LowPriority::default();
        let discards = a_thousand(&lines, Purpose::Discard);
        tokio::task::yield_now().await;
        let arrivals = a_thousand(&lines, Purpose::Arrive);
        while arrivals.get() < 900 {
            tokio::task::yield_now().await;
        }
        assert!((200..400).contains(&discards.get()), "{} were thrown away", discards.get());
    }

    #[actix_web::test]
    async fn who_has_gone_holds_up_nobody() {
        let lines = LowPriority::default();
        let mut gone = lines.place();
        let noop = Context::from_waker(Waker::noop());
        assert!(gone.poll_step(Purpose::Arrive, &noop).is_pending());
        drop(gone);
        let mut place = lines.place();
        step(&mut place, Purpose::Arrive).await;
        step(&mut place, Purpose::Discard).await;
        assert!(lines.0.arriving.borrow().is_empty() && lines.0.discarding.borrow().is_empty());
    }
}
