//! From the end of a session here to the upstream, and back.

use silta_oidc::LogoutRedirect;

use crate::audit::Event;
use crate::broker::Broker;
use crate::flow::end_session::EndedSession;
use crate::logout::error::LogoutError;
use crate::logout::finished_logout::{FinishedLogout, LogoutEnd};
use crate::logout::pending_logout::{LOGOUT_LIFE, PendingLogout, pending_logout_key};
use crate::logout::upstream_logout::{LogoutHandle, LogoutOutcome, LogoutToAsk};
use crate::model::message::OutboundMessage;
use crate::model::upstream_name::UpstreamName;

impl Broker {
    /// Asks the upstream of a session to end its own too. Here it is over before that: whatever becomes of
    /// the question, nothing that was made from it is good any more.
    ///
    /// `next` is where the person goes when all is done. `None` comes back where the upstream cannot log out: then its session lives on.
    ///
    /// # Errors
    /// [`LogoutError`]: the upstream was not asked, and its session lives on.
    pub async fn start_upstream_logout(
        &self,
        session: &EndedSession,
        ui_locales: &[String],
        next: Option<LogoutRedirect>,
    ) -> Result<Option<OutboundMessage>, LogoutError> {
        let EndedSession { login, upstream, .. } = session;
        let Some((upstream, Some(kept))) = upstream else { return Ok(None) };
        let Some(adapter) = self.logout_of(upstream) else { return Ok(None) };
        let ask = LogoutToAsk {
            session: kept,
            ui_locales,
            entropy: self.ports.entropy.as_ref(),
            now: self.now(),
        };
        let (message, handle) = adapter.ask(&ask).await?;
        let pending = PendingLogout { login: login.clone(), next };
        self.ports.store.put(&pending_logout_key(upstream, &handle), &pending, LOGOUT_LIFE).await?;
        self.ports.audit.record(Event::UpstreamLogoutAsked { login, upstream });
        Ok(Some(message))
    }

    /// Finishes the logout that an upstream answers.
    pub(super) async fn finish_upstream_logout(
        &self,
        upstream: &UpstreamName,
        handle: &LogoutHandle,
        outcome: LogoutOutcome,
    ) -> Result<FinishedLogout, LogoutError> {
        let pending = self.ports.store.take(&pending_logout_key(upstream, handle)).await?;
        let PendingLogout { login, next } = pending.ok_or(LogoutError::Expired)?;
        self.ports.audit.record(Event::UpstreamLogoutAnswered { login: &login, upstream, outcome });
        let (reference, end) = (Some(login), LogoutEnd::AtUpstream(outcome));
        Ok(FinishedLogout { reference, end, next })
    }
}
