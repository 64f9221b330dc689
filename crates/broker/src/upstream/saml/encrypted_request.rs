//! What requests hold that the identity provider alone can read.

use silta_saml::{EncryptedRequestParts, EncryptionError, EsamlRequest, RequestRecipient};

use crate::our_key_error::{KeyErrorCause, OurKey};
use crate::outbound_error::OutboundError;
use crate::ports::Entropy;

/// What is encrypted in requests, and for whom.
#[derive(Debug, Clone)]
pub struct EncryptedRequest {
    /// Whom for.
    pub recipient: RequestRecipient,
    /// What an eID-Server is asked for, or none for other peers.
    pub esaml: Option<EsamlRequest>,
}

impl EncryptedRequest {
    /// The parts of one request, where this level is the weakest that will do.
    pub(super) fn parts(
        &self,
        level: &str,
        entropy: &dyn Entropy,
    ) -> Result<EncryptedRequestParts, OutboundError> {
        let parts = EncryptedRequestParts::default();
        let Some(esaml) = &self.esaml else { return Ok(parts) };
        parts.with_esaml((esaml, level), &self.recipient, random(entropy)).map_err(failed)
    }
}

fn random(entropy: &dyn Entropy) -> [u8; 48] {
    let mut random = [0; 48];
    entropy.fill(&mut random);
    random
}

/// Only a defect of ours or of OpenSSL's.
fn failed(_: EncryptionError) -> OutboundError {
    OutboundError::Key(OurKey::RequestEncryption.failed(KeyErrorCause::OpenSsl))
}
