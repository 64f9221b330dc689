//! Destination, issuer, the request that is answered, the age of the message, and status.

use silta_saml::{MessageError, Part, ResponseError, SignatureError, SignedParts, StatusError};
use silta_testkit::forge::EditPoint::{Assertion, Response, SignedResponse};
use silta_testkit::forge::{ACS, EditPoint, FakeIdp, ForgedResponse, IDP_ENTITY, NOON, text};

use crate::fixture::{
    accepts, at, good, instant, mismatch, refusal, refuses, refuses_unsigned, unproven,
};

#[test]
fn refuses_a_response_to_another_destination() {
    for other in [
        "https://broker.example/saml/acs/",
        "https://broker.example/saml/ACS",
        "https://BROKER.example/saml/acs",
        "https://broker.example:443/saml/acs",
        "https://broker.example/saml/acs?",
        "https://broker.example/saml/./acs",
        "http://broker.example/saml/acs",
        " https://broker.example/saml/acs",
        "https://broker.example/saml/idp/sso",
        "https://tenant.example/saml/acs",
        "",
    ] {
        let signed = ResponseError::WrongDestination(mismatch(ACS, &[other]));
        let other = format!(" Destination=\"{other}\"");
        refuses(&signed, |good| good.swap(Response, DESTINATION, &other));
        // Whoever carries an unsigned message may write anything.
        let unsigned = ResponseError::WrongDestination(unproven(ACS));
        refuses_unsigned(&unsigned, |good| good.swap(Response, DESTINATION, &other));
    }
    let absent = ResponseError::WrongDestination(mismatch(ACS, &[]));
    refuses(&absent, |good| good.swap(Response, DESTINATION, ""));
    let other = "https://other.example/acs";
    let wrong = ResponseError::WrongDestination(mismatch(ACS, &[other]));
    refuses(&wrong, |good| good.acs_url(other));
}

/// Mix-up: one identity provider answers for another, or for its own test environment.
#[test]
fn refuses_another_issuer_than_the_one_that_was_asked() {
    let wrong = |part, mismatch| ResponseError::WrongIssuer { part, mismatch };
    for other in [
        "https://other.example/entity",
        "https://idp.example/entity/",
        "https://IDP.example/entity",
        "",
        "https://idp.example/entity2",
    ] {
        let signed = || mismatch(IDP_ENTITY, &[other]);
        refuses(&wrong(Part::Response, signed()), |good| good.issuer(other));
        let own = format!("<saml:Issuer>{IDP_ENTITY}<");
        let new = format!("<saml:Issuer>{other}<");
        refuses(&wrong(Part::Assertion, signed()), |good| good.swap(Assertion, &own, &new));
        refuses_unsigned(&wrong(Part::Response, unproven(IDP_ENTITY)), |good| good.issuer(other));
    }
}

/// An issuer is an entity, in Response and Assertion, whether they say so or not
/// [SAML2Prof §4.1.4.2].
#[test]
fn refuses_an_issuer_that_is_said_to_be_something_else_than_an_entity() {
    let formats = [
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:ENTITY",
        " urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
        "",
    ];
    let place = "<saml:Issuer";
    for part in [Part::Response, Part::Assertion] {
        for format in formats {
            let named = format!("{place} Format=\"{format}\"");
            let wrong = ResponseError::Message(MessageError::IssuerFormat { part });
            refuses(&wrong, |good| good.edit(edit_point(part), first(place, &named)));
        }
    }
}

#[test]
fn an_issuer_may_be_said_to_be_an_entity() {
    let entity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    let place = "<saml:Issuer";
    for part in [Part::Response, Part::Assertion] {
        let named = format!("{place} Format=\"{entity}\"");
        let foreign = format!("{place} xmlns:x=\"urn:x\" x:Format=\"urn:x\"");
        for written in [named, foreign] {
            let made = accepts(|fine| fine.edit(edit_point(part), first(place, &written)));
            assert_eq!(made, [good(), good()], "{written}");
        }
    }
}

