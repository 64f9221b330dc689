//! Tells relying parties that a session is over: at once, and again from the store until they confirm.
//!
//! Whoever ends a session writes down whom it has to tell, tells them, and crosses out who confirmed. What is
//! left over, because the relying party did not answer or the replica died, is tried by any replica
//! ([ADR 51](../../../../docs/adr/0051-an-outbox-for-logouts.md)).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use openssl::sha::sha256;

use crate::audit::Event;
use crate::broker::{Broker, Ports};
use crate::flow::end_session::EndedSession;
use crate::later::later;
use crate::logout::notification_error::NotificationError;
use crate::logout::notified_party::{EntryName, NotifiedParty};
use crate::logout::outbox_error::OutboxError;
use crate::logout::pending_logout::LOGOUT_LIFE;
use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;
use crate::ports::{Downstream, DownstreamLogout};
use crate::record::{ConfirmedLogout, OUTBOX_LIFE, OUTBOX_PARTS, Outbox, OutboxEntry, RecordKey};
use crate::versioned::RecordError;

/// A relying party that is told by this replica.
struct Notification {
    entry: OutboxEntry,
    part: u8,
    /// Whether it is in that part of the outbox.
    is_kept: bool,
    confirmed: AtomicBool,
}

/// What became of one try.
struct Attempt<'a> {
    entry: &'a OutboxEntry,
    /// When it is tried again, if it is.
    again: Option<Duration>,
}

impl Broker {
    /// Tells whoever had a part in these sessions and wants to be told, and waits for so long. Those that have
    /// not confirmed by then are tried on, if they could be written down.
    pub(crate) async fn notify(
        &self,
        ended: &[EndedSession],
        patience: Duration,
    ) -> Vec<NotifiedParty> {
        self.notifier().tell(ended, patience).await
    }

    /// What has become of these since.
    pub(crate) async fn notified_by_now(
        &self,
        notified: Vec<(RelyingParty, Option<EntryName>)>,
    ) -> Vec<NotifiedParty> {
        let mut now = vec![];
        for (relying_party, name) in notified {
            let confirmed = match &name {
                Some(name) => self.ports.has_confirmed(&name.id).await,
                // Nobody wrote down what became of it.
                None => false,
            };
            now.push(NotifiedParty { relying_party, confirmed, name });
        }
        now
    }

    /// Tells those again that are due, of whatever replica's logouts. Call it every few seconds.
    pub async fn notify_again(&self) {
        let notifier = self.notifier();
        if !notifier.downstreams.iter().any(|one| one.logout().is_some()) {
            return;
        }
        let mut all = vec![];
        for part in 0..OUTBOX_PARTS {
            match notifier.claim_due(part).await {
                Ok(due) => {
                    let due = due.into_iter();
                    all.extend(due.map(|entry| Notification::of(entry, part, true)));
                }
                // The store's own watch tells of it. Those that are claimed are nobody else's for a while.
                Err(OutboxError::Store(_)) => break,
                Err(error @ OutboxError::Record(RecordError::Unreadable)) => {
                    self.ports.audit.record(Event::OutboxNotRead { error: &error });
                }
                // The replicas that write it read it, and those that are at it are told what is due.
                Err(
                    OutboxError::Record(RecordError::Newer) | OutboxError::Full | OutboxError::Busy,
                ) => {}
            }
        }
        notifier.notify_all(&all).await;
    }

    fn outbox(&self, part: u8) -> RecordKey<Outbox> {
        RecordKey::of(&self.settings.subject_key.of_outbox(part))
    }

    /// Whoever tells of sessions that this broker ends.
    pub(crate) fn notifier(&self) -> Arc<Notifier> {
        let downstreams = self.settings.downstreams.values().cloned().collect();
        let outboxes = (0..OUTBOX_PARTS).map(|part| (part, self.outbox(part))).collect();
        Arc::new(Notifier { ports: self.ports.clone(), downstreams, outboxes })
    }
}

impl Notification {
    fn of(entry: OutboxEntry, part: u8, is_kept: bool) -> Self {
        Self { entry, part, is_kept, confirmed: AtomicBool::new(false) }
    }
}

/// Tells relying parties, also when the request is answered.
pub(crate) struct Notifier {
    pub(crate) ports: Arc<Ports>,
    downstreams: Vec<Arc<dyn Downstream>>,
    /// By part.
    outboxes: BTreeMap<u8, RecordKey<Outbox>>,
}

impl Notifier {
    fn logout_of(&self, party: &RelyingParty) -> Option<&dyn DownstreamLogout> {
        let mut all = self.downstreams.iter().filter_map(|one| one.logout());
        all.find(|logout| logout.notifies(party))
    }

