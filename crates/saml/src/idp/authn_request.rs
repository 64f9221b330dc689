//! Reading a service provider's request [SAML2Core §3.4.1].

use crate::binding::redirect::RedirectMessage;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::namespace::SAMLP;
use crate::xml;

/// A request whose signature was verified.
#[derive(Debug, Clone)]
pub struct ReceivedAuthnRequest {
    /// Its ID, for `InResponseTo`.
    pub id: String,
    /// The entityID of the service provider.
    pub issuer: String,
    /// Where it wants the answer; compare with what is registered before using it.
    pub acs_url: Option<String>,
    /// What to hand back unchanged.
    pub relay_state: Option<String>,
}

impl ReceivedAuthnRequest {
    /// Reads a verified Redirect message.
    ///
    /// # Errors
    /// [`MessageError`] when it is not a well-formed AuthnRequest.
    pub fn read(message: &RedirectMessage) -> Result<Self, MessageError> {
        let part = Part::Request;
        let document = message::parse(&message.xml, part)?;
        let request = document.root_element();
        if !xml::is(request, SAMLP, "AuthnRequest") {
            return Err(MessageError::WrongRoot { part });
        }
        let id = xml::attribute(request, "ID")
            .ok_or(MessageError::MissingAttribute { attribute: "ID" })?;
        let issuer = message::issuer(request, part)?;
        Ok(Self {
            id: id.to_owned(),
            issuer: issuer.to_owned(),
            acs_url: xml::attribute(request, "AssertionConsumerServiceURL").map(str::to_owned),
            relay_state: message.relay_state.clone(),
        })
    }
}