#[test]
fn refuses_a_part_without_an_issuer() {
    refuses(&ResponseError::Message(MessageError::Missing { element: "Issuer" }), |good| {
        good.unsigned_response().edit(Response, |xml| text::without(xml, "saml:Issuer"))
    });
    let idp = FakeIdp::default().requiring(SignedParts::Response);
    let made = idp.response().unsigned_assertion();
    let made = made.edit(Assertion, |xml| text::without(xml, "saml:Issuer"));
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Message(MessageError::Missing { element: "Issuer" })
    );
    refuses(
        &ResponseError::Message(MessageError::UnexpectedElement {
            element: "another element",
            inside: "Issuer",
        }),
        |good| good.edit(Response, |xml| text::after(xml, IDP_ENTITY, "<x/>")),
    );
}

#[test]
fn refuses_an_answer_to_somebody_elses_request() {
    let other = |part| ResponseError::NotOurRequest { part };
    for id in [
        "_another_login",
        "",
        "_0123456789ABCDEF0123456789ABCDEF",
        "_0123456789abcdef0123456789abcde",
    ] {
        refuses(&other(Part::Response), |good| good.in_response_to(id));
        let new = format!("<saml:SubjectConfirmationData InResponseTo=\"{id}\"");
        refuses(&other(Part::Confirmation), |good| good.swap(Assertion, CONFIRMS, &new));
    }
}

/// Unsolicited responses (CVE-2026-2603 and its kin, Keycloak): nobody asked for this.
#[test]
fn refuses_a_response_that_answers_no_request() {
    let own = " InResponseTo=\"_0123456789abcdef0123456789abcdef\"";
    refuses(&ResponseError::Unsolicited { part: Part::Response }, |good| {
        good.edit(Response, move |xml| xml.replacen(own, "", 1))
    });
    refuses(&ResponseError::Unsolicited { part: Part::Confirmation }, |good| {
        good.swap(Assertion, CONFIRMS, "<saml:SubjectConfirmationData")
    });
}

/// Five minutes of travel and a minute of skew, to the second.
#[test]
fn refuses_a_response_that_is_old_or_not_of_this_time() {
    let now = NOON;
    for (part, point) in [(Part::Response, Response), (Part::Assertion, Assertion)] {
        let issue = |seconds: i64| {
            let new = format!(" IssueInstant=\"{}\"", instant(seconds));
            move |xml: &str| xml.replacen(" IssueInstant=\"2026-11-21T12:00:00Z\"", &new, 1)
        };
        for seconds in [-360, 0, 60] {
            let mut expected = good();
            if part == Part::Assertion {
                // What was issued earlier is stale earlier, and remembered no longer than that.
                expected.valid_until = at(360 + seconds.min(0));
            }
            let made = accepts(|fine| fine.edit(point, issue(seconds)));
            assert_eq!(made, [expected.clone(), expected]);
        }
        let stale = ResponseError::Message(MessageError::Stale { part, issued: at(-361), now });
        refuses(&stale, |good| good.edit(point, issue(-361)));
        let early =
            ResponseError::Message(MessageError::FromTheFuture { part, issued: at(61), now });
        refuses(&early, |good| good.edit(point, issue(61)));
        let missing =
            ResponseError::Message(MessageError::MissingAttribute { attribute: "IssueInstant" });
        refuses(&missing, |good| {
            good.edit(point, |xml| xml.replacen(" IssueInstant=\"2026-11-21T12:00:00Z\"", "", 1))
        });
    }
}

#[test]
fn refuses_instants_that_are_not_instants() {
    for text in [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T12:00:00",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:60Z",
        "2026-11-21T12:00:00.Z",
        "2026-11-21T12:00:00.1234567890Z",
        "2026-11-21T12:00:00+2",
        "2026-02-29T12:00:00Z",
        "1795262400",
        " 2026-11-21T12:00:00Z",
        "2026-11-21t12:00:00z",
        "10000-01-01T00:00:00Z",
        "-2026-11-21T12:00:00Z",
    ] {
        let new = format!(" IssueInstant=\"{text}\"");
        refuses(
            &ResponseError::Message(MessageError::NotAnInstant { field: "IssueInstant" }),
            |good| {
                let new = new.clone();
                good.edit(Response, move |xml| xml.replacen(ISSUED, &new, 1))
            },
        );
    }
    for same in
        ["2026-11-21T12:00:00.000000000Z", "2026-11-21T14:00:00+02:00", "2026-11-20T22:30:00-13:30"]
    {
        let new = format!(" IssueInstant=\"{same}\"");
        let made = accepts(|fine| {
            let new = new.clone();
            fine.edit(Response, move |xml| xml.replacen(ISSUED, &new, 1))
        });
        assert_eq!(made, [good(), good()], "{same}");
    }
}

