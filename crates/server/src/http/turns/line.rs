//! Who waits for a turn of one core, and whose it is.

use std::collections::HashMap;
use std::task::Waker;
use std::time::{Duration, Instant};

use silta_broker::SourceNetwork;

use super::suspects::Suspects;
use super::{Purpose, TurnError, wake_after_io};

/// The requests of one core: those that wait for a turn, and how many are under way.
#[derive(Default)]
pub(super) struct Line {
    holder: Option<Holder>,
    waiting: Vec<Waiting>,
    /// How many requests of each source were started and have not ended.
    under_way: HashMap<SourceNetwork, usize>,
    suspects: Suspects,
    started: usize,
    tickets: u64,
    /// How many turns were taken.
    taken: usize,
}

/// Who is to have the turn.
struct Holder {
    one: Waiting,
    since: Instant,
    choice: Choice,
}

/// How far it is decided that a turn is the holder's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// The core is to look at its sockets, and then at what came from there, and then once more, until
    /// everybody who is ready by now is in the line.
    Proposed,
    /// It has looked once.
    Seconded,
    /// It is.
    Made,
}

/// A request that waits for a turn.
pub(super) struct Waiting {
    pub(super) ticket: u64,
    pub(super) source: SourceNetwork,
    pub(super) purpose: Purpose,
    pub(super) stage: Stage,
    /// Whether it let a turn pass.
    pub(super) passed_over: bool,
    pub(super) waker: Waker,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing of it was done.
    New,
    /// It was started, and what it waited for is there.
    Started,
    /// It was started, and has another piece of work to do that takes long.
    Lengthy,
}

impl Line {
    pub(super) fn ticket(&mut self) -> u64 {
        self.tickets = self.tickets.wrapping_add(1);
        self.tickets
    }

    pub(super) fn suspect(&mut self, source: SourceNetwork) {
        self.suspects.add(source);
    }

    pub(super) fn join(&mut self, one: Waiting) -> Result<(), TurnError> {
        if one.stage == Stage::New {
            self.make_room(one.purpose, one.source)?;
        }
        self.waiting.push(one);
        Ok(())
    }

    /// Whether the turn is taken by this request, which asks for it. Whoever it is given to meanwhile is
    /// woken.
    ///
    /// # Errors
    /// [`TurnError::Busy`] when others needed its room.
    pub(super) fn take(&mut self, ticket: u64, waker: &Waker) -> Result<bool, TurnError> {
        if !self.is_for(ticket) {
            let own = self.waiting.iter_mut().find(|one| one.ticket == ticket);
            let own = own.ok_or(TurnError::Busy)?;
            own.waker.clone_from(waker);
            // Whoever looks is there.
            own.passed_over = false;
            self.give(Some(ticket));
        }
        let Some(holder) = self.holder.take_if(|holder| holder.one.ticket == ticket) else {
            return Ok(false);
        };
        let holder = match holder.choice {
            Choice::Proposed => {
                wake_after_io(waker);
                Holder { choice: Choice::Seconded, since: Instant::now(), one: holder.one }
            }
            Choice::Seconded => {
                self.waiting.push(Waiting { passed_over: false, ..holder.one });
                let Some(one) = self.remove_next() else { return Ok(false) };
                if one.ticket != ticket {
                    one.waker.wake_by_ref();
                }
                Holder { one, since: Instant::now(), choice: Choice::Made }
            }
            Choice::Made => holder,
        };
        let taken = holder.choice == Choice::Made && holder.one.ticket == ticket;
        self.taken = self.taken.wrapping_add(usize::from(taken));
        self.holder = Some(holder);
        Ok(taken)
    }

    /// Its turn is over.
    pub(super) fn pass_on(&mut self) {
        self.holder = None;
        self.give(None);
    }

