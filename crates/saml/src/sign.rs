//! Making signatures: first what is to be signed, in the one shape that verification accepts too,
//! then, with the signature, the whole. Between the two the private key may be anywhere.

use std::fmt;

use openssl::error::ErrorStack;
use openssl::hash::hash;
use roxmltree::Document;
use thiserror::Error;

use crate::c14n;
use crate::encoding;
use crate::namespace::{DS, ENVELOPED, EXC_C14N, SAML};
use crate::signing_key::{SigningCredential, SigningKey};
use crate::xml;

/// Why something could not be signed: a defect of the caller or of the key, never of a peer.
#[derive(Debug, Error)]
pub enum SignError {
    /// The XML is not an element with an `ID` and an `Issuer` to put the signature after.
    #[error("the element has no ID or no Issuer")]
    Shape,
    /// OpenSSL refused.
    #[error("signing failed")]
    Crypto(#[from] ErrorStack),
}

/// A message that lacks only its signature.
pub struct ToBeSigned {
    pub(crate) before: String,
    pub(crate) octets: String,
    pub(crate) between: String,
    pub(crate) encoded: fn(&[u8]) -> String,
    pub(crate) after: String,
}

impl ToBeSigned {
    /// What the signature must cover.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.as_bytes()
    }

    /// The message with its signature.
    #[must_use]
    pub fn signed(self, signature: &[u8]) -> String {
        self.before + &self.octets + &self.between + &(self.encoded)(signature) + &self.after
    }
}

impl fmt::Debug for ToBeSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ToBeSigned({} bytes)", self.octets.len())
    }
}

/// Signs the root element of `xml` with a key that is here.
///
/// # Errors
/// [`SignError`].
pub fn sign_enveloped(xml: &str, key: &SigningKey) -> Result<String, SignError> {
    let to_sign = enveloped_signature(xml, key.credential())?;
    let signature = key.sign(to_sign.octets())?;
    Ok(to_sign.signed(&signature))
}

/// Prepares the root element of `xml` for a `Signature` right after its `Issuer`, where the schema
/// has it [SAML2Core §2.3.3, §3.2.1].
///
/// # Errors
/// [`SignError`].
pub fn enveloped_signature(
    xml: &str,
    credential: &SigningCredential,
) -> Result<ToBeSigned, SignError> {
    let document = Document::parse(xml).map_err(|_| SignError::Shape)?;
    let element = document.root_element();
    let id = xml::attribute(element, "ID").ok_or(SignError::Shape)?;
    let issuer = xml::child(element, SAML, "Issuer").ok_or(SignError::Shape)?;
    let content = c14n::exclusive(element, None, &[]).ok_or(SignError::Shape)?;
    let digest = credential.algorithm().digest();
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
        credential.algorithm().uri(),
        digest.uri(),
    );
    let (head, tail) = xml.split_at_checked(issuer.range().end).ok_or(SignError::Shape)?;
    Ok(ToBeSigned {
        before: format!("{head}<ds:Signature xmlns:ds=\"{DS}\">"),
        octets: signed_info,
        between: "<ds:SignatureValue>".to_owned(),
        encoded: encoding::encode,
        after: format!(
            "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>{tail}",
            credential.certificate().base64(),
        ),
    })
}