    /// Tells whoever had a part in these sessions and wants to be told, and waits for so long.
    pub(crate) async fn tell(
        self: &Arc<Self>,
        ended: &[EndedSession],
        patience: Duration,
    ) -> Vec<NotifiedParty> {
        let participants = ended.iter().flat_map(|session| {
            session.participants.iter().map(move |participant| (&session.login, participant))
        });
        let not_before = later(self.ports.clock.now(), LEASE);
        let entries: Vec<_> = participants
            .filter(|(_, one)| self.logout_of(&one.relying_party).is_some())
            .map(|(login, participant)| OutboxEntry {
                id: Octets(self.ports.random()),
                login: login.clone(),
                participant: participant.clone(),
                tries: 1,
                not_before,
            })
            .collect();
        if entries.is_empty() {
            return vec![];
        }
        let all: Arc<[Notification]> = self.write_down(entries).await.into();
        let (notifier, told) = (self.clone(), all.clone());
        let work = async move { notifier.notify_all(&told).await };
        self.ports.background.run(Box::pin(work), patience).await;
        let parties = all.iter().map(|one| NotifiedParty {
            relying_party: one.entry.participant.relying_party.clone(),
            confirmed: one.confirmed.load(Ordering::Relaxed),
            name: one.is_kept.then_some(EntryName { part: one.part, id: one.entry.id }),
        });
        parties.collect()
    }

    /// Writes down who is told, each in the part that its name says, as far as there is room.
    async fn write_down(&self, entries: Vec<OutboxEntry>) -> Vec<Notification> {
        let mut by_part = BTreeMap::<_, Vec<_>>::new();
        for entry in entries {
            let [first, ..] = entry.id.0;
            let part = first % OUTBOX_PARTS;
            by_part.entry(part).or_default().push(entry);
        }
        let each = by_part.into_iter().map(|(part, entries)| async move {
            let kept = self.keep(part, &entries).await.unwrap_or_else(|error| {
                // They are told all the same, but once.
                self.ports.audit.record(Event::LogoutNotKept { error: &error });
                0
            });
            let each = entries.into_iter().enumerate();
            each.map(move |(at, entry)| Notification::of(entry, part, at < kept))
        });
        join_all(each).await.into_iter().flatten().collect()
    }

    /// Puts the first of these into one part, and says how many.
    async fn keep(&self, part: u8, entries: &[OutboxEntry]) -> Result<usize, OutboxError> {
        let Some(outbox) = self.outboxes.get(&part) else { return Err(OutboxError::Full) };
        let kept = self.ports.change_outbox(outbox, |kept| Ok(add(kept, entries))).await?;
        if kept < entries.len() {
            self.ports.audit.record(Event::LogoutNotKept { error: &OutboxError::Full });
        }
        Ok(kept)
    }

    /// Tells these, and writes down what became of each that is in the outbox.
    async fn notify_all(&self, all: &[Notification]) {
        let same = |one: &Notification, other: &Notification| {
            (one.part, one.is_kept) == (other.part, other.is_kept)
        };
        join_all(all.chunk_by(same).map(|some| self.notify_some(some))).await;
    }

    /// The same of some that one part of the outbox has, or has not.
    async fn notify_some(&self, some: &[Notification]) {
        let Some(first) = some.first() else { return };
        let outbox = self.outboxes.get(&first.part).filter(|_| first.is_kept);
        let attempts: FuturesUnordered<_> = some.iter().map(|one| self.notify(one)).collect();
        // Those that have ended at one time are one change of their part.
        let mut ended = attempts.ready_chunks(MAX_ENTRIES);
        while let Some(ended) = ended.next().await {
            let Some(outbox) = outbox else { continue };
            let now = self.ports.clock.now();
            // Otherwise they are tried again once this replica's time for them is over; or nobody can read the
            // outbox, which whoever looks at it next tells.
            let _ = self
                .ports
                .change_outbox(outbox, |kept| {
                    settle(kept, &ended, now);
                    Ok(())
                })
                .await;
        }
    }

    /// Tells one that this replica has claimed.
    async fn notify<'a>(&self, one: &'a Notification) -> Attempt<'a> {
        let Notification { entry, is_kept, .. } = one;
        let OutboxEntry { login, participant, tries, .. } = entry;
        let client = &participant.relying_party;
        let next = BACK_OFF.get(usize::from(*tries).wrapping_sub(1));
        let notified = match self.logout_of(client) {
            Some(_) if *tries > MAX_TRIES => Err(NotificationError::Died),
            Some(logout) => logout.notify(participant).await,
            None => Err(NotificationError::NotConfigured),
        };
        let may_pass = notified.is_err_and(NotificationError::may_pass) && *is_kept;
        let again = may_pass.then_some(next).flatten().copied();
        match &notified {
            Ok(()) => self.ports.audit.record(Event::ClientNotified { login, client }),
            Err(error) => {
                let again = again.is_some();
                self.ports.audit.record(Event::ClientNotNotified { login, client, error, again });
            }
        }
        let confirmed = notified.is_ok();
        if confirmed && *is_kept {
            // Without it the person is told that nobody knows.
            let _ = self
                .ports
                .store
                .put(&confirmed_key(&entry.id), &ConfirmedLogout, CONFIRMED_LIFE)
                .await;
        }
        one.confirmed.store(confirmed, Ordering::Relaxed);
        Attempt { entry, again }
    }

    /// Takes those of one part that are due, so that no other replica tries them meanwhile.
    ///
    /// One that this replica does not know may be new to the configuration, and is left to replicas that know
    /// it for a while.
    async fn claim_due(&self, part: u8) -> Result<Vec<OutboxEntry>, OutboxError> {
        let Some(outbox) = self.outboxes.get(&part) else { return Ok(vec![]) };
        let seen = self.ports.store.peek(outbox).await?;
        let now = self.ports.clock.now();
        let is_due = |entry: &OutboxEntry| {
            let is_known = self.logout_of(&entry.participant.relying_party).is_some();
            let patience = if is_known { Duration::ZERO } else { UNKNOWN_LIFE };
            later(entry.not_before, patience) <= now
        };
        if !seen.is_some_and(|seen| seen.record.0.iter().any(is_due)) {
            return Ok(vec![]);
        }
        self.ports
            .change_outbox(outbox, |entries| {
                let due = entries.iter_mut().filter(|entry| is_due(entry)).take(AT_ONCE);
                let claimed = due.map(|entry| {
                    entry.tries = entry.tries.saturating_add(1);
                    entry.not_before = later(now, LEASE);
                    entry.clone()
                });
                Ok(claimed.collect())
            })
            .await
    }
}

