//! Exclusive canonicalization.

use std::fmt::Write as _;
use std::str;

use roxmltree::{Document, Node};
use silta_xml_security::{c14n, xml};

use crate::Verdict;

/// The canonical form of every element is a document of the same meaning, and its own canonical form.
///
/// A first line `#prefixes …` is the `PrefixList`.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let (prefixes, text) = match text.strip_prefix("#prefixes ").and_then(|it| it.split_once('\n'))
    {
        Some((prefixes, text)) => (prefixes.split_ascii_whitespace().collect(), text),
        None => (vec![], text),
    };
    let input = xml::Input::of(text);
    let Ok(document) = xml::parse(&input) else { return Verdict::Refused };
    let elements = document.descendants().filter(Node::is_element).take(MOST_ELEMENTS);
    let mut verdict = Verdict::Refused;
    for element in elements {
        let Ok(form) = c14n::exclusive(element, None, &prefixes) else { continue };
        let again = Document::parse(&form).expect("the canonical form is well-formed");
        let root = again.root_element();
        assert_eq!(meaning(element), meaning(root), "another meaning");
        let second = c14n::exclusive(root, None, &prefixes).expect("a form of the form");
        assert_eq!(form, second, "not canonical");
        verdict = Verdict::Accepted;
    }
    verdict
}

/// Every start tag with its attributes, every text, every end, in their order: what a reader sees.
fn meaning(element: Node<'_, '_>) -> String {
    fn add(node: Node<'_, '_>, out: &mut String) {
        if node.is_text() {
            out.extend(node.text().unwrap_or_default().escape_debug());
        } else if node.is_element() {
            let mut attributes: Vec<_> =
                node.attributes().map(|one| (one.namespace(), one.name(), one.value())).collect();
            attributes.sort_unstable();
            // `xmlns=""` and no declaration at all mean the same.
            let namespace = node.tag_name().namespace().filter(|name| !name.is_empty());
            let name = node.tag_name().name();
            write!(out, "\n<{namespace:?} {name:?} {attributes:?}>").unwrap();
            node.children().for_each(|child| add(child, out));
            out.push_str("\n</>");
        }
    }
    let mut out = String::new();
    add(element, &mut out);
    out
}

/// Each element is looked at with all below it, so many would take the square of their number.
const MOST_ELEMENTS: usize = 24;
