//! How much is worked on at once: beyond that, requests are refused while there is still time to say
//! so, and those that are inside finish.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{LOGIN_LIFE, Source};
use silta_oidc::OAuthCode;
use tokio::sync::oneshot;
use tracing::{info, warn};

use super::bodies::{Bodies, GaveWay};
use super::{connection, page};
use crate::current::Shared;
use crate::metrics::Metrics;

/// What all workers of a process share: the bodies that are being read, and what was refused.
pub(crate) struct Load {
    pub(super) bodies: Arc<Bodies>,
    metrics: Arc<Metrics>,
    /// How many requests were refused since refusing began; 0 when none is.
    refused: AtomicU64,
    started: Instant,
}

impl Load {
    /// Nothing is worked on yet.
    pub(crate) fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        let (bodies, refused) = (Arc::default(), AtomicU64::new(0));
        Arc::new(Self { bodies, metrics, refused, started: Instant::now() })
    }

    /// Whether a login that began before this process may still be open.
    pub(super) fn is_young(&self) -> bool {
        self.started.elapsed() < LOGIN_LIFE
    }

    /// Counts a request that was refused at an endpoint because too many came, and says in the log
    /// when that begins and when it has ended. Others that nobody works on are no sign of a rush.
    fn unserved(self: &Arc<Self>, endpoint: &'static str, why: Unserved) {
        match why {
            Unserved::Busy => {}
            Unserved::Gone | Unserved::Younger => return,
        }
        self.metrics.shed(endpoint);
        if self.refused.fetch_add(1, Ordering::Relaxed) == 0 {
            warn!("more requests come than can be served: some are refused");
            actix_web::rt::spawn(self.clone().until_quiet());
        }
    }

    async fn until_quiet(self: Arc<Self>) {
        let mut seen = 0;
        loop {
            tokio::time::sleep(QUIET).await;
            let now = self.refused.load(Ordering::Relaxed);
            if now == seen {
                break;
            }
            seen = now;
        }
        let refused = self.refused.swap(0, Ordering::Relaxed);
        info!(refused, "all requests are served again");
    }
}

/// Why a request is not worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unserved {
    /// More came than can be served: it is refused, and counted.
    Busy,
    /// Its client has gone.
    Gone,
    /// A younger one came for the same login.
    Younger,
}

/// Waits for a turn to work on `request`.
///
/// # Errors
/// [`Unserved`]: too many wait, or nobody is left to hear what this would come to.
pub(super) async fn turn(
    gate: &Gate,
    errand: Errand,
    shared: &Shared,
    request: &HttpRequest,
) -> Result<Turn, Unserved> {
    let turn = gate.turn(errand, shared.trusted_proxies.source(request)).await;
    let turn = turn.map_err(|Busy| Unserved::Busy)?;
    if connection::client_has_gone(request) { Err(Unserved::Gone) } else { Ok(turn) }
}

/// Answers a person's request that is not worked on.
pub(super) fn unserved_page(
    shared: &Shared,
    request: &HttpRequest,
    endpoint: &'static str,
    why: Unserved,
) -> HttpResponse {
    shared.load.unserved(endpoint, why);
    match why {
        Unserved::Gone => HttpResponse::ServiceUnavailable().finish(),
        // A browser that sent two for one login shows what the younger one came to.
        Unserved::Busy | Unserved::Younger => page::busy(request),
    }
}

/// Answers a client's request that is not worked on.
pub(super) fn unserved_json(
    shared: &Shared,
    endpoint: &'static str,
    why: Unserved,
) -> HttpResponse {
    shared.load.unserved(endpoint, why);
    match why {
        Unserved::Gone => HttpResponse::ServiceUnavailable().finish(),
        Unserved::Busy | Unserved::Younger => {
            let told = "too many requests came at once; send it again in a moment";
            HttpResponse::ServiceUnavailable().json(OAuthCode::TemporarilyUnavailable.body(told))
        }
    }
}

impl From<GaveWay> for Unserved {
    fn from(gave_way: GaveWay) -> Self {
        match gave_way {
            GaveWay::ToOthers => Self::Busy,
            GaveWay::ToYounger => Self::Younger,
        }
    }
}

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// What ends a login that was begun: an answer at the ACS, a code, an access token.
    Finish,
    /// A new login.
    Begin,
}

