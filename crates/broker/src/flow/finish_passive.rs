//! Finishes a login that may show no page: whatever becomes of it, its relying party is told.

use crate::broker::{Broker, ConfiguredUpstream};
use crate::error::{FailedLogin, LoginError};
use crate::flow::finish::{FinishedLogin, LoginToJudge};
use crate::model::login_halves::{BrowserBinding, RelayState, answered_key, passive_key};
use crate::model::message::{Callback, OutboundMessage};
use crate::model::session_id::HeldSessions;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_name::UpstreamName;
use crate::record::{Answered, PassiveLogin, PendingLogin, RecordKey};

/// A callback of a login that may show no page.
struct PassiveCallback<'a> {
    upstream: &'a UpstreamName,
    callback: Callback,
    relay_state: RelayState,
    browser: Option<BrowserBinding>,
    /// What the browser holds.
    sessions: &'a HeldSessions,
}

impl Broker {
    /// Takes the login, which the handle alone finds, and judges the callback if the browser sent the
    /// cookie too. Without it, as where it is withheld from a frame, nobody is logged in, and the relying
    /// party is told so.
    pub(super) async fn finish_passive_login(
        &self,
        (upstream, source): (&UpstreamName, SourceNetwork),
        (callback, relay_state, browser, sessions): (
            Callback,
            RelayState,
            Option<BrowserBinding>,
            &HeldSessions,
        ),
    ) -> Result<FinishedLogin, FailedLogin> {
        let came = PassiveCallback { upstream, callback, relay_state, browser, sessions };
        let (login, answered) = match self.take_passive(&came).await {
            Ok(taken) => taken,
            // Nobody knows whom to tell.
            Err(error) => return Err(self.fail_with_page(error)),
        };
        let finished = self.judge_passive(&came, source, &login, &answered).await;
        let PendingLogin { login, relying_party, upstream, protocol, request, .. } = login;
        let downstream = self.settings.downstreams.get(&protocol);
        let origins = downstream.map(|downstream| downstream.frame_origins(&request));
        let origins = origins.unwrap_or_default();
        match finished {
            Ok((message, sessions)) => {
                Ok(FinishedLogin::Answered { message: message.framed_by(origins), sessions })
            }
            Err(error) => {
                let names = (&relying_party, Some(&upstream));
                let failed = self.refuse(login, names, (protocol, &request), error).await;
                Err(failed.framed_by(origins))
            }
        }
    }

    async fn take_passive(
        &self,
        came: &PassiveCallback<'_>,
    ) -> Result<(PendingLogin, RecordKey<Answered>), LoginError> {
        let found = self.ports.store.take(&passive_key(&came.relay_state)).await?;
        let found: PassiveLogin = found.ok_or(LoginError::LoginExpired)?;
        let answered = found.answered();
        self.ports.open_logins.close(&answered);
        Ok((found.login()?, answered))
    }

    async fn judge_passive(
        &self,
        came: &PassiveCallback<'_>,
        source: SourceNetwork,
        login: &PendingLogin,
        answered: &RecordKey<Answered>,
    ) -> Result<(OutboundMessage, HeldSessions), LoginError> {
        let made = came.browser.as_ref().map(|browser| answered_key(&came.relay_state, browser));
        if made.is_none_or(|made| made.digest() != answered.digest()) {
            return Err(LoginError::CookieWithheld);
        }
        let ConfiguredUpstream { adapter, .. } =
            self.settings.upstreams.get(came.upstream).ok_or(LoginError::Misconfigured)?;
        // The room is left when the login is over. A page that says to try again would be nobody's.
        let _room = adapter.make_room(source, self.now()).await?;
        let PassiveCallback { upstream, callback, sessions, .. } = came;
        let judged = LoginToJudge { upstream, pending: login, callback, sessions };
        self.authenticate(&judged, answered).await
    }
}