    /// It does not wait any more, and has no turn.
    pub(super) fn leave(&mut self, ticket: u64) {
        self.waiting.retain(|one| one.ticket != ticket);
        if self.is_for(ticket) {
            self.holder = None;
        }
    }

    pub(super) fn start(&mut self, source: SourceNetwork) {
        self.started += 1;
        *self.under_way.entry(source).or_default() += 1;
    }

    pub(super) fn end(&mut self, source: SourceNetwork) {
        self.started = self.started.saturating_sub(1);
        if let Some(under_way) = self.under_way.get_mut(&source) {
            *under_way = under_way.saturating_sub(1);
            if *under_way == 0 {
                self.under_way.remove(&source);
            }
        }
    }

    /// Gives the turn to somebody who waits, if nobody has it. Whoever is `asking` knows it from here,
    /// and has waited for a look at the sockets: it is woken only if the choice is not made yet, or it
    /// would ask for one turn after the other while it waits for Redis.
    pub(super) fn give(&mut self, asking: Option<u64>) {
        if self.holder.as_ref().is_some_and(|holder| holder.since.elapsed() < UNTAKEN) {
            return;
        }
        // A connection that is being shut down does not look at its request any more.
        if let Some(idle) = self.holder.take() {
            self.waiting.push(Waiting { passed_over: true, ..idle.one });
        }
        let Some(one) = self.remove_next() else { return };
        let at_once = asking == Some(one.ticket) && one.stage != Stage::Lengthy;
        if asking != Some(one.ticket) {
            wake_after_io(&one.waker);
        }
        let choice = if at_once { Choice::Made } else { Choice::Proposed };
        self.holder = Some(Holder { one, since: Instant::now(), choice });
    }

    pub(super) fn is_for(&self, ticket: u64) -> bool {
        self.holder.as_ref().is_some_and(|holder| holder.one.ticket == ticket)
    }

    /// How many were started and have not ended.
    #[cfg(test)]
    pub(super) fn started(&self) -> usize {
        self.started
    }

    /// Whether nobody has left anything behind.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let nobody = self.waiting.is_empty() && self.holder.is_none();
        nobody && self.started == 0 && self.under_way.is_empty()
    }

    /// Makes room for one more that waits to start.
    fn make_room(&mut self, purpose: Purpose, source: SourceNetwork) -> Result<(), TurnError> {
        let to_start = |one: &Waiting| one.stage == Stage::New && one.purpose == purpose;
        let mut counts: HashMap<SourceNetwork, usize> = HashMap::new();
        let mut all = 0;
        for one in self.waiting.iter().filter(|one| to_start(one)) {
            *counts.entry(one.source).or_default() += 1;
            all += 1;
        }
        if all < WAITING {
            return Ok(());
        }
        let weight = |source, count| (self.suspects.contains(source), count);
        let own = counts.get(&source).copied().unwrap_or_default();
        let counts = counts.into_iter().map(|(source, count)| (weight(source, count), source));
        let (most, heaviest) = counts.max_by_key(|(weight, _)| *weight).ok_or(TurnError::Busy)?;
        // One more would make it the heaviest itself.
        if weight(source, own + 1) >= most {
            return Err(TurnError::Busy);
        }
        let youngest = |one: &Waiting| to_start(one) && one.source == heaviest;
        if let Some(at) = self.waiting.iter().rposition(youngest) {
            self.waiting.remove(at).waker.wake();
        }
        Ok(())
    }

    fn remove_next(&mut self) -> Option<Waiting> {
        let at = self.next()?;
        Some(self.waiting.remove(at))
    }

    fn next(&self) -> Option<usize> {
        let order = match self.taken % 4 {
            0 | 2 => [Purpose::Redeem, Purpose::Finish, Purpose::Begin],
            1 => [Purpose::Finish, Purpose::Redeem, Purpose::Begin],
            _ => [Purpose::Begin, Purpose::Redeem, Purpose::Finish],
        };
        let of_others = || order.into_iter().find_map(|purpose| self.best(purpose));
        let lengthy = self.waiting.iter().filter(|one| one.stage == Stage::Lengthy).count();
        if lengthy > LENGTHY || self.taken % ONE_IN == ONE_IN - 1 {
            self.oldest_lengthy().or_else(of_others)
        } else {
            of_others().or_else(|| self.oldest_lengthy())
        }
    }

    fn best(&self, purpose: Purpose) -> Option<usize> {
        let may = |one: &Waiting| one.purpose == purpose && self.may_go_on(one);
        let rank = |one: &Waiting| {
            // What was started is not weighed again: each login of a town is a source of its own, and
            // would go before all tokens of the one client that they log in to.
            let started = one.stage == Stage::Started;
            let others = if started { 0 } else { self.under_way_of(one.source) };
            (one.passed_over, self.suspects.contains(one.source), others, one.ticket)
        };
        let all = self.waiting.iter().enumerate().filter(|(_, one)| may(one));
        all.min_by_key(|(_, one)| rank(one)).map(|(at, _)| at)
    }

    fn oldest_lengthy(&self) -> Option<usize> {
        let all = self.waiting.iter().enumerate().filter(|(_, one)| one.stage == Stage::Lengthy);
        let rank =
            |one: &Waiting| (one.passed_over, self.suspects.contains(one.source), one.ticket);
        all.min_by_key(|(_, one)| rank(one)).map(|(at, _)| at)
    }

    fn may_go_on(&self, one: &Waiting) -> bool {
        let most = if self.suspects.contains(one.source) { SUSPECTS } else { UNDER_WAY };
        match one.stage {
            Stage::New => self.started < most,
            Stage::Started => true,
            Stage::Lengthy => false,
        }
    }

    fn under_way_of(&self, source: SourceNetwork) -> usize {
        self.under_way.get(&source).copied().unwrap_or_default()
    }
}