/// A failure is a failure, even with a signed assertion beside it.
#[test]
fn a_reported_failure_ends_the_login_though_an_assertion_is_there() {
    use StatusError as F;
    let code = |value: &str| format!("<samlp:StatusCode Value=\"{PREFIX}{value}\"");
    for (top, second, failure) in [
        ("Responder", Some("AuthnFailed"), F::AuthnFailed),
        ("Requester", Some("AuthnFailed"), F::AuthnFailed),
        ("Responder", Some("NoAuthnContext"), F::NoAuthnContext),
        ("Responder", Some("NoPassive"), F::NoPassive),
        ("Responder", Some("RequestDenied"), F::RequestDenied),
        ("Requester", Some("UnknownPrincipal"), F::UnknownPrincipal),
        ("Responder", Some("NoAvailableIDP"), F::NoAvailableIdp),
        ("VersionMismatch", Some("RequestVersionTooHigh"), F::RequestVersionTooHigh),
        ("Requester", Some("evil"), F::Requester),
        ("Requester", Some("Requester"), F::Requester),
        ("Requester", None, F::Requester),
        ("Responder", None, F::Responder),
        ("VersionMismatch", None, F::Responder),
        ("success", None, F::Responder),
        ("Success2", None, F::Responder),
        ("Responder", Some("Success"), F::Responder),
        ("", None, F::Responder),
    ] {
        let second = second.map(|value| format!("{}/>", code(value))).unwrap_or_default();
        let new = format!("{}>{second}</samlp:StatusCode>", code(top));
        refuses(&ResponseError::Status(failure), |good| {
            good.swap(Response, &format!("{}/>", code("Success")), &new)
        });
    }
    refuses(&ResponseError::Status(F::Responder), |good| good.swap(Response, PREFIX, "urn:other:"));
    refuses(&ResponseError::Status(F::Responder), |good| {
        good.swap(Response, &format!("{}/>", code("Success")), "<samlp:StatusCode/>")
    });
}

/// Invalid, and real all the same (spid-testenv2 sends `RequestDenied` so): what it says is plain.
#[test]
fn a_second_level_code_that_stands_at_the_top_says_what_it_says() {
    let swapped = |codes: String| move |good: ForgedResponse| good.swap(Response, SUCCESS, &codes);
    for failure in StatusError::ALL {
        let code = format!("<samlp:StatusCode Value=\"{PREFIX}{}\"/>", failure.code());
        refuses(&ResponseError::Status(failure), swapped(code));
    }
    // The second level is the more specific one wherever it is known.
    for (second, failure) in
        [("AuthnFailed", StatusError::AuthnFailed), ("evil", StatusError::RequestDenied)]
    {
        let second = format!("<samlp:StatusCode Value=\"{PREFIX}{second}\"/>");
        let codes = format!(
            "<samlp:StatusCode Value=\"{PREFIX}RequestDenied\">{second}</samlp:StatusCode>"
        );
        refuses(&ResponseError::Status(failure), swapped(codes));
    }
}

#[test]
fn refuses_a_status_that_is_none() {
    refuses(&ResponseError::Message(MessageError::Missing { element: "StatusCode" }), |good| {
        good.swap(Response, &format!("<samlp:StatusCode Value=\"{PREFIX}Success\"/>"), "")
    });
    refuses(&ResponseError::Message(MessageError::Repeated { element: "StatusCode" }), |good| {
        let code = format!("<samlp:StatusCode Value=\"{PREFIX}Responder\"/>");
        good.edit(Response, move |xml| text::after(xml, "<samlp:Status>", &code))
    });
    refuses(&ResponseError::Message(MessageError::Missing { element: "Status" }), |good| {
        good.edit(Response, |xml| text::without(xml, "samlp:Status"))
    });
    refuses(&ResponseError::Message(MessageError::Repeated { element: "Status" }), |good| {
        good.edit(Response, |xml| {
            let status = text::element(xml, "samlp:Status").to_owned();
            text::after(xml, "</samlp:Status>", &status)
        })
    });
}

