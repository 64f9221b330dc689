//! The DOM of a message, asked in SAML's names: what is wrong is told by names of ours.

use roxmltree::Node;
use silta_xml_security::{StructureError, xml};

pub(crate) use silta_xml_security::xml::{
    ChildRule, Occurs, attribute, child, children, is, parse,
};

use crate::message_error::MessageError;

/// Checks that the children of `parent` are exactly this sequence, in this order, with nothing but
/// white space between. Structure is validated before anything is used [SAML2Core §1.1].
pub(crate) fn sequence(parent: Node<'_, '_>, rules: &[ChildRule]) -> Result<(), MessageError> {
    xml::sequence(parent, rules).map_err(|error| named(error, parent))
}

/// The child element of this name, or the error that it is missing.
pub(crate) fn required<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, MessageError> {
    child(parent, namespace, name).ok_or(MessageError::Missing { element: name })
}

/// All text directly inside an element that holds only text.
pub(crate) fn text<'a>(node: Node<'a, '_>) -> Result<&'a str, MessageError> {
    xml::text(node).map_err(|error| named(error, node))
}

fn named(error: StructureError, parent: Node<'_, '_>) -> MessageError {
    match error {
        StructureError::Missing { element } => MessageError::Missing { element },
        StructureError::Repeated { element } => MessageError::Repeated { element },
        StructureError::UnexpectedElement => {
            MessageError::UnexpectedElement { inside: known_name(parent) }
        }
        StructureError::UnexpectedText => {
            MessageError::UnexpectedText { inside: known_name(parent) }
        }
    }
}

/// The name of an element as our own constant, so that no peer's text reaches a log.
fn known_name(node: Node<'_, '_>) -> &'static str {
    let name = node.tag_name().name();
    KNOWN_NAMES.iter().find(|known| **known == name).copied().unwrap_or("another element")
}

const KNOWN_NAMES: [&str; 21] = [
    "Response",
    "Assertion",
    "EncryptedAssertion",
    "Issuer",
    "Status",
    "StatusCode",
    "Subject",
    "NameID",
    "SubjectConfirmation",
    "SubjectConfirmationData",
    "Conditions",
    "AudienceRestriction",
    "AuthnStatement",
    "AuthnContext",
    "AttributeStatement",
    "Attribute",
    "AuthnRequest",
    "LogoutRequest",
    "LogoutResponse",
    "EncryptedID",
    "SessionIndex",
];
