#![expect(clippy::unwrap_used, reason = "tests")]

mod lengthy;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::task::{JoinHandle, LocalSet, spawn_local};

use super::line::{LENGTHY, ONE_IN, SUSPECTS, UNDER_WAY, UNTAKEN, WAITING};
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
        spawn_local(
            async move { turns.work(purpose, source(from), || false, store.notified()).await },
        )
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
        let order = ["finish", "finish", "finish", "begin", "finish", "begin", "begin"];
        assert_eq!(core.order(), order);
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
async fn who_sent_an_answer_that_was_refused_comes_after_all_others() {
    on_a_core(|core| async move {
        for from in 1..=3 {
            core.turns.suspect(source(from));
        }
        let flood: Vec<_> = (1..=3).map(|from| core.step(Purpose::Finish, from, "flood")).collect();
        let honest = core.step(Purpose::Finish, 9, "honest");
        for one in flood.into_iter().chain([honest]) {
            one.await.unwrap().unwrap();
        }
        assert_eq!(core.order(), ["honest", "flood", "flood", "flood"]);
    })
    .await;
}

#[tokio::test]
async fn a_quarter_of_what_may_be_under_way_is_for_suspects() {
    on_a_core(|core| async move {
        core.turns.suspect(source(1));
        let _started = core.fill(SUSPECTS, 1).await;
        let flood = core.step(Purpose::Finish, 1, "flood");
        core.settle().await;
        assert!(!flood.is_finished());
        core.step(Purpose::Finish, 2, "honest").await.unwrap().unwrap();
        assert_eq!(core.order(), ["honest"]);
        core.store.notify_waiters();
        assert_eq!(flood.await.unwrap(), Ok(()));
    })
    .await;
}

#[tokio::test]
async fn who_sent_an_answer_that_was_refused_makes_room_for_others() {
    on_a_core(|core| async move {
        let _started = core.fill(UNDER_WAY, 250).await;
        let flood = u8::try_from(WAITING).unwrap();
        let mut flood: Vec<_> = (0..flood).map(|from| core.stored(Purpose::Finish, from)).collect();
        core.settle().await;
        // All hold one place, and so does the newcomer.
        let refused = core.stored(Purpose::Finish, 200);
        core.settle().await;
        assert_eq!(refused.await.unwrap(), Err(TurnError::Busy));
        core.turns.suspect(source(7));
        let honest = core.stored(Purpose::Finish, 201);
        core.settle().await;
        assert_eq!(flood.remove(7).await.unwrap(), Err(TurnError::Busy));
        assert!(!honest.is_finished());
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
        assert!(core.turns.line().is_empty());
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
        assert_eq!(core.turns.line().started(), 0);
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
        core.turns.line().give(None);
        assert!(core.turns.line().is_for(forgotten.ticket));
        let next = core.step(Purpose::Finish, 2, "next");
        while core.order().is_empty() {
            core.turns.line().give(None);
            tokio::task::yield_now().await;
        }
        assert_eq!(next.await.unwrap(), Ok(()));
        while forgotten.poll_turn(&cx).is_pending() {
            // It still gets its own.
            tokio::task::yield_now().await;
        }
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

/// A town logs in to one application: answers come from everywhere, its tokens from one address.
#[tokio::test]
async fn tokens_of_one_client_go_before_answers_of_many_people() {
    on_a_core(|core| async move {
        let _client = [core.stored(Purpose::Redeem, 1), core.stored(Purpose::Redeem, 1)];
        core.settle().await;
        for from in 10..14 {
            core.step(Purpose::Finish, from, "answer");
        }
        for _ in 0..4 {
            core.step(Purpose::Redeem, 1, "tokens");
        }
        core.settle().await;
        let first: Vec<_> = core.order().into_iter().take(4).collect();
        assert!(first.iter().filter(|one| **one == "tokens").count() >= 2, "{first:?}");
    })
    .await;
}

/// What was started is not weighed against those who come.
#[tokio::test]
async fn what_was_started_goes_on_before_anything_of_its_kind_starts() {
    on_a_core(|core| async move {
        let _started = [core.stored(Purpose::Finish, 1), core.stored(Purpose::Finish, 1)];
        core.settle().await;
        let (turns, order) = (core.turns.clone(), core.order.clone());
        let two_steps = spawn_local(async move {
            let work = async {
                tokio::task::yield_now().await;
                order.borrow_mut().push("started");
            };
            turns.work(Purpose::Finish, source(1), || false, work).await
        });
        while core.turns.line().started() < 3 {
            tokio::task::yield_now().await;
        }
        for from in 2..6 {
            core.step(Purpose::Finish, from, "new");
        }
        assert_eq!(two_steps.await.unwrap(), Ok(()));
        assert_eq!(core.order().iter().position(|one| *one == "started"), Some(0));
    })
    .await;
}

/// Otherwise a core would be busy for as long as its Redis is slow.
#[tokio::test]
async fn a_request_that_waits_for_the_store_is_not_looked_at_again_and_again() {
    on_a_core(|core| async move {
        let looks = Rc::new(Cell::new(0));
        let (turns, seen, store) = (core.turns.clone(), looks.clone(), core.store.clone());
        let waiting = spawn_local(async move {
            let mut store = pin!(store.notified());
            let work = poll_fn(|cx| {
                seen.set(seen.get() + 1);
                store.as_mut().poll(cx)
            });
            turns.work(Purpose::Begin, source(1), || false, work).await
        });
        core.settle().await;
        assert_eq!(looks.get(), 1);
        core.store.notify_one();
        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert_eq!(looks.get(), 2);
    })
    .await;
}

/// A task that was stopped for a while finds its turn where it was.
#[tokio::test]
async fn whoever_takes_a_turn_late_still_has_it_if_nobody_asked_for_it() {
    let turns = Turns::default();
    let mut late = turns.enter(Purpose::Finish, source(1));
    let mut other = turns.enter(Purpose::Finish, source(2));
    let cx = Context::from_waker(Waker::noop());
    assert!(late.poll_turn(&cx).is_pending());
    assert!(other.poll_turn(&cx).is_pending());
    turns.line().give(None);
    let given = Instant::now();
    while given.elapsed() < UNTAKEN {
        tokio::task::yield_now().await;
    }
    assert!(late.poll_turn(&cx).is_pending(), "the core looks at its sockets once more");
    assert!(late.poll_turn(&cx).is_ready());
}
