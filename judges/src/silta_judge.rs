//! Silta, asked as it asks itself: parse within limits, then canonicalize or verify one element.

use roxmltree::{Document, Node};
use silta_saml::namespace::SAML;
use silta_testkit::keys::{self, KeyPair};
use silta_xml_security::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_xml_security::namespace::DS;
use silta_xml_security::xml::{Input, Limits, parse, parse_with_comments};
use silta_xml_security::{
    DecryptionError, DecryptionKey, DecryptionRules, KeyWrap, Plaintext, SignatureError,
    SignaturePlace, XmlError, c14n, decrypt, sign_enveloped, verify_enveloped, verify_root,
};

use crate::document::Case;

/// The canonical form of a case.
///
/// # Errors
/// Why Silta does not read the document, as a word, or why it has no canonical form, as a sentence.
pub fn canonical(case: &Case) -> Result<String, String> {
    let input = Input::of(&case.text);
    let document = read(&input, case.comments).map_err(|error| error.reason().to_owned())?;
    let nth = |wanted: usize| {
        document.descendants().filter(Node::is_element).nth(wanted).expect("an element")
    };
    let without = case.without.map(nth);
    let prefixes: Vec<&str> = case.prefixes.iter().map(String::as_str).collect();
    let canonical = if case.comments { c14n::exclusive_with_comments } else { c14n::exclusive };
    canonical(nth(case.apex), without, &prefixes).map_err(|error| error.to_string())
}

/// Judges the signature of the element named `Message` as that of a message, or that of the root as
/// metadata's.
///
/// # Errors
/// Why it is refused, as a word.
pub fn verdict(document: &str, key: &KeyPair, metadata: bool) -> Result<(), &'static str> {
    let input = Input::of(document);
    let document = read(&input, metadata).map_err(XmlError::reason)?;
    let keys = [key.verification()];
    let allowed = &SignatureAlgorithm::ALL;
    let signed = if metadata {
        verify_root(&document, "ID", &keys, allowed)
    } else {
        let named = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == "Message";
        let message = document.descendants().find(named).ok_or("no_message")?;
        verify_enveloped(message, "ID", &keys, allowed)
    };
    match signed.map_err(SignatureError::reason)? {
        Some(signed)
            if signed.node().children().any(|child| child.tag_name().namespace() == Some(DS)) =>
        {
            Ok(())
        }
        Some(_) | None => Err("unsigned"),
    }
}

/// Opens an `EncryptedData`, and keys beside it, as that of a signed message for `recipient`, so that CBC counts too.
///
/// # Errors
/// Why it is refused.
///
/// # Panics
/// When it is no XML.
pub fn opened(
    encrypted: &str,
    recipient: &str,
    keys: &[DecryptionKey],
) -> Result<Plaintext, DecryptionError> {
    let message = format!(
        "<p:Message xmlns:p=\"urn:p\" ID=\"_message\"><p:Issuer/>\
         <saml:EncryptedAssertion xmlns:saml=\"{SAML}\">{encrypted}</saml:EncryptedAssertion></p:Message>"
    );
    let place = SignaturePlace { id_attribute: "ID", after: Some(("urn:p", "Issuer")) };
    let signing = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let signed = sign_enveloped(&message, place, &signing).expect("XML");
    let input = Input::of(&signed);
    let document = parse(&input).expect("XML");
    let signers = [keys::IDP.verification()];
    let root = verify_enveloped(document.root_element(), "ID", &signers, &SignatureAlgorithm::ALL);
    let root = root.expect("our own signature").expect("a signature");
    let assertion = root.child(SAML, "EncryptedAssertion").expect("it is there");
    let rules = DecryptionRules {
        recipient,
        keys,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps: &KeyWrap::ALL,
    };
    decrypt(assertion.node(), Some(assertion), &rules)
}

fn read<'t>(input: &'t Input<'_>, comments: bool) -> Result<Document<'t>, XmlError> {
    let limits = Limits { depth: 40, tags: 10_000, attributes: 10_000 };
    if comments { parse_with_comments(input, limits) } else { parse(input) }
}
