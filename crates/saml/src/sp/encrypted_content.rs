//! Where encrypted identifiers and attributes may stand inside an assertion [SAML2Core §2.2.4, §2.7.3.2].

use roxmltree::Node;

use crate::namespace::{SAML, XENC};
use crate::sp::advice;
use crate::sp::response_error::ResponseError;
use crate::xml;

/// Each may stand only where nobody would miss it: who the person is, who may confirm it, and what is
/// said of them.
pub(crate) fn check(assertion: Node<'_, '_>) -> Result<(), ResponseError> {
    let of_saml = |node: &Node<'_, '_>| is_identifier(*node) || is_attribute(*node);
    let advice = advice::of(assertion);
    if advice::elements_outside(assertion, advice).any(|node| of_saml(&node) && !has_place(node)) {
        return Err(ResponseError::EncryptedContent);
    }
    Ok(())
}

/// Whom the assertion is about, if that is encrypted. Who may confirm it is not looked at, in the open or not.
pub(crate) fn identifier_of<'a, 'i>(assertion: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    xml::child(assertion, SAML, "Subject")
        .and_then(|subject| xml::child(subject, SAML, "EncryptedID"))
}

/// Whether a ciphertext stands in one of these, at its place.
pub(crate) fn holds(ciphertext: Node<'_, '_>) -> bool {
    xml::is(ciphertext, XENC, "EncryptedData") && ciphertext.parent().is_some_and(has_place)
}

fn has_place(node: Node<'_, '_>) -> bool {
    let within = |path: &[&str]| {
        let above = node.ancestors().skip(1).zip(path);
        above.filter(|(above, name)| xml::is(*above, SAML, name)).count() == path.len()
    };
    if is_identifier(node) {
        IDENTIFIER_PLACES.into_iter().any(within)
    } else {
        is_attribute(node) && within(&["AttributeStatement", "Assertion"])
    }
}

fn is_identifier(node: Node<'_, '_>) -> bool {
    xml::is(node, SAML, "EncryptedID")
}

fn is_attribute(node: Node<'_, '_>) -> bool {
    xml::is(node, SAML, "EncryptedAttribute")
}

/// What `EncryptedID` stands in, the innermost first. A value that is one is no text, so the attribute
/// is left out.
const IDENTIFIER_PLACES: [&[&str]; 3] = [
    &["Subject", "Assertion"],
    &["SubjectConfirmation", "Subject", "Assertion"],
    &["AttributeValue", "Attribute", "AttributeStatement", "Assertion"],
];
