//! Signature wrapping and games with references: what was signed is not what would be read.

use silta_saml::{MessageError, Part, ResponseError, SignatureError, SignedParts, XmlError};
use silta_testkit::forge::EditPoint::{
    Assertion, Encrypted, Response, SignedAssertion, SignedResponse,
};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, Wrapping, text};

use crate::fixture::{accepts_at, good, refusal, refuses, refuses_at, refuses_unsigned};

/// XSW1 and XSW2 (Somorovsky et al. 2012): the signed Response, valid, inside or beside the Signature
/// of a false one.
#[test]
fn refuses_a_signed_response_wrapped_into_another() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Response);
    let wrapped = |wrapping| move |good: ForgedResponse| good.wrapped(wrapping);
    refuses_at(NOON, fixture, &ResponseError::AssertionCount, wrapped(Wrapping::Xsw1));
    // Beside the Signature there is no place for a Response.
    refuses_at(NOON, fixture, &unexpected("Response"), wrapped(Wrapping::Xsw2));
}

/// XSW3 to XSW10: the signed assertion, valid, before, in, after or under a false one; XSW9 is
/// CVE-2019-3465 (xmlseclibs).
#[test]
fn refuses_a_signed_assertion_wrapped_in_any_known_arrangement() {
    for wrapping in Wrapping::OF_ASSERTION {
        refuses_unsigned(&ResponseError::AssertionCount, |good| good.wrapped(wrapping));
        if wrapping != Wrapping::Xsw10 {
            // An identity provider that signed such a Response would change nothing.
            refuses(&ResponseError::AssertionCount, |good| good.wrapped(wrapping));
        }
    }
}

/// The same arrangements with IDs left as they were, as naive generators make them.
#[test]
fn refuses_a_false_assertion_that_shares_the_id_of_the_signed_one() {
    let duplicate = |part| {
        ResponseError::Message(MessageError::Malformed { part, cause: XmlError::DuplicateId })
    };
    let same_id = |xml: &str| text::swapped(xml, "_evil_assertion", "_assertion");
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    for wrapping in [
        Wrapping::Xsw3,
        Wrapping::Xsw4,
        Wrapping::Xsw5,
        Wrapping::Xsw6,
        Wrapping::Xsw7,
        Wrapping::Xsw8,
    ] {
        let made = idp.response().plain().unsigned_response().wrapped(wrapping);
        let made = made.edit(SignedResponse, same_id);
        assert_eq!(refusal(&idp, &made, NOON), duplicate(Part::Response), "{wrapping:?}");
    }
}

/// CVE-2022-41912 (crewjam/saml), CVE-2026-47201 (authentik): a second assertion, unsigned.
#[test]
fn refuses_a_second_unsigned_assertion() {
    for place in ["<saml:Assertion ", "</samlp:Response>"] {
        let idp = FakeIdp::plain();
        let made = idp.response().plain().edit(Response, move |xml| {
            let second = text::without(text::element(xml, "saml:Assertion"), "ds:Signature");
            let second = second.replace("_assertion", "_second").replace("person-7", "attacker");
            text::before(xml, place, &second)
        });
        assert_eq!(refusal(&idp, &made, NOON), ResponseError::AssertionCount);
    }
}

/// CVE-2026-2092 (Keycloak): an encrypted assertion without a signature beside a signed plain one.
#[test]
fn refuses_an_encrypted_assertion_beside_a_plain_one() {
    let idp = FakeIdp::plain();
    let own = idp.response().plain().xml();
    let own = text::element(&own, "saml:Assertion").to_owned();
    for signed in [true, false] {
        let own = own.clone();
        let made = idp.response().unsigned_assertion();
        let made = if signed { made } else { made.unsigned_response() };
        let made = made.edit(Response, move |xml| text::before(xml, "</samlp:Response>", &own));
        assert_eq!(refusal(&idp, &made, NOON), ResponseError::AssertionCount);
    }
}

/// Two encrypted assertions.
#[test]
fn refuses_a_second_encrypted_assertion() {
    let idp = FakeIdp::default();
    let made = idp.response().edit(Encrypted, |xml| format!("{xml}{xml}"));
    assert_eq!(refusal(&idp, &made, NOON), ResponseError::AssertionCount);
}

#[test]
fn refuses_a_success_without_an_assertion() {
    let idp = FakeIdp::plain();
    let made = idp.response().plain().edit(Response, |xml| text::without(xml, "saml:Assertion"));
    assert_eq!(refusal(&idp, &made, NOON), ResponseError::AssertionCount);
}

/// CVE-2020-5390, CVE-2021-21238 (pysaml2): an assertion where the schema has no place for one.
#[test]
fn refuses_an_assertion_at_any_other_place() {
    for place in ["</samlp:StatusCode>", "</samlp:Status>", "</saml:Issuer>"] {
        refuses(&ResponseError::AssertionCount, |good| {
            good.edit(Response, move |xml| {
                let xml = xml.replacen(SUCCESS, &SUCCESS.replace("/>", "></samlp:StatusCode>"), 1);
                let evil = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
                let inside = format!("<samlp:StatusDetail>{evil}</samlp:StatusDetail>");
                let evil = if place == "</samlp:Status>" { inside.as_str() } else { evil };
                text::before(&xml, place, evil)
            })
        });
    }
}

