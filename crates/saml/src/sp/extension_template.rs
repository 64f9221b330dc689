//! Extensions that the file writes out, for federations that have no key of their own.

use std::collections::BTreeMap;

use roxmltree::Node;
use silta_xml_security::{Element, LocalName, XmlError};
use thiserror::Error;

use crate::extensions::extensions;
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Input};

/// An element for `Extensions` of each request, as the file has it [SAML2Core §3.2.1]: read by the reader of messages, and
/// written anew from what was read, so that nothing of its text gets past the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionTemplate(Element);

/// Why a text is no such element; what to write follows the semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExtensionTemplateError {
    /// Longer than any extension that is known.
    #[error("it has more than {LIMIT} octets; write less")]
    TooLong,
    /// It is not XML that is read here.
    #[error("{0}; write one element, with a declaration for each prefix")]
    Xml(#[from] XmlError),
    /// An element in no namespace, or in one of SAML's, of signatures, of encryption, or of what processes XML.
    #[error(
        "an element is in no namespace, or in one of SAML's own or of signatures; write that of the federation"
    )]
    Namespace,
    /// An attribute that names the element for a signature, or that SAML's or XML's own namespaces have.
    #[error("an element has an ID, or an attribute of SAML or XML; leave that out")]
    Attribute,
    /// A name or a prefix that is not of ASCII, or has more than 64 characters.
    #[error("a name or a prefix is too long or not of ASCII letters; write another")]
    Name,
    /// A prefix that requests of ours declare for something else.
    #[error("a prefix is one of samlp, saml, ds, xenc and xml; write another")]
    Prefix,
}

impl ExtensionTemplate {
    /// Reads one element that stands alone.
    ///
    /// # Errors
    /// [`ExtensionTemplateError`].
    pub fn parse(text: &str) -> Result<Self, ExtensionTemplateError> {
        if text.len() > LIMIT {
            return Err(ExtensionTemplateError::TooLong);
        }
        let input = Input::of(text);
        let document = xml::parse(&input)?;
        let element = written(document.root_element(), &BTreeMap::new())?;
        // There it stands deeper, and below more declarations: what could not be read could not be signed.
        let request = Element::new("samlp:AuthnRequest")
            .namespace("samlp", SAMLP)
            .namespace("saml", SAML)
            .children(extensions(vec![element.clone()]));
        xml::parse(&Input::of(&request.to_xml()))?;
        Ok(Self(element))
    }

    pub(crate) fn to_element(&self) -> Element {
        self.0.clone()
    }
}

/// The declarations that hold at an element: the name of each prefix.
type Declared<'a> = BTreeMap<Option<&'a str>, &'a str>;

/// The element anew. How deep elements stand in each other the reader bounds.
fn written<'a>(
    node: Node<'a, '_>,
    above: &Declared<'a>,
) -> Result<Element, ExtensionTemplateError> {
    let uri = node.tag_name().namespace().ok_or(ExtensionTemplateError::Namespace)?;
    may_stand_there(uri)?;
    let declared: Declared<'a> = node
        .namespaces()
        .filter(|one| one.name() != Some("xml"))
        .map(|one| (one.name(), one.uri()))
        .collect();
    let mut element = Element::qualified(
        prefix_of(node, uri, &declared)?.as_ref(),
        &name(node.tag_name().name())?,
    );
    for (prefix, uri) in &declared {
        if let Some(prefix) = prefix {
            if OURS.contains(prefix) {
                return Err(ExtensionTemplateError::Prefix);
            }
            name(prefix)?;
        }
        if above.get(prefix) != Some(uri) {
            element = element.namespace(prefix.unwrap_or_default(), uri);
        }
    }
    for attribute in node.attributes() {
        let local = name(attribute.name())?;
        if attribute.name().eq_ignore_ascii_case("id") {
            return Err(ExtensionTemplateError::Attribute);
        }
        let qualified = match attribute.namespace() {
            None => local.to_string(),
            Some(XML) if attribute.name() == "lang" => "xml:lang".to_owned(),
            Some(uri) => {
                may_stand_there(uri).map_err(|_| ExtensionTemplateError::Attribute)?;
                let text = node.document().input_text().get(attribute.range_qname());
                let prefix = text.and_then(|text| text.split_once(':')).map(|(prefix, _)| prefix);
                let prefix = prefix.filter(|prefix| declared.get(&Some(*prefix)) == Some(&uri));
                let prefix = name(prefix.ok_or(ExtensionTemplateError::Attribute)?)?;
                format!("{prefix}:{local}")
            }
        };
        element = element.attribute(&qualified, attribute.value());
    }
    for child in node.children() {
        if child.is_element() {
            element = element.child(written(child, &declared)?);
        } else if let Some(text) = child.text() {
            element = element.text(text);
        }
    }
    Ok(element)
}

/// A prefix by which the element can be named: none where the default declaration is its own.
fn prefix_of(
    node: Node<'_, '_>,
    uri: &str,
    declared: &Declared<'_>,
) -> Result<Option<LocalName>, ExtensionTemplateError> {
    let written = node.document().input_text().get(node.range()).and_then(|text| {
        let tag = text.strip_prefix('<')?;
        let end = tag.find(|one: char| one.is_ascii_whitespace() || "/>".contains(one))?;
        tag.get(..end)?.split_once(':').map(|(prefix, _)| prefix)
    });
    if declared.get(&written) != Some(&uri) {
        return Err(ExtensionTemplateError::Namespace);
    }
    written.map(name).transpose()
}

