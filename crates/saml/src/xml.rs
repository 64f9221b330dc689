//! One parser, one DOM, and the few questions the rest of the crate asks of it.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use crate::response_error::ResponseError;
use crate::scan;
use crate::xml_error::XmlError;

/// Parses a message: no DTD, bounded size, every ID unique, every namespace name absolute.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    scan::scan(text)?;
    let nodes = NODES + text.len() / OCTETS_PER_NODE;
    let nodes_limit = u32::try_from(nodes).unwrap_or_default();
    let options = ParsingOptions { allow_dtd: false, nodes_limit, entity_resolver: None };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => XmlError::TooManyNodes,
        _ => XmlError::NotWellFormed,
    })?;
    check_ids(&document)?;
    Ok(document)
}

/// An ID names one element, whatever its spelling: references that could mean two things are the
/// heart of signature wrapping [SAML2Core §1.3.4].
fn check_ids(document: &Document<'_>) -> Result<(), XmlError> {
    let mut seen = HashSet::new();
    for element in document.descendants().filter(Node::is_element) {
        for attribute in element.attributes() {
            if !attribute.name().eq_ignore_ascii_case("id") {
                continue;
            }
            if attribute.namespace().is_some() {
                return Err(XmlError::QualifiedId);
            }
            if !seen.insert(attribute.value()) {
                return Err(XmlError::DuplicateId);
            }
        }
    }
    Ok(())
}

/// Whether `node` is the element `name` of `namespace`.
pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(namespace)
}

/// How often an element may stand at its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurs {
    Once,
    Optional,
    Many,
}

/// One place of a schema sequence: namespace, local name, how often.
pub(crate) type ChildRule = (&'static str, &'static str, Occurs);

/// Checks that the children of `parent` are exactly this sequence, in this order, with nothing but
/// white space between. Structure is validated before anything is used [SAML2Core §1.1].
pub(crate) fn sequence(parent: Node<'_, '_>, rules: &[ChildRule]) -> Result<(), ResponseError> {
    no_stray_text(parent)?;
    let mut children = parent.children().filter(Node::is_element).peekable();
    for (namespace, name, times) in rules {
        let mut found = 0_usize;
        while children.next_if(|child| is(*child, namespace, name)).is_some() {
            found += 1;
        }
        match (times, found) {
            (Occurs::Once, 0) => return Err(ResponseError::Missing { element: name }),
            (Occurs::Once | Occurs::Optional, 2..) => {
                return Err(ResponseError::Repeated { element: name });
            }
            _ => {}
        }
    }
    if children.next().is_some() {
        return Err(ResponseError::UnexpectedElement { inside: known_name(parent) });
    }
    Ok(())
}

fn no_stray_text(parent: Node<'_, '_>) -> Result<(), ResponseError> {
    let stray = parent
        .children()
        .filter(Node::is_text)
        .any(|text| text.text().is_some_and(|text| !text.trim_ascii().is_empty()));
    if stray { Err(ResponseError::UnexpectedText { inside: known_name(parent) }) } else { Ok(()) }
}

/// The child elements of this name.
pub(crate) fn children<'a, 'i: 'a>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(move |child| is(*child, namespace, name))
}

/// The first child element of this name; callers have checked the count with [`sequence`].
pub(crate) fn child<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'i>> {
    parent.children().find(|child| is(*child, namespace, name))
}

/// The child element of this name, or the refusal that it is missing.
pub(crate) fn required<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, ResponseError> {
    child(parent, namespace, name).ok_or(ResponseError::Missing { element: name })
}

/// The value of the attribute of this name in no namespace. The parser's own question would take
/// `ext:Name` for `Name`, and the schema lets foreign attributes in [SAML2Core §2.4.1.2, §2.7.3.1].
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.namespace().is_none() && attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// All text directly inside an element that holds only text. Comments cannot split it: the scan
/// refused them.
pub(crate) fn text<'a>(node: Node<'a, '_>) -> Result<&'a str, ResponseError> {
    let mut children = node.children();
    let first = children.next();
    match (first, children.next()) {
        (None, _) => Ok(""),
        (Some(only), None) if only.is_text() => Ok(only.text().unwrap_or_default()),
        _ => Err(ResponseError::UnexpectedElement { inside: known_name(node) }),
    }
}

/// The name of an element as our own constant, so that no peer's text reaches a log.
pub(crate) fn known_name(node: Node<'_, '_>) -> &'static str {
    let name = node.tag_name().name();
    KNOWN_NAMES.iter().find(|known| **known == name).copied().unwrap_or("another element")
}

/// What any message may have.
const NODES: usize = 256;
/// Each node costs a look of every stage. A value of twenty characters in its shortest element, on a
/// line of its own, has three nodes in fifty-four octets; of shorter ones nobody has hundreds.
const OCTETS_PER_NODE: usize = 16;

const KNOWN_NAMES: [&str; 31] = [
    "Response",
    "Assertion",
    "EncryptedAssertion",
    "EncryptedData",
    "EncryptedKey",
    "EncryptionMethod",
    "CipherData",
    "CipherValue",
    "Issuer",
    "Signature",
    "SignedInfo",
    "SignatureMethod",
    "CanonicalizationMethod",
    "Reference",
    "Transforms",
    "Transform",
    "DigestMethod",
    "DigestValue",
    "SignatureValue",
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
];