#[test]
fn refuses_elements_of_the_schema_in_another_order() {
    refuses(&unexpected("Extensions"), |good| {
        good.edit(Response, |xml| text::before(xml, "</samlp:Response>", "<samlp:Extensions/>"))
    });
    let status_last = |xml: &str| {
        let status = text::element(xml, "samlp:Status").to_owned();
        text::before(&text::without(xml, "samlp:Status"), "</samlp:Response>", &status)
    };
    let idp = FakeIdp::plain();
    for (made, first) in
        [(idp.response(), "EncryptedAssertion"), (idp.response().plain(), "Assertion")]
    {
        let made = made.edit(Response, status_last);
        assert_eq!(refusal(&idp, &made, NOON), unexpected(first));
    }
}

#[test]
fn refuses_text_between_elements() {
    let stray = ResponseError::Message(MessageError::UnexpectedText { inside: "Response" });
    refuses(&stray, |good| good.edit(Response, |xml| text::before(xml, "<samlp:Status>", "text")));
    let stray = ResponseError::Message(MessageError::UnexpectedText { inside: "Assertion" });
    refuses(&stray, |good| {
        good.edit(Assertion, |xml| text::before(xml, "<saml:Conditions", "text"))
    });
}

/// CVE-2022-39299 (node-saml), CVE-2022-39353 (xmldom): two roots, or something after the first.
#[test]
fn refuses_a_second_root_and_trailing_content() {
    let malformed = ResponseError::Message(MessageError::Malformed {
        part: Part::Response,
        cause: XmlError::NotWellFormed,
    });
    for trailing in ["<evil/>", "text", "</samlp:Response>", "<![CDATA[x]]>", "&amp;"] {
        refuses(&malformed, |good| {
            good.edit(SignedResponse, move |xml| format!("{xml}{trailing}"))
        });
        refuses(&malformed, |good| {
            good.edit(SignedResponse, move |xml| format!("{trailing}{xml}"))
        });
    }
    refuses(&malformed, |good| {
        good.edit(SignedResponse, |xml| format!("{}{xml}", xml.replace("person-7", "attacker")))
    });
}

/// CVE-2024-45409 (ruby-saml): a digest planted in `StatusDetail` for a search that finds it first.
#[test]
fn a_digest_planted_elsewhere_is_not_found() {
    let planted = |detail: &'static str| {
        move |good: ForgedResponse| {
            good.swap(SignedAssertion, "person-7", "attacker").edit(Response, move |xml| {
                text::before(xml, "</samlp:Status>", &format!(
                    "<samlp:StatusDetail xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{detail}\
                     </samlp:StatusDetail>"
                ))
            })
        }
    };
    let mismatch = signature_error(Part::Assertion, SignatureError::DigestMismatch);
    refuses(&mismatch, planted("<ds:DigestValue>AAAA</ds:DigestValue>"));
    // A whole signature has no place there at all.
    refuses(
        &ResponseError::StraySignature,
        planted("<ds:Signature><ds:SignedInfo/></ds:Signature>"),
    );
}

#[test]
fn refuses_a_signature_at_any_other_place() {
    for place in ["</saml:Subject>", "</saml:AttributeStatement>"] {
        let stray = |xml: &str| {
            let signature = text::element(xml, "ds:Signature").to_owned();
            text::before(&text::without(xml, "ds:Signature"), place, &signature)
        };
        let moved = move |good: ForgedResponse| good.edit(SignedAssertion, stray);
        refuses(&ResponseError::StraySignature, moved);
    }
}

#[test]
fn refuses_two_signatures_on_one_element() {
    let doubled = |xml: &str| {
        let signature = text::element(xml, "ds:Signature").to_owned();
        text::before(xml, "<ds:Signature", &signature)
    };
    let structure = signature_error(Part::Assertion, SignatureError::Structure);
    refuses(&structure, |good| good.edit(SignedAssertion, doubled));
    let repeated = ResponseError::Message(MessageError::Repeated { element: "Signature" });
    refuses(&repeated, |good| good.edit(SignedResponse, doubled));
}

/// CVE-2025-47949 (samlify), CVE-2025-54369 and -54419 (node-saml): content outside what was signed.
#[test]
fn what_no_signature_covers_changes_no_identity() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    let unsigned = |good: ForgedResponse| good.unsigned_response();
    let injected = "<samlp:Extensions><saml2:Subject \
                    xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml2:NameID>attacker\
                    </saml2:NameID></saml2:Subject></samlp:Extensions>";
    let made = accepts_at(NOON, fixture, |fine| {
        unsigned(fine)
            .edit(Response, move |xml| text::before(xml, "<samlp:Status>", injected))
            .edit(SignedAssertion, |xml| {
                text::before(xml, "</ds:KeyInfo>", "<Name xmlns=\"urn:x\">attacker</Name>")
            })
    });
    assert_eq!(made, [good(), good()]);
}

fn signature_error(part: Part, cause: SignatureError) -> ResponseError {
    ResponseError::Message(MessageError::Signature { part, cause })
}

/// This element stands where the Response has no place for it.
fn unexpected(element: &'static str) -> ResponseError {
    ResponseError::Message(MessageError::UnexpectedElement { element, inside: "Response" })
}

const SUCCESS: &str = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