impl Ports {
    /// Whether it was written down that this one has confirmed. What is not there proves nothing: a store
    /// may have lost it.
    async fn has_confirmed(&self, id: &Octets<16>) -> bool {
        matches!(self.store.peek(&confirmed_key(id)).await, Ok(Some(_)))
    }

    /// Changes one part by compare-and-swap.
    async fn change_outbox<T>(
        &self,
        outbox: &RecordKey<Outbox>,
        change: impl Fn(&mut Vec<OutboxEntry>) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let changed = self
            .store
            .change(outbox, |seen: Option<Outbox>| {
                let Outbox(mut entries) = seen.unwrap_or_default();
                let changed = change(&mut entries)?;
                Ok::<_, OutboxError>((Outbox(entries), OUTBOX_LIFE, changed))
            })
            .await?;
        changed.ok_or(OutboxError::Busy)
    }
}

fn confirmed_key(id: &Octets<16>) -> RecordKey<ConfirmedLogout> {
    RecordKey::of(&sha256(&id.0))
}

/// Adds the first of these, as far as there is room, and says how many.
fn add(kept: &mut Vec<OutboxEntry>, entries: &[OutboxEntry]) -> usize {
    let room = MAX_ENTRIES.saturating_sub(kept.len()).min(entries.len());
    kept.extend(entries.iter().take(room).cloned());
    room
}

/// Takes out who confirmed or is given up, and writes down when the others are tried again.
fn settle(kept: &mut Vec<OutboxEntry>, ended: &[Attempt<'_>], now: Timestamp) {
    kept.retain_mut(|one| {
        let Some(attempt) = ended.iter().find(|ended| ended.entry.id == one.id) else {
            return true;
        };
        let Some(pause) = attempt.again else { return false };
        one.not_before = later(now, pause);
        true
    });
}

/// When one is tried again: five times in ten minutes, in which a relying party is back from a restart.
const BACK_OFF: [Duration; 4] = [
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(3),
    Duration::from_secs(345),
];
const MAX_TRIES: u8 = 5;
/// How long one that is due waits for a replica that knows it: as long as a new configuration takes to all.
const UNKNOWN_LIFE: Duration = Duration::from_mins(10);
/// How long a replica has for one try: some more than a request may take.
const LEASE: Duration = Duration::from_secs(15);
/// Some 64 KiB of one part. An entry that nobody confirms is there for ten minutes, so a relying party that
/// is away for so long, with four logouts a second, fills all; then it is told once.
const MAX_ENTRIES: usize = 256;
/// The answer of an upstream that is asked a moment later is waited for as long as [`LOGOUT_LIFE`].
const CONFIRMED_LIFE: Duration = LOGOUT_LIFE.saturating_add(Duration::from_mins(1));
/// Of each part at a time.
const AT_ONCE: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::model::participant::Participant;
    use crate::model::session_id::SessionId;

    fn entry() -> OutboxEntry {
        let relying_party = RelyingParty::parse("shop").unwrap();
        let sid = SessionId::parse("AAAAAAAAAAAAAAAAAAAAAA").unwrap();
        OutboxEntry {
            id: Octets([7; 16]),
            login: serde_json::from_value("A4M94AWY".into()).unwrap(),
            participant: Participant { relying_party, sid, sub: "person".to_owned() },
            tries: 1,
            not_before: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_part_takes_256_and_as_many_of_what_comes_as_there_is_room_for() {
        let mut kept = vec![];
        assert_eq!(add(&mut kept, &vec![entry(); 255]), 255);
        assert_eq!(add(&mut kept, &[entry(), entry()]), 1);
        assert_eq!(add(&mut kept, &[entry()]), 0);
        assert_eq!(kept.len(), 256);
    }
}
