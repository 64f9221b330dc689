//! The DOM of a message, asked in SAML's names: what is wrong is told by names of ours.

use roxmltree::Node;
use silta_xml_security::{StructureError, xml};

pub(crate) use silta_xml_security::xml::{
    ChildRule, ElementName, Input, Occurs, attribute, child, children, is, parse,
};

use crate::message_error::MessageError;
use crate::namespace::{DS, SAML, SAMLP, XENC};

/// Checks that the children of `parent` are exactly this sequence, in this order, with nothing but
/// white space between. Structure is validated before anything is used [SAML2Core §1.1].
pub(crate) fn sequence(parent: Node<'_, '_>, rules: &[ChildRule]) -> Result<(), MessageError> {
    xml::sequence(parent, rules).map_err(|error| named(error, parent))
}

/// As [`sequence`], and after it any number of the elements of a `choice`, in any order.
pub(crate) fn sequence_then(
    parent: Node<'_, '_>,
    rules: &[ChildRule],
    choice: &[ElementName],
) -> Result<(), MessageError> {
    xml::sequence_then(parent, rules, choice).map_err(|error| named(error, parent))
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
        StructureError::UnexpectedElement { child } => {
            let element = parent.children().filter(Node::is_element).nth(child);
            let element = element.map_or(ANOTHER, known_name);
            MessageError::UnexpectedElement { element, inside: known_name(parent) }
        }
        StructureError::UnexpectedText => {
            MessageError::UnexpectedText { inside: known_name(parent) }
        }
    }
}

/// The name of an element as our own constant, so that no peer's text reaches a log.
fn known_name(node: Node<'_, '_>) -> &'static str {
    let ours = node.tag_name().namespace().is_some_and(|name| NAMESPACES.contains(&name));
    let name = node.tag_name().name();
    KNOWN_NAMES.iter().find(|known| ours && **known == name).copied().unwrap_or(ANOTHER)
}

const ANOTHER: &str = "another element";
const NAMESPACES: [&str; 4] = [SAML, SAMLP, DS, XENC];
const KNOWN_NAMES: [&str; 54] = [
    // Messages and what they hold.
    "Response",
    "AuthnRequest",
    "LogoutRequest",
    "LogoutResponse",
    "Assertion",
    "EncryptedAssertion",
    "Issuer",
    "Signature",
    "Extensions",
    "Status",
    "StatusCode",
    "StatusMessage",
    "StatusDetail",
    "SessionIndex",
    // Who is spoken of.
    "Subject",
    "BaseID",
    "NameID",
    "EncryptedID",
    "SubjectConfirmation",
    "SubjectConfirmationData",
    // Under which conditions.
    "Conditions",
    "Condition",
    "AudienceRestriction",
    "Audience",
    "OneTimeUse",
    "ProxyRestriction",
    "Advice",
    "AssertionIDRef",
    "AssertionURIRef",
    // What is said.
    "Statement",
    "AuthnStatement",
    "SubjectLocality",
    "AuthnContext",
    "AuthnContextClassRef",
    "AuthnContextDecl",
    "AuthnContextDeclRef",
    "AuthenticatingAuthority",
    "AuthzDecisionStatement",
    "Action",
    "Evidence",
    "AttributeStatement",
    "Attribute",
    "AttributeValue",
    "EncryptedAttribute",
    // What is wished for.
    "NameIDPolicy",
    "RequestedAuthnContext",
    "Scoping",
    "IDPList",
    "RequesterID",
    // Ciphertexts.
    "EncryptedData",
    "EncryptedKey",
    "EncryptionMethod",
    "KeyInfo",
    "CipherData",
];
