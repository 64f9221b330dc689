//! Sessions as an upstream names them: notes them, and ends them when the upstream says so.

use std::time::Duration;

use jiff::Timestamp;
use openssl::sha::sha256;

use crate::broker::Broker;
use crate::error::LoginError;
use crate::flow::end_session::EndedSession;
use crate::model::session_end::SessionEnd;
use crate::model::session_id::SessionId;
use crate::model::upstream_name::UpstreamName;
use crate::model::upstream_session::UpstreamSessionName;
use crate::octets::Octets;
use crate::record::{RecordKey, UpstreamEntry, UpstreamEntryKind, UpstreamSessions};

/// A session to find by the names that its upstream has for it.
pub(super) struct SessionToNote<'a> {
    pub(super) upstream: &'a UpstreamName,
    pub(super) names: &'a [UpstreamSessionName],
    pub(super) session: &'a SessionId,
    /// When the login began, whose answer told of it.
    pub(super) since: Timestamp,
    /// When the session ends in any case.
    pub(super) ends: Timestamp,
    /// Whether something uses it once what it gave has ended.
    pub(super) is_used: bool,
}

impl Broker {
    /// Notes a session that is in the store already, so that a logout finds it from now on.
    ///
    /// # Errors
    /// [`LoginError::SessionOver`] when the upstream has ended it since the login began: such an answer was
    /// on its way when the person logged out.
    pub(super) async fn note_at_upstream(
        &self,
        noted: &SessionToNote<'_>,
    ) -> Result<(), LoginError> {
        for name in noted.names {
            let index = name.index.as_deref().map(digest);
            let entry = UpstreamEntry {
                index,
                what: UpstreamEntryKind::Session(noted.session.clone()),
                until: noted.ends,
                is_used: noted.is_used,
            };
            let key = self.upstream_key(noted.upstream, &name.principal);
            let pushed_out = self
                .change_upstream_sessions(&key, |entries| {
                    let over = |one: &UpstreamEntry| match one.what {
                        UpstreamEntryKind::Ended(at) => {
                            at >= noted.since && (one.index.is_none() || one.index == index)
                        }
                        UpstreamEntryKind::Session(_) => false,
                    };
                    if entries.iter().any(over) {
                        return Err(LoginError::SessionOver);
                    }
                    entries.push(entry.clone());
                    Ok(bounded(entries))
                })
                .await?;
            self.end_and_tell(&pushed_out, SessionEnd::TooMany).await?;
        }
        Ok(())
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
        let found = self
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
                let pushed_out = bounded(entries);
                Ok((found, pushed_out))
            })
            .await?;
        let (found, pushed_out): (Vec<SessionId>, _) = found;
        let ended = self.end_all(&found, SessionEnd::Upstream).await;
        // Nobody finds these again either.
        let pushed_out = self.end_and_tell(&pushed_out, SessionEnd::TooMany).await;
        let ended = ended?;
        if let Err(error) = pushed_out {
            self.tell(&ended, Duration::ZERO).await;
            return Err(error.into());
        }
        Ok(ended)
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

/// Takes out the entries beyond the bound, and gives the sessions among them: first those that nothing uses
/// once what they gave has ended, then the oldest. The newest, for which there must be room, stays.
fn bounded(entries: &mut Vec<UpstreamEntry>) -> Vec<SessionId> {
    let mut pushed_out = vec![];
    while entries.len() > MAX_ENTRIES {
        let earlier = entries.iter().take(MAX_ENTRIES);
        let unused = earlier.enumerate().find(|(_, one)| !one.is_used && session_of(one).is_some());
        let least = unused.map_or(0, |(at, _)| at);
        pushed_out.extend(session_of(&entries.remove(least)));
    }
    pushed_out
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

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

/// How many sessions one person has at one upstream, in all browsers: some 6 KiB of a record. One is ended
/// when there are more.
const MAX_ENTRIES: usize = 64;
/// An assertion can be presented for five minutes and two clock skews of at most five; an ID token is
/// fetched when the answer comes.
const ANSWER_UNDER_WAY: Duration = Duration::from_mins(15);
