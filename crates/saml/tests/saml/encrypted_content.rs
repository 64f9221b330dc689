//! Identifiers and attributes that are encrypted by themselves and that nobody uses: left out, as if they
//! were absent. And the places where none may stand.

use silta_saml::{MessageError, ResponseError, UsedContent};
use silta_testkit::forge::EditPoint::{Assertion, Response};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{Identity, accepts_at, good, refuses};

/// Whoever is known by attributes can log in without a name.
#[test]
fn an_encrypted_name_that_nobody_uses_is_none() {
    let mut nameless = good();
    nameless.name_id = None;
    for content in CONTENTS {
        let encrypted = format!("<saml:EncryptedID>{content}</saml:EncryptedID>");
        let made = accepts(|fine| {
            let encrypted = encrypted.clone();
            fine.edit(Assertion, move |xml| text::replaced(xml, "saml:NameID", &encrypted))
        });
        assert_eq!(made, [nameless.clone(), nameless.clone()], "{content}");
        // Who may confirm it is not looked at in the open either.
        let made = accepts(|fine| {
            let encrypted = encrypted.clone();
            fine.edit(Assertion, move |xml| {
                text::before(xml, "<saml:SubjectConfirmationData", &encrypted)
            })
        });
        assert_eq!(made, [good(), good()], "{content}");
    }
}

#[test]
fn an_encrypted_attribute_that_nobody_uses_is_left_out() {
    for content in CONTENTS {
        let encrypted = format!("<saml:EncryptedAttribute>{content}</saml:EncryptedAttribute>");
        let alone = format!("<saml:AttributeStatement>{encrypted}</saml:AttributeStatement>");
        for (place, put) in [
            ("</saml:AttributeStatement>", encrypted.clone()),
            ("<saml:Attribute ", encrypted.repeat(2)),
            ("</saml:Assertion>", alone.clone()),
            ("<saml:AuthnStatement", alone),
        ] {
            let made = accepts(|fine| {
                let put = put.clone();
                fine.edit(Assertion, move |xml| text::before(xml, place, &put))
            });
            assert_eq!(made, [good(), good()], "{place} {content}");
        }
    }
}

/// Whatever is used: nobody opens a value, or whoever may confirm.
#[test]
fn an_encrypted_value_and_who_may_confirm_are_never_opened() {
    for content in CONTENTS {
        let encrypted = format!("<saml:EncryptedID>{content}</saml:EncryptedID>");
        let made = accepts_at(NOON, FakeIdp::plain, |fine| {
            let [value, confirmation] = [encrypted.clone(), encrypted.clone()];
            fine.edit(Assertion, move |xml| text::swapped(xml, "Meikäläinen", &value))
                .edit(Assertion, move |xml| {
                    text::before(xml, "<saml:SubjectConfirmationData", &confirmation)
                })
        });
        assert_eq!(made.map(|made| names(&made).len()), [1, 1], "{content}");
    }
}

/// As the Dutch polymorphic pseudonyms come: a value that is one is no text.
#[test]
fn an_attribute_with_an_encrypted_value_is_left_out_whole() {
    for content in CONTENTS {
        let encrypted = format!("<saml:EncryptedID>{content}</saml:EncryptedID>");
        let second = format!("<saml:AttributeValue>{encrypted}</saml:AttributeValue>");
        for (place, put) in [("010190-999X", &encrypted), ("<saml:AttributeValue>", &second)] {
            for made in accepts(|fine| {
                let put = put.clone();
                fine.edit(Assertion, move |xml| text::before(xml, place, &put))
            }) {
                assert_eq!(names(&made), ["urn:oid:2.5.4.4"]);
            }
        }
    }
}

/// Which of two names would count?
#[test]
fn refuses_an_encrypted_name_beside_another() {
    let unexpected = MessageError::UnexpectedElement { element: "EncryptedID", inside: "Subject" };
    for place in ["<saml:NameID", "<saml:SubjectConfirmation "] {
        refuses(&ResponseError::Message(unexpected), |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, "<saml:EncryptedID/>"))
        });
    }
    let repeated = MessageError::Repeated { element: "EncryptedID" };
    refuses(&ResponseError::Message(repeated), |good| {
        good.edit(Assertion, |xml| {
            text::replaced(xml, "saml:NameID", "<saml:EncryptedID/><saml:EncryptedID/>")
        })
    });
}

#[test]
fn refuses_encrypted_content_at_any_other_place() {
    let (identifier, attribute) = ("<saml:EncryptedID/>", "<saml:EncryptedAttribute/>");
    for (place, put) in [
        ("</saml:Assertion>", identifier),
        ("<saml:Conditions", identifier),
        ("<saml:AudienceRestriction>", identifier),
        ("</saml:AuthnContext>", identifier),
        ("<saml:AttributeValue>", identifier),
        ("</saml:AttributeStatement>", identifier),
        ("</saml:Assertion>", attribute),
        ("<saml:NameID", attribute),
        ("<saml:AttributeValue>", attribute),
        ("010190-999X", attribute),
        ("010190-999X", "<x><saml:EncryptedID/></x>"),
        ("person-7", identifier),
        ("010190-999X", DATA),
        ("</saml:AttributeStatement>", DATA),
        ("</saml:Assertion>", DATA),
    ] {
        refuses(&ResponseError::EncryptedContent, |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, put))
        });
    }
    // Outside the assertion nothing of the kind has a place.
    let around = format!(
        "<samlp:Extensions xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Subject>\
         <saml:EncryptedID>{DATA}</saml:EncryptedID></saml:Subject></samlp:Extensions>"
    );
    refuses(&ResponseError::EncryptedContent, |good| {
        let around = around.clone();
        good.edit(Response, move |xml| text::before(xml, "<samlp:Status>", &around))
    });
}

/// What is left out is looked into all the same.
#[test]
fn refuses_an_assertion_or_a_signature_inside_encrypted_content() {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    for (content, expected) in [
        ("<saml:Assertion ID=\"_evil\"/>", ResponseError::AssertionCount),
        (signature, ResponseError::StraySignature),
    ] {
        let attribute = format!("<saml:EncryptedAttribute>{content}</saml:EncryptedAttribute>");
        refuses(&expected, |good| {
            let attribute = attribute.clone();
            good.edit(Assertion, move |xml| {
                text::before(xml, "</saml:AttributeStatement>", &attribute)
            })
        });
    }
}

/// Changes a good response in both forms; both must be accepted where neither name nor attributes are used.
#[track_caller]
fn accepts(change: impl Fn(ForgedResponse) -> ForgedResponse) -> [Identity; 2] {
    accepts_at(NOON, || FakeIdp::plain().using(UsedContent::NONE), change)
}

fn names(made: &Identity) -> Vec<&str> {
    made.attributes.iter().map(|one| one.name.as_str()).collect()
}

const DATA: &str = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>";
const KEY: &str = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\">\
                   <xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData>\
                   </xenc:EncryptedData><xenc:EncryptedKey \
                   xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>";
/// Nobody opens it, so it need not be one.
const CONTENTS: [&str; 3] = ["", DATA, KEY];
