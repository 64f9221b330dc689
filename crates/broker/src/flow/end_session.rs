//! Ends a session, and with it everything that was made from it.

use std::time::Duration;

use futures_util::future::join_all;

use crate::audit::Event;
use crate::broker::{Broker, Ports};
use crate::model::login_id::LoginId;
use crate::model::participant::Participant;
use crate::model::pending::Pending;
use crate::model::session_end::SessionEnd;
use crate::model::session_id::SessionId;
use crate::model::upstream_name::UpstreamName;
use crate::record::{Session, SessionDetails, SessionRecord, session_key};
use crate::sealed_store::SealedStoreError;

/// Sessions that were to end.
#[derive(Debug, Default)]
pub(crate) struct EndedSessions {
    /// Those that are over, and those that may be: nobody finds them again who could tell of their end.
    pub(crate) sessions: Vec<EndedSession>,
    /// Why some may live on.
    pub(crate) failure: Option<SealedStoreError>,
}

/// A session that may live on.
struct NotEnded {
    /// What was known of it when its end was tried.
    seen: Option<EndedSession>,
    error: SealedStoreError,
}

impl FromIterator<Result<Option<EndedSession>, NotEnded>> for EndedSessions {
    fn from_iter<I>(each: I) -> Self
    where
        I: IntoIterator<Item = Result<Option<EndedSession>, NotEnded>>,
    {
        let mut all = Self::default();
        for one in each {
            match one {
                Ok(ended) => all.sessions.extend(ended),
                Err(NotEnded { seen, error }) => {
                    all.sessions.extend(seen);
                    all.failure.get_or_insert(error);
                }
            }
        }
        all
    }
}

impl From<SealedStoreError> for NotEnded {
    fn from(error: SealedStoreError) -> Self {
        Self { seen: None, error }
    }
}

/// A session that was ended, or may have been, for what a logout does with those who still know of it.
#[derive(Debug)]
pub struct EndedSession {
    /// The login that it began with.
    pub login: LoginId,
    /// Where the person logged in, and what the adapter there needs to end the session there too; `None`
    /// where nothing was kept, because nobody can be told.
    pub upstream: Option<(UpstreamName, Option<Pending>)>,
    /// Who was told of the person.
    pub participants: Vec<Participant>,
}

impl EndedSession {
    /// Whether both came from one upstream.
    pub(crate) fn is_at_upstream_of(&self, other: &Self) -> bool {
        let name = |one: &Self| one.upstream.as_ref().map(|(name, _)| name.clone());
        name(self) == name(other)
    }
}

impl From<Session> for EndedSession {
    fn from(session: Session) -> Self {
        let Session { login, details, .. } = session;
        let Some(details) = details else {
            return Self { login, upstream: None, participants: vec![] };
        };
        let SessionDetails { upstream, upstream_session, participants, .. } = details;
        Self { login, upstream: Some((upstream, upstream_session)), participants }
    }
}

impl Ports {
    /// Ends the session of this name, which may be that of any relying party in it, at every replica: from
    /// now on its codes and tokens are refused, also those of a request that is under way, because each use
    /// looks at the session. Gives what a logout goes on with; `None` when it had ended before, which is no
    /// error.
    async fn end_session(
        &self,
        id: &SessionId,
        why: SessionEnd,
    ) -> Result<Option<EndedSession>, NotEnded> {
        match self.named_session(id).await {
            Ok(Some((id, seen))) => self.end_seen(&id, *seen, why).await,
            Ok(None) => Ok(None),
            // Nobody can read who knows of it. It goes all the same, and the failure is told.
            Err(SealedStoreError::Record(_)) => {
                self.store.take(&session_key(id)).await?;
                Ok(None)
            }
            Err(error @ SealedStoreError::Store(_)) => Err(error.into()),
        }
    }

    /// The same of a session that was seen a moment ago.
    async fn end_seen(
        &self,
        id: &SessionId,
        seen: Session,
        why: SessionEnd,
    ) -> Result<Option<EndedSession>, NotEnded> {
        match self.store.take(&session_key(id)).await {
            Ok(Some(SessionRecord::Session(session))) => {
                self.audit.record(Event::SessionEnded { login: &session.login, why });
                Ok(Some((*session).into()))
            }
            // Somebody else has ended it, and tells of it.
            Ok(None | Some(SessionRecord::Joined(_))) => Ok(None),
            // The store may have done it all the same.
            Err(error) => Err(NotEnded { seen: Some(seen.into()), error }),
        }
    }

    /// The session of this name, with its own.
    pub(crate) async fn named_session(
        &self,
        name: &SessionId,
    ) -> Result<Option<(SessionId, Box<Session>)>, SealedStoreError> {
        let mut id = name.clone();
        // The name of one that joined later leads to the session's own.
        for _ in 0..2 {
            let found = self.store.peek(&session_key(&id)).await?;
            match found.map(|found| found.record) {
                Some(SessionRecord::Session(session)) => return Ok(Some((id, session))),
                Some(SessionRecord::Joined(joined)) => id = joined.session,
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}

impl Ports {
    /// Ends these sessions, and gives what a logout goes on with. One that cannot be ended hinders no other.
    pub(crate) async fn end_all(&self, ids: &[SessionId], why: SessionEnd) -> EndedSessions {
        // Side by side: a store that does not answer holds up the 64 of one person no longer than one.
        let each = ids.iter().map(|id| self.end_session(id, why));
        join_all(each).await.into_iter().collect()
    }

    /// The same of sessions that were seen a moment ago.
    pub(crate) async fn end_all_seen(
        &self,
        seen: Vec<(SessionId, Box<Session>)>,
        why: SessionEnd,
    ) -> EndedSessions {
        let each =
            seen.into_iter().map(|(id, seen)| async move { self.end_seen(&id, *seen, why).await });
        join_all(each).await.into_iter().collect()
    }
}

impl Broker {
    /// Ends these sessions, and tells whoever wants to know, without waiting for them.
    ///
    /// # Errors
    /// [`SealedStoreError`]: one may live on.
    pub(super) async fn end_and_notify(
        &self,
        ids: &[SessionId],
        why: SessionEnd,
    ) -> Result<(), SealedStoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let (notifier, ids) = (self.notifier(), ids.to_vec());
        // Nobody finds again who has a part in what is over.
        let work = async move {
            let EndedSessions { sessions, failure } = notifier.ports.end_all(&ids, why).await;
            notifier.tell(&sessions, Duration::ZERO).await;
            failure.map_or(Ok(()), Err)
        };
        self.ports.to_its_end(work).await
    }
}
