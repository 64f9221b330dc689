//! Encrypting a part of a request for an identity provider.

use silta_xml_security::algorithm::{EncryptionCipher, RsaOaep};
use silta_xml_security::{
    EcdhEs, Element, EncryptionError, EncryptionParameters, Recipient, encrypt,
};

use crate::metadata::encryption_methods::PeerEncryptionKey;

/// By which algorithms we encrypt for an identity provider. Its key decides between the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestEncryption {
    /// The cipher.
    pub cipher: EncryptionCipher,
    /// How a session key is wrapped for an RSA key.
    pub oaep: RsaOaep,
    /// How one is wrapped for a key on an elliptic curve.
    pub agreement: EcdhEs,
}

impl RequestEncryption {
    /// The first of these keys that may be used so. Another algorithm is never chosen: who could change what a peer
    /// announces would choose it.
    #[must_use]
    pub fn to_one_of(self, keys: &[PeerEncryptionKey]) -> Option<RequestRecipient> {
        keys.iter().find_map(|one| {
            let methods = &one.methods;
            let recipient = match Recipient::by_rsa_oaep(&one.key, self.oaep) {
                Ok(recipient) if methods.allow_transport(self.oaep) => recipient,
                Err(_) if methods.allow_agreement(self.agreement.wrap) => {
                    Recipient::by_ecdh_es(&one.key, self.agreement).ok()?
                }
                Ok(_) | Err(_) => return None,
            };
            let cipher = self.cipher;
            methods.allow_cipher(cipher).then_some(RequestRecipient { recipient, cipher })
        })
    }
}

/// An identity provider that parts of requests are encrypted for.
#[derive(Debug, Clone)]
pub struct RequestRecipient {
    recipient: Recipient,
    cipher: EncryptionCipher,
}

impl RequestRecipient {
    /// The same, of whose certificate a request says nothing.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self { recipient: self.recipient.unnamed(), ..self }
    }

    /// An `EncryptedData` with this element, which declares every prefix that stands in it: it is read out of
    /// context.
    pub(crate) fn encrypt(
        &self,
        element: &Element,
        random: [u8; 48],
    ) -> Result<Element, EncryptionError> {
        let parameters = EncryptionParameters { recipient: &self.recipient, cipher: self.cipher };
        encrypt(&element.to_xml(), parameters, random)
    }
}
