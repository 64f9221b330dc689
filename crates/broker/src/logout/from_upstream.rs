//! What comes to our logout address: an upstream ends sessions of ours, or answers.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::Event;
use crate::broker::Broker;
use crate::error::LoginError;
use crate::logout::error::{FailedLogout, LogoutError};
use crate::logout::finished_logout::FinishedLogout;
use crate::logout::party::LogoutParty;
use crate::logout::upstream_logout::{
    LogoutAnswer, LogoutMessage, LogoutOutcome, LogoutRequest, UpstreamLogout,
};
use crate::model::login_id::LoginId;
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::upstream_name::UpstreamName;
use crate::record::UsedLogoutRequest;

/// What becomes of a message to our logout address.
#[derive(Debug)]
pub enum ReceivedLogout {
    /// The upstream asked, and is answered.
    Answered(OutboundMessage),
    /// The upstream asked by its back channel: a status tells it what became of that.
    Heard(LogoutOutcome),
    /// The upstream answered: the person is told.
    Finished(FinishedLogout),
}

impl Broker {
    /// What this upstream does for a logout, if it can log out.
    pub(super) fn logout_of(&self, upstream: &UpstreamName) -> Option<&dyn UpstreamLogout> {
        self.settings.upstreams.get(upstream)?.adapter.logout()
    }

    /// Whether this upstream can log out.
    #[must_use]
    pub fn can_log_out(&self, upstream: &UpstreamName) -> bool {
        self.logout_of(upstream).is_some()
    }

    /// Takes a message that came to the logout address of `upstream`. It needs no cookie: an upstream shows
    /// our address in a frame, and browsers withhold cookies there. `None` comes back where this upstream
    /// cannot log out.
    ///
    /// # Errors
    /// A [`FailedLogout`], after which nothing has changed, unless it says that the answer could not be made.
    pub async fn receive_logout(
        self: &Arc<Self>,
        upstream: &UpstreamName,
        message: InboundRequest<'_>,
    ) -> Option<Result<ReceivedLogout, FailedLogout>> {
        let adapter = self.logout_of(upstream)?;
        let received = match adapter.read(message, self.now()).await {
            Ok(LogoutMessage::Request(request)) => {
                let (broker, upstream) = (self.clone(), upstream.clone());
                // Otherwise a request could be used up whose sessions live on.
                let work = async move { broker.answer_upstream_logout(&upstream, &request).await };
                self.ports.to_its_end(work).await
            }
            Ok(LogoutMessage::Response { handle, outcome }) => {
                let finished = self.finish_upstream_logout(upstream, &handle, outcome).await;
                finished.map(ReceivedLogout::Finished)
            }
            Err(error) => Err(error.into()),
        };
        let failed = |error| self.fail_logout(LogoutParty::Upstream(upstream), error);
        Some(received.map_err(failed))
    }

    /// Ends a message, or a request, at a page, and records why.
    #[must_use]
    pub fn fail_logout(&self, party: LogoutParty<'_>, error: LogoutError) -> FailedLogout {
        let reference = LoginId::new(self.ports.entropy.as_ref());
        let event = Event::LogoutRefused { reference: &reference, party, error: &error };
        self.ports.audit.record(event);
        FailedLogout { reference, error }
    }

    /// Ends the sessions first and then says so: a success is said of nothing that is not over.
    async fn answer_upstream_logout(
        &self,
        upstream: &UpstreamName,
        request: &LogoutRequest,
    ) -> Result<ReceivedLogout, LogoutError> {
        let adapter = self.logout_of(upstream).ok_or(LoginError::Misconfigured)?;
        let is_used = if adapter.sends_again() {
            self.ports.is_claimed::<UsedLogoutRequest>(&request.replay).await?
        } else {
            !self.ports.claim(&request.replay, &UsedLogoutRequest).await?
        };
        if is_used {
            return Err(LogoutError::Replayed);
        }
        let (outcome, failure) = match self.end_requested((upstream, adapter), request).await {
            Ok(outcome) => (outcome, None),
            // The upstream is told that this is no success: its request is used up, or it sends it again.
            Err(error) => (LogoutOutcome::Failed, Some(error)),
        };
        let answer = LogoutAnswer {
            request,
            outcome,
            entropy: self.ports.entropy.as_ref(),
            now: self.now(),
        };
        // Before the answer, which may fail: what became of the sessions has happened.
        let event = Event::UpstreamLogoutReceived { upstream, outcome, failure: failure.as_ref() };
        self.ports.audit.record(event);
        Ok(match adapter.answer(&answer).await? {
            Some(message) => ReceivedLogout::Answered(message),
            None => ReceivedLogout::Heard(outcome),
        })
    }

    /// Ends the sessions of a request, tells who had a part in them, and uses up what is sent again until it is
    /// done. Of two such at once both end the sessions, which harms nobody.
    async fn end_requested(
        &self,
        (upstream, adapter): (&UpstreamName, &dyn UpstreamLogout),
        request: &LogoutRequest,
    ) -> Result<LogoutOutcome, LoginError> {
        let LogoutRequest { replay, principal, indexes, .. } = request;
        let ended = self.end_at_upstream(upstream, principal, indexes).await?;
        let notified = self.notify(&ended, PATIENCE).await;
        if adapter.sends_again() {
            self.ports.claim(replay, &UsedLogoutRequest).await?;
        }
        Ok(if ended.is_empty() {
            adapter.of_unknown_session()
        } else if notified.iter().all(|one| one.confirmed) {
            LogoutOutcome::Done
        } else {
            LogoutOutcome::Partly
        })
    }
}

/// How long those who ask for a logout wait for clients: an identity provider shows many services' frames at
/// once, and gives up on them after some seconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
