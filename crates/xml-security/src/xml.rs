//! One parser, one DOM, and the few questions that its readers ask of it.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

pub use crate::input::Input;
use crate::scan;
use crate::structure_error::StructureError;
use crate::xml_error::XmlError;

/// Parses a message: no DTD, bounded cost, every ID unique, every namespace name absolute.
///
/// # Errors
/// [`XmlError`].
pub fn parse<'t>(input: &'t Input<'_>) -> Result<Document<'t>, XmlError> {
    let text = input.as_str();
    scan::scan(text)?;
    let document = well_formed(text)?;
    check_ids(&document)?;
    Ok(document)
}

/// How much a document may hold that is no message. What a message may hold follows from its length.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Elements inside each other.
    pub depth: usize,
    /// Start tags, end tags, comments and sections.
    pub tags: usize,
    /// Attributes, declarations of namespaces included.
    pub attributes: usize,
}

/// Parses a document that is no message: as [`parse`], except that comments may stand between its
/// elements, and nowhere beside text, which they would split. Such a document is verified with
/// [`verify_root`](crate::verify_root), never as a message.
///
/// # Errors
/// [`XmlError`].
pub fn parse_with_comments<'t>(
    input: &'t Input<'_>,
    limits: Limits,
) -> Result<Document<'t>, XmlError> {
    let text = input.as_str();
    // The parser reserves memory for as many nodes and attributes as there are such characters.
    let count = |wanted: u8| text.bytes().filter(|octet| *octet == wanted).count();
    if count(b'<') > limits.tags {
        return Err(XmlError::TooManyNodes);
    }
    if count(b'=') > limits.attributes {
        return Err(XmlError::TooManyAttributes);
    }
    scan::scan_with_comments(text, limits.depth)?;
    let document = well_formed(text)?;
    check_comments(&document)?;
    check_ids(&document)?;
    Ok(document)
}

fn well_formed(text: &str) -> Result<Document<'_>, XmlError> {
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|_| XmlError::NotWellFormed)
}

/// A comment beside text may be added or removed without breaking a signature, and readers that take
/// the first text node see another value (CVE-2017-11427).
fn check_comments(document: &Document<'_>) -> Result<(), XmlError> {
    let is_text = |node: Node<'_, '_>| {
        node.is_text() && node.text().is_some_and(|text| !text.trim_ascii().is_empty())
    };
    let split = document.descendants().filter(Node::is_element).any(|element| {
        element.children().any(|child| child.is_comment()) && element.children().any(is_text)
    });
    if split { Err(XmlError::Comment) } else { Ok(()) }
}

/// An ID names one element, whatever its spelling: references that could mean two things are the
/// heart of signature wrapping.
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
#[must_use]
pub fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(namespace)
}

/// How often an element may stand at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Optional,
    /// Any number of times, none included.
    Many,
}

/// One place of a schema sequence: namespace, local name, how often.
pub type ChildRule = (&'static str, &'static str, Occurs);

/// Namespace and local name of an element.
pub type ElementName = (&'static str, &'static str);

/// Checks that the children of `parent` are exactly this sequence, in this order, with nothing but
/// white space between.
///
/// # Errors
/// [`StructureError`].
pub fn sequence(parent: Node<'_, '_>, rules: &[ChildRule]) -> Result<(), StructureError> {
    sequence_then(parent, rules, &[])
}

/// As [`sequence`], and after it any number of the elements of a `choice`, in any order.
///
/// # Errors
/// [`StructureError`].
pub fn sequence_then(
    parent: Node<'_, '_>,
    rules: &[ChildRule],
    choice: &[ElementName],
) -> Result<(), StructureError> {
    no_stray_text(parent)?;
    let chosen = |child: Node<'_, '_>| choice.iter().any(|(space, name)| is(child, space, name));
    let mut children = parent.children().filter(Node::is_element).enumerate().peekable();
    let mut later = rules.iter();
    while let Some(&(namespace, name, occurs)) = later.next() {
        let mut found = 0_usize;
        while children.next_if(|(_, child)| is(*child, namespace, name)).is_some() {
            found += 1;
        }
        match (occurs, found) {
            (Occurs::Once, 0) => {
                let may_follow = |child: Node<'_, '_>| {
                    chosen(child) || later.clone().any(|(space, name, _)| is(child, space, name))
                };
                return Err(absent((namespace, name), &children.collect::<Vec<_>>(), may_follow));
            }
            (Occurs::Once | Occurs::Optional, 2..) => {
                return Err(StructureError::Repeated { element: name });
            }
            _ => {}
        }
    }
    while children.next_if(|(_, child)| chosen(*child)).is_some() {}
    match children.next() {
        Some((child, _)) => Err(StructureError::UnexpectedElement { child }),
        None => Ok(()),
    }
}

/// What is wrong where `wanted` does not stand: the element that stands there, if it has no place from
/// there on or `wanted` comes after it; and otherwise that `wanted` is missing.
fn absent(
    (namespace, name): ElementName,
    rest: &[(usize, Node<'_, '_>)],
    may_follow: impl Fn(Node<'_, '_>) -> bool,
) -> StructureError {
    let comes_later = rest.iter().any(|(_, child)| is(*child, namespace, name));
    match rest.first() {
        Some((child, next)) if comes_later || !may_follow(*next) => {
            StructureError::UnexpectedElement { child: *child }
        }
        _ => StructureError::Missing { element: name },
    }
}

fn no_stray_text(parent: Node<'_, '_>) -> Result<(), StructureError> {
    let stray = parent
        .children()
        .filter(Node::is_text)
        .any(|text| text.text().is_some_and(|text| !text.trim_ascii().is_empty()));
    if stray { Err(StructureError::UnexpectedText) } else { Ok(()) }
}

/// The child elements of this name.
pub fn children<'a, 'i: 'a>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(move |child| is(*child, namespace, name))
}

/// The first child element of this name; callers have checked the count with [`sequence`].
#[must_use]
pub fn child<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'i>> {
    parent.children().find(|child| is(*child, namespace, name))
}

/// The value of the attribute of this name in no namespace. The parser's own question would take
/// `ext:Name` for `Name`, and schemas let foreign attributes in.
#[must_use]
pub fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.namespace().is_none() && attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// All text directly inside an element that holds only text. Comments cannot split it: the scan
/// refused them, or one is anything else here.
///
/// # Errors
/// [`StructureError::UnexpectedElement`] when it holds anything else.
pub fn text<'a>(node: Node<'a, '_>) -> Result<&'a str, StructureError> {
    let mut children = node.children();
    match (children.next(), children.next()) {
        (None, _) => Ok(""),
        (Some(only), None) if only.is_text() => {
            only.text().ok_or(StructureError::UnexpectedElement { child: 0 })
        }
        _ => Err(StructureError::UnexpectedElement { child: 0 }),
    }
}
