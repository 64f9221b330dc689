//! Games with references and IDs: a signature that speaks of something else than its parent.

use silta_saml::{MessageError, Part, ResponseError, SignatureError, SignedParts, XmlError};
use silta_testkit::forge::EditPoint::{Assertion, Response, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, resigned, text};
use silta_testkit::keys;

use crate::fixture::{accepts, good, refusal, refuses};

/// CVE-2024-8698 (Keycloak): where a signature stands does not decide what it covers.
#[test]
fn refuses_a_signature_that_refers_to_something_else_than_its_parent() {
    let reference = signature_error(Part::Response, SignatureError::Reference);
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    // The assertion's own valid signature, moved to the Response around it.
    let idp = fixture();
    let made = idp.response().plain().unsigned_response().edit(Response, |xml| {
        let signature = text::element(xml, "ds:Signature").to_owned();
        text::before(&text::without(xml, "ds:Signature"), "<samlp:Status>", &signature)
    });
    assert_eq!(refusal(&idp, &made, NOON), reference);
    refuses(&signature_error(Part::Assertion, SignatureError::Reference), |good| {
        good.resigned("#_assertion", "#_response")
    });
}

/// Empty, absent, foreign and computed references; nothing is ever fetched.
#[test]
fn refuses_every_reference_but_the_id_of_the_parent() {
    let reference = signature_error(Part::Assertion, SignatureError::Reference);
    for uri in [
        "",
        "#",
        "_assertion",
        "#_ASSERTION",
        "# _assertion",
        "#_assertion ",
        "##_assertion",
        "#_response",
        "#xpointer(/)",
        "#xpointer(id('_assertion'))",
        "#element(/1/5)",
        "file:///etc/passwd",
        "http://127.0.0.1:1/assertion.xml",
        "https://idp.example/#_assertion",
        "cid:_assertion",
    ] {
        refuses(&reference, |good| good.resigned("URI=\"#_assertion\"", &format!("URI=\"{uri}\"")));
    }
    refuses(&reference, |good| good.resigned(" URI=\"#_assertion\"", ""));
}

/// CVE-2026-33487 (goxmldsig): several references, of which one is believed.
#[test]
fn refuses_a_second_reference() {
    let structure = signature_error(Part::Assertion, SignatureError::Structure);
    refuses(&structure, |good| {
        good.edit(SignedAssertion, |xml| {
            resigned(xml, &keys::IDP, |info| {
                let own = text::element(info, "ds:Reference").to_owned();
                text::before(info, "<ds:Reference", &own.replace("#_assertion", "#_other"))
            })
        })
    });
    refuses(&structure, |good| {
        good.edit(SignedAssertion, |xml| {
            resigned(xml, &keys::IDP, |info| text::without(info, "ds:Reference"))
        })
    });
}

/// Duplicate IDs in any spelling, on any element.
#[test]
fn refuses_one_id_on_two_elements() {
    for spelling in ["ID", "Id", "id", "iD"] {
        refuses(
            &ResponseError::Message(MessageError::Malformed {
                part: Part::Response,
                cause: XmlError::DuplicateId,
            }),
            |good| {
                good.edit(Response, move |xml| {
                    let twin = format!("<samlp:StatusCode {spelling}=\"_response\" ");
                    text::swapped(xml, "<samlp:StatusCode ", &twin)
                })
            },
        );
    }
    let inside = |good: ForgedResponse| {
        good.swap(Assertion, "<saml:Subject>", "<saml:Subject Id=\"_assertion\">")
    };
    let idp = FakeIdp::default();
    let duplicate = |part| {
        ResponseError::Message(MessageError::Malformed { part, cause: XmlError::DuplicateId })
    };
    assert_eq!(refusal(&idp, &inside(idp.response()), NOON), duplicate(Part::Assertion));
    let idp = FakeIdp::plain();
    assert_eq!(refusal(&idp, &inside(idp.response().plain()), NOON), duplicate(Part::Response));
}

/// CVE-2025-23369 (GitHub Enterprise Server): IDs that differ as written and are equal as read.
#[test]
fn ids_are_compared_as_they_are_read() {
    let spelled = |xml: &str| text::swapped(xml, "ID=\"_assertion\"", "ID=\"&#95;assert&#x69;on\"");
    assert_eq!(accepts(|fine| fine.edit(SignedAssertion, spelled)), [good(), good()]);
    let twin = "<samlp:StatusCode Id=\"&#95;respons&#101;\" ";
    refuses(
        &ResponseError::Message(MessageError::Malformed {
            part: Part::Response,
            cause: XmlError::DuplicateId,
        }),
        |good| good.swap(Response, "<samlp:StatusCode ", twin),
    );
    let reference = signature_error(Part::Assertion, SignatureError::Reference);
    refuses(&reference, |good| {
        good.swap(SignedAssertion, " ID=\"_assertion\"", " ID=\"_assertion\t\"")
    });
}

/// Namespace confusion: an ID in a namespace beside the real one.
#[test]
fn refuses_an_id_in_a_namespace() {
    for qualified in ["samlp:ID=\"_other\"", "xml:id=\"_other\"", "xml:id=\"_response\""] {
        refuses(
            &ResponseError::Message(MessageError::Malformed {
                part: Part::Response,
                cause: XmlError::QualifiedId,
            }),
            |good| {
                good.swap(Response, "<samlp:Response ", &format!("<samlp:Response {qualified} "))
            },
        );
    }
}

/// Namespace confusion: the right name in the wrong namespace.
#[test]
fn refuses_elements_of_another_namespace() {
    let other = "urn:oasis:names:tc:SAML:1.0:assertion";
    let assertion = "urn:oasis:names:tc:SAML:2.0:assertion";
    let idp = FakeIdp::plain();
    let made = idp.response().plain().unsigned_assertion().edit(Response, move |xml| {
        let (head, tail) = xml.split_once("<saml:Assertion").unwrap();
        format!("{head}<saml:Assertion{}", tail.replacen(assertion, other, 1))
    });
    let unexpected = ResponseError::Message(MessageError::UnexpectedElement {
        element: "another element",
        inside: "Response",
    });
    assert_eq!(refusal(&idp, &made, NOON), unexpected);

    let idp = FakeIdp::default();
    let made = idp.response().swap(SignedAssertion, &format!("\"{assertion}\""), "\"urn:x\"");
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Message(MessageError::WrongRoot { part: Part::Assertion })
    );
    let made = idp.response().swap(SignedResponse, ":protocol\"", ":protocol2\"");
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Message(MessageError::WrongRoot { part: Part::Response })
    );
}

/// Default-namespace redeclaration: a prefix or default that comes to mean something else inside.
#[test]
fn refuses_a_namespace_that_was_redeclared_after_signing() {
    let mismatch = signature_error(Part::Assertion, SignatureError::DigestMismatch);
    let redeclared = "<evil:NameID xmlns:evil=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    refuses(&mismatch, |good| {
        good.swap(SignedAssertion, "<saml:NameID", redeclared).swap(
            SignedAssertion,
            "</saml:NameID",
            "</evil:NameID",
        )
    });
}

fn signature_error(part: Part, cause: SignatureError) -> ResponseError {
    ResponseError::Message(MessageError::Signature { part, cause })
}
