//! Who works next on a core: beyond what it can do, requests are refused while there is still time to
//! say so, and those that are inside finish.

mod suspects;

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use silta_broker::SourceNetwork;

use self::suspects::Suspects;

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
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Who was given the turn, and when.
    holder: Option<(Waiting, Instant)>,
    waiting: Vec<Waiting>,
    /// How many requests of each source were started and have not ended.
    under_way: HashMap<SourceNetwork, usize>,
    suspects: Suspects,
    started: usize,
    tickets: u64,
    given: usize,
}

/// A request that waits for a turn.
struct Waiting {
    ticket: u64,
    source: SourceNetwork,
    purpose: Purpose,
    started: bool,
    /// Whether it let a turn pass.
    passed_over: bool,
    waker: Waker,
}

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
        poll_fn(|cx| {
            let turn = match turn.take() {
                Some(first) => first,
                None => ready!(queued.poll_turn(cx))?,
            };
            let step = work.as_mut().poll(cx);
            drop(turn);
            step.map(Ok)
        })
        .await
    }

    /// Remembers that an answer from `source` was refused.
    pub(super) fn suspect(&self, source: SourceNetwork) {
        self.state().suspects.add(source);
    }

    fn enter(&self, purpose: Purpose, source: SourceNetwork) -> QueuedRequest {
        let mut state = self.state();
        state.tickets = state.tickets.wrapping_add(1);
        let ticket = state.tickets;
        QueuedRequest { turns: self.clone(), ticket, purpose, source, waits: false, started: false }
    }

    fn state(&self) -> MutexGuard<'_, State> {
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
    started: bool,
}

impl QueuedRequest {
    fn poll_turn(&mut self, cx: &Context<'_>) -> Poll<Result<Turn, TurnError>> {
        let mut state = self.turns.state();
        if !self.waits {
            if !self.started {
                state.make_room(self.purpose, self.source)?;
            }
            state.waiting.push(Waiting {
                ticket: self.ticket,
                source: self.source,
                purpose: self.purpose,
                started: self.started,
                passed_over: false,
                waker: cx.waker().clone(),
            });
            self.waits = true;
            wake_after_io(cx.waker());
            return Poll::Pending;
        }
        if !state.is_for(self.ticket) {
            let own = state.waiting.iter_mut().find(|one| one.ticket == self.ticket);
            // Others needed the room.
            let Some(own) = own else { return Poll::Ready(Err(TurnError::Busy)) };
            own.waker.clone_from(cx.waker());
            // Whoever looks is there.
            own.passed_over = false;
            state.give(Some(self.ticket));
        }
        if !state.is_for(self.ticket) {
            return Poll::Pending;
        }
        self.waits = false;
        Poll::Ready(Ok(Turn { turns: self.turns.clone() }))
    }

    fn start(&mut self) {
        self.started = true;
        let mut state = self.turns.state();
        state.started += 1;
        *state.under_way.entry(self.source).or_default() += 1;
    }
}

impl Drop for QueuedRequest {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        if self.started {
            state.ended(self.source);
        }
        if self.waits {
            state.waiting.retain(|one| one.ticket != self.ticket);
            if state.is_for(self.ticket) {
                state.holder = None;
            }
        }
        state.give(None);
    }
}

/// Leave to do one step; dropping it lets the next one do theirs.
struct Turn {
    turns: Turns,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.holder = None;
        state.give(None);
    }
}

impl State {
    /// Makes room for one more that waits to start.
    fn make_room(&mut self, purpose: Purpose, source: SourceNetwork) -> Result<(), TurnError> {
        let to_start = |one: &Waiting| !one.started && one.purpose == purpose;
        let mut counts: HashMap<SourceNetwork, usize> = HashMap::new();
        let mut all = 0;
        for one in self.waiting.iter().filter(|one| to_start(one)) {
            *counts.entry(one.source).or_default() += 1;
            all += 1;
        }
        if all < WAITING {
            return Ok(());
        }
        let weight = |source, count| (self.suspects.contains(source), count);
        let own = counts.get(&source).copied().unwrap_or_default();
        let counts = counts.into_iter().map(|(source, count)| (weight(source, count), source));
        let (most, heaviest) = counts.max_by_key(|(weight, _)| *weight).ok_or(TurnError::Busy)?;
        // One more would make it the heaviest itself.
        if weight(source, own + 1) >= most {
            return Err(TurnError::Busy);
        }
        let youngest = |one: &Waiting| to_start(one) && one.source == heaviest;
        if let Some(at) = self.waiting.iter().rposition(youngest) {
            self.waiting.remove(at).waker.wake();
        }
        Ok(())
    }

