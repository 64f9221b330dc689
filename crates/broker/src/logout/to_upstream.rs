//! From the end of a session here to the upstream, and back.

use silta_oidc::LogoutRedirect;

use crate::audit::Event;
use crate::broker::Broker;
use crate::flow::end_session::EndedSession;
use crate::logout::error::LogoutError;
use crate::logout::finished_logout::{FinishedLogout, LogoutEnd};
use crate::logout::notified_party::NotifiedParty;
use crate::logout::pending_logout::{LOGOUT_LIFE, PendingLogout, pending_logout_key};
use crate::logout::upstream_logout::{LogoutHandle, LogoutOutcome, LogoutToAsk};
use crate::model::message::OutboundMessage;
use crate::model::upstream_name::UpstreamName;

/// What the person is told, and where they go, once the upstream has answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct AfterLogout<'a> {
    /// Where the person goes next.
    pub next: Option<&'a LogoutRedirect>,
    /// Who is told of the logout.
    pub notified: &'a [NotifiedParty],
    /// Whether other sessions may live on: those of upstreams that are not asked, or cannot be, and those that
    /// could not be ended here.
    pub others_live_on: bool,
}

impl Broker {
    /// Asks the upstream of a session to end its own too. Here it is over before that: whatever becomes of
    /// the question, nothing that was made from it is good any more.
    ///
    /// `None` comes back where the upstream cannot log out: then its session lives on.
    ///
    /// # Errors
    /// [`LogoutError`]: the upstream was not asked, and its session lives on.
    pub async fn start_upstream_logout(
        &self,
        session: &EndedSession,
        ui_locales: &[String],
        after: AfterLogout<'_>,
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
        let AfterLogout { next, notified, others_live_on } = after;
        let notified =
            notified.iter().map(|one| (one.relying_party.clone(), one.name.clone())).collect();
        let (login, next) = (login.clone(), next.cloned());
        let pending = PendingLogout { login, next, notified, others_live_on };
        let login = &pending.login;
        self.ports.store.put(&pending_logout_key(upstream, &handle), &pending, LOGOUT_LIFE).await?;
        self.ports.audit.record(Event::UpstreamLogoutAsked { login, upstream });
        Ok(Some(message))
    }

    /// Whether the upstream of this session can be asked to end its own.
    pub(super) fn can_be_asked(&self, session: &EndedSession) -> bool {
        let Some((upstream, Some(_))) = &session.upstream else { return false };
        self.logout_of(upstream).is_some()
    }

    /// Finishes the logout that an upstream answers.
    pub(super) async fn finish_upstream_logout(
        &self,
        upstream: &UpstreamName,
        handle: &LogoutHandle,
        outcome: LogoutOutcome,
    ) -> Result<FinishedLogout, LogoutError> {
        let pending = self.ports.store.take(&pending_logout_key(upstream, handle)).await?;
        let pending = pending.ok_or(LogoutError::Expired)?;
        let PendingLogout { login, next, notified, others_live_on } = pending;
        self.ports.audit.record(Event::UpstreamLogoutAnswered { login: &login, upstream, outcome });
        let outcome = if others_live_on { LogoutOutcome::Partly } else { outcome };
        let (reference, end) = (Some(login), LogoutEnd::AtUpstream(outcome));
        let notified = self.notified_by_now(notified).await;
        Ok(FinishedLogout { reference, end, next, notified })
    }
}
