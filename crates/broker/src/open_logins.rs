//! The logins that began at this replica and wait for an answer: how many octets they hold in the
//! store, whose they are, and which of them nobody came back from.
//!
//! Anybody may begin logins without end, and each is a record for half an hour. So their octets are
//! bounded, at this replica and by how full the store says it is, and who gives way first is decided
//! by three steps (`OpenLogins::admit`). A login that is open always finishes: only new ones are
//! refused.
//!
//! All this is kept in memory. A replica that restarts knows nothing of the logins that it began
//! before: they finish, but they are neither bounded nor counted as abandoned.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use silta_oidc::ClientId;
use thiserror::Error;

use crate::login::LoginId;
use crate::ports::{Key, StoreFill};
use crate::source::Source;
use crate::state::LOGIN_LIFE;
use crate::upstream::UpstreamName;

/// The logins that are open. One for a process: it outlives the brokers of changing configurations.
#[derive(Default)]
pub struct OpenLogins(Mutex<Held>);

/// A new login is refused, because too many wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TooManyOpen {
    /// There is room for small ones only.
    #[error("too many logins are open to begin one with so long a state or nonce")]
    ForALargeOne,
    /// The source of this request has begun too many of them.
    #[error("too many logins are open, and too many of them began where this request comes from")]
    FromOneSource,
    /// There is no room at all.
    #[error("too many logins are open")]
    AtAll,
}

/// One login that waits.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) login: LoginId,
    pub(crate) party: Arc<(ClientId, UpstreamName)>,
    pub(crate) source: Source,
    /// What its record takes in the store.
    pub(crate) octets: usize,
    pub(crate) since: Timestamp,
    /// When it is to be looked for next; never, while somebody looks.
    look: Option<Timestamp>,
}

/// A login that is due to be looked for.
#[derive(Debug)]
pub(crate) struct Due {
    /// The key that marks it as answered, at whichever replica.
    pub(crate) answered: Key,
    /// Whether its life is over; otherwise this is the look in between.
    pub(crate) over: bool,
}

#[derive(Default)]
struct Held {
    /// By the digest of the key that marks each as answered.
    logins: BTreeMap<[u8; 32], Open>,
    /// When each is to be looked for next.
    looks: BTreeSet<(Timestamp, [u8; 32])>,
    parties: BTreeSet<Arc<(ClientId, UpstreamName)>>,
    by_source: HashMap<Source, usize>,
    octets: usize,
    fill: Option<StoreFill>,
    /// Octets that began here since the store last said how full it is.
    since_fill: usize,
}

