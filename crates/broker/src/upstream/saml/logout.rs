//! Single logout with a SAML identity provider [SAML2Prof §4.4].

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_saml::{
    LogoutExpectation, LogoutRequest as SamlRequest, LogoutResponse as SamlResponse, LogoutStatus,
    MessageParameter, ReceivedLogoutRequest, RequestId,
};

use crate::logout::error::LogoutMessageError;
use crate::logout::upstream_logout::{
    LogoutAnswer, LogoutHandle, LogoutMessage, LogoutOutcome, LogoutRequest, LogoutToAsk,
    UpstreamLogout,
};
use crate::model::identity::ReplayKey;
use crate::model::message::{Callback, InboundRequest, OutboundMessage};
use crate::outbound_error::OutboundError;
use crate::upstream::saml::outbound::{RequestBinding, SamlParties, random};
use crate::upstream::saml::saml_session::{SamlSession, principal};

/// Single logout with one identity provider.
#[derive(Debug, Clone)]
pub struct SamlLogout {
    /// We and the identity provider.
    pub parties: Arc<SamlParties>,
    /// Where its messages come to, as our metadata has it.
    pub slo_url: String,
    /// Where ours go.
    pub logout: SingleLogoutService,
}

/// The single logout of an identity provider.
#[derive(Debug, Clone)]
pub struct SingleLogoutService {
    /// The binding of our messages, with the destination of requests.
    pub binding: RequestBinding,
    /// The destination of answers, if it is another one: `ResponseLocation` [SAML2Meta §2.2.2].
    pub response_url: Option<String>,
    /// The origin of its pages, which alone may show our answers in a frame.
    pub origin: String,
    /// What it is told of a session that is not known here.
    pub unknown_session: LogoutOutcome,
}

#[async_trait]
impl UpstreamLogout for SamlLogout {
    /// No RelayState goes along: the answer names the request, which is as hard to guess.
    async fn ask(
        &self,
        logout: &LogoutToAsk<'_>,
    ) -> Result<(OutboundMessage, LogoutHandle), OutboundError> {
        let session: SamlSession = logout.session.read()?;
        let id = RequestId::from_random(random(logout.entropy));
        let name_id = session.name_id();
        let request = SamlRequest {
            id: &id,
            issued: logout.now,
            destination: self.logout.binding.url(),
            issuer: &self.parties.service_provider.entity_id,
            name_id: &name_id,
            session_index: session.session_index.as_deref(),
            vetuma_language: self.parties.vetuma_language(logout.ui_locales),
        };
        let message = (MessageParameter::Request, request.to_xml());
        let message = self.parties.outbound(&self.logout.binding, message, None, None).await?;
        Ok((message, LogoutHandle(id.as_str().to_owned())))
    }

    async fn read(
        &self,
        message: InboundRequest<'_>,
        now: Timestamp,
    ) -> Result<LogoutMessage, LogoutMessageError> {
        let SamlParties { service_provider: provider, idp, .. } = self.parties.as_ref();
        let expect = LogoutExpectation { provider, idp, slo_url: &self.slo_url };
        let form;
        let message = match message {
            InboundRequest::Query(query) => silta_saml::LogoutMessage::from_redirect(query)?,
            InboundRequest::Form(text) => {
                form = Callback::from_form(text)?;
                let relay_state = form.one("RelayState")?.map(str::to_owned);
                let [request, response] = [MessageParameter::Request, MessageParameter::Response]
                    .map(|parameter| form.one(parameter.name()));
                silta_saml::LogoutMessage::from_post(request?, response?, relay_state)?
            }
        };
        match message {
            silta_saml::LogoutMessage::Request(request) => {
                let request = request.verify(&expect, now)?;
                Ok(LogoutMessage::Request(self.request(&request)))
            }
            silta_saml::LogoutMessage::Response(response) => {
                let response = response.verify(&expect, now)?;
                // The record of the logout is found by this very text: without one, nobody asked.
                let handle = LogoutHandle(response.in_response_to().to_owned());
                let outcome = match response.status() {
                    LogoutStatus::Success => LogoutOutcome::Done,
                    LogoutStatus::Partial => LogoutOutcome::Partly,
                    LogoutStatus::UnknownPrincipal => LogoutOutcome::UnknownSession,
                    LogoutStatus::Failed => LogoutOutcome::Failed,
                };
                Ok(LogoutMessage::Response { handle, outcome })
            }
        }
    }

    async fn answer(
        &self,
        answer: &LogoutAnswer<'_>,
    ) -> Result<Option<OutboundMessage>, OutboundError> {
        let binding = match &self.logout.response_url {
            Some(url) => self.logout.binding.to(url),
            None => self.logout.binding.clone(),
        };
        let response = SamlResponse {
            id: RequestId::from_random(random(answer.entropy)).as_str(),
            issued: answer.now,
            destination: binding.url(),
            issuer: &self.parties.service_provider.entity_id,
            in_response_to: &answer.request.replay.id,
            status: match answer.outcome {
                LogoutOutcome::Done => LogoutStatus::Success,
                LogoutOutcome::Partly => LogoutStatus::Partial,
                LogoutOutcome::UnknownSession => LogoutStatus::UnknownPrincipal,
                LogoutOutcome::Failed => LogoutStatus::Failed,
            },
        }
        .to_xml();
        let relay_state = answer.request.relay_state.as_deref();
        let message = (MessageParameter::Response, response);
        let message = self.parties.outbound(&binding, message, relay_state, None).await?;
        Ok(Some(message.framed_by(vec![self.logout.origin.clone()])))
    }

    /// It is answered, by `Responder` if need be.
    fn sends_again(&self) -> bool {
        false
    }

    fn of_unknown_session(&self) -> LogoutOutcome {
        self.logout.unknown_session
    }
}

impl SamlLogout {
    fn request(&self, request: &ReceivedLogoutRequest) -> LogoutRequest {
        let SamlParties { service_provider, idp, .. } = self.parties.as_ref();
        let (idp, us) = (idp.entity_id(), &service_provider.entity_id);
        LogoutRequest {
            replay: ReplayKey {
                issuer: idp.to_owned(),
                id: request.id().to_owned(),
                until: request.valid_until(),
            },
            principal: principal(request.name_id(), idp, us),
            indexes: request.session_indexes().to_vec(),
            relay_state: request.relay_state().map(str::to_owned),
        }
    }
}
