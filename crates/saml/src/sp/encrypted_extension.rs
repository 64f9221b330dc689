//! What of one request is encrypted for its identity provider.

use silta_xml_security::{Element, EncryptionError};

use crate::sp::esaml_request::EsamlRequest;
use crate::sp::request_encryption::RequestRecipient;
use crate::sp::sign_message::SignMessage;

/// An extension of a request, of which nothing is plain: what makes one encrypts it. The signature of the request then
/// covers the ciphertext.
#[derive(Debug, Clone)]
pub struct EncryptedExtension(pub(crate) Element);

impl EncryptedExtension {
    /// What an eID-Server is asked for, and the weakest level that will do.
    ///
    /// # Errors
    /// [`EncryptionError`].
    pub fn esaml(
        (request, level): (&EsamlRequest, &str),
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Self, EncryptionError> {
        request.encrypted(level, recipient, random).map(Self)
    }

    /// What a person is shown by the identity provider of this entityID.
    ///
    /// # Errors
    /// [`EncryptionError`].
    pub fn sign_message(
        (message, entity_id): (&SignMessage, &str),
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Self, EncryptionError> {
        message.encrypted(entity_id, recipient, random).map(Self)
    }
}
