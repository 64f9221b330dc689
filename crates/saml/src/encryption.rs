//! Encrypting an assertion to a service provider [SAML2Core §2.3.4].

use silta_xml_security::{Element, EncryptionError, EncryptionParameters, encrypt};

use crate::namespace::SAML;

/// Encrypts a serialised `Assertion` into an `EncryptedAssertion`.
///
/// `random` supplies the session key (its first 32 octets) and the initialisation vector (its last
/// 16): both must be fresh for every message.
///
/// # Errors
/// [`EncryptionError`].
pub fn encrypt_assertion(
    assertion: &str,
    parameters: EncryptionParameters<'_>,
    random: [u8; 48],
) -> Result<Element, EncryptionError> {
    let data = encrypt(assertion, parameters, random)?;
    Ok(Element::new("saml:EncryptedAssertion").namespace("saml", SAML).child(data))
}