/// How many requests a core has started and not finished: nearly all of them wait for Redis, and with
/// a Redis that takes 100 ms they are as many as a core can serve.
pub(super) const UNDER_WAY: usize = 256;
/// Suspects start only while no more than this are under way, so that others always find room.
pub(super) const SUSPECTS: usize = 64;
/// How many wait to start before each core, for each purpose: a tenth of a second of work.
pub(super) const WAITING: usize = 128;
/// With more lengthy ones than a quarter of what may be under way, they would take the places of others.
pub(super) const LENGTHY: usize = 64;
/// One turn in so many is for a lengthy one, whoever else is ready: an honest message is one while keys
/// are being replaced and its sender does not say which it used. So all of them together take a quarter
/// of a core at most from those who are ready. It has no factor of four, so that no purpose alone pays.
pub(super) const ONE_IN: usize = 17;
/// A turn that is not taken for so long goes to whoever asks next. It is taken as soon as the core has
/// looked at everything else that is ready, which takes some milliseconds when much is.
pub(super) const UNTAKEN: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn whoever_looks_has_the_whole_time_again_to_take_the_turn() {
        let source = SourceNetwork::of(IpAddr::from(Ipv4Addr::LOCALHOST));
        let mut line = Line::default();
        let ticket = line.ticket();
        let waker = Waker::noop().clone();
        let (purpose, stage) = (Purpose::Finish, Stage::Lengthy);
        let one = Waiting { ticket, source, purpose, stage, passed_over: false, waker };
        line.join(one).unwrap();
        line.give(None);
        for (choice, is_taken) in [(Choice::Seconded, false), (Choice::Made, true)] {
            let holder = line.holder.as_mut().unwrap();
            let earlier = holder.since.checked_sub(UNTAKEN).unwrap();
            holder.since = earlier;
            assert_eq!(line.take(ticket, Waker::noop()).unwrap(), is_taken);
            let holder = line.holder.as_ref().unwrap();
            assert!(holder.choice == choice && holder.since > earlier);
        }
    }
}
