//! Whom a logout message must come from, and where it must have been sent to.

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use crate::binding::bound_message::{BoundMessage, MessageSignature};
use crate::logout::logout_error::LogoutError;
use crate::message;
use crate::message_error::MessageError;
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::service_provider::ServiceProvider;
use crate::xml;

/// What a logout message must be, request or response.
#[derive(Debug, Clone, Copy)]
pub struct LogoutExpectation<'a> {
    /// Us.
    pub provider: &'a ServiceProvider,
    /// The identity provider whose messages come to `slo_url`: never one that the message names.
    pub idp: &'a IdentityProvider,
    /// Where its messages come to, as our metadata has it.
    pub slo_url: &'a str,
}

impl LogoutExpectation<'_> {
    /// The signature of a logout message. An unsigned one is refused, whatever it says: anybody could
    /// log anybody out, or call a logout done that was not [SAML2Prof §4.4.3.1, §4.4.4.1].
    pub(crate) fn verify_signature<'a, 'i>(
        &self,
        message: &BoundMessage<'_>,
        root: Node<'a, 'i>,
    ) -> Result<MessageSignature<'a, 'i>, LogoutError> {
        let part = message.part();
        let allowed = &self.idp.profile.signature_algorithms;
        match message.verify(root, &self.idp.keys, allowed) {
            Ok(MessageSignature::Absent) => Err(MessageError::Unsigned { part }.into()),
            Ok(signature) => Ok(signature),
            Err(cause) => Err(MessageError::Signature { part, cause }.into()),
        }
    }

    /// Issuer, Destination and age of a signed message; it must say where it goes, or one for another
    /// service provider would do here [SAML2Bind §3.4.5.2, §3.5.5.2]. Returns until when it is fresh,
    /// skew aside.
    pub(crate) fn check_addressing(
        &self,
        message: &BoundMessage<'_>,
        root: Node<'_, '_>,
        now: Timestamp,
    ) -> Result<Timestamp, LogoutError> {
        if message::issuer(root, message.part())?.trim_ascii() != self.idp.entity_id() {
            return Err(LogoutError::WrongIssuer);
        }
        if xml::attribute(root, "Destination") != Some(self.slo_url) {
            return Err(LogoutError::WrongDestination);
        }
        Ok(message::check_issued(root, message.part(), self.skew(), now)?)
    }

    /// How far its clock may be from ours.
    pub(crate) fn skew(&self) -> SignedDuration {
        self.idp.profile.skew
    }
}