impl OpenLogins {
    /// How many logins are open, and how many octets they hold.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        let held = self.held_now();
        (held.logins.len(), held.octets)
    }

    /// Whether `source` may begin a login whose record takes about `octets`. `fill` is what the
    /// store last said of itself.
    ///
    /// Several requests at once may all be let in by the last bit of room: they overshoot by as
    /// many records as there are requests in flight.
    ///
    /// # Errors
    /// [`TooManyOpen`]: a source that holds half of all that may be held, however much is left; and
    /// by three steps: above [`LARGE_GIVE_WAY`] large ones give way; above
    /// [`SOURCES_GIVE_WAY`] sources with a large share, the largest first, because the share that
    /// one may have shrinks from a half to nothing; above [`ALL_GIVE_WAY`] everybody.
    pub(crate) fn admit(
        &self,
        source: Source,
        octets: usize,
        fill: Option<StoreFill>,
    ) -> Result<(), TooManyOpen> {
        let mut held = self.held_now();
        held.hear(fill);
        let pressure = held.pressure();
        if pressure >= ALL_GIVE_WAY {
            return Err(TooManyOpen::AtAll);
        }
        if held.floods(source) {
            return Err(TooManyOpen::FromOneSource);
        }
        if pressure >= SOURCES_GIVE_WAY && held.has_too_much(source, pressure) {
            return Err(TooManyOpen::FromOneSource);
        }
        if pressure >= LARGE_GIVE_WAY && octets > LARGE {
            return Err(TooManyOpen::ForALargeOne);
        }
        Ok(())
    }

    /// From now on this login is open, until [`OpenLogins::close`] with the same key.
    pub(crate) fn open(
        &self,
        answered: &Key,
        login: LoginId,
        party: (&ClientId, &UpstreamName),
        (source, octets): (Source, usize),
        since: Timestamp,
    ) {
        let mut held = self.held_now();
        let party = held.party(party.0.clone(), party.1.clone());
        let octets = octets.saturating_add(BESIDE);
        held.octets = held.octets.saturating_add(octets);
        held.since_fill = held.since_fill.saturating_add(octets);
        let of_source = held.by_source.entry(source).or_default();
        *of_source = of_source.saturating_add(octets);
        let open = Open { login, party, source, octets, since, look: None };
        held.logins.insert(*answered.digest(), open);
        held.look_at(after(since, FIRST_LOOK), answered.digest());
    }

    /// This login does not wait any more. What it was, unless it was not begun here.
    pub(crate) fn close(&self, answered: &Key) -> Option<Open> {
        let mut held = self.held_now();
        let open = held.logins.remove(answered.digest())?;
        if let Some(look) = open.look {
            held.looks.remove(&(look, *answered.digest()));
        }
        held.octets = held.octets.saturating_sub(open.octets);
        let left =
            held.by_source.get(&open.source).map_or(0, |all| all.saturating_sub(open.octets));
        if left == 0 {
            held.by_source.remove(&open.source);
        } else {
            held.by_source.insert(open.source, left);
        }
        Some(open)
    }

    /// The login that has been due for the longest time. It is not due again before the end of its
    /// life, so whoever asks has to look for it.
    pub(crate) fn due(&self, now: Timestamp) -> Option<Due> {
        let mut held = self.held_now();
        let (at, digest) = held.looks.first().copied().filter(|(at, _)| *at <= now)?;
        held.looks.remove(&(at, digest));
        let open = held.logins.get_mut(&digest)?;
        open.look = None;
        let end = after(open.since, LOGIN_LIFE);
        if at < end {
            held.look_at(end, &digest);
        }
        Some(Due { answered: Key::new(ANSWERED, &digest), over: at >= end })
    }

    /// Whether a login that began at `since` can still be told from one that was answered: the mark
    /// of an answer lives somewhat longer than the login.
    pub(crate) fn is_told_by_its_mark(since: Timestamp, now: Timestamp) -> bool {
        now < after(since, LOGIN_LIFE.saturating_add(MARK_OUTLIVES))
    }

    /// Puts the look at the end of a login's life off, because the store did not say.
    pub(crate) fn look_again(&self, due: &Due, now: Timestamp) {
        let mut held = self.held_now();
        if due.over {
            held.look_at(after(now, LOOK_AGAIN), due.answered.digest());
        }
    }

    /// A panic elsewhere cannot leave more than a miscount behind, which is no reason to refuse
    /// everybody.
    fn held_now(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The next look for a login, if it is still open: one at a time.
    fn look_at(&mut self, instant: Timestamp, digest: &[u8; 32]) {
        if let Some(open) = self.logins.get_mut(digest) {
            open.look = Some(instant);
            self.looks.insert((instant, *digest));
        }
    }

    /// The store said something new, or nothing new.
    fn hear(&mut self, fill: Option<StoreFill>) {
        if self.fill != fill {
            (self.fill, self.since_fill) = (fill, 0);
        }
    }

    /// Thousandths of what may be held: at this replica or in the store, whichever is nearer to its
    /// end.
    fn pressure(&self) -> usize {
        let here = thousandths(self.octets, MOST_OCTETS);
        let there = self.fill.map_or(0, |fill| {
            let size = |octets: u64| usize::try_from(octets).unwrap_or(usize::MAX);
            let meanwhile = self.since_fill.saturating_mul(REPLICAS);
            thousandths(size(fill.used).saturating_add(meanwhile), size(fill.limit))
        });
        here.max(there)
    }

    /// Whether `source` alone leaves too little for everybody else: half of what this replica may
    /// hold, or a quarter of what the store may, as it may do the same at another replica.
    fn floods(&self, source: Source) -> bool {
        let of_source = self.by_source.get(&source).copied().unwrap_or_default();
        let store = self.fill.map_or(u64::MAX, |fill| fill.limit / 4);
        let store = usize::try_from(store).unwrap_or(usize::MAX);
        of_source > store.clamp(FEW, MOST_OCTETS / 2)
    }

    /// Whether the share of `source` in what is open is more than a source may have now.
    fn has_too_much(&self, source: Source, pressure: usize) -> bool {
        let of_source = self.by_source.get(&source).copied().unwrap_or_default();
        let left = ALL_GIVE_WAY.saturating_sub(pressure);
        let may = left.saturating_mul(500) / (ALL_GIVE_WAY - SOURCES_GIVE_WAY);
        of_source > FEW && thousandths(of_source, self.octets) > may
    }

    /// One copy of the names for all logins of a client: there are as many as the configuration has.
    fn party(&mut self, client: ClientId, upstream: UpstreamName) -> Arc<(ClientId, UpstreamName)> {
        let party = Arc::new((client, upstream));
        if let Some(known) = self.parties.get(&party) {
            return known.clone();
        }
        self.parties.insert(party.clone());
        party
    }
}

