//! An attribute in a foreign namespace may stand beside ours, and is never read for it.

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    AllowedAlgorithms, MessageError, NamedAlgorithm, NamedTransform, Part, ResponseError,
    SignatureError, SignedParts,
};
use silta_testkit::forge::EditPoint::{Assertion, Encrypted, Response};
use silta_testkit::forge::{ACS, FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{
    accepted, accepts, good, mismatch, refusal, refused_algorithm, refused_digest,
    refused_encryption, refuses, refuses_unsigned, unproven,
};

#[test]
fn a_foreign_attribute_before_ours_changes_nothing() {
    for (point, element, foreign) in [
        (Response, "<samlp:Response", "Version=\"1.0\""),
        (Response, "<samlp:Response", "Destination=\"https://other.example/acs\""),
        (Response, "<samlp:Response", "InResponseTo=\"_another_login\""),
        (Response, "<samlp:Response", "IssueInstant=\"2020-01-01T00:00:00Z\""),
        (Response, "<samlp:StatusCode", "Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\""),
        (Assertion, "<saml:NameID", "SPNameQualifier=\"evil\""),
        (Assertion, "<saml:SubjectConfirmation", "Method=\"other\""),
        (Assertion, "<saml:SubjectConfirmationData", "Recipient=\"https://other.example/acs\""),
        (Assertion, "<saml:SubjectConfirmationData", "NotBefore=\"2026-11-21T12:00:00Z\""),
        (Assertion, "<saml:Conditions", "NotOnOrAfter=\"2020-01-01T00:00:00Z\""),
        (Assertion, "<saml:AuthnStatement", "SessionIndex=\"evil\""),
        (Assertion, "<saml:AuthnStatement", "SessionNotOnOrAfter=\"2020-01-01T00:00:00Z\""),
        (Assertion, "<saml:Attribute", "Name=\"urn:oid:evil\""),
    ] {
        let added = format!(" xmlns:ext=\"urn:ext\" ext:{foreign}");
        let made = accepts(|fine| {
            let added = added.clone();
            fine.edit(point, move |xml| text::before(xml, after_name(xml, element), &added))
        });
        assert_eq!(made, [good(), good()], "{foreign}");
    }
    let idp = FakeIdp::default();
    for (element, foreign) in [
        ("<xenc:EncryptedData", "Type=\"other\""),
        ("<xenc:EncryptedKey", "Recipient=\"https://other.example/entity\""),
        ("<ds:DigestMethod", "Algorithm=\"other\""),
    ] {
        let added = format!(" xmlns:ext=\"urn:ext\" ext:{foreign}");
        let made = idp
            .response()
            .edit(Encrypted, move |xml| text::before(xml, after_name(xml, element), &added));
        assert_eq!(accepted(&idp, &made, NOON), good(), "{foreign}");
    }
}

#[test]
fn a_foreign_attribute_is_no_substitute_for_ours() {
    for (attribute, expected) in [
        ("Version", ResponseError::Message(MessageError::WrongVersion { part: Part::Response })),
        ("InResponseTo", ResponseError::Unsolicited { part: Part::Response }),
        (
            "IssueInstant",
            ResponseError::Message(MessageError::MissingAttribute { attribute: "IssueInstant" }),
        ),
    ] {
        let (own, foreign) = renamed(attribute);
        refuses(&expected, |good| good.swap(Response, &own, &foreign));
        refuses_unsigned(&expected, |good| good.swap(Response, &own, &foreign));
    }
    // Where nothing is signed but the plain assertion, the Response need not say where it goes to.
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let (own, foreign) = renamed("Destination");
    let made = |forged: ForgedResponse| forged.unsigned_response().swap(Response, &own, &foreign);
    let absent = ResponseError::WrongDestination(mismatch(ACS, &[]));
    refuses(&absent, |good| good.swap(Response, &own, &foreign));
    let unsigned = ResponseError::WrongDestination(unproven(ACS));
    assert_eq!(refusal(&idp, &made(idp.response()), NOON), unsigned);
    assert_eq!(accepted(&idp, &made(idp.response().plain()), NOON), good());
    for (attribute, expected) in [
        ("Version", ResponseError::Message(MessageError::WrongVersion { part: Part::Assertion })),
        ("Method", ResponseError::NoBearer),
        ("Recipient", ResponseError::WrongRecipient(mismatch(ACS, &[]))),
        ("InResponseTo", ResponseError::Unsolicited { part: Part::Confirmation }),
        (
            "AuthnInstant",
            ResponseError::Message(MessageError::MissingAttribute { attribute: "AuthnInstant" }),
        ),
        ("Name", ResponseError::Message(MessageError::MissingAttribute { attribute: "Name" })),
    ] {
        let (own, foreign) = renamed(attribute);
        refuses(&expected, |good| good.swap(Assertion, &own, &foreign));
    }
    let algorithm = FakeIdp::default();
    let (own, foreign) = renamed("Algorithm");
    let made = algorithm.response().swap(Encrypted, &own, &foreign);
    assert_eq!(
        refusal(&algorithm, &made, NOON),
        refused_encryption(NamedAlgorithm::Absent, AllowedAlgorithms::ciphers(&DataCipher::ALL))
    );
}

#[test]
fn a_signature_is_described_by_its_own_attributes_alone() {
    let named = NamedTransform::Unknown;
    for (element, attribute, cause) in [
        ("CanonicalizationMethod", "Algorithm", SignatureError::Canonicalization { named }),
        ("SignatureMethod", "Algorithm", refused_algorithm(NamedAlgorithm::Absent)),
        ("Reference", "URI", SignatureError::Reference),
        ("Transform", "Algorithm", SignatureError::Transforms { named }),
        ("DigestMethod", "Algorithm", refused_digest(NamedAlgorithm::Absent)),
    ] {
        let own = format!("<ds:{element} {attribute}=");
        let foreign = format!("<ds:{element} xmlns:ext=\"urn:ext\" ext:{attribute}=");
        refuses(
            &ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause }),
            |good| good.resigned(&own, &foreign),
        );
    }
}

/// An attribute, and the same in a foreign namespace.
fn renamed(attribute: &str) -> (String, String) {
    (format!(" {attribute}=\""), format!(" xmlns:ext=\"urn:ext\" ext:{attribute}=\""))
}

/// What stands after the name of the first element of this name, up to its end tag or further.
fn after_name<'t>(xml: &'t str, element: &str) -> &'t str {
    let mut rests = xml.match_indices(element).map(|(at, _)| &xml[at + element.len()..]);
    rests.find(|rest| rest.starts_with([' ', '>', '/'])).unwrap()
}
