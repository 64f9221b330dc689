//! The bodies that are being read, bounded together: in octets, and for each login.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use silta_broker::SourceNetwork;
use silta_broker::ports::Key;
use tokio::sync::Notify;

/// Every body that this process is reading.
#[derive(Default)]
pub(crate) struct Bodies(Mutex<Held>);

#[derive(Default)]
struct Held {
    octets: usize,
    /// The number of the next body: the lower, the older.
    next: u64,
    sources: HashMap<SourceNetwork, BTreeMap<u64, Reading>>,
    /// Which body is read for a login.
    logins: HashMap<Key, (SourceNetwork, u64)>,
}

struct Reading {
    octets: usize,
    login: Option<Key>,
    stop: Arc<Stop>,
}

/// Tells a body that it has to give way, and to whom.
#[derive(Default)]
struct Stop {
    told: Notify,
    to: OnceLock<GaveWay>,
}

/// A body had to give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GaveWay {
    /// There was no room for all.
    ToOthers,
    /// A younger one came for the same login.
    ToYounger,
}

/// The place of one body; dropping it makes room.
pub(super) struct Lease {
    bodies: Arc<Bodies>,
    source: SourceNetwork,
    number: u64,
    stop: Arc<Stop>,
}

impl Bodies {
    /// A place for a body from `source`, without octets yet.
    pub(super) fn lease(self: &Arc<Self>, source: SourceNetwork) -> Lease {
        let stop = Arc::<Stop>::default();
        let mut held = self.held();
        let number = held.next;
        held.next += 1;
        let reading = Reading { octets: 0, login: None, stop: stop.clone() };
        held.sources.entry(source).or_default().insert(number, reading);
        Lease { bodies: self.clone(), source, number, stop }
    }

    /// Whether a body is read for this login now.
    pub(super) fn is_read_for(&self, login: &Key) -> bool {
        self.held().logins.contains_key(login)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Room for so many octets more. Where there is none, the source that holds most gives way,
    /// with its oldest body first: an honest one is through within a second or two.
    ///
    /// # Errors
    /// [`GaveWay`], when that is this very body, or when it had to make room before.
    pub(super) fn grow(&self, octets: usize) -> Result<(), GaveWay> {
        let mut held = self.bodies.held();
        held.reading(self).ok_or_else(|| self.gave_way())?.octets += octets;
        held.octets += octets;
        while held.octets > TOGETHER && held.make_room() {}
        held.reading(self).map(|_| ()).ok_or_else(|| self.gave_way())
    }

    /// From now on this body is read for `login`. There is one for each: an older one gives way,
    /// as when a person presses a button twice.
    pub(super) fn belongs_to(&self, login: Key) {
        let mut held = self.bodies.held();
        if let Some((source, number)) = held.logins.remove(&login) {
            held.end(source, number, GaveWay::ToYounger);
        }
        if let Some(reading) = held.reading(self) {
            reading.login = Some(login.clone());
            held.logins.insert(login, (self.source, self.number));
        }
    }

    /// Comes when this body has to give way.
    pub(super) async fn gives_way(&self) -> GaveWay {
        self.stop.told.notified().await;
        self.gave_way()
    }

    /// To whom, once it did.
    fn gave_way(&self) -> GaveWay {
        self.stop.to.get().copied().unwrap_or(GaveWay::ToOthers)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // It is read, or given up: nobody is told.
        self.bodies.held().end(self.source, self.number, GaveWay::ToOthers);
    }
}

impl Held {
    fn reading(&mut self, lease: &Lease) -> Option<&mut Reading> {
        self.sources.get_mut(&lease.source)?.get_mut(&lease.number)
    }

    /// Ends the oldest body with octets of the source that holds most.
    fn make_room(&mut self) -> bool {
        let octets =
            |each: &BTreeMap<u64, Reading>| each.values().map(|one| one.octets).sum::<usize>();
        let heaviest = self.sources.iter().max_by_key(|(_, each)| octets(each));
        let oldest = heaviest.and_then(|(source, each)| {
            let (number, _) = each.iter().find(|(_, reading)| reading.octets > 0)?;
            Some((*source, *number))
        });
        oldest.is_some_and(|(source, number)| {
            self.end(source, number, GaveWay::ToOthers);
            true
        })
    }

    fn end(&mut self, source: SourceNetwork, number: u64, to: GaveWay) {
        let Some(each) = self.sources.get_mut(&source) else { return };
        let Some(reading) = each.remove(&number) else { return };
        if each.is_empty() {
            self.sources.remove(&source);
        }
        self.octets = self.octets.saturating_sub(reading.octets);
        if let Some(login) = reading.login {
            self.logins.remove(&login);
        }
        // There is one end for each.
        let _ = reading.stop.to.set(to);
        reading.stop.told.notify_one();
    }
}

/// 32 MiB, a sixteenth of the smallest task: five hundred answers of the largest usual size at once,
/// each on its way for a second at most, is more than two cores can judge.
const TOGETHER: usize = 32 * 1024 * 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn source(last: u8) -> SourceNetwork {
        SourceNetwork::of(std::net::Ipv4Addr::new(192, 0, 2, last).into())
    }

    fn login(number: u8) -> Key {
        Key::new("login", &[number; 32])
    }

    #[test]
    fn of_a_full_house_the_source_that_holds_most_gives_way_with_its_oldest_first() {
        let bodies = Arc::new(Bodies::default());
        let quarter = TOGETHER / 4;
        let greedy: Vec<_> = (0..3).map(|_| bodies.lease(source(1))).collect();
        let honest = bodies.lease(source(2));
        for lease in &greedy {
            lease.grow(quarter).unwrap();
        }
        honest.grow(quarter).unwrap();
        // Not one octet more fits, and it is not the honest one that pays.
        honest.grow(1).unwrap();
        assert_eq!(greedy[0].grow(0), Err(GaveWay::ToOthers));
        assert_eq!(greedy[1].grow(0), Ok(()));
        // Whoever holds most pays for its own next one.
        assert_eq!(greedy[2].grow(quarter), Ok(()));
        assert_eq!(greedy[1].grow(0), Err(GaveWay::ToOthers));
        assert_eq!(honest.grow(0), Ok(()));
    }

    #[test]
    fn what_is_read_or_given_up_makes_room() {
        let bodies = Arc::new(Bodies::default());
        for _ in 0..3 {
            let lease = bodies.lease(source(1));
            lease.grow(TOGETHER).unwrap();
        }
        assert_eq!(bodies.held().octets, 0);
        assert!(bodies.held().sources.is_empty());
    }

    #[test]
    fn a_body_beyond_everything_gives_way_to_nobody_and_ends() {
        let bodies = Arc::new(Bodies::default());
        let lease = bodies.lease(source(1));
        assert_eq!(lease.grow(TOGETHER + 1), Err(GaveWay::ToOthers));
        assert_eq!(bodies.held().octets, 0);
    }

    #[test]
    fn a_login_pays_for_one_body_and_the_younger_one_is_read() {
        let bodies = Arc::new(Bodies::default());
        let (first, second) = (bodies.lease(source(1)), bodies.lease(source(2)));
        first.grow(1).unwrap();
        first.belongs_to(login(1));
        assert!(bodies.is_read_for(&login(1)));
        second.belongs_to(login(1));
        assert_eq!((first.grow(1), second.grow(1)), (Err(GaveWay::ToYounger), Ok(())));
        // The older one goes; the younger one is read on.
        drop(first);
        assert!(bodies.is_read_for(&login(1)));
        drop(second);
        assert!(!bodies.is_read_for(&login(1)));
    }
}
