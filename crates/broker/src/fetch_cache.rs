//! What a peer publishes, such as its keys, and the one request for it that is under way.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{Shared, WeakShared};
use jiff::{SignedDuration, Timestamp};

/// What is known of a peer. All threads share it, and ask the peer once.
pub(crate) struct FetchCache<K, E> {
    fetch: Box<AskPeer<K, E>>,
    state: Arc<Mutex<State<K, E>>>,
}

/// Asks the peer.
type AskPeer<K, E> = dyn Fn() -> Asking<K, E> + Send + Sync;
/// A request to the peer.
pub(crate) type Asking<K, E> = Pin<Box<dyn Future<Output = Result<K, E>> + Send>>;
type Fetched<K, E> = Result<Arc<K>, E>;
type Fetch<K, E> = Pin<Box<dyn Future<Output = Fetched<K, E>> + Send>>;

/// Why there is nothing newer than what was used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoNewer<E> {
    /// The peer answered less than a minute ago.
    AskedLately,
    /// It could not be asked.
    NotFetched(E),
}

struct State<K, E> {
    /// What is known, and since when.
    known: Option<(Timestamp, Arc<K>)>,
    /// The last attempt, if it brought nothing.
    failed: Option<(Timestamp, E)>,
    /// When something was last looked for that nobody knew.
    looked_for: Option<Timestamp>,
    /// Whoever needs the peer meanwhile waits for this attempt. It ends when nobody waits.
    under_way: Option<WeakShared<Fetch<K, E>>>,
}

impl<K, E> FetchCache<K, E>
where
    K: Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// A cache of which nothing is known; `fetch` asks the peer.
    pub(crate) fn of(fetch: impl Fn() -> Asking<K, E> + Send + Sync + 'static) -> Self {
        let state = State { known: None, failed: None, looked_for: None, under_way: None };
        Self { fetch: Box::new(fetch), state: Arc::new(Mutex::new(state)) }
    }

    /// Takes over what `other` knows of the same peer.
    pub(crate) fn learn_from(&self, other: &Self) {
        let known = lock(&other.state).known.clone();
        lock(&self.state).known = known;
    }

    /// What is known, if anything is.
    pub(crate) fn known(&self) -> Option<Arc<K>> {
        lock(&self.state).known.as_ref().map(|(_, known)| known.clone())
    }

    /// What is known. A peer of which nothing is known yet is asked now, or a few seconds after it last
    /// gave no answer: until then each request gets that reason at once.
    pub(crate) async fn known_or_fetched(&self, now: Timestamp) -> Fetched<K, E> {
        self.fresh(now, None).await
    }

    /// The same, and not older than `fresh`: then the peer is asked again. While it does not answer, what is
    /// known counts until it is as old as `usable`, and the peer is asked once a minute.
    pub(crate) async fn fresh(&self, now: Timestamp, ages: Option<Ages>) -> Fetched<K, E> {
        let (fetch, usable) = {
            let mut state = lock(&self.state);
            let (at, known) = match &state.known {
                Some((at, known)) => (Some(*at), Some(known.clone())),
                None => (None, None),
            };
            let is_younger = |age: SignedDuration| at.is_some_and(|at| within(age, at, now));
            let is_fresh = ages.is_none_or(|ages| is_younger(ages.fresh));
            let usable = known.filter(|_| ages.is_none_or(|ages| is_younger(ages.usable)));
            if let Some(known) = usable.as_ref().filter(|_| is_fresh) {
                return Ok(known.clone());
            }
            let pause = if usable.is_some() { AGAIN } else { RETRY };
            if let Some((_, error)) =
                state.failed.as_ref().filter(|(at, _)| within(pause, *at, now))
            {
                return usable.ok_or_else(|| error.clone());
            }
            (self.join(&mut state, now), usable)
        };
        match (fetch.await, usable) {
            (Err(_), Some(known)) => Ok(known),
            (fetched, _) => fetched,
        }
    }

    /// Asks the peer. What was known stays while it does not answer.
    pub(crate) async fn refreshed(&self, now: Timestamp) -> Fetched<K, E> {
        let fetch = self.join(&mut lock(&self.state), now);
        fetch.await
    }

    /// What is newer than `used`, in which something that was named is not. Anybody can name a thing, so
    /// the peer is asked for such a one at most once a minute.
    pub(crate) async fn newer_than(
        &self,
        used: &Arc<K>,
        now: Timestamp,
    ) -> Result<Arc<K>, NoNewer<E>> {
        let fetch = {
            let mut state = lock(&self.state);
            // Another request was here first.
            let known = state.known.as_ref().map(|(_, known)| known);
            if let Some(known) = known.filter(|known| !Arc::ptr_eq(known, used)) {
                return Ok(known.clone());
            }
            if let Some(fetch) = state.under_way.as_ref().and_then(WeakShared::upgrade) {
                fetch
            } else {
                let is_lately = state.looked_for.is_some_and(|at| within(AGAIN, at, now));
                let counts = |at: &Timestamp| is_lately || within(RETRY, *at, now);
                if let Some((_, error)) = state.failed.as_ref().filter(|(at, _)| counts(at)) {
                    return Err(NoNewer::NotFetched(error.clone()));
                }
                if is_lately {
                    return Err(NoNewer::AskedLately);
                }
                state.looked_for = Some(now);
                self.join(&mut state, now)
            }
        };
        fetch.await.map_err(NoNewer::NotFetched)
    }

    /// The attempt that is under way; a new one if there is none.
    fn join(&self, state: &mut State<K, E>, now: Timestamp) -> Shared<Fetch<K, E>> {
        if let Some(fetch) = state.under_way.as_ref().and_then(WeakShared::upgrade) {
            return fetch;
        }
        let (asking, shared) = ((self.fetch)(), self.state.clone());
        let fetch = async move {
            let fetched = asking.await.map(Arc::new);
            let mut state = lock(&shared);
            state.under_way = None;
            match &fetched {
                Ok(known) => (state.known, state.failed) = (Some((now, known.clone())), None),
                Err(error) => state.failed = Some((now, error.clone())),
            }
            fetched
        };
        let fetch: Shared<Fetch<K, E>> = (Box::pin(fetch) as Fetch<K, E>).shared();
        state.under_way = fetch.downgrade();
        fetch
    }
}

/// How old what is known may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ages {
    /// Up to here nobody asks.
    pub(crate) fresh: SignedDuration,
    /// Up to here it counts while the peer does not answer.
    pub(crate) usable: SignedDuration,
}

/// A panic elsewhere leaves a whole entry behind, or none.
fn lock<K, E>(state: &Mutex<State<K, E>>) -> MutexGuard<'_, State<K, E>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether `at` is less than `pause` ago. After a clock that was set back, nothing is.
fn within(pause: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..pause).contains(&now.duration_since(at))
}

/// A peer that is down is asked again so soon by the next request that needs it.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// A key that is not known is looked for no more often [OIDC Core §10.1.1]: anybody can name one.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
