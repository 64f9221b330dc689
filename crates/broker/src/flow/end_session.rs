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
use crate::record::{Joined, Session, SessionDetails, SessionRecord, session_key};
use crate::sealed_store::SealedStoreError;

/// A session that was ended, for what a logout does with those who still know of it.
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
    pub(crate) async fn end_session(
        &self,
        id: &SessionId,
        why: SessionEnd,
    ) -> Result<Option<EndedSession>, SealedStoreError> {
        let taken = match self.store.take(&session_key(id)).await? {
            Some(SessionRecord::Joined(Joined { session })) => {
                self.store.take(&session_key(&session)).await?
            }
            taken => taken,
        };
        let Some(SessionRecord::Session(session)) = taken else { return Ok(None) };
        self.audit.record(Event::SessionEnded { login: &session.login, why });
        Ok(Some(EndedSession::from(*session)))
    }
}

impl Broker {
    /// Ends these sessions, and gives what a logout goes on with.
    ///
    /// # Errors
    /// [`SealedStoreError`]: one could not be ended. The others are over, and nobody finds them again: whoever
    /// wants to know is told here, without waiting for them.
    pub(crate) async fn end_all(
        &self,
        ids: &[SessionId],
        why: SessionEnd,
    ) -> Result<Vec<EndedSession>, SealedStoreError> {
        // Side by side: a store that does not answer holds up the 64 of one person no longer than one.
        let each = join_all(ids.iter().map(|id| self.ports.end_session(id, why))).await;
        let (mut ended, mut failure) = (vec![], None);
        for one in each {
            match one {
                Ok(one) => ended.extend(one),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let Some(error) = failure else { return Ok(ended) };
        self.tell(&ended, Duration::ZERO).await;
        Err(error)
    }

    /// Ends these sessions, and tells whoever wants to know, without waiting for them.
    ///
    /// # Errors
    /// As [`Broker::end_all`].
    pub(super) async fn end_and_tell(
        &self,
        ids: &[SessionId],
        why: SessionEnd,
    ) -> Result<(), SealedStoreError> {
        let ended = self.end_all(ids, why).await?;
        self.tell(&ended, Duration::ZERO).await;
        Ok(())
    }
}
