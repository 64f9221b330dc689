//! Who works next on a core: beyond what it can do, requests are refused while there is still time to
//! say so, and those that are inside finish.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use silta_broker::SourceNetwork;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What ends a login that was begun: an answer at the ACS, a code, an access token.
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
/// Of four turns three go to logins that were begun; among these, to the source of which least is
/// under way; then to whoever came first. When too many wait to start, the youngest of the source
/// that has most of them is refused.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Who was given the turn, and when.
    holder: Option<(Waiting, Instant)>,
    waiting: Vec<Waiting>,
    /// How many requests of each source were started and have not ended.
    under_way: HashMap<SourceNetwork, usize>,
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
        state.give();
        if state.is_for(self.ticket) {
            self.waits = false;
            return Poll::Ready(Ok(Turn { turns: self.turns.clone() }));
        }
        match state.waiting.iter_mut().find(|one| one.ticket == self.ticket) {
            Some(waiting) => {
                waiting.waker.clone_from(cx.waker());
                Poll::Pending
            }
            // Others needed the room.
            None => Poll::Ready(Err(TurnError::Busy)),
        }
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
        state.give();
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
        state.give();
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
        let own = counts.get(&source).copied().unwrap_or_default();
        let (heaviest, most) =
            counts.into_iter().max_by_key(|(_, count)| *count).ok_or(TurnError::Busy)?;
        // One more would make it the heaviest itself.
        if own + 1 >= most {
            return Err(TurnError::Busy);
        }
        let youngest = |one: &Waiting| to_start(one) && one.source == heaviest;
        if let Some(at) = self.waiting.iter().rposition(youngest) {
            self.waiting.remove(at).waker.wake();
        }
        Ok(())
    }

    /// Gives the turn to somebody who waits, if nobody has it.
    fn give(&mut self) {
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
        wake_after_io(&next.waker);
        self.holder = Some((next, Instant::now()));
    }

    fn is_for(&self, ticket: u64) -> bool {
        self.holder.as_ref().is_some_and(|(holder, _)| holder.ticket == ticket)
    }

    fn next(&self) -> Option<usize> {
        let best = |purpose| {
            let may =
                |one: &Waiting| one.purpose == purpose && (one.started || self.started < UNDER_WAY);
            let rank = |one: &Waiting| {
                let under_way = self.under_way.get(&one.source).copied().unwrap_or_default();
                (one.passed_over, under_way, one.ticket)
            };
            let all = self.waiting.iter().enumerate().filter(|(_, one)| may(one));
            all.min_by_key(|(_, one)| rank(one)).map(|(at, _)| at)
        };
        if self.given % 4 == 3 {
            best(Purpose::Begin).or_else(|| best(Purpose::Finish))
        } else {
            best(Purpose::Finish).or_else(|| best(Purpose::Begin))
        }
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
/// How many wait to start before each core, for finishing and for beginning: a tenth of a second of work.
const WAITING: usize = 128;
/// A turn that is not taken for so long goes to somebody else. It is taken as soon as the core has
/// looked at everything else that is ready, which takes some milliseconds when much is.
const UNTAKEN: Duration = Duration::from_millis(50);
/// A load balancer gives up after 5 s, of which a token request needs up to 4.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use tokio::sync::Notify;
    use tokio::task::{JoinHandle, LocalSet, spawn_local};

    use super::*;

    fn source(last: u8) -> SourceNetwork {
        SourceNetwork::of(std::net::Ipv4Addr::new(192, 0, 2, last).into())
    }

    /// The turns of a core, and in which order work got them.
    #[derive(Clone, Default)]
    struct Core {
        turns: Turns,
        order: Rc<RefCell<Vec<&'static str>>>,
        store: Rc<Notify>,
    }

    type Worked = JoinHandle<Result<(), TurnError>>;

    impl Core {
        /// Work of one step.
        fn step(&self, purpose: Purpose, from: u8, name: &'static str) -> Worked {
            let (turns, order) = (self.turns.clone(), self.order.clone());
            spawn_local(async move {
                let work = async { order.borrow_mut().push(name) };
                turns.work(purpose, source(from), || false, work).await
            })
        }

        /// Work that waits for the store after its first step.
        fn stored(&self, purpose: Purpose, from: u8) -> Worked {
            let (turns, store) = (self.turns.clone(), self.store.clone());
            spawn_local(async move {
                turns.work(purpose, source(from), || false, store.notified()).await
            })
        }

        /// So much work, all of which waits for the store.
        async fn fill(&self, many: usize, from: u8) -> Vec<Worked> {
            let mut all = vec![];
            for _ in 0..many {
                all.push(self.stored(Purpose::Finish, from));
                if all.len() % WAITING == 0 {
                    self.settle().await;
                }
            }
            self.settle().await;
            all
        }

        /// Lets everybody do what they can.
        async fn settle(&self) {
            for _ in 0..2_000 {
                tokio::task::yield_now().await;
            }
        }

        fn order(&self) -> Vec<&'static str> {
            self.order.borrow().clone()
        }
    }

    async fn on_a_core<F: Future<Output = ()>>(test: impl FnOnce(Core) -> F) {
        LocalSet::new().run_until(test(Core::default())).await;
    }

    #[tokio::test]
    async fn three_of_four_turns_go_to_logins_that_were_begun() {
        on_a_core(|core| async move {
            for _ in 0..3 {
                core.step(Purpose::Begin, 2, "begin");
            }
            for _ in 0..4 {
                core.step(Purpose::Finish, 2, "finish");
            }
            core.settle().await;
            let finish = ["finish"; 3];
            assert_eq!(core.order()[..3], finish);
            assert_eq!(core.order()[3..], ["begin", "finish", "begin", "begin"]);
        })
        .await;
    }

    #[tokio::test]
    async fn a_source_with_little_under_way_goes_before_one_with_much() {
        on_a_core(|core| async move {
            let _much = [core.stored(Purpose::Begin, 1), core.stored(Purpose::Begin, 1)];
            let _little = core.stored(Purpose::Begin, 2);
            core.settle().await;
            for (from, name) in [(1, "much"), (2, "little"), (3, "none")] {
                core.step(Purpose::Begin, from, name);
            }
            core.settle().await;
            assert_eq!(core.order(), ["none", "little", "much"]);
        })
        .await;
    }

    /// With a store that takes seconds, a core still answers all that needs no store.
    #[tokio::test]
    async fn whoever_waits_for_the_store_holds_no_turn() {
        on_a_core(|core| async move {
            let waiting = core.fill(UNDER_WAY - 1, 1).await;
            let quick = core.step(Purpose::Begin, 2, "quick");
            assert_eq!(quick.await.unwrap(), Ok(()));
            core.store.notify_waiters();
            for one in waiting {
                assert_eq!(one.await.unwrap(), Ok(()));
            }
        })
        .await;
    }

    #[tokio::test]
    async fn no_more_are_started_than_can_be_kept() {
        on_a_core(|core| async move {
            let _kept = core.fill(UNDER_WAY, 1).await;
            let late = core.step(Purpose::Finish, 2, "late");
            core.settle().await;
            assert_eq!(core.order(), [""; 0]);
            // As soon as one has ended there is room.
            core.store.notify_one();
            assert_eq!(late.await.unwrap(), Ok(()));
        })
        .await;
    }

    #[tokio::test]
    async fn when_too_many_wait_the_youngest_of_the_heaviest_source_is_refused() {
        on_a_core(|core| async move {
            let _kept = core.fill(UNDER_WAY, 3).await;
            let mut greedy: Vec<_> =
                (0..WAITING).map(|_| core.step(Purpose::Begin, 1, "greedy")).collect();
            core.settle().await;
            let refused = core.step(Purpose::Begin, 1, "too many");
            assert_eq!(refused.await.unwrap(), Err(TurnError::Busy));
            let honest = core.step(Purpose::Begin, 2, "honest");
            assert_eq!(greedy.pop().unwrap().await.unwrap(), Err(TurnError::Busy));
            // Those who finish wait elsewhere.
            let finishing = core.step(Purpose::Finish, 1, "finishing");
            core.store.notify_waiters();
            for one in greedy.into_iter().chain([honest, finishing]) {
                assert_eq!(one.await.unwrap(), Ok(()));
            }
        })
        .await;
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_refused_and_leaves_no_turn_behind() {
        on_a_core(|core| async move {
            let _kept = core.fill(UNDER_WAY, 1).await;
            let late = core.step(Purpose::Begin, 2, "late");
            assert_eq!(late.await.unwrap(), Err(TurnError::Busy));
            core.store.notify_waiters();
            assert_eq!(core.step(Purpose::Begin, 2, "next").await.unwrap(), Ok(()));
            core.settle().await;
            let state = core.turns.state();
            assert_eq!((state.started, state.waiting.len()), (0, 0));
            assert!(state.holder.is_none());
            assert!(state.under_way.is_empty());
        })
        .await;
    }

    #[tokio::test]
    async fn nothing_is_begun_for_a_client_that_has_gone() {
        let turns = Turns::default();
        let work = async { unreachable!("it is not begun") };
        let worked: Result<(), _> = turns.work(Purpose::Begin, source(1), || true, work).await;
        assert_eq!(worked, Err(TurnError::Gone));
    }

    /// Whoever is dropped while it waits, or with the turn that it was given, holds up nobody.
    #[tokio::test]
    async fn a_request_that_is_dropped_gives_back_what_it_has() {
        on_a_core(|core| async move {
            let dropped = core.stored(Purpose::Begin, 1);
            core.settle().await;
            dropped.abort();
            let waiting = core.step(Purpose::Begin, 1, "never");
            tokio::task::yield_now().await;
            waiting.abort();
            assert_eq!(core.step(Purpose::Begin, 1, "next").await.unwrap(), Ok(()));
            assert_eq!(core.turns.state().started, 0);
        })
        .await;
    }

    /// A turn that was given to a request which nobody looks at any more goes on.
    #[tokio::test]
    async fn a_turn_that_is_not_taken_goes_to_somebody_else() {
        on_a_core(|core| async move {
            let mut forgotten = core.turns.enter(Purpose::Finish, source(1));
            let cx = Context::from_waker(Waker::noop());
            assert!(forgotten.poll_turn(&cx).is_pending());
            core.turns.state().give();
            assert!(core.turns.state().is_for(forgotten.ticket));
            let next = core.step(Purpose::Finish, 2, "next");
            while core.order().is_empty() {
                core.turns.state().give();
                tokio::task::yield_now().await;
            }
            assert_eq!(next.await.unwrap(), Ok(()));
            assert!(forgotten.poll_turn(&cx).is_ready(), "it still gets its own");
        })
        .await;
    }

    /// A panic ends its own request.
    #[tokio::test]
    async fn a_request_that_panics_gives_back_its_turn() {
        on_a_core(|core| async move {
            let turns = core.turns.clone();
            let panics = spawn_local(async move {
                let work = async { assert_eq!(1, 2, "a panic in a test") };
                turns.work(Purpose::Begin, source(1), || false, work).await
            });
            assert!(panics.await.unwrap_err().is_panic());
            assert_eq!(core.step(Purpose::Begin, 1, "next").await.unwrap(), Ok(()));
        })
        .await;
    }
}
