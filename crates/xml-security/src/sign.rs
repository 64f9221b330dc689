//! Making signatures: first what is to be signed, in the one shape that verification accepts too,
//! then, with the signature, the whole. Between the two the private key may be anywhere.

use std::fmt;

use openssl::hash::hash;
use roxmltree::Document;

use crate::base64_text::encode_base64;
use crate::c14n;
use crate::input::Input;
use crate::namespace::{DS, ENVELOPED, EXC_C14N};
use crate::sign_error::SignError;
use crate::signing_key::{SigningCredential, SigningKey};
use crate::xml;

/// Where the signature of an element stands, and which attribute it refers to.
#[derive(Debug, Clone, Copy)]
pub struct SignaturePlace {
    /// The attribute that carries the element's ID.
    pub id_attribute: &'static str,
    /// Namespace and local name of the child that the signature follows; without one it is the first.
    pub after: Option<(&'static str, &'static str)>,
}

/// A message that lacks only its signature.
pub struct ToBeSigned {
    before: String,
    octets: String,
    between: String,
    encode: fn(&[u8]) -> String,
    after: String,
}

impl ToBeSigned {
    /// A message that reads: `before`, the signed `octets`, `between`, the signature as `encode`
    /// writes it, `after`.
    #[must_use]
    pub fn new(
        before: String,
        octets: String,
        between: String,
        encode: fn(&[u8]) -> String,
        after: String,
    ) -> Self {
        Self { before, octets, between, encode, after }
    }

    /// What the signature must cover.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.as_bytes()
    }

    /// The message with its signature.
    #[must_use]
    pub fn signed(self, signature: &[u8]) -> String {
        self.before + &self.octets + &self.between + &(self.encode)(signature) + &self.after
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
pub fn sign_enveloped(
    xml: &str,
    place: SignaturePlace,
    key: &SigningKey,
) -> Result<String, SignError> {
    let to_sign = enveloped_signature(xml, place, key.credential())?;
    let signature = key.sign(to_sign.octets())?;
    Ok(to_sign.signed(&signature))
}

/// Prepares the root element of `xml` for a `Signature` at `place`.
///
/// # Errors
/// [`SignError`].
pub fn enveloped_signature(
    xml: &str,
    place: SignaturePlace,
    credential: &SigningCredential,
) -> Result<ToBeSigned, SignError> {
    // What is signed is what is read; what is written stays as it is, ends of lines included.
    let input = Input::of(xml);
    let document = parse(input.as_str())?;
    let element = document.root_element();
    let id = xml::attribute(element, place.id_attribute).ok_or(SignError::Shape)?;
    if !is_ncname(id) {
        return Err(SignError::Id);
    }
    let at = if std::ptr::eq(input.as_str(), xml) {
        offset_of(&document, place)?
    } else {
        offset_of(&parse(xml)?, place)?
    };
    let content = c14n::exclusive(element, None, &[])?;
    let digest = credential.algorithm().digest();
    let digest_value = encode_base64(&hash(digest.openssl(), content.as_bytes())?);

    // Written in canonical form, so that these very octets are what is signed. An NCName needs no
    // escaping.
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
    let (head, tail) = xml.split_at_checked(at).ok_or(SignError::Shape)?;
    let key_info = if credential.is_named() {
        let certificate = credential.certificate().base64();
        format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        )
    } else {
        String::new()
    };
    Ok(ToBeSigned {
        before: format!("{head}<ds:Signature xmlns:ds=\"{DS}\">"),
        octets: signed_info,
        between: "<ds:SignatureValue>".to_owned(),
        encode: encode_base64,
        after: format!("</ds:SignatureValue>{key_info}</ds:Signature>{tail}"),
    })
}

fn parse(text: &str) -> Result<Document<'_>, SignError> {
    Document::parse(text).map_err(|_| SignError::Shape)
}

/// Where the signature is put in.
fn offset_of(document: &Document<'_>, place: SignaturePlace) -> Result<usize, SignError> {
    let root = document.root_element();
    let at = match place.after {
        Some((namespace, name)) => xml::child(root, namespace, name).map(|one| one.range().end),
        None => root.first_child().map(|one| one.range().start),
    };
    at.ok_or(SignError::Shape)
}

/// The ASCII part of an NCName [Namespaces §3]: all that IDs of ours are made of.
fn is_ncname(id: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    id.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && id.bytes().all(name)
}
