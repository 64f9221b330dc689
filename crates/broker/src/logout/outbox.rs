//! Tells relying parties that a session is over: at once, and again from the store until they confirm.
//!
//! Whoever ends a session writes down whom it has to tell, tells them, and crosses out who confirmed. What is
//! left over, because the relying party did not answer or the replica died, is tried by any replica
//! ([ADR 51](../../../../docs/adr/0051-an-outbox-for-logouts.md)).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::audit::Event;
use crate::broker::{Broker, Ports};
use crate::flow::end_session::EndedSession;
use crate::logout::not_told_error::NotToldError;
use crate::logout::outbox_error::OutboxError;
use crate::logout::told_party::{EntryName, ToldParty};
use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;
use crate::ports::{Downstream, DownstreamLogout};
use crate::record::{OUTBOX_LIFE, OUTBOX_PARTS, Outbox, OutboxEntry, RecordKey};

impl Broker {
    /// Tells whoever had a part in these sessions and wants to be told, and waits for so long. Those that have
    /// not confirmed by then are tried on.
    pub(crate) async fn tell(&self, ended: &[EndedSession], patience: Duration) -> Vec<ToldParty> {
        let teller = self.teller();
        let participants = ended.iter().flat_map(|session| {
            session.participants.iter().map(move |participant| (&session.login, participant))
        });
        let told = participants.filter(|(_, one)| teller.logout_of(&one.relying_party).is_some());
        let not_before = later(self.now(), LEASE);
        let entries: Vec<_> = told
            .map(|(login, participant)| OutboxEntry {
                id: Octets(self.ports.random()),
                login: login.clone(),
                participant: participant.clone(),
                tries: 1,
                not_before,
            })
            .collect();
        let Some(first) = entries.first() else { return vec![] };
        let part = first.id.0.first().copied().unwrap_or_default() % OUTBOX_PARTS;
        let add = |kept: &mut Vec<OutboxEntry>| {
            kept.extend(entries.iter().cloned());
            if kept.len() > MAX_ENTRIES { Err(OutboxError::Full) } else { Ok(()) }
        };
        if let Err(error) = self.ports.change_outbox(&self.outbox(part), add).await {
            // They are told all the same, but once.
            self.ports.audit.record(Event::LogoutNotKept { error: &error });
        }
        let confirmed: Arc<[AtomicBool]> = entries.iter().map(|_| AtomicBool::new(false)).collect();
        let (work, seen) = (entries.clone(), confirmed.clone());
        let digest = *self.outbox(part).digest();
        let work = async move {
            let told = work.into_iter().map(|entry| teller.tell(RecordKey::of(&digest), entry));
            let each = told.zip(seen.iter()).map(|(told, seen)| async {
                seen.store(told.await, Ordering::Relaxed);
            });
            join_all(each).await;
        };
        self.ports.background.run(Box::pin(work), patience).await;
        let told = entries.into_iter().zip(confirmed.iter()).map(|(entry, confirmed)| ToldParty {
            relying_party: entry.participant.relying_party,
            confirmed: confirmed.load(Ordering::Relaxed),
            name: EntryName { part, id: entry.id },
        });
        told.collect()
    }

    /// What has become of these since: who is not in the outbox any more has confirmed.
    pub(crate) async fn told_by_now(&self, told: Vec<(RelyingParty, EntryName)>) -> Vec<ToldParty> {
        let mut now = vec![];
        for (relying_party, name) in told {
            let seen = self.ports.store.peek(&self.outbox(name.part)).await;
            let waits = seen.map(|seen| {
                seen.is_some_and(|seen| seen.record.0.iter().any(|entry| entry.id == name.id))
            });
            // Of an outage nobody knows.
            now.push(ToldParty { relying_party, confirmed: waits == Ok(false), name });
        }
        now
    }

