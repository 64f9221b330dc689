//! The end session endpoint: from a client's request to whose session is to end.

use silta_oidc::{LogoutRequest, LogoutRequestError, Params};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::logout::client_logout::{ClientLogout, LogoutHint};
use crate::model::message::InboundRequest;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;

impl OidcProvider {
    /// Reads a client's request for a logout [OIDC RP-Initiated Logout §2].
    ///
    /// # Errors
    /// [`LogoutRequestError`].
    pub fn read_logout(
        &self,
        request: InboundRequest<'_>,
    ) -> Result<ClientLogout, LogoutRequestError> {
        let (InboundRequest::Query(text) | InboundRequest::Form(text)) = request;
        let ours = (&self.issuer, &self.key_ring);
        let request = LogoutRequest::validate(&Params::parse(text)?, &self.clients, ours)?;
        Ok(self.client_logout(request))
    }

    /// The request at the fixed address of this client.
    ///
    /// # Errors
    /// [`LogoutRequestError`].
    pub fn read_logout_at(&self, client: &str) -> Result<ClientLogout, LogoutRequestError> {
        Ok(self.client_logout(LogoutRequest::at_address_of(client, &self.clients)?))
    }

    fn client_logout(&self, request: LogoutRequest) -> ClientLogout {
        let relying_party = request.client.as_ref().map(RelyingParty::from);
        if let (true, Some(client)) = (request.hint_ignored, &relying_party) {
            self.ports.audit.record(Event::HintIgnored { client });
        }
        let hint = request.hint.zip(request.client);
        let hint = hint.and_then(|(person, client)| {
            let sub = person.sub_for(&client)?.to_owned();
            Some(LogoutHint { sub, sid: person.sid().and_then(SessionId::parse) })
        });
        ClientLogout {
            relying_party,
            hint,
            next: request.redirect,
            ui_locales: request.ui_locales,
            confirmation: request.confirmation,
            again: request.again,
        }
    }
}