impl fmt::Debug for OpenLogins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenLogins")
    }
}

fn thousandths(part: usize, whole: usize) -> usize {
    part.saturating_mul(1000).checked_div(whole).unwrap_or(0)
}

fn after(instant: Timestamp, time: Duration) -> Timestamp {
    instant.saturating_add(time).unwrap_or(Timestamp::MAX)
}

/// The kind of key that marks a login as answered.
pub(crate) const ANSWERED: &str = "answered";

/// What may be open at one replica. 500 honest logins a second whose people take a minute are
/// 30,000 records of some 650 octets; when every tenth person gives up, 90,000 more wait for their
/// end: 78 MB. One source holds more than half of the bound only
/// if it floods, or if all people come through a proxy that is not trusted. The ledger itself needs some 250 octets a login, 40 MB
/// at the bound, which a task of 512 MiB has beside everything else.
const MOST_OCTETS: usize = 96 << 20;

/// What a store keeps beside a record: its name of 79 octets, its end, and the tables that lead to
/// it; Redis needs about 200.
const BESIDE: usize = 200;

/// A plain login has some 500 octets, one with Cognito's usual state of 700 octets 1,200. Those with
/// several KiB are rare, and an attacker's cheapest way to fill a store.
const LARGE: usize = 2048;

/// A hundred plain logins: a source that has fewer never gives way alone, or the first people after
/// a restart would.
const FEW: usize = 64 << 10;

/// The store says how full it is every few seconds; meanwhile the other replicas, of which there may
/// be three, are taken to begin as much as this one.
const REPLICAS: usize = 4;

/// In thousandths. A store that was chosen for its load is not fuller than this on a good day.
const LARGE_GIVE_WAY: usize = 850;
const SOURCES_GIVE_WAY: usize = 900;
/// The rest is for logins that are open: each leaves some 1.5 kB of marks and tokens for minutes.
const ALL_GIVE_WAY: usize = 950;

/// Most people are back by then; what they finished at another replica is forgotten here. Until
/// then it counts twice, so a minute and not more.
const FIRST_LOOK: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How much longer than its login a mark lives: a flood of 150,000 logins that end within a minute
/// takes two and a half minutes to look for.
pub(crate) const MARK_OUTLIVES: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests;
