//! Finds and uses sessions: everything that was made from one is good only as long as it is there.

use std::time::Duration;

use futures_util::future::join_all;

use crate::broker::Ports;
use crate::model::session_id::{HeldSession, HeldSessions, SessionId};
use crate::record::{Session, SessionRecord, session_key};
use crate::sealed_store::{SealedStoreError, StoredRecord};

/// A session that was used just now.
pub(crate) struct UsedSession {
    /// How long it can last from now on, however much it is used.
    pub(crate) longest: Duration,
    /// How long to keep what is of use as long as it lasts, and is written anew at each use of its own.
    pub(crate) kept: Duration,
}

impl Ports {
    /// The record of this session, while it lasts.
    pub(crate) async fn lasting_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<StoredRecord<SessionRecord>>, SealedStoreError> {
        let seen = self.store.peek(&session_key(id)).await?;
        Ok(seen.filter(|seen| seen.record.life(self.clock.now()).is_some()))
    }

    /// Uses a session, whose idle time begins anew. `None` when it has ended.
    pub(crate) async fn use_session(
        &self,
        id: &SessionId,
    ) -> Result<Option<UsedSession>, SealedStoreError> {
        let Some(seen) = self.lasting_session(id).await? else { return Ok(None) };
        self.use_found_session(id, &seen).await
    }

    /// The same of a session that was found.
    pub(crate) async fn use_found_session(
        &self,
        id: &SessionId,
        seen: &StoredRecord<SessionRecord>,
    ) -> Result<Option<UsedSession>, SealedStoreError> {
        let now = self.clock.now();
        let SessionRecord::Session(session) = &seen.record else { return Ok(None) };
        let Some(life) = seen.record.life(now) else { return Ok(None) };
        // Whoever was first has ended it, or has prolonged it as far.
        let lasts = !session.can_be_idle()
            || self.store.swap(&session_key(id), seen, &seen.record, life).await?
            || self.lasting_session(id).await?.is_some();
        let longest = session.longest_life(now);
        let kept = if session.is_used_by_others() { longest } else { life };
        Ok(lasts.then_some(UsedSession { longest, kept }))
    }

    /// The sessions that a browser holds, as far as it proves to, the newest first.
    pub(crate) async fn held_sessions(
        &self,
        held: &HeldSessions,
    ) -> Result<Vec<(HeldSession, Box<Session>)>, SealedStoreError> {
        let mut proved = vec![];
        // Side by side, so that a slow store holds up a browser with many as long as one with one.
        let found = join_all(held.iter().map(|one| self.held_session(one))).await;
        for (one, found) in held.iter().zip(found) {
            if let Some(SessionRecord::Session(session)) = found?.map(|found| found.record) {
                proved.push((one.clone(), session));
            }
        }
        Ok(proved)
    }

    /// The record of a session that a browser says it holds, if that proves to be so. A record that cannot be
    /// read is left to its own end: nobody can prove to hold it.
    pub(crate) async fn held_session(
        &self,
        held: &HeldSession,
    ) -> Result<Option<StoredRecord<SessionRecord>>, SealedStoreError> {
        let found = match self.store.peek(&session_key(&held.id)).await {
            Ok(found) => found,
            Err(SealedStoreError::Record(_)) => None,
            Err(error @ SealedStoreError::Store(_)) => return Err(error),
        };
        Ok(found.filter(|found| match &found.record {
            SessionRecord::Session(session) => held.opens(&session.secret),
            SessionRecord::Joined(_) => false,
        }))
    }
}