    /// Tells those again that are due, of whatever replica's logouts. Call it every few seconds.
    pub async fn tell_again(&self) {
        let teller = self.teller();
        if !teller.downstreams.iter().any(|one| one.logout().is_some()) {
            return;
        }
        let mut work = vec![];
        for part in 0..OUTBOX_PARTS {
            match self.ports.claim_due(&self.outbox(part)).await {
                Ok(due) => {
                    work.extend(due.into_iter().map(|entry| teller.tell(self.outbox(part), entry)));
                }
                // The store's own watch tells of it.
                Err(OutboxError::Store(_)) => return,
                Err(OutboxError::Record(_) | OutboxError::Full | OutboxError::Busy) => {}
            }
        }
        join_all(work).await;
    }

    fn outbox(&self, part: u8) -> RecordKey<Outbox> {
        RecordKey::of(&self.settings.subject_key.of_outbox(part))
    }

    fn teller(&self) -> Teller {
        let downstreams = self.settings.downstreams.values().cloned().collect();
        Teller { ports: self.ports.clone(), downstreams }
    }
}

/// Tells relying parties, also when the request is answered.
struct Teller {
    ports: Arc<Ports>,
    downstreams: Vec<Arc<dyn Downstream>>,
}

impl Teller {
    fn logout_of(&self, party: &RelyingParty) -> Option<&dyn DownstreamLogout> {
        let mut all = self.downstreams.iter().filter_map(|one| one.logout());
        all.find(|logout| logout.tells(party))
    }

    /// Tells one that this replica has claimed, and writes down what became of it. Whether it confirmed.
    async fn tell(&self, outbox: RecordKey<Outbox>, entry: OutboxEntry) -> bool {
        let OutboxEntry { id, login, participant, tries, .. } = &entry;
        let client = &participant.relying_party;
        let told = match self.logout_of(client) {
            Some(_) if *tries > MAX_TRIES => Err(NotToldError::Died),
            Some(logout) => logout.tell(participant).await,
            None => Err(NotToldError::NotConfigured),
        };
        let next = BACK_OFF.get(usize::from(*tries).wrapping_sub(1)).copied();
        let again = told.is_err_and(NotToldError::may_pass).then_some(next).flatten();
        match &told {
            Ok(()) => self.ports.audit.record(Event::ClientTold { login, client }),
            Err(error) => {
                let again = again.is_some();
                self.ports.audit.record(Event::ClientNotTold { login, client, error, again });
            }
        }
        let now = self.ports.clock.now();
        let settle = |entries: &mut Vec<OutboxEntry>| {
            match (again, entries.iter_mut().find(|one| one.id == *id)) {
                (Some(wait), Some(kept)) => kept.not_before = later(now, wait),
                (None, Some(_)) => entries.retain(|one| one.id != *id),
                (_, None) => {}
            }
            Ok(())
        };
        // Otherwise it is tried again once this replica's time for it is over.
        let _ = self.ports.change_outbox(&outbox, settle).await;
        told.is_ok()
    }
}

impl Ports {
    /// Takes those of one part that are due, so that no other replica tries them meanwhile.
    async fn claim_due(&self, outbox: &RecordKey<Outbox>) -> Result<Vec<OutboxEntry>, OutboxError> {
        let seen = self.store.peek(outbox).await?;
        let now = self.clock.now();
        let is_due = |entry: &OutboxEntry| entry.not_before <= now;
        if !seen.is_some_and(|seen| seen.record.0.iter().any(is_due)) {
            return Ok(vec![]);
        }
        self.change_outbox(outbox, |entries| {
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

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

/// When one is tried again: five times in ten minutes, in which a relying party is back from a restart.
const BACK_OFF: [Duration; 4] = [
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(3),
    Duration::from_secs(345),
];
const MAX_TRIES: u8 = 5;
/// How long a replica has for one try: some more than a request may take.
const LEASE: Duration = Duration::from_secs(15);
/// Some 64 KiB of one part. A relying party that is away for ten minutes, with three logouts a second, fills
/// all; then it is told once.
const MAX_ENTRIES: usize = 256;
/// Of each part at a time.
const AT_ONCE: usize = 16;
