//! Silta, asked as it asks itself: parse within limits, then canonicalize or verify one element.

use roxmltree::{Document, Node};
use silta_testkit::keys::KeyPair;
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::namespace::DS;
use silta_xml_security::xml::{Input, Limits, parse, parse_with_comments};
use silta_xml_security::{SignatureError, XmlError, c14n, verify_enveloped, verify_root};

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

fn read<'t>(input: &'t Input<'_>, comments: bool) -> Result<Document<'t>, XmlError> {
    let limits = Limits { depth: 40, tags: 10_000, attributes: 10_000 };
    if comments { parse_with_comments(input, limits) } else { parse(input) }
}
