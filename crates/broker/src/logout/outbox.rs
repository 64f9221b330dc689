//! Tells relying parties that a session is over: at once, and again from the store until they confirm.
//!
//! Whoever ends a session writes down whom it has to tell, tells them, and crosses out who confirmed. What is
//! left over, because the relying party did not answer or the replica died, is tried by any replica
//! ([ADR 51](../../../../docs/adr/0051-an-outbox-for-logouts.md)).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

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
use crate::record::{OUTBOX_LIFE, OUTBOX_PARTS, Outbox, OutboxEntry, RecordKey, Tries};
use crate::versioned::RecordError;

impl Broker {
    /// Tells whoever had a part in these sessions and wants to be told, and waits for so long. Those that have
    /// not confirmed by then are tried on, if they could be written down.
    pub(crate) async fn notify(
        &self,
        ended: &[EndedSession],
        patience: Duration,
    ) -> Vec<NotifiedParty> {
        let notifier = self.notifier();
        let participants = ended.iter().flat_map(|session| {
            session.participants.iter().map(move |participant| (&session.login, participant))
        });
        let not_before = later(self.now(), LEASE);
        let entries: Vec<_> = participants
            .filter(|(_, one)| notifier.logout_of(&one.relying_party).is_some())
            .map(|(login, participant)| OutboxEntry {
                id: Octets(self.ports.random()),
                login: login.clone(),
                participant: participant.clone(),
                tries: Tries::Made(1),
                not_before,
            })
            .collect();
        let Some(first) = entries.first() else { return vec![] };
        let part = first.id.0.first().copied().unwrap_or_default() % OUTBOX_PARTS;
        let kept = self.ports.change_outbox(&self.outbox(part), |kept| add(kept, &entries)).await;
        if let Err(error) = &kept {
            // They are told all the same, but once.
            self.ports.audit.record(Event::LogoutNotKept { error });
        }
        let kept = kept.is_ok();
        let confirmed: Arc<[AtomicBool]> = entries.iter().map(|_| AtomicBool::new(false)).collect();
        let (work, seen) = (entries.clone(), confirmed.clone());
        let digest = *self.outbox(part).digest();
        let work = async move {
            let outbox = || kept.then(|| RecordKey::of(&digest));
            let attempts = work.into_iter().map(|entry| notifier.notify(outbox(), entry));
            let each = attempts.zip(seen.iter()).map(|(attempt, seen)| async {
                seen.store(attempt.await, Ordering::Relaxed);
            });
            join_all(each).await;
        };
        self.ports.background.run(Box::pin(work), patience).await;
        let parties =
            entries.into_iter().zip(confirmed.iter()).map(|(entry, confirmed)| NotifiedParty {
                relying_party: entry.participant.relying_party,
                confirmed: confirmed.load(Ordering::Relaxed),
                name: kept.then_some(EntryName { part, id: entry.id }),
            });
        parties.collect()
    }

    /// What has become of these since: who was in the outbox and is not any more has confirmed.
    pub(crate) async fn notified_by_now(
        &self,
        notified: Vec<(RelyingParty, Option<EntryName>)>,
    ) -> Vec<NotifiedParty> {
        let mut now = vec![];
        for (relying_party, name) in notified {
            let confirmed = match &name {
                Some(name) => self.has_confirmed(name).await,
                // Nobody wrote down what became of it.
                None => false,
            };
            now.push(NotifiedParty { relying_party, confirmed, name });
        }
        now
    }

    async fn has_confirmed(&self, name: &EntryName) -> bool {
        match self.ports.store.peek(&self.outbox(name.part)).await {
            Ok(Some(seen)) => seen.record.0.iter().all(|entry| entry.id != name.id),
            // Of an outage nobody knows, nor of an outbox that the store has lost.
            Ok(None) | Err(_) => false,
        }
    }

