//! Finishes a login that may show no page: whatever becomes of it, its relying party is told.

use crate::broker::{Broker, ConfiguredUpstream};
use crate::error::{FailedLogin, LoginError};
use crate::flow::finish::{FinishedLogin, LoginToJudge, PassiveCallback};
use crate::flow::refused_person::RefusedPerson;
use crate::model::login_halves::{answered_key, passive_key};
use crate::model::message::OutboundMessage;
use crate::model::session_id::HeldSessions;
use crate::model::source_network::SourceNetwork;
use crate::record::{Answered, PassiveLogin, PendingLogin, RecordKey};

impl Broker {
    /// Takes the login, which the handle alone finds, and judges the callback if the browser sent the
    /// cookie too. Without it, as where it is withheld from a frame, nobody is logged in, and the relying
    /// party is told so.
    pub(super) async fn finish_passive_login(
        &self,
        came: &PassiveCallback<'_>,
        source: SourceNetwork,
    ) -> Result<FinishedLogin, FailedLogin> {
        let (login, answered) = match self.take_passive(came).await {
            Ok(taken) => taken,
            // Nobody knows whom to tell.
            Err(error) => return Err(self.fail_with_page(error)),
        };
        match self.judge_passive(came, source, &login, &answered).await {
            Ok((message, sessions)) => Ok(FinishedLogin::Answered { message, sessions }),
            Err(refused) => Err(self.refuse_person(login, refused).await),
        }
    }

    async fn take_passive(
        &self,
        came: &PassiveCallback<'_>,
    ) -> Result<(PendingLogin, RecordKey<Answered>), LoginError> {
        let found = self.ports.store.take(&passive_key(&came.relay_state)).await?;
        let found: PassiveLogin = match (found, &came.browser) {
            (Some(found), _) => found,
            (None, Some(browser)) => {
                return Err(self.why_not_open(&answered_key(&came.relay_state, browser)).await?);
            }
            (None, None) => return Err(LoginError::LoginExpired),
        };
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
    ) -> Result<(OutboundMessage, HeldSessions), RefusedPerson> {
        let made = came.browser.as_ref().map(|browser| answered_key(&came.relay_state, browser));
        if made.is_none_or(|made| made.digest() != answered.digest()) {
            return Err(LoginError::CookieWithheld.into());
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
