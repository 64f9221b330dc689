//! What requests hold that the identity provider alone can read.

use silta_saml::{EncryptedExtension, EncryptionError, EsamlRequest, RequestRecipient};

use crate::our_key_error::{KeyErrorCause, OurKey};
use crate::outbound_error::OutboundError;
use crate::ports::Entropy;

/// What is encrypted in requests, and for whom.
#[derive(Debug, Clone)]
pub struct EncryptedRequest {
    /// Whom for.
    pub recipient: RequestRecipient,
    /// What an eID-Server is asked for.
    pub esaml: EsamlRequest,
}

impl EncryptedRequest {
    /// The extension of one request, where this level is the weakest that will do.
    pub(super) fn extension(
        &self,
        level: &str,
        entropy: &dyn Entropy,
    ) -> Result<EncryptedExtension, OutboundError> {
        let mut random = [0; 48];
        entropy.fill(&mut random);
        EncryptedExtension::esaml((&self.esaml, level), &self.recipient, random).map_err(failed)
    }
}

/// Only a defect of ours or of OpenSSL's.
fn failed(_: EncryptionError) -> OutboundError {
    OutboundError::Key(OurKey::RequestEncryption.failed(KeyErrorCause::OpenSsl))
}
