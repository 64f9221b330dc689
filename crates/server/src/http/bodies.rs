//! The bodies that are being read, bounded together: in octets, and for each login.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use silta_broker::Source;
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
    sources: HashMap<Source, BTreeMap<u64, Reading>>,
    /// Which body is read for a login.
    logins: HashMap<Key, (Source, u64)>,
}

struct Reading {
    octets: usize,
    login: Option<Key>,
    stop: Arc<Notify>,
}

/// A body had to give way: to those of other sources, or to a younger one for the same login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GaveWay;

/// The place of one body; dropping it makes room.
pub(super) struct Lease {
    bodies: Arc<Bodies>,
    source: Source,
    number: u64,
    stop: Arc<Notify>,
}

impl Bodies {
    /// A place for a body from `source`, without octets yet.
    pub(super) fn lease(self: &Arc<Self>, source: Source) -> Lease {
        let stop = Arc::new(Notify::new());
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
        held.reading(self).ok_or(GaveWay)?.octets += octets;
        held.octets += octets;
        while held.octets > TOGETHER && held.make_room() {}
        held.reading(self).map(|_| ()).ok_or(GaveWay)
    }

    /// From now on this body is read for `login`. There is one for each: an older one gives way,
    /// as when a person presses a button twice.
    pub(super) fn belongs_to(&self, login: Key) {
        let mut held = self.bodies.held();
        if let Some((source, number)) = held.logins.remove(&login) {
            held.end(source, number);
        }
        if let Some(reading) = held.reading(self) {
            reading.login = Some(login.clone());
            held.logins.insert(login, (self.source, self.number));
        }
    }

    /// Comes when this body has to give way.
    pub(super) async fn gives_way(&self) {
        self.stop.notified().await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.bodies.held().end(self.source, self.number);
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
            self.end(source, number);
            true
        })
    }

    fn end(&mut self, source: Source, number: u64) {
        let Some(each) = self.sources.get_mut(&source) else { return };
        let Some(reading) = each.remove(&number) else { return };
        if each.is_empty() {
            self.sources.remove(&source);
        }
        self.octets = self.octets.saturating_sub(reading.octets);
        if let Some(login) = reading.login {
            self.logins.remove(&login);
        }
        reading.stop.notify_one();
    }
}

/// 32 MiB, a sixteenth of the smallest task: five hundred answers of the largest usual size at once,
/// each on its way for a second at most, is more than two cores can judge.
const TOGETHER: usize = 32 * 1024 * 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn source(last: u8) -> Source {
        Source::of(std::net::Ipv4Addr::new(192, 0, 2, last).into())
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
        assert_eq!(greedy[0].grow(0), Err(GaveWay));
        assert_eq!(greedy[1].grow(0), Ok(()));
        // Whoever holds most pays for its own next one.
        assert_eq!(greedy[2].grow(quarter), Ok(()));
        assert_eq!(greedy[1].grow(0), Err(GaveWay));
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
        assert_eq!(lease.grow(TOGETHER + 1), Err(GaveWay));
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
        assert_eq!((first.grow(1), second.grow(1)), (Err(GaveWay), Ok(())));
        // The older one goes; the younger one is read on.
        drop(first);
        assert!(bodies.is_read_for(&login(1)));
        drop(second);
        assert!(!bodies.is_read_for(&login(1)));
    }
}
