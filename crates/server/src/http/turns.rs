//! Who works next on a core: beyond what it can do, requests are refused while there is still time to
//! say so, and those that are inside finish.

mod line;
mod step_waker;
mod suspects;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use silta_broker::SourceNetwork;

use self::line::{Line, Stage, Waiting};
use self::step_waker::StepWaker;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What ends a login that was answered: a code, an access token.
    Redeem,
    /// What ends a login that was begun: an answer at the ACS.
    Finish,
    /// A new login.
    Begin,
}

/// Why a request was not worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TurnError {
    /// Too many were waiting, or it waited too long.
    Busy,
    /// Its client had gone when its turn came.
    Gone,
}

/// The turns of one core. A turn is one step of a request, from one wait to the next: while a request
/// waits for Redis it has none, so a slow store holds up nobody else.
///
/// Of four turns three go to logins that were begun, two of them to what comes last in a login: its
/// tokens, which all come from one address of a client. Among equals what was started goes on, the
/// oldest first; then the source starts of which least is under way. Sources whose answers were refused
/// a moment ago come after all others. When too many wait to start, the youngest of the source that has
/// most of them is refused, and of those that come last before all others.
///
/// A request that computes for long gives way in between, by waking itself: what it has left to compute
/// comes after everything else that is ready, but for one turn in [`line::ONE_IN`]. Whose turn it is, is
/// decided when the core has looked at its sockets, so whoever is ready waits for one such piece, and not
/// for what is left of it.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<Line>>);

impl Turns {
    /// Works on a request, one turn at a time. `has_gone` says whether nobody is left to hear what
    /// it comes to; it is asked once, before the work starts.
    ///
    /// # Errors
    /// [`TurnError`]: then nothing of the work was done.
    pub(super) async fn work<F: Future>(
        &self,
        purpose: Purpose,
        source: SourceNetwork,
        has_gone: impl FnOnce() -> bool,
        work: F,
    ) -> Result<F::Output, TurnError> {
        let mut queued = self.enter(purpose, source);
        let first = tokio::time::timeout(PATIENCE, poll_fn(|cx| queued.poll_turn(cx))).await;
        let first = first.map_err(|_| TurnError::Busy)??;
        if has_gone() {
            return Err(TurnError::Gone);
        }
        queued.start();
        let (mut turn, mut work) = (Some(first), pin!(work));
        let mut waker = StepWaker::default();
        poll_fn(|cx| {
            let turn = match turn.take() {
                Some(first) => first,
                None => ready!(queued.poll_turn(cx))?,
            };
            let (step, woken) = waker.step(cx, |cx| work.as_mut().poll(cx));
            queued.stage = if woken { Stage::Lengthy } else { Stage::Started };
            drop(turn);
            step.map(Ok)
        })
        .await
    }

    /// Remembers that an answer from `source` was refused.
    pub(super) fn suspect(&self, source: SourceNetwork) {
        self.line().suspect(source);
    }

    fn enter(&self, purpose: Purpose, source: SourceNetwork) -> QueuedRequest {
        let (turns, ticket) = (self.clone(), self.line().ticket());
        QueuedRequest { turns, ticket, purpose, source, waits: false, stage: Stage::New }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request among the others. Dropping it takes it out.
struct QueuedRequest {
    turns: Turns,
    ticket: u64,
    purpose: Purpose,
    source: SourceNetwork,
    /// Whether it has asked for a turn that it has not had.
    waits: bool,
    stage: Stage,
}

impl QueuedRequest {
    fn poll_turn(&mut self, cx: &Context<'_>) -> Poll<Result<Turn, TurnError>> {
        let mut line = self.turns.line();
        if !self.waits {
            line.join(Waiting {
                ticket: self.ticket,
                source: self.source,
                purpose: self.purpose,
                stage: self.stage,
                passed_over: false,
                waker: cx.waker().clone(),
            })?;
            self.waits = true;
            wake_after_io(cx.waker());
            return Poll::Pending;
        }
        if !line.take(self.ticket, cx.waker())? {
            return Poll::Pending;
        }
        self.waits = false;
        Poll::Ready(Ok(Turn { turns: self.turns.clone() }))
    }

    fn start(&mut self) {
        self.stage = Stage::Started;
        self.turns.line().start(self.source);
    }
}

impl Drop for QueuedRequest {
    fn drop(&mut self) {
        let mut line = self.turns.line();
        match self.stage {
            Stage::New => {}
            Stage::Started | Stage::Lengthy => line.end(self.source),
        }
        if self.waits {
            line.leave(self.ticket);
        }
        line.give(None);
    }
}

/// Leave to do one step; dropping it lets the next one do theirs.
struct Turn {
    turns: Turns,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.line().pass_on();
    }
}

/// Wakes a task after the runtime has looked at its sockets. Between two looks it runs dozens of tasks;
/// were all of them turns, everybody else would wait in the sockets, where nobody can choose between
/// them or refuse any.
fn wake_after_io(waker: &Waker) {
    // The runtime keeps the waker of a task that yields until then.
    let _ = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(waker));
}

/// A load balancer gives up after 5 s, of which a token request needs up to 4.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
