//! `Advice`: nothing of it is read, so nothing of it is refused, and nothing of it is believed.

use silta_saml::{MessageError, Part, ResponseError, SignatureError, SignedParts, XmlError};
use silta_testkit::forge::EditPoint::{Assertion, Response, SignedAssertion};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepts, accepts_at, good, refusal, refuses, refuses_at};

/// As some brokers send it: what another identity provider said, and more.
#[test]
fn whatever_stands_in_advice_changes_nothing() {
    let idp = FakeIdp::default();
    let encrypted = idp.response().xml();
    let encrypted = text::element(&encrypted, "saml:EncryptedAssertion");
    for content in [
        "",
        "<saml:AssertionIDRef>_x</saml:AssertionIDRef>",
        "<saml:AssertionURIRef>https://idp.example/x</saml:AssertionURIRef>",
        "<x xmlns=\"urn:x\">text</x>",
        "<saml:Assertion/><saml:Assertion/>",
        "<saml:Advice><saml:Assertion/></saml:Advice>",
        "<saml:EncryptedAssertion/><saml:EncryptedID/><saml:EncryptedAttribute/>",
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
        &signed_other(),
        &text::without(&signed_other(), "ds:Signature"),
        encrypted,
    ] {
        let made = accepts(|fine| advised(fine, content));
        assert_eq!(made, [good(), good()], "{content:.60}");
    }
    let fixture = || FakeIdp::plain().requiring(SignedParts::Response);
    let made =
        accepts_at(NOON, fixture, |fine| advised(fine.unsigned_assertion(), &signed_other()));
    assert_eq!(made, [good(), good()]);
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    let made = accepts_at(NOON, fixture, |fine| advised(fine.unsigned_response(), &signed_other()));
    assert_eq!(made, [good(), good()]);
}

/// It is signed with the rest.
#[test]
fn refuses_advice_that_was_changed_after_signing() {
    let mismatch = signature_error(SignatureError::DigestMismatch);
    let other = format!("<saml:Advice>{}</saml:Advice>", signed_other());
    refuses(&mismatch, |good| {
        let other = other.clone();
        good.edit(SignedAssertion, move |xml| text::after(xml, "</saml:Conditions>", &other))
    });
    refuses(&mismatch, |good| {
        advised(good, "<x xmlns=\"urn:x\">text</x>").swap(SignedAssertion, ">text<", ">evil<")
    });
    refuses(&mismatch, |good| {
        advised(good, "")
            .edit(SignedAssertion, |xml| xml.replace("<saml:Advice></saml:Advice>", ""))
    });
}

/// The signed assertion, whole, in the Advice of a false one, which bears no signature, the original's,
/// a copy of it, or its ID.
#[test]
fn refuses_a_false_assertion_around_the_signed_one() {
    let bare = |signed: &str| text::without(signed, "ds:Signature");
    let evil = move |signed: &str| {
        bare(signed).replace("person-7", "attacker").replace("\"_assertion\"", "\"_evil\"")
    };
    let holding = |evil: &str, what: &str| {
        text::after(evil, "</saml:Conditions>", &format!("<saml:Advice>{what}</saml:Advice>"))
    };
    let bearing = |evil: &str, signed: &str| {
        text::after(evil, "</saml:Issuer>", text::element(signed, "ds:Signature"))
    };
    let unsigned = ResponseError::Message(MessageError::Unsigned { part: Part::Assertion });
    refuses_wrapped(&unsigned, move |signed| holding(&evil(signed), signed));
    let reference = signature_error(SignatureError::Reference);
    refuses_wrapped(&reference, move |signed| {
        bearing(&holding(&evil(signed), &bare(signed)), signed)
    });
    refuses_wrapped(&reference, move |signed| bearing(&holding(&evil(signed), signed), signed));
    // With the ID of the original, which is given another one.
    let mismatch = signature_error(SignatureError::DigestMismatch);
    refuses_wrapped(&mismatch, move |signed| {
        let evil = evil(signed).replace("\"_evil\"", "\"_assertion\"");
        let original = bare(signed).replace("\"_assertion\"", "\"_original\"");
        bearing(&holding(&evil, &original), signed)
    });
}

/// The signature of the original, though it is valid, is not looked for in Advice.
#[test]
fn a_false_assertion_in_advice_is_not_who_logs_in() {
    let evil = signed_other().replace("person-7", "attacker");
    for made in accepts(|fine| advised(fine, &evil)) {
        assert_eq!(made, good());
    }
    let unsigned = ResponseError::Message(MessageError::Unsigned { part: Part::Assertion });
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    refuses_at(NOON, fixture, &unsigned, |good| {
        advised(good.unsigned_assertion(), &signed_other())
    });
}

/// An ID names one element of the document, wherever it stands.
#[test]
fn refuses_an_id_in_advice_that_another_element_has() {
    for twin in ["<saml:Assertion ID=\"_assertion\"/>", "<x xmlns=\"urn:x\" Id=\"_assertion\"/>"] {
        refuses_malformed(XmlError::DuplicateId, |good| advised(good, twin));
    }
    refuses_malformed(XmlError::DuplicateId, |good| {
        advised(good, "<saml:Assertion ID=\"_a\"/><saml:Assertion ID=\"_a\"/>")
    });
}

#[test]
fn refuses_in_advice_what_no_message_may_hold() {
    for (content, cause) in [
        ("<!-- x -->", XmlError::Comment),
        ("<?x y?>", XmlError::ProcessingInstruction),
        ("<x xmlns=\"1\"/>", XmlError::RelativeNamespace),
        ("<x xmlns=\"urn:x\" xml:id=\"_x\"/>", XmlError::QualifiedId),
    ] {
        // Advice as its own text, which nobody could sign.
        let advice = format!("<saml:Advice>{content}</saml:Advice>");
        refuses_malformed(cause, |good| {
            let advice = advice.clone();
            good.edit(SignedAssertion, move |xml| text::after(xml, "</saml:Conditions>", &advice))
        });
    }
}

