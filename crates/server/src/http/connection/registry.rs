//! All connections of a listener: how many there may be, and which one ends when there are more.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use silta_broker::SourceNetwork;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::{info, warn};

use super::ended::Ended;
use crate::metrics::Metrics;

/// The connections of one listener.
pub(super) struct Connections {
    listener: &'static str,
    bound: usize,
    metrics: Arc<Metrics>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// By where they come from, oldest first: numbers only grow.
    by_source: HashMap<SourceNetwork, BTreeMap<u64, Connection>>,
    count: usize,
    next: u64,
    /// When a connection was last displaced, as long as that is a state of its own.
    pressed: Option<Instant>,
}

struct Connection {
    /// A request that came whole is in flight.
    whole: Arc<AtomicBool>,
    end: oneshot::Sender<()>,
}

impl Connections {
    pub(super) fn new(listener: &'static str, bound: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { listener, bound, metrics, open: Mutex::default() })
    }

    /// Counts a connection. When there are too many, one without a whole request in flight ends
    /// instead: the oldest of the source that holds most. That can be the new one itself. A body that
    /// still comes protects nobody, or slow bodies could take every place.
    pub(super) fn admit(
        self: &Arc<Self>,
        source: SourceNetwork,
        whole: Arc<AtomicBool>,
    ) -> Admitted {
        let (end, displaced) = oneshot::channel();
        let mut open = self.lock();
        let id = open.next;
        open.next += 1;
        open.count += 1;
        let of_source = open.by_source.entry(source).or_default();
        of_source.insert(id, Connection { whole, end });
        let crowded = of_source.len() > CROWD;
        if open.count > self.bound {
            self.displace_one(&mut open);
        }
        self.metrics.connections_open(self.listener, open.count);
        drop(open);
        let why = Ended::Closed;
        let connections = self.clone();
        Admitted { connections, source, id, crowded, why, displaced: Some(displaced) }
    }

    fn displace_one(&self, open: &mut Open) {
        // One look at each source and its busy connections: a fraction of what accepting costs.
        let oldest_idle = |(source, connections): (&SourceNetwork, &BTreeMap<u64, Connection>)| {
            let mut idle = connections.iter().filter(|(_, one)| !one.whole.load(Ordering::Relaxed));
            idle.next().map(|(id, _)| (connections.len(), Reverse(*id), *source))
        };
        let candidates = open.by_source.iter().filter_map(oldest_idle);
        let Some((_, Reverse(id), source)) = candidates.max_by_key(|(held, id, _)| (*held, *id))
        else {
            return;
        };
        if let Some(displaced) = open.remove(source, id) {
            // It may be ending by itself at this moment.
            let _ = displaced.end.send(());
        }
        if open.pressed.is_none() {
            let (listener, connections) = (self.listener, self.bound);
            warn!(
                listener,
                connections,
                "too many connections: idle ones end, of whoever holds most, until there are fewer"
            );
        }
        open.pressed = Some(Instant::now());
    }

    fn ended(&self, source: SourceNetwork, id: u64, why: Ended) {
        let mut open = self.lock();
        open.remove(source, id);
        // Far enough below and for long enough that nobody can make the two lines alternate quickly.
        let few = open.count < self.bound - self.bound / 4;
        if few && open.pressed.is_some_and(|last| last.elapsed() > CALM) {
            open.pressed = None;
            let (listener, connections) = (self.listener, open.count);
            info!(listener, connections, "there is room for connections again");
        }
        self.metrics.connections_open(self.listener, open.count);
        drop(open);
        self.metrics.connection_ended(self.listener, why.as_str());
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn remove(&mut self, source: SourceNetwork, id: u64) -> Option<Connection> {
        let connections = self.by_source.get_mut(&source)?;
        let removed = connections.remove(&id)?;
        if connections.is_empty() {
            self.by_source.remove(&source);
        }
        self.count -= 1;
        Some(removed)
    }
}

/// A connection that is counted, until it says how it ended.
pub(super) struct Admitted {
    connections: Arc<Connections>,
    source: SourceNetwork,
    id: u64,
    crowded: bool,
    why: Ended,
    displaced: Option<oneshot::Receiver<()>>,
}

impl Admitted {
    /// Whether it has to make room, as soon as it has no request in flight.
    pub(super) fn poll_displaced(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(displaced) = &mut self.displaced
            && Pin::new(displaced).poll(cx).is_ready()
        {
            self.displaced = None;
        }
        self.displaced.is_none()
    }

