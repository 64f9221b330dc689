//! The budget of bodies that are being read: in octets, and one for each login.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use silta_broker::SourceNetwork;
use silta_broker::ports::Key;
use tokio::sync::Notify;

/// All bodies that this process is reading.
#[derive(Default)]
pub(crate) struct BodyBudget(Mutex<Ledger>);

#[derive(Default)]
struct Ledger {
    octets: usize,
    /// The number of the next body: the lower, the older.
    next: u64,
    by_source: HashMap<SourceNetwork, BTreeMap<u64, OpenBody>>,
    /// The body that is read for a login.
    logins: HashMap<Key, (SourceNetwork, u64)>,
}

struct OpenBody {
    octets: usize,
    login: Option<Key>,
    stop: Arc<StopSignal>,
}

/// Tells a body that it is displaced, and why.
#[derive(Default)]
struct StopSignal {
    notify: Notify,
    why: OnceLock<Displaced>,
}

/// Why a body was displaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Displaced {
    /// There was no room for all bodies.
    ForRoom,
    /// A newer one came for the same login.
    ByNewer,
}

/// The lease of one body; dropping it makes room.
pub(super) struct BodyLease {
    bodies: Arc<BodyBudget>,
    source: SourceNetwork,
    number: u64,
    stop: Arc<StopSignal>,
}

impl BodyBudget {
    /// A lease for a body from `source`, without octets yet.
    pub(super) fn lease(self: &Arc<Self>, source: SourceNetwork) -> BodyLease {
        let stop = Arc::<StopSignal>::default();
        let mut ledger = self.ledger();
        let number = ledger.next;
        ledger.next += 1;
        let body = OpenBody { octets: 0, login: None, stop: stop.clone() };
        ledger.by_source.entry(source).or_default().insert(number, body);
        BodyLease { bodies: self.clone(), source, number, stop }
    }

    /// Whether a body is read for this login now.
    pub(super) fn has_body_for(&self, login: &Key) -> bool {
        self.ledger().logins.contains_key(login)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BodyLease {
    /// Makes room for so many octets more. Where there is none, the source that holds most is
    /// displaced, its oldest body first: an honest one is read within a second or two.
    ///
    /// # Errors
    /// [`Displaced`] when this body is displaced, now or before.
    pub(super) fn grow(&self, octets: usize) -> Result<(), Displaced> {
        let mut ledger = self.bodies.ledger();
        ledger.body(self).ok_or_else(|| self.displaced_why())?.octets += octets;
        ledger.octets += octets;
        while ledger.octets > MAX_OCTETS && ledger.make_room() {}
        ledger.body(self).map(|_| ()).ok_or_else(|| self.displaced_why())
    }

    /// Assigns this body to `login`. Each login has one body: an older one is displaced, as when a
    /// person presses a button twice.
    pub(super) fn assign_login(&self, login: Key) {
        let mut ledger = self.bodies.ledger();
        if let Some((source, number)) = ledger.logins.remove(&login) {
            ledger.end(source, number, Displaced::ByNewer);
        }
        if let Some(body) = ledger.body(self) {
            body.login = Some(login.clone());
            ledger.logins.insert(login, (self.source, self.number));
        }
    }

    /// Completes when this body is displaced.
    pub(super) async fn displaced(&self) -> Displaced {
        self.stop.notify.notified().await;
        self.displaced_why()
    }

    /// Why it was displaced.
    fn displaced_why(&self) -> Displaced {
        self.stop.why.get().copied().unwrap_or(Displaced::ForRoom)
    }
}

impl Drop for BodyLease {
    fn drop(&mut self) {
        // It is read, or given up.
        self.bodies.ledger().end(self.source, self.number, Displaced::ForRoom);
    }
}

impl Ledger {
    fn body(&mut self, lease: &BodyLease) -> Option<&mut OpenBody> {
        self.by_source.get_mut(&lease.source)?.get_mut(&lease.number)
    }

    /// Ends the oldest body with octets of the source that holds most.
    fn make_room(&mut self) -> bool {
        let octets =
            |each: &BTreeMap<u64, OpenBody>| each.values().map(|one| one.octets).sum::<usize>();
        let heaviest = self.by_source.iter().max_by_key(|(_, each)| octets(each));
        let oldest = heaviest.and_then(|(source, each)| {
            let (number, _) = each.iter().find(|(_, body)| body.octets > 0)?;
            Some((*source, *number))
        });
        oldest.is_some_and(|(source, number)| {
            self.end(source, number, Displaced::ForRoom);
            true
        })
    }

    fn end(&mut self, source: SourceNetwork, number: u64, why: Displaced) {
        let Some(each) = self.by_source.get_mut(&source) else { return };
        let Some(body) = each.remove(&number) else { return };
        if each.is_empty() {
            self.by_source.remove(&source);
        }
        self.octets = self.octets.saturating_sub(body.octets);
        if let Some(login) = body.login {
            self.logins.remove(&login);
        }
        // There is one end for each.
        let _ = body.stop.why.set(why);
        body.stop.notify.notify_one();
    }
}

/// 32 MiB, a sixteenth of the smallest task: five hundred answers of the largest usual size at once,
/// each on its way for a second at most, is more than two cores can judge.
const MAX_OCTETS: usize = 32 * 1024 * 1024;

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
        let bodies = Arc::new(BodyBudget::default());
        let quarter = MAX_OCTETS / 4;
        let greedy: Vec<_> = (0..3).map(|_| bodies.lease(source(1))).collect();
        let honest = bodies.lease(source(2));
        for lease in &greedy {
            lease.grow(quarter).unwrap();
        }
        honest.grow(quarter).unwrap();
        // Not one octet more fits, and it is not the honest one that pays.
        honest.grow(1).unwrap();
        assert_eq!(greedy[0].grow(0), Err(Displaced::ForRoom));
        assert_eq!(greedy[1].grow(0), Ok(()));
        // Whoever holds most pays for its own next one.
        assert_eq!(greedy[2].grow(quarter), Ok(()));
        assert_eq!(greedy[1].grow(0), Err(Displaced::ForRoom));
        assert_eq!(honest.grow(0), Ok(()));
    }

    #[test]
    fn what_is_read_or_given_up_makes_room() {
        let bodies = Arc::new(BodyBudget::default());
        for _ in 0..3 {
            let lease = bodies.lease(source(1));
            lease.grow(MAX_OCTETS).unwrap();
        }
        assert_eq!(bodies.ledger().octets, 0);
        assert!(bodies.ledger().by_source.is_empty());
    }

    #[test]
    fn a_body_beyond_everything_gives_way_to_nobody_and_ends() {
        let bodies = Arc::new(BodyBudget::default());
        let lease = bodies.lease(source(1));
        assert_eq!(lease.grow(MAX_OCTETS + 1), Err(Displaced::ForRoom));
        assert_eq!(bodies.ledger().octets, 0);
    }

    #[test]
    fn a_login_pays_for_one_body_and_the_younger_one_is_read() {
        let bodies = Arc::new(BodyBudget::default());
        let (first, second) = (bodies.lease(source(1)), bodies.lease(source(2)));
        first.grow(1).unwrap();
        first.assign_login(login(1));
        assert!(bodies.has_body_for(&login(1)));
        second.assign_login(login(1));
        assert_eq!((first.grow(1), second.grow(1)), (Err(Displaced::ByNewer), Ok(())));
        // The older one goes; the younger one is read on.
        drop(first);
        assert!(bodies.has_body_for(&login(1)));
        drop(second);
        assert!(!bodies.has_body_for(&login(1)));
    }
}
