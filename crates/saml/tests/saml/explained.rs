//! A judgement told check by check: by the very checks of a login, and to the same end.

use silta_saml::{
    Check, CheckOutcome, DecryptionError, ExplainedRequest, Explanation, Part, ResponseError,
    SignedParts, StatusError,
};
use silta_testkit::forge::EditPoint::{Assertion, Encrypted, Response, SignedResponse};
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::at;

#[test]
fn every_check_of_a_good_response_passes() {
    let idp = FakeIdp::plain();
    for (forged, opened) in
        [(idp.response(), CheckOutcome::Passed), (idp.response().plain(), CheckOutcome::NotNeeded)]
    {
        let explained = explain(&idp, &forged);
        for (check, outcome) in &explained.checks {
            let of_encryption = matches!(check, Check::Decryption | Check::OpenedXml);
            let expected = match check {
                Check::EncryptedParts => CheckOutcome::NotNeeded,
                _ if of_encryption => opened,
                _ => CheckOutcome::Passed,
            };
            assert_eq!(*outcome, expected, "{check:?}");
        }
        let order: Vec<_> = explained.checks.iter().map(|(check, _)| *check).collect();
        assert_eq!(order, Check::ALL);
        let said = explained.judged.unwrap();
        assert_eq!((said.authn_context.as_str(), said.authn_instant), (AUTHN_CONTEXTS[1], at(-60)));
        assert!(said.name_id.is_some());
        assert!(!format!("{said:?}").contains("person"), "{said:?}");
    }
}

type Spoil = fn(ForgedResponse) -> ForgedResponse;

/// What stands before the check that fails has passed, and what stands after it was not reached.
#[test]
fn a_refusal_names_the_check_that_it_comes_from() {
    let spoilt: [(Check, Spoil); 16] = [
        (Check::Xml, |good| good.edit(SignedResponse, |xml| format!("<!DOCTYPE x>{xml}"))),
        (Check::Shape, |good| good.swap(Response, "Version=\"2.0\"", "Version=\"2.1\"")),
        (Check::ResponseSignature, ForgedResponse::unsigned_response),
        (Check::Destination, |good| good.swap(Response, " Destination=\"", " Destination=\"x")),
        (Check::ResponseIssuer, |good| good.issuer("https://other.example")),
        (Check::ResponseRequest, |good| good.in_response_to("_other")),
        (Check::ResponseAge, |good| good.issued(at(-3_600))),
        (Check::Status, |good| good.swap(Response, ":status:Success", ":status:Responder")),
        (Check::OneAssertion, |good| {
            good.edit(Response, |xml| text::without(xml, "saml:EncryptedAssertion"))
        }),
        (Check::Encryption, |good| good.swap(Encrypted, "xmlenc#Element", "xmlenc#Content")),
        (Check::Decryption, |good| good.ciphertext(|_| vec![0; 40])),
        (Check::AssertionSignature, ForgedResponse::unsigned_assertion),
        (Check::AssertionShape, |good| {
            good.edit(Assertion, |xml| text::without(xml, "saml:Conditions"))
        }),
        (Check::Conditions, |good| good.audience("https://other.example")),
        (Check::Authentication, |good| good.authn_context("urn:other")),
        (Check::EncryptedParts, |good| {
            good.edit(Assertion, |xml| text::replaced(xml, "saml:NameID", "<saml:EncryptedID/>"))
        }),
    ];
    let idp = FakeIdp::default().requiring(SignedParts::Both);
    for (expected, spoil) in spoilt {
        let forged = spoil(idp.response());
        let explained = explain(&idp, &forged);
        for (check, outcome) in &explained.checks {
            let passed =
                if *check < expected { CheckOutcome::Passed } else { CheckOutcome::NotReached };
            let outcome_there = if *check == expected { CheckOutcome::Failed } else { passed };
            assert_eq!(*outcome, outcome_there, "{check:?}, where {expected:?} fails");
        }
        let verified = forged.sign().verify(&idp.expectation(), NOON).unwrap_err();
        assert_eq!(explained.judged.unwrap_err(), verified, "the very judgement of a login");
    }
}

#[test]
fn a_value_that_is_not_base64_reaches_nothing() {
    let idp = FakeIdp::default();
    let expect = idp.expectation();
    let explained = Explanation::of("!", &expect, ExplainedRequest::Expected, NOON);
    assert_eq!(explained.checks[0], (Check::Encoding, CheckOutcome::Failed));
    assert!(explained.checks[1..].iter().all(|(_, outcome)| *outcome == CheckOutcome::NotReached));
}

/// Nobody remembers the request of a response that was saved: it is said not to be judged, and the rest
/// is. Response and confirmation must still name one and the same.
#[test]
fn without_a_request_to_compare_with_only_that_is_not_judged() {
    let idp = FakeIdp::plain();
    let whichever = |forged: &ForgedResponse| {
        let expect = idp.expectation();
        Explanation::of(&forged.post(), &expect, ExplainedRequest::Whichever, NOON)
    };
    let explained = whichever(&idp.response().in_response_to("_whichever"));
    assert!(explained.judged.is_ok());
    assert!(explained.checks.contains(&(Check::ResponseRequest, CheckOutcome::NotJudged)));

    let crossed = idp.response().swap(
        Assertion,
        "<saml:SubjectConfirmationData InResponseTo=\"",
        "<saml:SubjectConfirmationData InResponseTo=\"_other",
    );
    let part = Part::Confirmation;
    assert_eq!(whichever(&crossed).judged.unwrap_err(), ResponseError::NotOurRequest { part });

    let own = " InResponseTo=\"_0123456789abcdef0123456789abcdef\"";
    let none = idp.response().edit(Response, move |xml| xml.replacen(own, "", 1));
    let explained = whichever(&none);
    assert!(explained.checks.contains(&(Check::ResponseRequest, CheckOutcome::Failed)));
    let part = Part::Response;
    assert_eq!(explained.judged.unwrap_err(), ResponseError::Unsolicited { part });
}

/// An operator without the right key sees how far it came.
#[test]
fn without_our_key_everything_before_decryption_is_judged() {
    let mut idp = FakeIdp::default();
    idp.provider.decryption_keys = vec![];
    let explained = explain(&idp, &idp.response());
    assert!(explained.checks.contains(&(Check::Status, CheckOutcome::Passed)));
    assert!(explained.checks.contains(&(Check::Decryption, CheckOutcome::Failed)));
    let undecryptable = ResponseError::Decryption(DecryptionError::Undecryptable);
    assert_eq!(explained.judged.unwrap_err(), undecryptable);
    let failed = idp.response().swap(Response, ":status:Success", ":status:Responder");
    let status = ResponseError::Status(StatusError::Responder);
    assert_eq!(explain(&idp, &failed).judged.unwrap_err(), status);
}

fn explain(idp: &FakeIdp, forged: &ForgedResponse) -> Explanation {
    Explanation::of(&forged.post(), &idp.expectation(), ExplainedRequest::Expected, NOON)
}
