//! What the values of an attribute may be: text, names, nothing, or what is left out.

use std::slice;

use silta_saml::{Attribute, NameId};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{ForgedResponse, text};

use crate::fixture::{Identity, accepts};

/// Some of its values alone would say something else than the identity provider said.
#[test]
fn an_attribute_with_a_value_that_is_not_text_is_left_out_whole() {
    let id = "<saml:NameID NameQualifier=\"urn:x\">y</saml:NameID>";
    for odd in [
        "010190-999X<x/>",
        "<x>010190-999X</x>",
        "<x/>",
        "<saml:NameID>y<x/></saml:NameID>",
        "<saml:BaseID/>",
        "<x:NameID xmlns:x=\"urn:x\">y</x:NameID>",
        &format!("text{id}"),
        &format!("{id}text"),
        &format!("{id}{id}"),
        &format!("<x>{id}</x>"),
        // Names beside text.
        id,
        &format!("\n {id}\n"),
    ] {
        let odd = format!("<saml:AttributeValue>{odd}</saml:AttributeValue>");
        for place in ["<saml:AttributeValue>", "</saml:Attribute>"] {
            let odd = &odd;
            for made in accepts(|fine| {
                let odd = odd.clone();
                fine.edit(Assertion, move |xml| text::before(xml, place, &odd))
            }) {
                assert_eq!(names(&made), ["urn:oid:2.5.4.4"], "{odd}");
            }
        }
    }
}

/// A name that is said twice is one attribute: its other half must not stand for the whole.
#[test]
fn an_attribute_is_left_out_under_its_name_wherever_it_stands() {
    let same: &[(&str, &[&str])] = &[("urn:a", &["1"]), ("urn:a", &["2"]), ("urn:b", &["3"])];
    for odd in ["><x/><", "><saml:NameID>y</saml:NameID><"] {
        for value in ["1", "2"] {
            for made in
                accepts(|fine| fine.attributes(same).swap(Assertion, &format!(">{value}<"), odd))
            {
                assert_eq!(names(&made), ["urn:b"]);
            }
        }
    }
}

/// Such as eduPersonTargetedID: what it means depends on its qualifiers.
#[test]
fn a_value_that_is_a_name_comes_through_with_its_qualifiers() {
    for (written, format, qualifiers) in [
        ("<saml:NameID>y</saml:NameID>", None, [None, None]),
        (
            "\n <saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" \
             NameQualifier=\"urn:idp\" SPNameQualifier=\"urn:sp\">y</saml:NameID>\t",
            Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
            [Some("urn:idp"), Some("urn:sp")],
        ),
        (
            "<x:NameID xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\" NameQualifier=\"\">y\
             </x:NameID>",
            None,
            [Some(""), None],
        ),
    ] {
        let [name_qualifier, sp_name_qualifier] = qualifiers.map(|one| one.map(str::to_owned));
        let expected = NameId {
            value: "y".to_owned(),
            format: format.map(str::to_owned),
            name_qualifier,
            sp_name_qualifier,
        };
        for made in accepts(|fine| of_values(fine, &[written])) {
            let attribute = &made.attributes[0];
            assert!(attribute.values.is_empty());
            assert_eq!(attribute.name_ids, slice::from_ref(&expected));
        }
    }
    let several = ["<saml:NameID>y</saml:NameID>", "<saml:NameID>z</saml:NameID>"];
    for made in accepts(|fine| of_values(fine, &several)) {
        let read: Vec<_> = made.attributes[0].name_ids.iter().map(|one| &*one.value).collect();
        assert_eq!(read, ["y", "z"]);
    }
}

/// What we say as an identity provider is read again as it was said.
#[test]
fn a_name_is_written_as_it_is_read() {
    let named = Attribute {
        name: "urn:a".to_owned(),
        values: vec![],
        name_ids: vec![NameId {
            value: "y".to_owned(),
            format: None,
            name_qualifier: Some("urn:idp".to_owned()),
            sp_name_qualifier: None,
        }],
    };
    for made in accepts(|fine| fine.released(vec![named.clone()])) {
        assert_eq!(made.attributes, slice::from_ref(&named));
    }
}

/// An empty value is an empty element, and a null says that there is none [SAML2Core §2.7.3.1.1].
#[test]
fn a_null_is_no_value_and_an_empty_element_is_an_empty_one() {
    let nil = |value: &str| format!("<saml:AttributeValue {XSI} xsi:nil=\"{value}\"/>");
    let empty = "<saml:AttributeValue/>";
    for (values, expected) in [
        (nil("true"), &[][..]),
        (nil("1"), &[]),
        (nil(" true "), &[]),
        (nil("false"), &[""]),
        (nil("0"), &[""]),
        (empty.to_owned(), &[""]),
        ("<saml:AttributeValue></saml:AttributeValue>".to_owned(), &[""]),
        ("<saml:AttributeValue> </saml:AttributeValue>".to_owned(), &[" "]),
        (format!("{empty}{}", nil("true")), &[""]),
        (nil("true") + "<saml:AttributeValue>x</saml:AttributeValue>", &["x"]),
        (nil("true").repeat(2), &[]),
        // Only XML Schema's own counts.
        ("<saml:AttributeValue nil=\"true\">x</saml:AttributeValue>".to_owned(), &["x"]),
        (String::new(), &[]),
    ] {
        for made in accepts(|fine| valued(fine, &values)) {
            assert_eq!(made.values("urn:oid:1.2.246.21"), expected, "{values}");
        }
    }
}

/// Is it nothing, or what it holds?
#[test]
fn an_attribute_with_a_null_that_holds_something_is_left_out_whole() {
    for (value, content) in [
        ("true", "x"),
        ("1", "x"),
        ("true", " "),
        ("true", "<x/>"),
        ("yes", ""),
        ("", ""),
        ("TRUE", ""),
    ] {
        let odd = format!(
            "<saml:AttributeValue {XSI} xsi:nil=\"{value}\">{content}</saml:AttributeValue>"
        );
        for values in [odd.clone(), format!("{odd}<saml:AttributeValue>y</saml:AttributeValue>")] {
            for made in accepts(|fine| valued(fine, &values)) {
                assert_eq!(names(&made), ["urn:oid:2.5.4.4"], "{values}");
            }
        }
    }
}

#[test]
fn several_values_come_through_in_their_order_whatever_their_types() {
    let typed = |kind: &str, value: &str| {
        format!(
            "<saml:AttributeValue {XSI} xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
             xsi:type=\"xs:{kind}\">{value}</saml:AttributeValue>"
        )
    };
    for values in [
        typed("string", "b") + &typed("string", "a") + &typed("string", "b"),
        typed("string", "b")
            + &typed("anyURI", "a")
            + "<saml:AttributeValue>b</saml:AttributeValue>",
    ] {
        for made in accepts(|fine| valued(fine, &values)) {
            assert_eq!(made.values("urn:oid:1.2.246.21"), ["b", "a", "b"]);
        }
    }
}

/// The first attribute with these elements as its values.
fn valued(forged: ForgedResponse, values: &str) -> ForgedResponse {
    let values = values.to_owned();
    forged.edit(Assertion, move |xml| text::replaced(xml, "saml:AttributeValue", &values))
}

/// The first attribute with values of this content.
fn of_values(forged: ForgedResponse, contents: &[&str]) -> ForgedResponse {
    let value = |one: &&str| format!("<saml:AttributeValue>{one}</saml:AttributeValue>");
    valued(forged, &contents.iter().map(value).collect::<String>())
}

fn names(made: &Identity) -> Vec<&str> {
    made.attributes.iter().map(|one| one.name.as_str()).collect()
}

const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
