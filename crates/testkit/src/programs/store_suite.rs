//! The promises of the `Store` port, as tests that every store passes.
//!
//! [`store_conforms!`](crate::store_conforms) turns each promise into a test of the caller's.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Key, Sealed, Store};
use tokio::sync::Barrier;

/// A store under test, empty at first, and the way its time passes.
#[async_trait]
pub trait StoreHarness: Send + Sync {
    /// The store; the same one each time.
    fn store(&self) -> Arc<dyn Store>;

    /// Lets `time` pass for the store.
    async fn pass(&self, time: Duration);
}

/// One test per promise, each on a bench of its own: `$bench` is an expression that makes one.
#[macro_export]
macro_rules! store_conforms {
    ($bench:expr) => {
        $crate::store_conforms! { @each $bench;
            what_is_absent_is_none
            a_record_can_be_read_again_and_again
            a_put_replaces_value_and_life
            a_taken_record_is_gone
            a_claim_writes_only_where_nothing_is
            a_swap_replaces_only_what_was_seen
            a_swap_gives_its_own_life
            an_expired_record_is_absent_for_every_verb
            a_record_of_no_life_is_soon_gone
            any_bytes_come_back_as_they_were
            one_of_many_takes_gets_the_record
            one_of_many_claims_wins
            one_of_many_swaps_wins
        }
    };
    (@each $bench:expr; $($promise:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $promise() {
            $crate::store_suite::$promise(&$bench).await;
        }
    )*};
}

/// `None` and `false` are answers, not errors.
pub async fn what_is_absent_is_none(bench: &impl StoreHarness) {
    let store = bench.store();
    assert_eq!(store.peek(&key(1)).await, Ok(None));
    assert_eq!(store.take(&key(1)).await, Ok(None));
    assert_eq!(store.swap(&key(1), &value("seen"), value("next"), LONG).await, Ok(false));
    assert_eq!(store.peek(&key(1)).await, Ok(None), "a swap of nothing wrote something");
}

/// `peek` does not consume.
pub async fn a_record_can_be_read_again_and_again(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("one"), LONG).await.unwrap();
    store.put(&key(2), value("two"), LONG).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.peek(&key(1)).await, Ok(Some(value("one"))));
        assert_eq!(store.peek(&key(2)).await, Ok(Some(value("two"))));
    }
}

/// `put` overwrites, and the new life counts, be it longer or shorter.
pub async fn a_put_replaces_value_and_life(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("short"), SHORT).await.unwrap();
    store.put(&key(1), value("long"), LONG).await.unwrap();
    store.put(&key(2), value("long"), LONG).await.unwrap();
    store.put(&key(2), value("short"), SHORT).await.unwrap();
    wait_until_gone(bench, &key(2)).await;
    assert_eq!(store.peek(&key(1)).await, Ok(Some(value("long"))));
}

/// `take` reads and removes.
pub async fn a_taken_record_is_gone(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("one"), LONG).await.unwrap();
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("one"))));
    assert_eq!(store.take(&key(1)).await, Ok(None));
    assert_eq!(store.peek(&key(1)).await, Ok(None));
}

/// `claim` changes neither value nor life of what is there.
pub async fn a_claim_writes_only_where_nothing_is(bench: &impl StoreHarness) {
    let store = bench.store();
    assert_eq!(store.claim(&key(1), value("first"), LONG).await, Ok(true));
    assert_eq!(store.claim(&key(1), value("second"), SHORT).await, Ok(false));
    assert_eq!(store.claim(&key(1), value("first"), SHORT).await, Ok(false));
    store.put(&key(2), value("later"), SHORT).await.unwrap();
    wait_until_gone(bench, &key(2)).await;
    assert_eq!(store.take(&key(1)).await, Ok(Some(value("first"))));
    assert_eq!(store.claim(&key(1), value("third"), LONG).await, Ok(true));
    assert_eq!(store.peek(&key(1)).await, Ok(Some(value("third"))));
}

/// `swap` compares the whole value: neither a beginning of it nor more than it will do.
pub async fn a_swap_replaces_only_what_was_seen(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("seen"), LONG).await.unwrap();
    for other in ["", "see", "seen ", "SEEN"] {
        assert_eq!(store.swap(&key(1), &value(other), value("next"), LONG).await, Ok(false));
        assert_eq!(store.peek(&key(1)).await, Ok(Some(value("seen"))), "after {other:?}");
    }
    assert_eq!(store.swap(&key(1), &value("seen"), value("next"), LONG).await, Ok(true));
    assert_eq!(store.peek(&key(1)).await, Ok(Some(value("next"))));
    assert_eq!(store.swap(&key(1), &value("seen"), value("late"), LONG).await, Ok(false));
    assert_eq!(store.peek(&key(1)).await, Ok(Some(value("next"))));
}

/// `swap` sets the life anew, be it longer or shorter; one that fails leaves it.
pub async fn a_swap_gives_its_own_life(bench: &impl StoreHarness) {
    let store = bench.store();
    let (old, new) = (value("old"), value("new"));
    // On a busy machine the short life may be over before the swap is made.
    loop {
        store.put(&key(1), old.clone(), SHORT).await.unwrap();
        if store.swap(&key(1), &old, new.clone(), LONG).await.unwrap() {
            break;
        }
    }
    store.put(&key(2), old.clone(), LONG).await.unwrap();
    assert_eq!(store.swap(&key(2), &new, new.clone(), SHORT).await, Ok(false));
    store.put(&key(3), old.clone(), LONG).await.unwrap();
    assert_eq!(store.swap(&key(3), &old, new.clone(), SHORT).await, Ok(true));
    wait_until_gone(bench, &key(3)).await;
    assert_eq!(store.peek(&key(1)).await, Ok(Some(new)));
    assert_eq!(store.peek(&key(2)).await, Ok(Some(old)));
}