/// The gate before the work of one core. Whoever has read its request waits here for its turn.
///
/// Among those who wait, three of four turns go to logins that were begun; among these, to the source
/// of which least is under way; then to whoever came first. When too many wait, the youngest of the
/// source that has most of them is refused.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<Mutex<Turns>>);

#[derive(Default)]
struct Turns {
    /// How many requests of each source are worked on.
    working: HashMap<Source, usize>,
    busy: usize,
    finishing: VecDeque<Waiting>,
    beginning: VecDeque<Waiting>,
    given: usize,
}

struct Waiting {
    source: Source,
    turn: oneshot::Sender<Turn>,
}

/// Leave to work; dropping it lets the next one in.
pub(super) struct Turn {
    gate: Gate,
    source: Source,
}

/// Too many are waiting, or it took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

impl Gate {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Busy`].
    pub(super) async fn turn(&self, errand: Errand, source: Source) -> Result<Turn, Busy> {
        let turn = self.turns().wait(errand, source)?;
        // A request is often worked on without a pause. Without this one, those behind it would wait
        // in the sockets, where nobody can choose between them or refuse any.
        tokio::task::yield_now().await;
        self.let_in();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Busy),
        }
    }

    /// Gives turns to those who wait, as long as there are any to give.
    fn let_in(&self) {
        loop {
            let Some(next) = self.turns().next() else { return };
            let turn = Turn { gate: self.clone(), source: next.source };
            // Whoever has stopped waiting gives it back by dropping it, which lets in the next.
            let _ = next.turn.send(turn);
        }
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.gate.turns().ended(self.source);
        self.gate.let_in();
    }
}

impl Turns {
    fn wait(&mut self, errand: Errand, source: Source) -> Result<oneshot::Receiver<Turn>, Busy> {
        let queue = match errand {
            Errand::Finish => &mut self.finishing,
            Errand::Begin => &mut self.beginning,
        };
        queue.retain(|one| !one.turn.is_closed());
        if queue.len() >= WAITING {
            let (heaviest, most) = heaviest(queue).ok_or(Busy)?;
            let own = queue.iter().filter(|one| one.source == source).count();
            // One more would make it the heaviest itself.
            if own + 1 >= most {
                return Err(Busy);
            }
            let youngest = queue.iter().rposition(|one| one.source == heaviest);
            youngest.and_then(|at| queue.remove(at));
        }
        let (turn, waiting) = oneshot::channel();
        queue.push_back(Waiting { source, turn });
        Ok(waiting)
    }

    fn next(&mut self) -> Option<Waiting> {
        if self.busy >= WORKING {
            return None;
        }
        let begins = self.finishing.is_empty() || self.given % 4 == 3;
        let queue = if begins && !self.beginning.is_empty() {
            &mut self.beginning
        } else {
            &mut self.finishing
        };
        let under_way = |one: &Waiting| self.working.get(&one.source).copied().unwrap_or_default();
        let (at, _) = queue.iter().enumerate().min_by_key(|(_, one)| under_way(one))?;
        let next = queue.remove(at)?;
        self.given = self.given.wrapping_add(1);
        self.busy += 1;
        *self.working.entry(next.source).or_default() += 1;
        Some(next)
    }

    fn ended(&mut self, source: Source) {
        self.busy = self.busy.saturating_sub(1);
        if let Some(working) = self.working.get_mut(&source) {
            *working = working.saturating_sub(1);
            if *working == 0 {
                self.working.remove(&source);
            }
        }
    }
}

/// The source that has most in a queue, and how many.
fn heaviest(queue: &VecDeque<Waiting>) -> Option<(Source, usize)> {
    let mut counts = HashMap::new();
    for one in queue {
        *counts.entry(one.source).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count)
}

/// What one core works on at once. A login's step is a millisecond of it, and up to ten of waiting for
/// Redis; twice as many keep it busy, and no more stand before a person whose turn has come.
const WORKING: usize = 32;
/// How many wait before each core, for finishing and for beginning: a tenth of a second of work.
const WAITING: usize = 128;
/// A load balancer gives up after 5 s, of which a token request needs up to 4.
const PATIENCE: Duration = Duration::from_secs(1);
/// So long without a refusal, and the rush is over.
const QUIET: Duration = Duration::from_secs(5);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;
    use crate::system::SystemClock;

    fn source(last: u8) -> Source {
        Source::of(std::net::Ipv4Addr::new(192, 0, 2, last).into())
    }

    /// A gate where nobody else gets in.
    async fn full() -> (Gate, Vec<Turn>) {
        let gate = Gate::default();
        let mut turns = vec![];
        for _ in 0..WORKING {
            turns.push(gate.turn(Errand::Begin, source(1)).await.unwrap());
        }
        (gate, turns)
    }

    fn waiting(gate: &Gate, errand: Errand, from: u8) -> oneshot::Receiver<Turn> {
        gate.turns().wait(errand, source(from)).unwrap()
    }

    /// Ends one piece of work after the other, and tells in which order the others got in.
    fn order(mut turns: Vec<Turn>, mut those: Vec<oneshot::Receiver<Turn>>) -> Vec<usize> {
        let mut order = vec![];
        while order.len() < those.len() {
            drop(turns.remove(0));
            for (at, one) in those.iter_mut().enumerate() {
                if let Ok(turn) = one.try_recv() {
                    turns.push(turn);
                    order.push(at);
                }
            }
        }
        order
    }

    #[actix_web::test]
    async fn only_a_request_that_too_many_others_kept_out_is_counted() {
        let metrics = Arc::new(Metrics::new("", Arc::new(SystemClock)));
        let load = Load::new(metrics.clone());
        load.unserved("acs", Unserved::Gone);
        load.unserved("acs", GaveWay::ToYounger.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 0, "nothing is said of it");
        assert!(!metrics.text().contains("requests_shed_total{"), "nor counted");
        load.unserved("acs", Unserved::Busy);
        load.unserved("acs", GaveWay::ToOthers.into());
        assert_eq!(load.refused.load(Ordering::Relaxed), 2);
        assert!(metrics.text().contains("silta_requests_shed_total{endpoint=\"acs\"} 2\n"));
    }

    #[tokio::test]
    async fn three_of_four_turns_go_to_logins_that_were_begun() {
        let (gate, turns) = full().await;
        gate.turns().given = 0;
        let begin: Vec<_> = (0..3).map(|_| waiting(&gate, Errand::Begin, 2)).collect();
        let finish: Vec<_> = (0..4).map(|_| waiting(&gate, Errand::Finish, 2)).collect();
        let order = order(turns, begin.into_iter().chain(finish).collect());
        assert_eq!(order, [3, 4, 5, 0, 6, 1, 2]);
    }

    #[tokio::test]
    async fn a_source_with_little_under_way_goes_before_one_with_much() {
        let (gate, turns) = full().await;
        let those = [1, 1, 2, 3].map(|from| waiting(&gate, Errand::Begin, from));
        assert_eq!(order(turns, those.into()), [2, 3, 0, 1]);
    }

    #[tokio::test]
    async fn when_too_many_wait_the_youngest_of_the_heaviest_source_is_refused() {
        let (gate, _turns) = full().await;
        let mut greedy: Vec<_> = (0..WAITING).map(|_| waiting(&gate, Errand::Begin, 1)).collect();
        assert!(matches!(gate.turns().wait(Errand::Begin, source(1)), Err(Busy)));
        let _honest = waiting(&gate, Errand::Begin, 2);
        let mut youngest = greedy.pop().unwrap();
        assert_eq!(youngest.try_recv().err(), Some(TryRecvError::Closed));
        assert!(greedy.iter_mut().all(|one| one.try_recv().err() == Some(TryRecvError::Empty)));
        // Those who finish wait elsewhere.
        let _finishing = waiting(&gate, Errand::Finish, 1);
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_refused_and_leaves_no_turn_behind() {
        let (gate, turns) = full().await;
        assert!(matches!(gate.turn(Errand::Begin, source(2)).await, Err(Busy)));
        drop(turns);
        assert_eq!(gate.turns().busy, 0);
        assert!(gate.turn(Errand::Begin, source(2)).await.is_ok());
    }
}
