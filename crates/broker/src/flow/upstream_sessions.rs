//! Sessions as an upstream names them: notes them, and ends them when the upstream says so.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use openssl::sha::sha256;

use crate::broker::Broker;
use crate::error::LoginError;
use crate::flow::end_session::{EndedSession, EndedSessions};
use crate::flow::replay::CLOCKS_APART;
use crate::later::later;
use crate::model::session_end::SessionEnd;
use crate::model::session_id::{KeptFor, SessionId};
use crate::model::upstream_name::UpstreamName;
use crate::model::upstream_session::UpstreamSessionName;
use crate::octets::Octets;
use crate::record::{RecordKey, UpstreamEntry, UpstreamEntryKind, UpstreamSessions};
use crate::sealed_store::SealedStoreError;

/// A session to find by the names that its upstream has for it.
pub(super) struct SessionToNote<'a> {
    pub(super) upstream: &'a UpstreamName,
    pub(super) names: &'a [UpstreamSessionName],
    /// Whose it is, if that is known.
    pub(super) person: Option<Octets<16>>,
    pub(super) session: &'a SessionId,
    /// When the login began, whose answer told of it.
    pub(super) since: Timestamp,
    /// When the person authenticated, by the clock of the upstream, if it says so.
    pub(super) authn_instant: Option<Timestamp>,
    /// When the session ends in any case.
    pub(super) ends: Timestamp,
    pub(super) kept_for: KeptFor,
}

impl SessionToNote<'_> {
    fn entry(&self, index: Option<Octets<16>>) -> UpstreamEntry {
        UpstreamEntry {
            index,
            what: UpstreamEntryKind::Session(self.session.clone()),
            until: self.ends,
            is_used: self.kept_for == KeptFor::LaterUse,
        }
    }

    /// Whether one of these ends is that of the session that the answer speaks of.
    fn is_over(&self, entries: &[UpstreamEntry], index: Option<Octets<16>>) -> bool {
        entries.iter().any(|one| match one.what {
            UpstreamEntryKind::Ended(at) => {
                (one.index.is_none() || one.index == index) && !self.is_later_than(at)
            }
            UpstreamEntryKind::Session(_) => false,
        })
    }

    /// Whether the answer speaks of a session that began after this end of one that was named in the same
    /// way.
    ///
    /// The end and the beginning of the login are by clocks of ours, which may be a minute apart: within
    /// that minute the login may have begun before the end all the same, or the person logs in again at once.
    /// When they authenticated tells the two apart; upstreams write it in whole seconds. Where it is not
    /// known, the beginning decides: to refuse then would be to refuse whoever is quick.
    fn is_later_than(&self, end: Timestamp) -> bool {
        let is_near = self.since > end && self.since <= later(end, CLOCKS_APART);
        match self.authn_instant {
            Some(instant) if is_near => instant.as_second() >= end.as_second(),
            Some(_) | None => self.since > end,
        }
    }
}

impl Broker {
    /// Notes a session that is in the store already, so that a logout finds it from now on, and gives those for
    /// which it leaves no room. They stay on the list, for a logout to find, until they are over. `None` where
    /// there is no room for itself, because it is kept for its logout alone.
    ///
    /// It is noted under each of its names, and under its person: where each login has a new name, the names
    /// bound nothing.
    ///
    /// # Errors
    /// [`LoginError::SessionOver`] when the upstream has ended it since the login began: such an answer was
    /// on its way when the person logged out.
    pub(super) async fn note_at_upstream(
        &self,
        noted: &SessionToNote<'_>,
    ) -> Result<Option<Vec<SessionId>>, LoginError> {
        let names = noted.names.iter().map(|name| {
            let key = self.upstream_key(noted.upstream, &name.principal);
            (key, name.index.as_deref().map(digest))
        });
        let person = noted.person.as_ref().map(|person| {
            let key = self.settings.subject_key.of_person(noted.upstream, person);
            (RecordKey::of(&key), None)
        });
        let mut pushed_out = vec![];
        for (key, index) in names.chain(person) {
            let Some(more) = self.note_under(&key, noted, index).await? else { return Ok(None) };
            pushed_out.extend(more);
        }
        Ok(Some(pushed_out))
    }

