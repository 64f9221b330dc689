//! What an identity provider says of a failed login in words of its federation's own.

use silta_saml::{
    NationalStatuses, ResponseError, SignedParts, StatusError, StatusMeaning, StatusNameError,
};
use silta_testkit::forge::EditPoint::Response;
use silta_testkit::forge::{FakeIdp, NOON};

use crate::fixture::refusal;

/// Sweden Connect's codes, which are of the second level; one that stands at the top says what it says, as SAML's do.
#[test]
fn a_foreign_code_counts_before_the_code_of_saml_around_it() {
    let failure = StatusError::Responder;
    for (codes, expected) in [
        (second("Responder", CANCEL), reported(StatusMeaning::Cancelled, CANCEL)),
        (second("Requester", FRAUD), reported(StatusMeaning::SuspectedFraud, FRAUD)),
        (code(CANCEL), reported(StatusMeaning::Cancelled, CANCEL)),
        (second("Responder", &format!("{CANCEL}/")), ResponseError::Status(failure)),
        (second("Responder", &format!("{CANCEL} ")), ResponseError::Status(failure)),
        (second("Responder", &CANCEL.to_uppercase()), ResponseError::Status(failure)),
        (second("Responder", "urn:evil"), ResponseError::Status(failure)),
    ] {
        assert_eq!(refused(&codes), expected, "{codes}");
    }
}

#[test]
fn a_number_counts_where_it_stands_in_the_message_whole() {
    let told = |message: &str| {
        let authn_failed = second("Responder", &format!("{PREFIX}AuthnFailed"));
        refused(&format!("{authn_failed}<samlp:StatusMessage>{message}</samlp:StatusMessage>"))
    };
    let [two, cancelled] = [("ErrorCode nr2", StatusMeaning::TimedOut), NR25]
        .map(|(name, meaning)| reported(meaning, name));
    for message in ["ErrorCode nr25", " ErrorCode nr25\n", "AuthnFailed: ErrorCode nr25."] {
        assert_eq!(told(message), cancelled, "{message}");
    }
    assert_eq!(told("ErrorCode nr2"), two);
    let bounded = "x".repeat(1024 - "ErrorCode nr25 ".len());
    assert_eq!(told(&format!("ErrorCode nr25 {bounded}")), cancelled);
    for other in [
        "",
        "25",
        "nr25",
        "errorcode nr25",
        "ErrorCode NR25",
        "ErrorCode  nr25",
        "ErrorCode\u{a0}nr25",
        "ErrorCode nr250",
        "ErrorCode nr25a",
        "ErrorCode nr25\u{e4}",
        "ErrorCode nr25_",
        "ErrorCode nr26",
        "xErrorCode nr25",
        "ErrorCode nr25 ErrorCode nr2",
        "<evil>ErrorCode nr25</evil>",
        &format!("ErrorCode nr25 {bounded}x"),
    ] {
        assert_eq!(told(other), ResponseError::Status(StatusError::AuthnFailed), "{other}");
    }
}

/// A login that succeeded did, and nobody else's words are read.
#[test]
fn a_message_beside_a_success_says_nothing() {
    let success = format!("{}<samlp:StatusMessage>{}</samlp:StatusMessage>", SUCCESS, NR25.0);
    let idp = idp();
    assert!(
        idp.response()
            .swap(Response, SUCCESS, &success)
            .sign()
            .verify(&idp.expectation(), NOON)
            .is_ok()
    );
    let told = "Responder\"/><samlp:StatusMessage>ErrorCode nr25</samlp:StatusMessage>";
    let other = FakeIdp::plain();
    let failed = other.response().swap(Response, "Success\"/>", told);
    assert_eq!(refusal(&other, &failed, NOON), ResponseError::Status(StatusError::Responder));
}

/// As any failure: signed, unless the peer promises to sign the assertion alone.
#[test]
fn what_nobody_signed_is_believed_only_where_nothing_more_is_promised() {
    let told = "Responder\"/><samlp:StatusMessage>ErrorCode nr25</samlp:StatusMessage>";
    let failed = |idp: &FakeIdp| {
        refusal(idp, &idp.response().unsigned_response().swap(Response, "Success\"/>", told), NOON)
    };
    for signed in [SignedParts::Either, SignedParts::Both, SignedParts::Response] {
        let unsigned = ResponseError::UnsignedFailure { claims: StatusError::Responder };
        let idp = idp().requiring(signed);
        let plain = idp.response().plain().unsigned_response();
        let refused = refusal(&idp, &plain.swap(Response, "Success\"/>", told), NOON);
        assert_eq!(refused, unsigned);
    }
    let (name, meaning) = NR25;
    assert_eq!(failed(&idp().requiring(SignedParts::Assertion)), reported(meaning, name));
}

#[test]
fn a_table_has_neither_codes_of_saml_nor_parts_of_words() {
    let mut statuses = NationalStatuses::default();
    let mut add = |name: &str| statuses.add(name, StatusMeaning::Cancelled);
    assert_eq!(add(&format!("{PREFIX}RequestDenied")), Err(StatusNameError::Standard));
    for words in ["", " ", "ErrorCode nr", " 25", "25 ", "25.", &"x".repeat(65)] {
        let expected = if words == "ErrorCode nr" { Ok(()) } else { Err(StatusNameError::NoWords) };
        assert_eq!(add(words), expected, "{words}");
    }
    assert_eq!(add(CANCEL), Ok(()));
}

/// Every refusal has one sentence, in which nothing is the peer's.
#[test]
fn a_reported_failure_is_told_by_our_own_words_for_it() {
    let (name, meaning) = NR25;
    let told = reported(meaning, name).to_string();
    let expected = "the identity provider reports: the person cancelled the login (ErrorCode nr25)";
    assert_eq!(told, expected);
}

fn idp() -> FakeIdp {
    let known = [
        (CANCEL, StatusMeaning::Cancelled),
        (FRAUD, StatusMeaning::SuspectedFraud),
        ("ErrorCode nr2", StatusMeaning::TimedOut),
        NR25,
    ];
    FakeIdp::plain().with_profile(|profile| {
        for (name, meaning) in known {
            profile.statuses.add(name, meaning).unwrap();
        }
    })
}

fn refused(status: &str) -> ResponseError {
    let idp = idp();
    refusal(&idp, &idp.response().swap(Response, SUCCESS, status), NOON)
}

fn reported(meaning: StatusMeaning, name: &str) -> ResponseError {
    ResponseError::NationalStatus { meaning, name: name.to_owned() }
}

fn code(value: &str) -> String {
    format!("<samlp:StatusCode Value=\"{value}\"/>")
}

fn second(top: &str, value: &str) -> String {
    format!("<samlp:StatusCode Value=\"{PREFIX}{top}\">{}</samlp:StatusCode>", code(value))
}

const CANCEL: &str = "http://id.elegnamnden.se/status/1.0/cancel";
const FRAUD: &str = "http://id.elegnamnden.se/status/1.0/fraud";
const NR25: (&str, StatusMeaning) = ("ErrorCode nr25", StatusMeaning::Cancelled);
const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
const SUCCESS: &str = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
