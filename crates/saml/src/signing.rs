//! Signing what is ours: the `Signature` of a message stands right after the `Issuer`, that of metadata
//! before all else, where the schemas have it [SAML2Core §2.3.3, §3.2.1; SAML2Meta §2.3.2].

use silta_xml_security::{
    SignError, SignaturePlace, SigningCredential, SigningKey, ToBeSigned,
    enveloped_signature as prepare, sign_enveloped as sign,
};

use crate::namespace::SAML;

/// Prepares the root element of `xml` for its signature.
///
/// # Errors
/// [`SignError`].
pub fn enveloped_signature(
    xml: &str,
    credential: &SigningCredential,
) -> Result<ToBeSigned, SignError> {
    prepare(xml, AFTER_ISSUER, credential)
}

/// Signs the root element of `xml` with a key that is here.
///
/// # Errors
/// [`SignError`].
pub fn sign_enveloped(xml: &str, key: &SigningKey) -> Result<String, SignError> {
    sign(xml, AFTER_ISSUER, key)
}

/// Prepares metadata that has an ID for its signature [SAML2Meta §3.1].
///
/// # Errors
/// [`SignError`].
pub fn metadata_signature(
    xml: &str,
    credential: &SigningCredential,
) -> Result<ToBeSigned, SignError> {
    prepare(xml, FIRST, credential)
}

const AFTER_ISSUER: SignaturePlace =
    SignaturePlace { id_attribute: "ID", after: Some((SAML, "Issuer")) };
const FIRST: SignaturePlace = SignaturePlace { id_attribute: "ID", after: None };