fn name(text: &str) -> Result<LocalName, ExtensionTemplateError> {
    LocalName::parse(text).ok_or(ExtensionTemplateError::Name)
}

/// Whether what a federation defines may be in this namespace.
fn may_stand_there(uri: &str) -> Result<(), ExtensionTemplateError> {
    let is_reserved = uri.is_empty() || RESERVED.iter().any(|start| uri.starts_with(start));
    if is_reserved { Err(ExtensionTemplateError::Namespace) } else { Ok(()) }
}

const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// SAML's own, whose elements have their places; those of signatures and encryption, which a reader would verify or decrypt;
/// and those by which a document asks to be processed.
const RESERVED: [&str; 10] = [
    "urn:oasis:names:tc:SAML:",
    "http://www.w3.org/2000/09/xmldsig",
    "http://www.w3.org/2001/04/xmldsig",
    "http://www.w3.org/2007/05/xmldsig",
    "http://www.w3.org/2009/xmldsig",
    "http://www.w3.org/2001/04/xmlenc",
    "http://www.w3.org/2009/xmlenc",
    "http://www.w3.org/2001/XInclude",
    "http://www.w3.org/1999/XSL/",
    XML,
];
const OURS: [&str; 5] = ["samlp", "saml", "ds", "xenc", "xml"];
/// The longest that is known (`akdb:AuthenticationRequest`) has some 2,000.
const LIMIT: usize = 4096;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn read(text: &str) -> Result<String, ExtensionTemplateError> {
        ExtensionTemplate::parse(text).map(|one| one.0.to_xml())
    }

    #[test]
    fn an_element_of_a_federation_is_written_as_it_was_read() {
        for text in [
            r#"<a xmlns="urn:a"/>"#,
            r#"<x:a xmlns:x="urn:a" b="1" x:c="2" xml:lang="fi">t<x:d/>u<y xmlns="urn:y">v</y></x:a>"#,
            r#"<x:a xmlns:x="urn:a" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">&lt;b&gt; &amp;amp;</x:a>"#,
            r#"<x:a xmlns:x="urn:a"><x:b xmlns:x="urn:b"/></x:a>"#,
            r#"<x:a xmlns:x="urn:a" xmlns:y="urn:a" y:b="1"><y:c x:d="2"/></x:a>"#,
        ] {
            assert_eq!(read(text).unwrap(), text);
        }
        // Another way to write the same.
        assert_eq!(
            read("<?xml version='1.0'?><a xmlns='urn:a'><![CDATA[<]]></a>\n").unwrap(),
            r#"<a xmlns="urn:a">&lt;</a>"#
        );
    }

    #[test]
    fn what_could_be_taken_for_a_part_of_the_request_or_its_signature_is_refused() {
        use ExtensionTemplateError as E;
        let long = format!("<a xmlns='urn:a'>{}</a>", "x".repeat(LIMIT));
        let deep = format!("<a xmlns='urn:a'>{}{}</a>", "<b>".repeat(300), "</b>".repeat(300));
        for (text, error) in [
            ("", E::Xml(XmlError::NotWellFormed)),
            ("text", E::Xml(XmlError::NotWellFormed)),
            ("<a xmlns='urn:a'/><b xmlns='urn:b'/>", E::Xml(XmlError::NotWellFormed)),
            (
                "</samlp:Extensions><a xmlns='urn:a'/><samlp:Extensions>",
                E::Xml(XmlError::NotWellFormed),
            ),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a xmlns='urn:a'>&b;</a>", E::Xml(XmlError::Doctype)),
            ("<a xmlns='urn:a'><!-- b --></a>", E::Xml(XmlError::Comment)),
            ("<?b c?><a xmlns='urn:a'/>", E::Xml(XmlError::ProcessingInstruction)),
            ("<a xmlns='relative'/>", E::Xml(XmlError::RelativeNamespace)),
            (&deep, E::Xml(XmlError::TooDeep)),
            (&long, E::TooLong),
            ("<a/>", E::Namespace),
            ("<a xmlns='urn:a'><b xmlns=''/></a>", E::Namespace),
            (
                "<s:Issuer xmlns:s='urn:oasis:names:tc:SAML:2.0:assertion'>me</s:Issuer>",
                E::Namespace,
            ),
            (
                "<a xmlns='urn:a'><Subject xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/></a>",
                E::Namespace,
            ),
            ("<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>", E::Namespace),
            ("<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#'/>", E::Namespace),
            (
                "<include xmlns='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>",
                E::Namespace,
            ),
            ("<a xmlns='urn:a' ID='_1'/>", E::Attribute),
            ("<a xmlns='urn:a'><b id='_1'/></a>", E::Attribute),
            ("<a xmlns='urn:a' xml:id='_1'/>", E::Xml(XmlError::QualifiedId)),
            ("<a xmlns='urn:a' xml:base='https://a.example'/>", E::Attribute),
            (
                "<a xmlns='urn:a' xmlns:s='urn:oasis:names:tc:SAML:2.0:protocol' s:b='c'/>",
                E::Attribute,
            ),
            ("<ä xmlns='urn:a'/>", E::Name),
            ("<samlp:a xmlns:samlp='urn:a'/>", E::Prefix),
            ("<a xmlns='urn:a'><b xmlns:ds='urn:b'/></a>", E::Prefix),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
