//! Children as a schema has them, and what is told of those that are not.

use silta_xml_security::StructureError::{Missing, Repeated, UnexpectedElement, UnexpectedText};
use silta_xml_security::xml::{self, ChildRule, Input, Occurs};
use silta_xml_security::{StructureError, xml::ElementName};

#[test]
fn what_is_wrong_is_told_and_not_what_would_have_come_next() {
    for (children, expected) in [
        ("<a/><b/><c/>", Ok(())),
        ("<a/><c/>", Ok(())),
        ("<a/>", Err(Missing { element: "c" })),
        ("", Err(Missing { element: "a" })),
        ("<c/>", Err(Missing { element: "a" })),
        // What has no place is told, whether something else is missing behind it or not.
        ("<x/>", Err(UnexpectedElement { child: 0 })),
        ("<a/><x/>", Err(UnexpectedElement { child: 1 })),
        ("<a/><x/><c/>", Err(UnexpectedElement { child: 1 })),
        ("<a/><b/><x/><c/>", Err(UnexpectedElement { child: 2 })),
        ("<a/><c/><x/>", Err(UnexpectedElement { child: 2 })),
        // What stands too early is told, and not that the other is missing.
        ("<c/><a/>", Err(UnexpectedElement { child: 0 })),
        ("<b/><a/><c/>", Err(UnexpectedElement { child: 0 })),
        ("<a/><c/><b/>", Err(UnexpectedElement { child: 2 })),
        ("<a/><a/><c/>", Err(Repeated { element: "a" })),
        ("<a/><b/><b/><c/>", Err(Repeated { element: "b" })),
        ("<a/>text<c/>", Err(UnexpectedText)),
        ("<a/><c xmlns=\"urn:other\"/>", Err(UnexpectedElement { child: 1 })),
    ] {
        assert_eq!(judged(children, &[]), expected, "{children}");
    }
}

#[test]
fn a_choice_may_follow_in_any_order() {
    let choice = [(NAMESPACE, "d"), (NAMESPACE, "e")];
    for (children, expected) in [
        ("<a/><c/>", Ok(())),
        ("<a/><c/><e/><d/><d/><e/>", Ok(())),
        ("<a/><c/><d/><x/>", Err(UnexpectedElement { child: 3 })),
        ("<a/><c/><d/><c/>", Err(UnexpectedElement { child: 3 })),
        ("<a/><d/>", Err(Missing { element: "c" })),
        ("<a/><d/><c/>", Err(UnexpectedElement { child: 1 })),
    ] {
        assert_eq!(judged(children, &choice), expected, "{children}");
    }
}

fn judged(children: &str, choice: &[ElementName]) -> Result<(), StructureError> {
    let text = format!("<root xmlns=\"{NAMESPACE}\">{children}</root>");
    let input = Input::of(&text);
    let document = xml::parse(&input).unwrap();
    xml::sequence_then(document.root_element(), &RULES, choice)
}

const NAMESPACE: &str = "urn:example:schema";
const RULES: [ChildRule; 3] = [
    (NAMESPACE, "a", Occurs::Once),
    (NAMESPACE, "b", Occurs::Optional),
    (NAMESPACE, "c", Occurs::Once),
];