    /// Notes it in one list, and gives those that it takes the place of. `None` where there is no place.
    async fn note_under(
        &self,
        key: &RecordKey<UpstreamSessions>,
        noted: &SessionToNote<'_>,
        index: Option<Octets<16>>,
    ) -> Result<Option<Vec<SessionId>>, LoginError> {
        let full = self
            .change_upstream_sessions(key, |entries| {
                if noted.is_over(entries, index) {
                    return Err(LoginError::SessionOver);
                }
                let sessions: Vec<_> = entries.iter().filter_map(session_of).collect();
                if sessions.len() >= MAX_SESSIONS {
                    return Ok(Some(sessions));
                }
                entries.push(noted.entry(index));
                Ok(None)
            })
            .await?;
        let Some(sessions) = full else { return Ok(Some(vec![])) };
        let known = self.what_became_of(sessions).await?;
        self.change_upstream_sessions(key, |entries| {
            if noted.is_over(entries, index) {
                return Err(LoginError::SessionOver);
            }
            let pushed_out = make_room(entries, &known, noted.kept_for);
            if let Some(pushed_out) = &pushed_out {
                // Those of logins that wait for their end, which as many others may have begun meanwhile.
                if pushed_out.len() > MAX_SESSIONS {
                    return Err(LoginError::SessionBusy);
                }
                entries.push(noted.entry(index));
            }
            Ok(pushed_out)
        })
        .await
    }

    /// For what each of these is kept; `None` for one that is over. One that cannot be read is left out.
    async fn what_became_of(
        &self,
        sessions: Vec<SessionId>,
    ) -> Result<Vec<(SessionId, Option<KeptFor>)>, LoginError> {
        let found = sessions.into_iter().map(|id| async move {
            let found = self.ports.lasting_session(&id).await;
            (id, found)
        });
        let mut known = vec![];
        for (id, found) in join_all(found).await {
            match found {
                Ok(found) => known.push((id, found.and_then(|found| found.record.kept_for()))),
                Err(SealedStoreError::Record(_)) => {}
                Err(error @ SealedStoreError::Store(_)) => return Err(error.into()),
            }
        }
        Ok(known)
    }

    /// Ends the sessions that `upstream` names, at every replica, and gives what a logout goes on with.
    /// A login that is under way ends too, if its answer was made before. Without an index all sessions of
    /// the principal end [SAML2Core §3.7.1].
    ///
    /// # Errors
    /// [`LoginError`]; then it is done again with the same outcome.
    pub async fn end_at_upstream(
        &self,
        upstream: &UpstreamName,
        principal: &str,
        indexes: &[String],
    ) -> Result<Vec<EndedSession>, LoginError> {
        let key = self.upstream_key(upstream, principal);
        let indexes: Vec<_> = indexes.iter().map(|index| Some(digest(index))).collect();
        let indexes = if indexes.is_empty() { vec![None] } else { indexes };
        let (at, until) = (self.now(), later(self.now(), ANSWER_UNDER_WAY));
        // The mark comes first: whoever is noted after it is refused, whoever was noted before is found.
        let found: Vec<SessionId> = self
            .change_upstream_sessions(&key, |entries| {
                let meant =
                    |one: &UpstreamEntry| indexes.iter().any(|index| one.is_meant_by(*index));
                let found =
                    entries.iter().filter(|one| meant(one)).filter_map(session_of).collect();
                // An earlier mark that this one covers is not needed.
                entries
                    .retain(|one| !meant(one) || matches!(one.what, UpstreamEntryKind::Session(_)));
                for index in &indexes {
                    let what = UpstreamEntryKind::Ended(at);
                    entries.push(UpstreamEntry { index: *index, what, until, is_used: false });
                }
                drop_oldest_marks(entries);
                Ok(found)
            })
            .await?;
        let EndedSessions { sessions, failure } =
            self.ports.end_all(&found, SessionEnd::Upstream).await;
        if let Some(error) = failure {
            // Nobody finds these again.
            self.notify(&sessions, Duration::ZERO).await;
            return Err(error.into());
        }
        Ok(sessions)
    }

