//! What of one request is encrypted for its identity provider.

use silta_xml_security::{Element, EncryptionError};

use crate::sp::esaml_request::EsamlRequest;
use crate::sp::request_encryption::RequestRecipient;

/// The encrypted parts of a request. What makes one encrypts it, so that nothing in it is plain; the signature of
/// the request then covers the ciphertext.
#[derive(Debug, Clone, Default)]
pub struct EncryptedRequestParts {
    pub(crate) extension: Option<Element>,
}

impl EncryptedRequestParts {
    /// With what an eID-Server is asked for, and the weakest level that will do.
    ///
    /// # Errors
    /// [`EncryptionError`].
    pub fn with_esaml(
        self,
        (request, level): (&EsamlRequest, &str),
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Self, EncryptionError> {
        Ok(Self { extension: Some(request.encrypted(level, recipient, random)?) })
    }
}
