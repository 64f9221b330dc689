//! The open logins: those that started at this replica and wait for a response. This counts their
//! octets in the store, by source network, and says when each is due for a check. Requests that were
//! pushed for a login which is still to start, and answers from sessions, are counted beside them.
//!
//! Anybody may start logins without end, and each is a record for half an hour. So their octets are
//! bounded, at this replica and by the usage that the store reports. `OpenLogins::admit` decides in
//! three steps which new logins are refused first. An open login always finishes.
//!
//! All this is kept in memory. A replica that restarts knows nothing of the logins that it started
//! before: they finish, but they are neither bounded nor counted as abandoned.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use thiserror::Error;

use crate::later::later;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_name::UpstreamName;
use crate::ports::StoreUsage;
use crate::record::{Answered, LOGIN_LIFE, RecordKey};

/// The open logins of a process. It outlives the brokers of changing configurations.
#[derive(Default)]
pub struct OpenLogins(Mutex<Ledger>);

/// A new login is refused, because too many are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenLoginsError {
    /// There is room for logins with a small record only.
    #[error("too many logins are open to begin one with so long a state or nonce")]
    LargeLogin,
    /// The source network of this request has started too many of them.
    #[error("too many logins are open, and too many of them began where this request comes from")]
    OneSource,
    /// There is no room for any login.
    #[error("too many logins are open")]
    AllLogins,
}

impl OpenLoginsError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::LargeLogin => "too_many_open_for_a_large_one",
            Self::OneSource => "too_many_open_from_one_source",
            Self::AllLogins => "too_many_open",
        }
    }
}

/// One open login.
#[derive(Debug, Clone)]
pub(crate) struct OpenLogin {
    pub(crate) login: LoginId,
    pub(crate) names: Arc<(RelyingParty, UpstreamName)>,
    pub(crate) source: SourceNetwork,
    /// About the octets of its record in the store, `STORE_OVERHEAD` included.
    pub(crate) octets: usize,
    pub(crate) since: Timestamp,
    /// The time of the next check; `None` while a check is under way.
    next_check: Option<Timestamp>,
}

/// A login that is due for a check.
#[derive(Debug)]
pub(crate) struct DueCheck {
    /// The key that marks it as answered, at whichever replica.
    pub(crate) answered: RecordKey<Answered>,
    /// Whether its life is over; otherwise this is the check in between.
    pub(crate) ended: bool,
}

#[derive(Default)]
struct Ledger {
    /// By the digest of the key that marks each as answered.
    logins: BTreeMap<[u8; 32], OpenLogin>,
    /// The next check of each login.
    checks: BTreeSet<(Timestamp, [u8; 32])>,
    names: BTreeSet<Arc<(RelyingParty, UpstreamName)>>,
    /// Pushed requests and answers from sessions, in the order in which they end: when, whose, and how many
    /// octets.
    brief: VecDeque<(Timestamp, SourceNetwork, usize)>,
    by_source: HashMap<SourceNetwork, usize>,
    octets: usize,
    usage: Option<StoreUsage>,
    /// Octets of what began here since the store last reported its usage.
    since_usage: usize,
}