/// What has expired cannot be peeked, taken or swapped, and can be claimed.
pub async fn an_expired_record_is_absent_for_every_verb(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("old"), SHORT).await.unwrap();
    assert_eq!(store.claim(&key(2), value("old"), SHORT).await, Ok(true));
    store.put(&key(3), value("old"), SHORT).await.unwrap();
    store.put(&key(4), value("last"), SHORT).await.unwrap();
    wait_until_gone(bench, &key(4)).await;
    assert_eq!(store.take(&key(1)).await, Ok(None));
    assert_eq!(store.claim(&key(2), value("new"), LONG).await, Ok(true));
    assert_eq!(store.peek(&key(2)).await, Ok(Some(value("new"))));
    assert_eq!(store.swap(&key(3), &value("old"), value("new"), LONG).await, Ok(false));
    assert_eq!(store.peek(&key(3)).await, Ok(None));
}

/// A life of zero is written without an error and ends at once.
pub async fn a_record_of_no_life_is_soon_gone(bench: &impl StoreHarness) {
    let store = bench.store();
    let none = Duration::ZERO;
    assert_eq!(store.put(&key(1), value("put"), none).await, Ok(()));
    assert_eq!(store.claim(&key(2), value("claimed"), none).await, Ok(true));
    store.put(&key(3), value("seen"), LONG).await.unwrap();
    assert_eq!(store.swap(&key(3), &value("seen"), value("swapped"), none).await, Ok(true));
    for number in 1..=3 {
        wait_until_gone(bench, &key(number)).await;
    }
}

/// Values are bytes: empty ones, all 256 of them, and as many as a large login needs.
pub async fn any_bytes_come_back_as_they_were(bench: &impl StoreHarness) {
    let store = bench.store();
    let all: Vec<u8> = (0..=u8::MAX).collect();
    for bytes in [Vec::new(), all.clone(), all.repeat(1024)] {
        let sealed = Sealed::from_bytes(bytes);
        store.put(&key(1), sealed.clone(), LONG).await.unwrap();
        assert_eq!(store.swap(&key(1), &sealed, sealed.clone(), LONG).await, Ok(true));
        assert_eq!(store.peek(&key(1)).await, Ok(Some(sealed.clone())));
        assert_eq!(store.take(&key(1)).await, Ok(Some(sealed)));
    }
}

/// Of concurrent takes, one gets the record and the others nothing.
pub async fn one_of_many_takes_gets_the_record(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("one"), LONG).await.unwrap();
    let won = race(&store, |store, _| async move {
        store.take(&key(1)).await.unwrap().inspect(|got| assert_eq!(*got, value("one"))).is_some()
    });
    assert_eq!(won.await.len(), 1);
}

/// Of concurrent claims, one wins, and its value stands.
pub async fn one_of_many_claims_wins(bench: &impl StoreHarness) {
    let store = bench.store();
    let won = race(&store, |store, caller| async move {
        store.claim(&key(1), of_caller(caller), LONG).await.unwrap()
    })
    .await;
    assert_eq!(won.len(), 1);
    assert_eq!(store.peek(&key(1)).await, Ok(Some(of_caller(won[0]))));
}

/// Of concurrent swaps that saw the same value, one wins, and its value stands.
pub async fn one_of_many_swaps_wins(bench: &impl StoreHarness) {
    let store = bench.store();
    store.put(&key(1), value("seen"), LONG).await.unwrap();
    let won = race(&store, |store, caller| async move {
        store.swap(&key(1), &value("seen"), of_caller(caller), LONG).await.unwrap()
    })
    .await;
    assert_eq!(won.len(), 1);
    assert_eq!(store.peek(&key(1)).await, Ok(Some(of_caller(won[0]))));
}

/// Lets all callers loose at once, and names those who won.
async fn race<F>(store: &Arc<dyn Store>, act: fn(Arc<dyn Store>, usize) -> F) -> Vec<usize>
where
    F: Future<Output = bool> + Send + 'static,
{
    let start = Arc::new(Barrier::new(CALLERS));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (start, store) = (start.clone(), store.clone());
            tokio::spawn(async move {
                start.wait().await;
                act(store, caller).await.then_some(caller)
            })
        })
        .collect();
    let mut won = Vec::new();
    for caller in callers {
        won.extend(caller.await.expect("a caller's own assertion"));
    }
    won
}

/// Lets time pass in small steps until `key` is absent.
async fn wait_until_gone(bench: &impl StoreHarness, key: &Key) {
    for _ in 0..STEPS {
        if bench.store().peek(key).await.unwrap().is_none() {
            return;
        }
        bench.pass(STEP).await;
    }
    panic!("{key:?} is still there long after its end");
}

fn key(number: u8) -> Key {
    Key::new("test", &[number; 32])
}

fn value(text: &str) -> Sealed {
    Sealed::from_bytes(text.into())
}

fn of_caller(caller: usize) -> Sealed {
    Sealed::from_bytes(caller.to_be_bytes().to_vec())
}

const CALLERS: usize = 64;
// A life that no test outlasts, and one that real time can be waited for to end.
const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(20);
const STEPS: usize = 500;
