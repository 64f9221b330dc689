//! xmlsec1's library by the `xmlsec` crate.

use std::sync::Once;

use libxml::readonly::RoNode;
use libxml::tree::{Document, Node};
use openssl::pkey::PKey;
use silta_saml::namespace::DS;
use silta_testkit::keys::KeyPair;
use xmlsec::{
    XmlSecDocumentExt, XmlSecKey, XmlSecKeyFormat, XmlSecSignatureContext, XmlXPathContext,
};

use crate::libxml2::parse;
use crate::verdict::Verdict;

/// Judges every signature of a document by this key. An attribute `ID` carries an ID.
#[must_use]
pub fn verdict(document: &str, key: &KeyPair) -> Verdict {
    let refused = |why: &str| Verdict::Refused(why.to_owned());
    quiet();
    let Some(document) = parse(document) else { return refused("it is not well-formed") };
    // It complains where there is no ID as well, and a reference to the whole document needs none.
    let has_ids = document.get_root_readonly().is_some_and(has_ids);
    if has_ids && document.specify_idattr("//*[@ID]", "ID", None).is_err() {
        return refused("an ID stands twice");
    }
    let signatures = signatures(&document);
    if signatures.is_empty() {
        return refused("there is no signature");
    }
    let key = public(key);
    signatures
        .iter()
        .map(|one| verify(one, &key))
        .find(|verdict| !verdict.accepts())
        .unwrap_or(Verdict::Accepted)
}

/// Judges one signature of a document in which IDs are known.
#[must_use]
pub fn verify(signature: &Node, key: &XmlSecKey) -> Verdict {
    let mut context = XmlSecSignatureContext::new();
    context.insert_key(key.clone());
    match context.verify_node(signature) {
        Ok(true) => Verdict::Accepted,
        Ok(false) => Verdict::Refused("the signature is not valid".to_owned()),
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

fn has_ids(element: RoNode) -> bool {
    element.has_property("ID") || element.get_child_elements().into_iter().any(has_ids)
}

/// Fills in the first signature of a template.
///
/// # Errors
/// Whatever it says.
pub fn sign(template: &str, key: &KeyPair) -> Result<String, String> {
    quiet();
    let document = parse(template).ok_or("it is not well-formed")?;
    document.specify_idattr("//*[@ID]", "ID", None).map_err(|error| error.to_string())?;
    let mut context = XmlSecSignatureContext::new();
    let key = XmlSecKey::from_memory(&key.key_pem(), XmlSecKeyFormat::Pem, None);
    context.insert_key(key.expect("a private key"));
    let signatures = signatures(&document);
    let first = signatures.first().ok_or("there is no signature")?;
    context.sign_node(first).map_err(|error| error.to_string())?;
    Ok(document.to_string())
}

/// The same key in the form that the library reads.
///
/// # Panics
/// When it reads no such key.
#[must_use]
pub fn public(key: &KeyPair) -> XmlSecKey {
    let pair = PKey::private_key_from_pem(&key.key_pem()).expect("a private key");
    let public = pair.public_key_to_pem().expect("a public key");
    XmlSecKey::from_memory(&public, XmlSecKeyFormat::Pem, None).expect("a public key")
}

/// Every `Signature` of a document.
///
/// # Panics
/// When libxml2 has no memory, or cannot search.
#[must_use]
pub fn signatures(document: &Document) -> Vec<Node> {
    let search = XmlXPathContext::new(document).expect("a context");
    search.register_namespace("ds", DS).expect("a namespace");
    search.evaluate("//ds:Signature").expect("an XPath that is right").get_nodes_as_vec()
}

/// What is wrong is told by the verdict, and not a thousand times by the library on standard error.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = XmlSecSignatureContext::new();
        crate::libxml2::no_errors();
    });
}
