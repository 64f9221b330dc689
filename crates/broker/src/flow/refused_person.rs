//! A person who authenticated and is refused, by our own policy or because their level is too low for the
//! request: they are logged in at the upstream, and can log out there.

use std::time::Duration;

use crate::broker::{Broker, ConfiguredUpstream};
use crate::callback_error::CallbackError;
use crate::error::LoginError;
use crate::failed_callback::FailedCallback;
use crate::flow::begin_session::{AuthenticatedLogin, SessionToHold};
use crate::flow::replay::UnreplayedIdentity;
use crate::model::identity::Identity;
use crate::model::session_id::{HeldSession, HeldSessions};
use crate::octets::Octets;
use crate::record::SessionDetails;

/// Why nobody was let in, and what the browser holds from now on, if that is something else.
pub(super) struct RefusedPerson {
    pub(super) error: LoginError,
    pub(super) sessions: Option<HeldSessions>,
}

/// Nothing is kept of a callback that was not accepted.
impl<E: Into<LoginError>> From<E> for RefusedPerson {
    fn from(error: E) -> Self {
        Self { error: error.into(), sessions: None }
    }
}

impl Broker {
    /// The identity of an answer, which counts once, and why its level is too low, if it is. Of an answer of
    /// which that is so, and that was used before or perhaps was, nobody is known.
    pub(super) async fn count_once(
        &self,
        upstream: &ConfiguredUpstream,
        finished: Result<Identity, FailedCallback>,
    ) -> Result<(UnreplayedIdentity, Option<CallbackError>), RefusedPerson> {
        let FailedCallback { error, identity } = match finished {
            Ok(identity) => return Ok((self.ports.unreplayed(identity).await?, None)),
            Err(failed) => failed,
        };
        let Some(identity) = identity.filter(|_| upstream.tells_logouts) else {
            return Err(error.into());
        };
        match self.ports.unreplayed(*identity).await {
            Ok(identity) => Ok((identity, Some(error))),
            Err(_) => Err(error.into()),
        }
    }

    /// Keeps what a logout needs of the session at the upstream, which is there although nobody is let in:
    /// a record that answers no request, and that nobody is told of when it ends. Sessions that somebody was
    /// let in to stay, whoever they belong to, because nobody logged in: where they take all the room, nothing
    /// is kept.
    ///
    /// `None` where nothing is kept, because of that, because the upstream knows no logouts, or because the
    /// store failed: the person is refused all the same, and their logout finds nothing here.
    pub(super) async fn keep_refused(
        &self,
        login: &AuthenticatedLogin<'_>,
        (acr, subject): (String, Option<Octets<16>>),
        held: &HeldSessions,
    ) -> Option<HeldSessions> {
        let (upstream, configured) = login.upstream;
        let there = login.upstream_session.filter(|_| configured.tells_logouts)?;
        let details = SessionDetails {
            upstream: upstream.clone(),
            upstream_session: Some(there.handle.clone()),
            acr,
            auth_time: None,
            idle: None,
            participants: vec![],
            attributes: None,
        };
        let earlier = self.ports.held_sessions(held).await.ok()?;
        let now = self.now();
        let earlier = earlier.into_iter().map(|(held, session)| session.ranked(held, now));
        let earlier = earlier.collect();
        let newest = HeldSession::new(self.ports.entropy.as_ref());
        let details = Some(details);
        let kept = SessionToHold { subject, length: REFUSED_SESSION_LIFE, details, earlier };
        let begun = self.hold(login, newest, kept).await.ok().flatten()?;
        if self.end_displaced(&begun).await.is_err() {
            self.forget_session(&begun.id).await;
            return None;
        }
        Some(begun.held)
    }
}

/// Longer than identity providers for the public keep a session that nobody uses; Suomi.fi ends its own
/// after half an hour.
const REFUSED_SESSION_LIFE: Duration = Duration::from_hours(1);
