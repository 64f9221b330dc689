//! Exclusive canonicalization, without comments or with them [ExcC14N §2, C14N §2].

use std::ops::Range;

use roxmltree::{Attribute, Node};
use thiserror::Error;

/// Why a node has no canonical form here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CanonicalizationError {
    /// The result would be much longer than what it is made of: every use of a namespace may write
    /// its name again, so a short document could have a very long form.
    #[error("the canonical form is too long")]
    TooLong,
    /// The DOM points to no name in the source text. A name that is left out would let a signature
    /// cover another document than the one that is read, so this is never a default.
    #[error("the source text has no name where the DOM says so")]
    NoName,
}

/// The canonical form of `apex` and all below it, leaving out `without` (the enveloped signature).
///
/// `inclusive` is the `PrefixList` of `InclusiveNamespaces`: prefixes that are treated as inclusive
/// canonicalization would [ExcC14N §2.1].
///
/// One pass over nodes, attributes and octets; how often prefixes are compared was bounded when the
/// message was scanned.
///
/// # Errors
/// [`CanonicalizationError`].
pub fn exclusive(
    apex: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
    inclusive: &[&str],
) -> Result<String, CanonicalizationError> {
    canonical(apex, without, inclusive, false)
}

/// The same with comments: `http://www.w3.org/2001/10/xml-exc-c14n#WithComments` [ExcC14N §4].
///
/// # Errors
/// [`CanonicalizationError`].
pub fn exclusive_with_comments(
    apex: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
    inclusive: &[&str],
) -> Result<String, CanonicalizationError> {
    canonical(apex, without, inclusive, true)
}

fn canonical(
    apex: Node<'_, '_>,
    without: Option<Node<'_, '_>>,
    inclusive: &[&str],
    comments: bool,
) -> Result<String, CanonicalizationError> {
    let source = apex.document().input_text();
    let most = GROWTH * apex.range().len() + GROWTH_OF_ANY;
    let out = String::with_capacity(4096);
    let mut writer = Writer { out, most, source, without, inclusive, comments, rendered: vec![] };
    writer.element(apex)?;
    Ok(writer.out)
}

struct Writer<'w, 'a, 'i> {
    out: String,
    /// The octets that `out` may grow to, and by one tag beyond.
    most: usize,
    source: &'a str,
    without: Option<Node<'a, 'i>>,
    inclusive: &'w [&'w str],
    /// Whether comments are written.
    comments: bool,
    /// Namespace declarations on the output ancestors, innermost last; the empty prefix is the
    /// default namespace.
    rendered: Vec<(&'a str, &'a str)>,
}

impl<'a, 'i> Writer<'_, 'a, 'i> {
    /// Recursion is bounded by the scan's depth limit.
    fn element(&mut self, node: Node<'a, 'i>) -> Result<(), CanonicalizationError> {
        let outer = self.rendered.len();
        let name = qname(self.source, node.range())?;
        self.out.push('<');
        self.out.push_str(name);
        self.namespaces(node, prefix(name))?;
        self.attributes(node)?;
        self.out.push('>');
        if self.out.len() > self.most {
            return Err(CanonicalizationError::TooLong);
        }
        for child in node.children() {
            if child.is_element() && Some(child) != self.without {
                self.element(child)?;
            } else if let (true, Some(text)) = (child.is_text(), child.text()) {
                self.escaped(text, false);
            } else if let (true, true, Some(text)) =
                (self.comments, child.is_comment(), child.text())
            {
                self.comment(text);
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self.rendered.truncate(outer);
        Ok(())
    }

    /// Declares what is visibly utilized here and not yet in force on an output ancestor.
    fn namespaces(
        &mut self,
        node: Node<'a, 'i>,
        own: &'a str,
    ) -> Result<(), CanonicalizationError> {
        // No namespace is written as the empty name.
        let mut needed = vec![(own, node.tag_name().namespace().unwrap_or(""))];
        for attribute in node.attributes() {
            if let Some(uri) = attribute.namespace() {
                needed.push((prefix(qname(self.source, attribute.range())?), uri));
            }
        }
        for listed in self.inclusive {
            let listed = if *listed == "#default" { None } else { Some(*listed) };
            let in_scope = node.namespaces().find(|namespace| namespace.name() == listed);
            match in_scope {
                Some(namespace) => {
                    needed.push((namespace.name().unwrap_or(""), namespace.uri()));
                }
                // An absent default namespace is declared absent where another was in force.
                None if listed.is_none() => needed.push(("", "")),
                None => {}
            }
        }
        needed.sort_unstable();
        needed.dedup();
        for (prefix, uri) in needed {
            let in_force = self.rendered.iter().rev().find(|(known, _)| *known == prefix);
            let in_force = in_force.map_or("", |(_, uri)| uri);
            if prefix == "xml" || in_force == uri {
                continue;
            }
            self.rendered.push((prefix, uri));
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            self.out.push_str("=\"");
            self.escaped(uri, true);
            self.out.push('"');
        }
        Ok(())
    }

    /// Attributes by namespace name, then local name; those without a namespace first.
    fn attributes(&mut self, node: Node<'a, 'i>) -> Result<(), CanonicalizationError> {
        let named = |one: Attribute<'a, 'i>| (one.namespace().unwrap_or(""), one.name(), one);
        let mut attributes: Vec<_> = node.attributes().map(named).collect();
        attributes.sort_unstable_by_key(|(namespace, name, _)| (*namespace, *name));
        for (_, _, attribute) in attributes {
            self.out.push(' ');
            self.out.push_str(qname(self.source, attribute.range())?);
            self.out.push_str("=\"");
            self.escaped(attribute.value(), true);
            self.out.push('"');
        }
        Ok(())
    }

    fn comment(&mut self, text: &str) {
        self.out.push_str("<!--");
        self.out.push_str(text);
        self.out.push_str("-->");
    }

    /// [C14N §2.3]: what is escaped in text nodes, and what in attribute values. At most six octets
    /// for one.
    fn escaped(&mut self, text: &str, attribute: bool) {
        let mut rest = text;
        // Everything that is escaped is one octet, and lies between tab and the greater-than sign.
        while let Some((at, written)) = rest.bytes().enumerate().find_map(|(at, octet)| {
            let written = match octet {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'\r' => "&#xD;",
                b'>' if !attribute => "&gt;",
                b'"' if attribute => "&quot;",
                b'\t' if attribute => "&#x9;",
                b'\n' if attribute => "&#xA;",
                _ => return None,
            };
            Some((at, written))
        }) {
            let (plain, special) = rest.split_at(at);
            let (_, after) = special.split_at(1);
            self.out.push_str(plain);
            self.out.push_str(written);
            rest = after;
        }
        self.out.push_str(rest);
    }
}

/// The name of an element or attribute as written: the DOM keeps no prefix, so it is read from the
/// source, where it cannot be cut short.
fn qname(source: &str, range: Range<usize>) -> Result<&str, CanonicalizationError> {
    let tag = source.get(range).ok_or(CanonicalizationError::NoName)?;
    let tag = tag.strip_prefix('<').unwrap_or(tag);
    let ends = |octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'=');
    let end = tag.bytes().position(ends).unwrap_or(tag.len());
    let (name, _) = tag.split_at(end);
    if name.is_empty() { Err(CanonicalizationError::NoName) } else { Ok(name) }
}