/// A failure must be signed as a success must be: else anybody could end anybody's login.
#[test]
fn refuses_a_failure_that_nobody_signed() {
    let failure = silta_saml::ResponseHeader {
        issuer: IDP_ENTITY,
        audience: "",
        acs_url: ACS,
        in_response_to: silta_testkit::forge::REQUEST,
        issued: NOON,
    }
    .error_response("_response", StatusError::AuthnFailed);
    let idp = FakeIdp::default();
    let made = |xml: String| idp.response().edit(SignedResponse, move |_| xml.clone());
    let unsigned = ResponseError::UnsignedFailure { claims: StatusError::AuthnFailed };
    for signed in [SignedParts::Either, SignedParts::Both, SignedParts::Response] {
        let idp = idp.clone().requiring(signed);
        assert_eq!(refusal(&idp, &made(failure.clone()), NOON), unsigned);
    }
    assert_eq!(unsigned.to_string(), "the response is not signed; it claims AuthnFailed, unproven");

    let key =
        silta_testkit::keys::IDP.signing(silta_saml::algorithm::SignatureAlgorithm::RsaSha256);
    let signed = silta_saml::sign_enveloped(&failure, &key).unwrap();
    let failed = ResponseError::Status(StatusError::AuthnFailed);
    assert_eq!(refusal(&idp, &made(signed.clone()), NOON), failed);

    let changed = text::swapped(&signed, "AuthnFailed", "RequestDenied");
    let cause = SignatureError::DigestMismatch;
    let refused = ResponseError::Message(MessageError::Signature { part: Part::Response, cause });
    assert_eq!(refusal(&idp, &made(changed), NOON), refused);
}

/// An assertion beside it, encrypted by anybody, makes an unsigned failure no more believable; only
/// a peer that never signs its responses is taken at its word.
#[test]
fn refuses_an_unsigned_failure_beside_an_encrypted_assertion() {
    let failing = |idp: &FakeIdp| {
        idp.response().unsigned_response().swap(Response, ":status:Success", ":status:Requester")
    };
    let idp = FakeIdp::default();
    let unsigned = ResponseError::UnsignedFailure { claims: StatusError::Requester };
    assert_eq!(refusal(&idp, &failing(&idp), NOON), unsigned);
    let idp = idp.requiring(SignedParts::Assertion);
    let failed = ResponseError::Status(StatusError::Requester);
    assert_eq!(refusal(&idp, &failing(&idp), NOON), failed);
}

/// Nobody asked for it, and the operator sees what it says.
#[test]
fn a_failure_that_answers_no_request_is_told_with_its_status() {
    let own = " InResponseTo=\"_0123456789abcdef0123456789abcdef\"";
    let unsolicited = ResponseError::UnsolicitedFailure { claims: StatusError::RequestDenied };
    refuses(&unsolicited, |good| {
        let code = SUCCESS.replace("Success", "RequestDenied");
        good.swap(Response, SUCCESS, &code).edit(Response, move |xml| xml.replacen(own, "", 1))
    });
    assert_eq!(unsolicited.reason(), "unsolicited");
    assert_eq!(unsolicited.to_string(), "the response answers no request; it claims RequestDenied");
}

const DESTINATION: &str = " Destination=\"https://broker.example/saml/acs\"";
const ISSUED: &str = " IssueInstant=\"2026-11-21T12:00:00Z\"";
const CONFIRMS: &str =
    "<saml:SubjectConfirmationData InResponseTo=\"_0123456789abcdef0123456789abcdef\"";
const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
const SUCCESS: &str = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";

/// Replaces the first of several.
fn first(from: &str, to: &str) -> impl Fn(&str) -> String + 'static {
    let (from, to) = (from.to_owned(), to.to_owned());
    move |xml| {
        assert!(xml.contains(&from), "nothing to replace");
        xml.replacen(&from, &to, 1)
    }
}

fn edit_point(part: Part) -> EditPoint {
    if part == Part::Response { Response } else { Assertion }
}