/// Anywhere else it is an element like others: what stands in it is looked for.
#[test]
fn refuses_an_assertion_in_advice_at_any_other_place() {
    let advice = "<saml:Advice><saml:Assertion ID=\"_evil\"/></saml:Advice>";
    for place in [
        "<saml:Subject>",
        "<saml:SubjectConfirmation ",
        "<saml:AudienceRestriction>",
        "<saml:Conditions",
        "<saml:AuthnStatement",
        "<saml:AttributeStatement",
        "<saml:AttributeValue>",
        "</saml:Assertion>",
    ] {
        // A first one at its place excuses no second one.
        let with = |good: ForgedResponse| {
            let good = good.edit(Assertion, move |xml| text::before(xml, place, advice));
            if place == "<saml:AuthnStatement" { advised(good, "") } else { good }
        };
        refuses(&ResponseError::AssertionCount, with);
    }
    let around = advice.replace(
        "<saml:Advice>",
        "<saml:Advice xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">",
    );
    let extended = format!("<samlp:Extensions>{around}</samlp:Extensions>");
    for (place, put) in [("</samlp:Status>", around), ("<samlp:Status>", extended)] {
        refuses(&ResponseError::AssertionCount, |good| {
            let put = put.clone();
            good.edit(Response, move |xml| text::before(xml, place, &put))
        });
    }
    let foreign = "<x:Advice xmlns:x=\"urn:x\"><saml:Assertion ID=\"_evil\"/></x:Advice>";
    refuses(&ResponseError::AssertionCount, |good| {
        good.edit(Assertion, |xml| text::after(xml, "</saml:Conditions>", foreign))
    });
    let second = format!("<saml:Advice/>{advice}");
    refuses(&ResponseError::AssertionCount, |good| {
        let second = second.clone();
        good.edit(Assertion, move |xml| text::after(xml, "</saml:Conditions>", &second))
    });
}

/// Two assertions have no Advice: which of them would be the one?
#[test]
fn refuses_a_second_assertion_whatever_its_advice_holds() {
    let idp = FakeIdp::plain();
    for place in ["<saml:Assertion ", "</samlp:Response>"] {
        let made = advised(idp.response().plain(), "").edit(Response, move |xml| {
            let second = text::without(text::element(xml, "saml:Assertion"), "ds:Signature");
            let second = second.replace("_assertion", "_second").replace("person-7", "attacker");
            text::before(xml, place, &second)
        });
        assert_eq!(refusal(&idp, &made, NOON), ResponseError::AssertionCount);
    }
}

/// Told by its own name, and not as something that is missing behind it.
#[test]
fn refuses_advice_at_any_other_place_by_its_name() {
    for (place, inside) in [
        ("<saml:Subject>", "Assertion"),
        ("<saml:Conditions", "Assertion"),
        ("<saml:AttributeStatement", "Assertion"),
        ("<saml:SubjectConfirmation ", "Subject"),
        ("<saml:AuthnContextClassRef", "AuthnContext"),
    ] {
        let unexpected = MessageError::UnexpectedElement { element: "Advice", inside };
        refuses(&ResponseError::Message(unexpected), |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, "<saml:Advice/>"))
        });
    }
    let repeated = MessageError::Repeated { element: "Advice" };
    refuses(&ResponseError::Message(repeated), |good| advised(advised(good, ""), ""));
}

/// Puts Advice at its place before the assertion is signed.
fn advised(forged: ForgedResponse, content: &str) -> ForgedResponse {
    let advice = format!("<saml:Advice>{content}</saml:Advice>");
    forged.edit(Assertion, move |xml| text::after(xml, "</saml:Conditions>", &advice))
}

/// A good assertion of the same identity provider, signed, under an ID of its own.
fn signed_other() -> String {
    let other = FakeIdp::plain().response().plain().unsigned_response();
    let other = other.edit(Assertion, |xml| xml.replace("\"_assertion\"", "\"_other\"")).xml();
    text::element(&other, "saml:Assertion").to_owned()
}

/// Refused in both forms, whether a Response around it is signed or not.
#[track_caller]
fn refuses_wrapped(expected: &ResponseError, wrap: impl Fn(&str) -> String + Copy + 'static) {
    let wrapped = |good: ForgedResponse| good.edit(SignedAssertion, wrap);
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    refuses_at(NOON, fixture, expected, |good| wrapped(good.unsigned_response()));
    let fixture = || FakeIdp::plain().requiring(SignedParts::Both);
    refuses_at(NOON, fixture, expected, wrapped);
    let by_stranger = |good: ForgedResponse| wrapped(good).response_signed_by(&keys::ROGUE);
    let refused = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::NoKeyMatches,
    });
    refuses_at(NOON, fixture, &refused, by_stranger);
}

#[track_caller]
fn refuses_malformed(cause: XmlError, spoil: impl Fn(ForgedResponse) -> ForgedResponse) {
    let malformed = |part| ResponseError::Message(MessageError::Malformed { part, cause });
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let encrypted = spoil(idp.response().unsigned_response());
    assert_eq!(refusal(&idp, &encrypted, NOON), malformed(Part::Assertion), "encrypted");
    let plain = spoil(idp.response().plain().unsigned_response());
    assert_eq!(refusal(&idp, &plain, NOON), malformed(Part::Response), "plain");
}

fn signature_error(cause: SignatureError) -> ResponseError {
    ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause })
}