    /// Whether its source held many others when it came.
    pub(super) fn is_crowded(&self) -> bool {
        self.crowded
    }

    pub(super) fn ended(mut self, why: Ended) {
        self.why = why;
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.ended(self.source, self.id, self.why);
    }
}

/// A browser opens six connections at a time; who opens more at once can wait for one who does not. All
/// of a proxy's may be beyond it, and then they wait for each other as they would without.
const CROWD: usize = 16;
/// As long as a probe every half a minute needs to see it.
const CALM: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use silta_broker::ports::Clock;

    use super::*;
    use crate::system::SystemClock;

    fn connections(bound: usize) -> Arc<Connections> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Connections::new("public", bound, Arc::new(Metrics::new(clock)))
    }

    fn source(last: u8) -> SourceNetwork {
        SourceNetwork::of([192, 0, 2, last].into())
    }

    fn idle(connections: &Arc<Connections>, from: u8) -> Admitted {
        connections.admit(source(from), Arc::default())
    }

    fn busy(connections: &Arc<Connections>, from: u8) -> Admitted {
        connections.admit(source(from), Arc::new(AtomicBool::new(true)))
    }

    fn displaced(admitted: &mut Admitted) -> bool {
        admitted.poll_displaced(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_oldest_idle_connection_of_the_source_that_holds_most_makes_room() {
        let all = connections(4);
        let mut honest = idle(&all, 1);
        let mut hostile = [idle(&all, 2), idle(&all, 2), idle(&all, 2)];
        let mut newcomer = idle(&all, 3);
        assert_eq!(hostile.each_mut().map(displaced), [true, false, false]);
        assert!(!displaced(&mut honest) && !displaced(&mut newcomer));
        // Where nobody holds more than others, the oldest goes first.
        let another = idle(&all, 4);
        assert_eq!(hostile.each_mut().map(displaced), [true, true, false]);
        let _another = (another, idle(&all, 5));
        assert!(displaced(&mut honest) && !displaced(&mut newcomer));
    }

    #[test]
    fn a_connection_with_a_request_in_flight_is_never_displaced() {
        let all = connections(2);
        let mut hostile = [busy(&all, 2), busy(&all, 2)];
        let mut honest = idle(&all, 1);
        // There is nobody else to end.
        assert!(displaced(&mut honest));
        let mut third = busy(&all, 1);
        assert_eq!(hostile.each_mut().map(displaced), [false, false]);
        assert!(!displaced(&mut third));
    }

    #[test]
    fn a_connection_of_a_source_that_holds_many_is_crowded() {
        let all = connections(CROWD * 3);
        let many: Vec<_> = (0..CROWD + 2).map(|_| idle(&all, 1)).collect();
        let crowded = many.iter().filter(|one| one.is_crowded()).count();
        assert_eq!(crowded, 2);
        assert!(!idle(&all, 2).is_crowded());
    }

    #[test]
    fn what_has_ended_makes_room_by_itself() {
        let all = connections(2);
        let mut first = idle(&all, 1);
        idle(&all, 2).ended(Ended::Closed);
        let mut second = idle(&all, 3);
        assert!(!displaced(&mut first) && !displaced(&mut second));
        assert_eq!(all.lock().count, 2);
        assert_eq!(all.lock().by_source.len(), 2);
    }
}
