//! What comes to our single logout address: a request or a response, by redirect or by POST.

use crate::binding::bound_message::BoundMessage;
use crate::binding::message_parameter::MessageParameter;
use crate::binding::relay_state::LOGOUT_RELAY_STATE_LIMIT;
use crate::logout::logout_error::LogoutError;
use crate::logout::received_request::UnverifiedLogoutRequest;
use crate::logout::received_response::UnverifiedLogoutResponse;
use crate::message_error::MessageError;

/// A message of single logout that nobody may read yet. Both kinds come to one address, and their
/// parameter tells them apart.
#[derive(Debug)]
pub enum LogoutMessage<'m> {
    /// The identity provider wants a session ended.
    Request(UnverifiedLogoutRequest<'m>),
    /// The identity provider answers a request of ours.
    Response(UnverifiedLogoutResponse<'m>),
}

impl<'m> LogoutMessage<'m> {
    /// Takes the raw query of a redirect [SAML2Bind §3.4.4].
    ///
    /// # Errors
    /// [`LogoutError::Message`], [`LogoutError::RelayStateTooLong`].
    pub fn from_redirect(raw_query: &'m str) -> Result<Self, LogoutError> {
        let named = |parameter: MessageParameter| {
            raw_query.split('&').any(|pair| pair.split('=').next() == Some(parameter.name()))
        };
        // Both at once are refused by whoever reads either.
        let parameter = if named(MessageParameter::Response) {
            MessageParameter::Response
        } else {
            MessageParameter::Request
        };
        Self::of(parameter, BoundMessage::from_redirect(parameter, raw_query)?)
    }

    /// Takes the form fields `SAMLRequest`, `SAMLResponse` and `RelayState` [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// [`LogoutError::Message`], [`LogoutError::RelayStateTooLong`].
    pub fn from_post(
        saml_request: Option<&str>,
        saml_response: Option<&str>,
        relay_state: Option<String>,
    ) -> Result<Self, LogoutError> {
        let (parameter, value) = match (saml_request, saml_response) {
            (Some(value), None) => (MessageParameter::Request, value),
            (None, Some(value)) => (MessageParameter::Response, value),
            (Some(_), Some(_)) => return Err(MessageError::TwoMessages.into()),
            (None, None) => {
                let element = MessageParameter::Request.name();
                return Err(MessageError::Missing { element }.into());
            }
        };
        Self::of(parameter, BoundMessage::from_post(parameter, value, relay_state)?)
    }

    fn of(parameter: MessageParameter, message: BoundMessage<'m>) -> Result<Self, LogoutError> {
        if message.relay_state().is_some_and(|text| text.len() > LOGOUT_RELAY_STATE_LIMIT) {
            return Err(LogoutError::RelayStateTooLong { limit: LOGOUT_RELAY_STATE_LIMIT });
        }
        Ok(match parameter {
            MessageParameter::Request => Self::Request(UnverifiedLogoutRequest::new(message)),
            MessageParameter::Response => Self::Response(UnverifiedLogoutResponse::new(message)),
        })
    }
}