    /// Tells those again that are due, of whatever replica's logouts. Call it every few seconds.
    pub async fn notify_again(&self) {
        let notifier = self.notifier();
        if !notifier.downstreams.iter().any(|one| one.logout().is_some()) {
            return;
        }
        let mut work = vec![];
        for part in 0..OUTBOX_PARTS {
            match self.ports.claim_due(&self.outbox(part)).await {
                Ok(due) => {
                    let outbox = || Some(self.outbox(part));
                    work.extend(due.into_iter().map(|entry| notifier.notify(outbox(), entry)));
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
        join_all(work).await;
    }

    fn outbox(&self, part: u8) -> RecordKey<Outbox> {
        RecordKey::of(&self.settings.subject_key.of_outbox(part))
    }

    fn notifier(&self) -> Notifier {
        let downstreams = self.settings.downstreams.values().cloned().collect();
        Notifier { ports: self.ports.clone(), downstreams }
    }
}

/// Tells relying parties, also when the request is answered.
struct Notifier {
    ports: Arc<Ports>,
    downstreams: Vec<Arc<dyn Downstream>>,
}

impl Notifier {
    fn logout_of(&self, party: &RelyingParty) -> Option<&dyn DownstreamLogout> {
        let mut all = self.downstreams.iter().filter_map(|one| one.logout());
        all.find(|logout| logout.notifies(party))
    }

    /// Tells one that this replica has claimed, and writes down what became of it, unless it is in no
    /// outbox. Whether it confirmed.
    async fn notify(&self, outbox: Option<RecordKey<Outbox>>, entry: OutboxEntry) -> bool {
        let OutboxEntry { id, login, participant, tries, .. } = &entry;
        let client = &participant.relying_party;
        let (are_over, next) = match *tries {
            Tries::Made(tries) => {
                (tries > MAX_TRIES, BACK_OFF.get(usize::from(tries).wrapping_sub(1)))
            }
            Tries::GivenUp => (true, None),
        };
        let notified = match self.logout_of(client) {
            Some(_) if are_over => Err(NotificationError::Died),
            Some(logout) => logout.notify(participant).await,
            None => Err(NotificationError::NotConfigured),
        };
        let may_pass = notified.is_err_and(NotificationError::may_pass) && outbox.is_some();
        let again = may_pass.then_some(next).flatten().copied();
        match &notified {
            Ok(()) => self.ports.audit.record(Event::ClientNotified { login, client }),
            Err(error) => {
                let again = again.is_some();
                self.ports.audit.record(Event::ClientNotNotified { login, client, error, again });
            }
        }
        let Some(outbox) = outbox else { return notified.is_ok() };
        let now = self.ports.clock.now();
        let settle = |entries: &mut Vec<OutboxEntry>| {
            if notified.is_ok() {
                entries.retain(|one| one.id != *id);
            } else if let Some(kept) = entries.iter_mut().find(|one| one.id == *id) {
                // Who was not told must not be missed as who confirmed, while a logout can be answered.
                kept.not_before = later(now, again.unwrap_or(LOGOUT_LIFE));
                kept.tries = again.map_or(Tries::GivenUp, |_| *tries);
            }
            Ok(())
        };
        // Otherwise it is tried again once this replica's time for it is over; or nobody can read the outbox,
        // which whoever looks at it next tells.
        let _ = self.ports.change_outbox(&outbox, settle).await;
        notified.is_ok()
    }
}

impl Ports {
    /// Takes those of one part that are due, so that no other replica tries them meanwhile. Those given up
    /// leave the outbox then.
    async fn claim_due(&self, outbox: &RecordKey<Outbox>) -> Result<Vec<OutboxEntry>, OutboxError> {
        let seen = self.store.peek(outbox).await?;
        let now = self.clock.now();
        let is_due = |entry: &OutboxEntry| entry.not_before <= now;
        if !seen.is_some_and(|seen| seen.record.0.iter().any(is_due)) {
            return Ok(vec![]);
        }
        self.change_outbox(outbox, |entries| {
            entries.retain(|entry| entry.tries != Tries::GivenUp || !is_due(entry));
            let due = entries.iter_mut().filter(|entry| is_due(entry)).take(AT_ONCE);
            let claimed = due.map(|entry| {
                entry.tries = entry.tries.once_more();
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

/// Adds these, if there is room for all.
fn add(kept: &mut Vec<OutboxEntry>, entries: &[OutboxEntry]) -> Result<(), OutboxError> {
    if kept.len() + entries.len() > MAX_ENTRIES {
        return Err(OutboxError::Full);
    }
    kept.extend_from_slice(entries);
    Ok(())
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
/// Some 64 KiB of one part. An entry that nobody confirms is there for twenty minutes, so a relying party that
/// is away for so long, with two logouts a second, fills all; then it is told once.
const MAX_ENTRIES: usize = 256;
/// Of each part at a time.
const AT_ONCE: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::Timestamp;

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
            tries: Tries::Made(1),
            not_before: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_part_takes_256_and_no_part_of_what_does_not_fit() {
        let mut kept = vec![];
        assert_eq!(add(&mut kept, &vec![entry(); 255]), Ok(()));
        assert_eq!(add(&mut kept, &[entry(), entry()]), Err(OutboxError::Full));
        assert_eq!(kept.len(), 255);
        assert_eq!(add(&mut kept, &[entry()]), Ok(()));
        assert_eq!(add(&mut kept, &[entry()]), Err(OutboxError::Full));
        assert_eq!(kept.len(), 256);
    }
}