    /// Changes what is there by compare-and-swap; what has ended is dropped first.
    async fn change_upstream_sessions<T>(
        &self,
        key: &RecordKey<UpstreamSessions>,
        change: impl Fn(&mut Vec<UpstreamEntry>) -> Result<T, LoginError>,
    ) -> Result<T, LoginError> {
        let changed = self
            .ports
            .store
            .change(key, |seen: Option<UpstreamSessions>| {
                let now = self.now();
                let UpstreamSessions(mut entries) = seen.unwrap_or_default();
                entries.retain(|one| one.until > now);
                let changed = change(&mut entries)?;
                let until = entries.iter().map(|one| one.until).max().unwrap_or(now);
                let life = Duration::try_from(until.duration_since(now)).unwrap_or_default();
                Ok::<_, LoginError>((UpstreamSessions(entries), life, changed))
            })
            .await?;
        changed.ok_or(LoginError::SessionBusy)
    }

    /// A principal may be an identity number, whose plain hash everybody could guess.
    fn upstream_key(
        &self,
        upstream: &UpstreamName,
        principal: &str,
    ) -> RecordKey<UpstreamSessions> {
        RecordKey::of(&self.settings.subject_key.of_principal(upstream, principal))
    }
}

/// Takes those that are over off the list, and gives those that one session more takes the place of: the least
/// of those that are there, and of these the oldest. `None` where it is kept for its logout alone and all others
/// for more.
///
/// Marks take no room of sessions: each would push out what the other is there to find.
fn make_room(
    entries: &mut Vec<UpstreamEntry>,
    known: &[(SessionId, Option<KeptFor>)],
    newest: KeptFor,
) -> Option<Vec<SessionId>> {
    let known = |id: &SessionId| known.iter().find(|(known, _)| known == id);
    let is_over = |one: &UpstreamEntry| {
        session_of(one).is_some_and(|id| known(&id).is_some_and(|(_, kept_for)| kept_for.is_none()))
    };
    // Somebody was let in to one that came since, or that cannot be read.
    let noted = |is_used| if is_used { KeptFor::LaterUse } else { KeptFor::Login };
    let kept_for = |one: &UpstreamEntry| {
        let id = session_of(one)?;
        let known = known(&id).and_then(|(_, kept_for)| *kept_for);
        Some((id, known.unwrap_or_else(|| noted(one.is_used))))
    };
    entries.retain(|one| !is_over(one));
    let mut left: Vec<_> = entries.iter().filter_map(kept_for).collect();
    let mut pushed_out = vec![];
    while left.len() >= MAX_SESSIONS {
        let (least, its) =
            left.iter().map(|(_, kept_for)| *kept_for).enumerate().min_by_key(|one| one.1)?;
        if newest == KeptFor::Logout && its > newest {
            return None;
        }
        pushed_out.push(left.remove(least).0);
    }
    Some(pushed_out)
}

/// Those of the oldest ends first, which fewest answers can still come after.
fn drop_oldest_marks(entries: &mut Vec<UpstreamEntry>) {
    let is_mark = |one: &UpstreamEntry| session_of(one).is_none();
    while entries.iter().filter(|one| is_mark(one)).count() > MAX_MARKS {
        let Some(oldest) = entries.iter().position(is_mark) else { return };
        entries.remove(oldest);
    }
}

fn session_of(entry: &UpstreamEntry) -> Option<SessionId> {
    match &entry.what {
        UpstreamEntryKind::Session(session) => Some(session.clone()),
        UpstreamEntryKind::Ended(_) => None,
    }
}

fn digest(index: &str) -> Octets<16> {
    Octets::first_of(&sha256(index.as_bytes()))
}

/// How many sessions one person has at one upstream, in all browsers: some 6 KiB of a record. One is ended
/// when there are more; a list has as many again until they are over.
const MAX_SESSIONS: usize = 64;
/// As many sessions as one logout names.
const MAX_MARKS: usize = MAX_SESSIONS;
/// An assertion can be presented for five minutes and two clock skews of at most five; an ID token is
/// fetched when the answer comes.
const ANSWER_UNDER_WAY: Duration = Duration::from_mins(15);
