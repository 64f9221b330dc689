//! The `Subject` of a request, which its identity provider alone can read.

use silta_xml_security::{Element, EncryptionError};

use crate::namespace::SAML;
use crate::sp::request_encryption::RequestRecipient;

/// Whom a request is about [SAML2Core §3.4.1]: an `EncryptedID` [SAML2Core §2.2.4], and never a plain name. The signature
/// of the request covers the ciphertext.
#[derive(Debug, Clone)]
pub struct EncryptedSubject(pub(crate) Element);

impl EncryptedSubject {
    /// A NameID of this format.
    ///
    /// # Errors
    /// [`EncryptionError`].
    pub fn of_name(
        (format, name): (&str, &str),
        recipient: &RequestRecipient,
        random: [u8; 48],
    ) -> Result<Self, EncryptionError> {
        let name = Element::new("saml:NameID")
            .namespace("saml", SAML)
            .attribute("Format", format)
            .text(name);
        let data = recipient.encrypt(&name, random)?;
        let id = Element::new("saml:EncryptedID").child(data);
        Ok(Self(Element::new("saml:Subject").child(id)))
    }
}
