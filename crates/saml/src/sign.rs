//! Making an enveloped signature, in the one shape that verification accepts too.

use openssl::error::ErrorStack;
use openssl::hash::hash;
use roxmltree::Document;
use thiserror::Error;

use crate::c14n;
use crate::encoding;
use crate::keys::SigningKey;
use crate::namespace::{DS, ENVELOPED, EXC_C14N, SAML};
use crate::xml;

/// Why something could not be signed: a defect of the caller or of the key, never of a peer.
#[derive(Debug, Error)]
pub enum SignFault {
    /// The XML is not an element with an `ID` and an `Issuer` to put the signature after.
    #[error("the element has no ID or no Issuer")]
    Shape,
    /// OpenSSL refused.
    #[error("signing failed")]
    Crypto(#[from] ErrorStack),
}

/// Signs the root element of `xml`: returns it with a `Signature` right after its `Issuer`, where
/// the schema has it [SAML2Core §2.3.3, §3.2.1].
///
/// # Errors
/// [`SignFault`].
pub fn sign_enveloped(xml: &str, key: &SigningKey) -> Result<String, SignFault> {
    let document = Document::parse(xml).map_err(|_| SignFault::Shape)?;
    let element = document.root_element();
    let id = xml::attribute(element, "ID").ok_or(SignFault::Shape)?;
    let issuer = xml::child(element, SAML, "Issuer").ok_or(SignFault::Shape)?;
    let content = c14n::exclusive(element, None, &[]);
    let digest = key.algorithm().digest();
    let digest_value = encoding::encode(&hash(digest.openssl(), content.as_bytes())?);

    // Written in canonical form, so that these very octets are what is signed. An ID is an NCName
    // and needs no escaping.
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\">\
         <ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest_value}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
        key.algorithm().uri(),
        digest.uri(),
    );
    let value = encoding::encode(&key.sign(signed_info.as_bytes())?);
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DS}\">{signed_info}\
         <ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        key.certificate().base64(),
    );
    let (head, tail) = xml.split_at_checked(issuer.range().end).ok_or(SignFault::Shape)?;
    Ok(format!("{head}{signature}{tail}"))
}