fn prefix(qname: &str) -> &str {
    qname.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// A value that uses a namespace declared far above it writes the declaration again: real messages
/// grow to less than twice their octets.
const GROWTH: usize = 4;
/// So that a short element may have the long names of its ancestors.
const GROWTH_OF_ANY: usize = 8192;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use roxmltree::Document;

    fn canonical(xml: &str, inclusive: &[&str]) -> String {
        let document = Document::parse(xml).unwrap();
        exclusive(document.root_element(), None, inclusive).unwrap()
    }

    #[test]
    fn a_name_that_is_not_in_the_source_is_an_error_and_not_an_empty_name() {
        let source = "<x:a y='1'/>";
        assert_eq!(qname(source, 0..12), Ok("x:a"));
        assert_eq!(qname(source, 5..10), Ok("y"));
        for range in [0..13, 12..12, 11..12, 4..12] {
            assert_eq!(qname(source, range), Err(CanonicalizationError::NoName));
        }
    }

    #[test]
    fn declares_a_namespace_where_it_is_first_used_and_not_before() {
        assert_eq!(
            canonical(r#"<a xmlns:x="urn:x" xmlns:y="urn:y"><x:b><x:c y:d="1"/></x:b></a>"#, &[]),
            r#"<a><x:b xmlns:x="urn:x"><x:c xmlns:y="urn:y" y:d="1"></x:c></x:b></a>"#
        );
    }

    #[test]
    fn undeclares_a_default_namespace_only_where_one_was_in_force() {
        assert_eq!(
            canonical(r#"<a xmlns="urn:a"><b xmlns=""><c/></b></a>"#, &[]),
            r#"<a xmlns="urn:a"><b xmlns=""><c></c></b></a>"#
        );
    }

    #[test]
    fn listed_prefixes_are_kept_where_they_are_in_scope() {
        assert_eq!(
            canonical(r#"<a xmlns="urn:d" xmlns:xs="urn:xs"><b>xs:string</b></a>"#, &["xs"]),
            r#"<a xmlns="urn:d" xmlns:xs="urn:xs"><b>xs:string</b></a>"#
        );
        assert_eq!(
            canonical(r#"<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b/></p:a>"#, &["#default"]),
            r#"<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b></p:b></p:a>"#
        );
    }

    #[test]
    fn sorts_attributes_by_namespace_then_name_and_escapes_their_values() {
        assert_eq!(
            canonical("<a z='1' y:a='2' b='&#9;&lt;\"&#13;' xmlns:y='urn:y'>&gt;&#13;</a>", &[]),
            "<a xmlns:y=\"urn:y\" b=\"&#x9;&lt;&quot;&#xD;\" z=\"1\" y:a=\"2\">&gt;&#xD;</a>"
        );
    }

    #[test]
    fn redeclares_a_prefix_that_came_to_mean_something_else() {
        assert_eq!(
            canonical(r#"<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2"/><x:c/></x:a>"#, &[]),
            r#"<x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2"></x:b><x:c></x:c></x:a>"#
        );
    }

    #[test]
    fn comments_are_written_or_left_out() {
        let document =
            Document::parse("<!--a--><a><!--b\nc\n<&>--><b/><!----></a><!--e-->").unwrap();
        let root = document.root_element();
        let with = exclusive_with_comments(root, None, &[]).unwrap();
        assert_eq!(with, "<a><!--b\nc\n<&>--><b></b><!----></a>");
        assert_eq!(exclusive(root, None, &[]).unwrap(), "<a><b></b></a>");
    }
}
