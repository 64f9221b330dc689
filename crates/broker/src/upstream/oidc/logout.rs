//! Logging out with an OpenID Provider: we ask by the browser [OIDC RP-Initiated Logout], it tells us by its
//! back channel [OIDC Back-Channel Logout].

use async_trait::async_trait;
use jiff::Timestamp;
use silta_oidc::rp::{
    LoggedOut, LogoutToken, LogoutTokenExpectation, ProviderLogoutRequest, State,
    VerifiedLogoutToken,
};

use crate::logout::error::LogoutMessageError;
use crate::logout::upstream_logout::{
    LogoutAnswer, LogoutHandle, LogoutMessage, LogoutOutcome, LogoutRequest, LogoutToAsk,
    UpstreamLogout,
};
use crate::model::identity::ReplayKey;
use crate::model::message::{Callback, InboundRequest, OutboundMessage};
use crate::outbound_error::OutboundError;
use crate::upstream::oidc::OidcUpstream;
use crate::upstream::oidc::oidc_session::{self, OidcSession};
use crate::upstream::oidc::provider::NoNewerKeys;

/// Our addresses for logging out with a provider.
#[derive(Debug, Clone)]
pub struct OidcLogoutSettings {
    /// Where the browser comes back to, as it is registered there.
    pub return_uri: String,
}

#[async_trait]
impl UpstreamLogout for OidcUpstream {
    /// The ID token goes in a form, because it names the person.
    async fn ask(
        &self,
        logout: &LogoutToAsk<'_>,
    ) -> Result<(OutboundMessage, LogoutHandle), OutboundError> {
        let settings = self.settings.logout.as_ref();
        let settings = settings.ok_or(OutboundError::Provider("no_end_session_endpoint"))?;
        let session: OidcSession = logout.session.read()?;
        let known = self.provider.known_or_fetched(logout.now).await;
        let known = known.map_err(|error| OutboundError::Provider(error.cause()))?;
        let endpoint = known.metadata.end_session_endpoint.as_ref();
        let endpoint = endpoint.ok_or(OutboundError::Provider("no_end_session_endpoint"))?;
        let state = State::new(&Self::random(logout.entropy));
        let id_token = session.id_token();
        let request = ProviderLogoutRequest {
            endpoint,
            client_id: &self.settings.client_id,
            id_token: id_token.as_ref(),
            return_uri: &settings.return_uri,
            state: state.as_str(),
            ui_locales: logout.ui_locales,
        };
        let message = OutboundMessage::Post {
            url: endpoint.as_str().to_owned(),
            fields: request.fields(),
            beside: vec![],
            framed_by: vec![],
        };
        Ok((message, LogoutHandle(state.as_str().to_owned())))
    }

    /// A query is the browser's return from the provider, a form what came by the back channel.
    async fn read(
        &self,
        message: InboundRequest<'_>,
        now: Timestamp,
    ) -> Result<LogoutMessage, LogoutMessageError> {
        match message {
            InboundRequest::Query(query) => {
                let returned = Callback::from_query(query)?;
                let state = returned.one("state")?.ok_or(LogoutMessageError::StateMissing)?;
                // The provider sends nobody back who has not logged out there, and says no more.
                let (handle, outcome) = (LogoutHandle(state.to_owned()), LogoutOutcome::Done);
                Ok(LogoutMessage::Response { handle, outcome })
            }
            InboundRequest::Form(form) => {
                let form = Callback::from_form(form)?;
                let token = form.one("logout_token")?.ok_or(LogoutMessageError::TokenMissing)?;
                let token = self.verified(token, now).await?;
                Ok(LogoutMessage::Request(self.request(&token)))
            }
        }
    }

    /// The status of our answer says what became of it.
    async fn answer(
        &self,
        _answer: &LogoutAnswer<'_>,
    ) -> Result<Option<OutboundMessage>, OutboundError> {
        Ok(None)
    }

    /// It is told so by the status [OIDC Back-Channel Logout §2.8], and may send the same token again.
    fn sends_again(&self) -> bool {
        true
    }

    /// Who is logged out already is logged out [OIDC Back-Channel Logout §2.8].
    fn of_unknown_session(&self) -> LogoutOutcome {
        LogoutOutcome::Done
    }
}

impl OidcUpstream {
    /// Verifies the token; where the provider seems to have new keys, with those, once.
    async fn verified(
        &self,
        compact: &str,
        now: Timestamp,
    ) -> Result<VerifiedLogoutToken, LogoutMessageError> {
        let unavailable = LogoutMessageError::Provider;
        let known = self.provider.known_or_fetched(now).await;
        let known = known.map_err(|error| unavailable(error.cause()))?;
        let expect = LogoutTokenExpectation {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            algorithms: &known.metadata.algorithms,
            skew: self.settings.skew,
        };
        let token = LogoutToken::received(compact);
        match token.clone().verify(&expect, &known.keys, now) {
            Err(error) if error.needs_new_keys() => {
                let newer = self.provider.newer_than(&known, now).await;
                let newer = newer.map_err(|why| match why {
                    NoNewerKeys::AskedLately => LogoutMessageError::Token(error),
                    NoNewerKeys::NotFetched(cause) => unavailable(cause.cause()),
                })?;
                Ok(token.verify(&expect, &newer.keys, now)?)
            }
            verified => Ok(verified?),
        }
    }

    fn request(&self, token: &VerifiedLogoutToken) -> LogoutRequest {
        let (principal, indexes) = match token.whose() {
            LoggedOut::Everywhere(person) => (oidc_session::person(person.as_str()), vec![]),
            LoggedOut::Session(Some(person), session) => {
                (oidc_session::person(person.as_str()), vec![session.clone()])
            }
            LoggedOut::Session(None, session) => (oidc_session::alone(session), vec![]),
        };
        let replay = ReplayKey {
            issuer: self.settings.issuer.as_str().to_owned(),
            id: token.id().to_owned(),
            until: token.valid_until(),
        };
        LogoutRequest { replay, principal, indexes, relay_state: None }
    }
}
