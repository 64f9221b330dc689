//! What requests hold that the identity provider alone can read.

use silta_saml::{
    EncryptedExtension, EncryptedSubject, EncryptionError, EsamlRequest, RequestRecipient,
    SignMessage,
};

use crate::model::login_hint::LoginHint;
use crate::our_key_error::{KeyErrorCause, OurKey};
use crate::outbound_error::OutboundError;
use crate::ports::Entropy;

/// What is encrypted in requests, and for whom.
#[derive(Debug, Clone)]
pub struct EncryptedRequest {
    /// Whom for.
    pub recipient: RequestRecipient,
    /// What an eID-Server is asked for; none of other peers.
    pub esaml: Option<EsamlRequest>,
    /// What a person is shown who signs; none where that is not encrypted.
    pub sign_message: Option<SignMessage>,
    /// The format of the NameID that a relying party's hint goes along as; none where it does not.
    pub login_hint_format: Option<String>,
}

impl EncryptedRequest {
    /// The extension of one request to the identity provider of this entityID, where this level is the weakest that will
    /// do. Who has one of the two reads no other.
    pub(super) fn extension(
        &self,
        entity_id: &str,
        level: &str,
        entropy: &dyn Entropy,
    ) -> Result<Option<EncryptedExtension>, OutboundError> {
        let random = || random(entropy);
        let extension = if let Some(esaml) = &self.esaml {
            EncryptedExtension::esaml((esaml, level), &self.recipient, random())
        } else if let Some(message) = &self.sign_message {
            EncryptedExtension::sign_message((message, entity_id), &self.recipient, random())
        } else {
            return Ok(None);
        };
        extension.map(Some).map_err(failed)
    }

    /// The subject of one request, where its relying party gave this hint.
    pub(super) fn subject(
        &self,
        hint: Option<&LoginHint>,
        entropy: &dyn Entropy,
    ) -> Result<Option<EncryptedSubject>, OutboundError> {
        let (Some(format), Some(hint)) = (&self.login_hint_format, hint) else { return Ok(None) };
        let name = (format.as_str(), hint.as_str());
        let subject = EncryptedSubject::of_name(name, &self.recipient, random(entropy));
        subject.map(Some).map_err(failed)
    }
}

/// A session key and an initialisation vector.
fn random(entropy: &dyn Entropy) -> [u8; 48] {
    let mut random = [0; 48];
    entropy.fill(&mut random);
    random
}

/// Only a defect of ours or of OpenSSL's.
fn failed(_: EncryptionError) -> OutboundError {
    OutboundError::Key(OurKey::RequestEncryption.failed(KeyErrorCause::OpenSsl))
}