impl OpenLogins {
    /// How many logins are open, and how many octets they, pushed requests and answers from
    /// sessions hold.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        let ledger = self.lock();
        (ledger.logins.len(), ledger.octets)
    }

    /// Whether `source` may at `now` start a login, push a request, or be answered from a session, where
    /// the record takes about `octets`. `usage` is what the store last reported.
    ///
    /// Several requests at once may all be let in by the last bit of room: they overshoot by as
    /// many records as there are requests in flight.
    ///
    /// # Errors
    /// [`OpenLoginsError`]. A source that holds half of the bound is always refused. Above
    /// [`REFUSE_LARGE_AT`], large records are refused. Above [`REFUSE_SOURCES_AT`], sources with a
    /// large share are refused, the largest first, because the allowed share shrinks from a half to
    /// nothing. Above [`REFUSE_ALL_AT`], every login is refused.
    pub(crate) fn admit(
        &self,
        source: SourceNetwork,
        octets: usize,
        usage: Option<StoreUsage>,
        now: Timestamp,
    ) -> Result<(), OpenLoginsError> {
        let mut ledger = self.lock();
        ledger.release_brief(now);
        ledger.note_usage(usage);
        let pressure = ledger.pressure();
        if pressure >= REFUSE_ALL_AT {
            return Err(OpenLoginsError::AllLogins);
        }
        if ledger.exceeds_limit(source) {
            return Err(OpenLoginsError::OneSource);
        }
        if pressure >= REFUSE_SOURCES_AT && ledger.exceeds_share(source, pressure) {
            return Err(OpenLoginsError::OneSource);
        }
        if pressure >= REFUSE_LARGE_AT && octets > LARGE_RECORD {
            return Err(OpenLoginsError::LargeLogin);
        }
        Ok(())
    }

    /// Adds this login, until [`OpenLogins::close`] with the same key.
    pub(crate) fn open(
        &self,
        answered: &RecordKey<Answered>,
        login: LoginId,
        names: (&RelyingParty, &UpstreamName),
        (source, octets): (SourceNetwork, usize),
        since: Timestamp,
    ) {
        let mut ledger = self.lock();
        let names = ledger.shared_names(names.0.clone(), names.1.clone());
        let octets = ledger.hold(source, octets);
        let open = OpenLogin { login, names, source, octets, since, next_check: None };
        ledger.logins.insert(*answered.digest(), open);
        ledger.schedule_check(later(since, FIRST_CHECK), answered.digest());
    }

    /// Removes this login. `None` when it did not start at this replica.
    pub(crate) fn close(&self, answered: &RecordKey<Answered>) -> Option<OpenLogin> {
        let mut ledger = self.lock();
        let open = ledger.logins.remove(answered.digest())?;
        if let Some(next_check) = open.next_check {
            ledger.checks.remove(&(next_check, *answered.digest()));
        }
        ledger.release(open.source, open.octets);
        Some(open)
    }

    /// Adds a pushed request, or an answer from a session, whose record has so many octets, until a minute is
    /// over. Whether it was brought before, perhaps at another replica, is not asked: a minute is short.
    pub(crate) fn hold_for_a_minute(&self, source: SourceNetwork, octets: usize, since: Timestamp) {
        let mut ledger = self.lock();
        let octets = ledger.hold(source, octets);
        ledger.brief.push_back((later(since, A_MINUTE), source, octets));
    }

    /// The login that has been due for the longest time. It is not due again before the end of its
    /// life, so the caller has to check it.
    pub(crate) fn due(&self, now: Timestamp) -> Option<DueCheck> {
        let mut ledger = self.lock();
        ledger.release_brief(now);
        let (at, digest) = ledger.checks.first().copied().filter(|(at, _)| *at <= now)?;
        ledger.checks.remove(&(at, digest));
        let open = ledger.logins.get_mut(&digest)?;
        open.next_check = None;
        let end = later(open.since, LOGIN_LIFE);
        if at < end {
            ledger.schedule_check(end, &digest);
        }
        Some(DueCheck { answered: RecordKey::of(&digest), ended: at >= end })
    }

    /// Whether the mark of a response to a login that started at `since` would still exist. The mark
    /// lives [`MARK_OUTLIVES_LOGIN`] longer than the login.
    pub(crate) fn mark_is_live(since: Timestamp, now: Timestamp) -> bool {
        now < later(since, LOGIN_LIFE.saturating_add(MARK_OUTLIVES_LOGIN))
    }

    /// Puts off the check at the end of a login's life, because the store did not answer.
    pub(crate) fn check_again_later(&self, due: &DueCheck, now: Timestamp) {
        let mut ledger = self.lock();
        if due.ended {
            ledger.schedule_check(later(now, CHECK_AGAIN), due.answered.digest());
        }
    }

    /// A panic elsewhere cannot leave more than a miscount behind, which is no reason to refuse
    /// everybody.
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    /// Schedules the next check of a login that is still open: one at a time.
    fn schedule_check(&mut self, instant: Timestamp, digest: &[u8; 32]) {
        if let Some(open) = self.logins.get_mut(digest) {
            open.next_check = Some(instant);
            self.checks.insert((instant, *digest));
        }
    }

    /// Counts a record, and says how many octets it takes in the store.
    fn hold(&mut self, source: SourceNetwork, octets: usize) -> usize {
        let octets = octets.saturating_add(STORE_OVERHEAD);
        self.octets = self.octets.saturating_add(octets);
        self.since_usage = self.since_usage.saturating_add(octets);
        let of_source = self.by_source.entry(source).or_default();
        *of_source = of_source.saturating_add(octets);
        octets
    }

    fn release(&mut self, source: SourceNetwork, octets: usize) {
        self.octets = self.octets.saturating_sub(octets);
        let left = self.by_source.get(&source).map_or(0, |all| all.saturating_sub(octets));
        if left == 0 {
            self.by_source.remove(&source);
        } else {
            self.by_source.insert(source, left);
        }
    }

    /// Releases what was held for a minute that is over. All live equally long, so the first to end is the
    /// first that came, except while a clock that was set back catches up.
    fn release_brief(&mut self, now: Timestamp) {
        while let Some((_, source, octets)) = self.brief.pop_front_if(|(end, ..)| *end <= now) {
            self.release(source, octets);
        }
    }

    /// Remembers the usage that the store reports; a new report starts a new count.
    fn note_usage(&mut self, usage: Option<StoreUsage>) {
        if self.usage != usage {
            (self.usage, self.since_usage) = (usage, 0);
        }
    }

    /// Thousandths of what may be held: at this replica or in the store, whichever is nearer to its
    /// end.
    fn pressure(&self) -> usize {
        let here = thousandths(self.octets, MAX_OCTETS);
        let there = self.usage.map_or(0, |usage| {
            let size = |octets: u64| usize::try_from(octets).unwrap_or(usize::MAX);
            let meanwhile = self.since_usage.saturating_mul(ASSUMED_REPLICAS);
            thousandths(size(usage.used).saturating_add(meanwhile), size(usage.limit))
        });
        here.max(there)
    }

    /// Whether `source` holds more than one source may: half of what this replica may hold, or a
    /// quarter of the store's limit, as it may do the same at another replica.
    fn exceeds_limit(&self, source: SourceNetwork) -> bool {
        let of_source = self.by_source.get(&source).copied().unwrap_or_default();
        let store = self.usage.map_or(u64::MAX, |usage| usage.limit / 4);
        let store = usize::try_from(store).unwrap_or(usize::MAX);
        of_source > store.clamp(SMALL_SHARE, MAX_OCTETS / 2)
    }

    /// Whether the share of `source` in the open logins is more than a source may have now.
    fn exceeds_share(&self, source: SourceNetwork, pressure: usize) -> bool {
        let of_source = self.by_source.get(&source).copied().unwrap_or_default();
        let left = REFUSE_ALL_AT.saturating_sub(pressure);
        let may = left.saturating_mul(500) / (REFUSE_ALL_AT - REFUSE_SOURCES_AT);
        of_source > SMALL_SHARE && thousandths(of_source, self.octets) > may
    }

    /// One copy of the names for all logins of a client: there are as many as the configuration has.
    fn shared_names(
        &mut self,
        client: RelyingParty,
        upstream: UpstreamName,
    ) -> Arc<(RelyingParty, UpstreamName)> {
        let names = Arc::new((client, upstream));
        if let Some(shared) = self.names.get(&names) {
            return shared.clone();
        }
        self.names.insert(names.clone());
        names
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

/// What may be open at one replica. 500 honest logins a second whose people take a minute are
/// 30,000 records of some 650 octets; when every tenth person gives up, 90,000 more wait for their
/// end: 78 MB. One source holds more than half of the bound only if it floods, or if all people come
/// through a proxy that is not trusted. The ledger itself needs some 250 octets a login, 40 MB at
/// the bound, which a task of 512 MiB has beside everything else.
const MAX_OCTETS: usize = 96 << 20;

/// A store keeps more than the record: its key of 79 octets, its expiry, and the tables that lead to
/// it. Redis needs about 200 octets.
const STORE_OVERHEAD: usize = 200;

/// A plain login has some 500 octets, one with Cognito's usual state of 700 octets 1,200. Those with
/// several KiB are rare, and an attacker's cheapest way to fill a store.
const LARGE_RECORD: usize = 2048;

/// A hundred plain logins. A source with fewer is never refused for its share; otherwise the first
/// people after a restart would be.
const SMALL_SHARE: usize = 64 << 10;

/// The store says how full it is every few seconds; meanwhile the other replicas, of which there may
/// be three, are taken to begin as much as this one.
const ASSUMED_REPLICAS: usize = 4;

/// In thousandths. A store that was chosen for its load is not fuller than this on a good day.
const REFUSE_LARGE_AT: usize = 850;
const REFUSE_SOURCES_AT: usize = 900;
/// The rest is for logins that are open: each leaves some 1.5 kB of marks and tokens for minutes.
const REFUSE_ALL_AT: usize = 950;

/// The life of a pushed request and of a code. What the code buys lives longer, for people who were let in:
/// thousands of them share an address for a whole day, and each leaves some.
const A_MINUTE: Duration = Duration::from_mins(1);

/// Most people are back by then, and this replica forgets the logins that they finished at another.
/// Until then such a login counts twice, so a minute and not more.
const FIRST_CHECK: Duration = Duration::from_mins(1);
const CHECK_AGAIN: Duration = Duration::from_secs(30);
/// A mark lives this much longer than its login: a flood of 150,000 logins that end within a minute
/// takes two and a half minutes to check.
pub(crate) const MARK_OUTLIVES_LOGIN: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests;