    /// Gives the turn to somebody who waits, if nobody has it, and wakes them unless it is `asking`:
    /// a request that woke itself would ask for one turn after the other while it waits for Redis.
    fn give(&mut self, asking: Option<u64>) {
        if self.holder.as_ref().is_some_and(|(_, since)| since.elapsed() < UNTAKEN) {
            return;
        }
        // A connection that is being shut down does not look at its request any more.
        if let Some((idle, _)) = self.holder.take() {
            self.waiting.push(Waiting { passed_over: true, ..idle });
        }
        let Some(at) = self.next() else { return };
        let next = self.waiting.remove(at);
        self.given = self.given.wrapping_add(1);
        if asking != Some(next.ticket) {
            wake_after_io(&next.waker);
        }
        self.holder = Some((next, Instant::now()));
    }

    fn is_for(&self, ticket: u64) -> bool {
        self.holder.as_ref().is_some_and(|(holder, _)| holder.ticket == ticket)
    }

    fn next(&self) -> Option<usize> {
        let best = |purpose| {
            let may = |one: &Waiting| one.purpose == purpose && self.may_go_on(one);
            let rank = |one: &Waiting| {
                // What was started is not weighed again: each login of a town is a source of its
                // own, and would go before all tokens of the one client that they log in to.
                let last = self.suspects.contains(one.source);
                let others = if one.started { 0 } else { self.under_way_of(one.source) };
                (one.passed_over, last, others, one.ticket)
            };
            let all = self.waiting.iter().enumerate().filter(|(_, one)| may(one));
            all.min_by_key(|(_, one)| rank(one)).map(|(at, _)| at)
        };
        let order = match self.given % 4 {
            0 | 2 => [Purpose::Redeem, Purpose::Finish, Purpose::Begin],
            1 => [Purpose::Finish, Purpose::Redeem, Purpose::Begin],
            _ => [Purpose::Begin, Purpose::Redeem, Purpose::Finish],
        };
        order.into_iter().find_map(best)
    }

    fn may_go_on(&self, one: &Waiting) -> bool {
        let most = if self.suspects.contains(one.source) { SUSPECTS } else { UNDER_WAY };
        one.started || self.started < most
    }

    fn under_way_of(&self, source: SourceNetwork) -> usize {
        self.under_way.get(&source).copied().unwrap_or_default()
    }

    fn ended(&mut self, source: SourceNetwork) {
        self.started = self.started.saturating_sub(1);
        if let Some(under_way) = self.under_way.get_mut(&source) {
            *under_way = under_way.saturating_sub(1);
            if *under_way == 0 {
                self.under_way.remove(&source);
            }
        }
    }
}

/// Wakes a task after the runtime has looked at its sockets. Between two looks it runs dozens of tasks;
/// were all of them turns, everybody else would wait in the sockets, where nobody can choose between
/// them or refuse any.
fn wake_after_io(waker: &Waker) {
    // The runtime keeps the waker of a task that yields until then.
    let _ = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(waker));
}

/// How many requests a core has started and not finished: nearly all of them wait for Redis, and with
/// a Redis that takes 100 ms they are as many as a core can serve.
const UNDER_WAY: usize = 256;
/// Suspects start only while no more than this are under way, so that others always find room.
const SUSPECTS: usize = 64;
/// How many wait to start before each core, for each purpose: a tenth of a second of work.
const WAITING: usize = 128;
/// A turn that is not taken for so long goes to whoever asks next. It is taken as soon as the core has
/// looked at everything else that is ready, which takes some milliseconds when much is.
const UNTAKEN: Duration = Duration::from_millis(50);
/// A load balancer gives up after 5 s, of which a token request needs up to 4.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
