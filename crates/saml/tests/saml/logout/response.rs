//! The identity provider says what became of our request.

use silta_saml::{LogoutError, LogoutStatus, MessageError, Part};
use silta_testkit::forge::{ForgedLogout, NOON, REQUEST, SLO};

use super::fixture::{by_both, refuses};
use crate::fixture::at;

#[test]
fn a_signed_response_says_what_became_of_our_request() {
    for status in [
        LogoutStatus::Success,
        LogoutStatus::Partial,
        LogoutStatus::UnknownPrincipal,
        LogoutStatus::Failed,
    ] {
        for made in by_both(&ForgedLogout::response(status)) {
            let read = made.unwrap().response();
            assert_eq!(read.in_response_to(), REQUEST);
            assert_eq!(read.status(), status);
        }
    }
}

/// The codes as peers send them: what is less than a success is never told as one.
#[test]
fn a_status_is_a_success_only_where_nothing_says_otherwise() {
    let prefix = "urn:oasis:names:tc:SAML:2.0:status:";
    let code = |value: &str, inner: &str| {
        format!("<samlp:StatusCode Value=\"{value}\">{inner}</samlp:StatusCode>")
    };
    let known = |local: &str, inner: &str| code(&format!("{prefix}{local}"), inner);
    for (status, expected) in [
        (known("Success", ""), LogoutStatus::Success),
        (known("Success", &code("urn:example:done", "")), LogoutStatus::Success),
        (known("Success", &known("PartialLogout", "")), LogoutStatus::Partial),
        (known("Responder", &known("PartialLogout", "")), LogoutStatus::Partial),
        (known("Requester", &known("UnknownPrincipal", "")), LogoutStatus::UnknownPrincipal),
        (known("Responder", &known("UnknownPrincipal", "")), LogoutStatus::UnknownPrincipal),
        (known("Success", &known("RequestDenied", "")), LogoutStatus::Failed),
        (known("Responder", ""), LogoutStatus::Failed),
        (known("Requester", &known("RequestDenied", "")), LogoutStatus::Failed),
        (known("success", ""), LogoutStatus::Failed),
        (code("Success", ""), LogoutStatus::Failed),
        (code("", ""), LogoutStatus::Failed),
        ("<samlp:StatusCode/>".to_owned(), LogoutStatus::Failed),
    ] {
        let own = format!("<samlp:StatusCode Value=\"{prefix}Success\"/>");
        for made in by_both(&ForgedLogout::response(LogoutStatus::Success).swap(&own, &status)) {
            let read = made.unwrap().response();
            assert_eq!(read.status(), expected, "{status}");
        }
    }
}

#[test]
fn refuses_a_response_that_names_no_request() {
    let named = format!(" InResponseTo=\"{REQUEST}\"");
    let good = ForgedLogout::response(LogoutStatus::Success);
    refuses(LogoutError::Unsolicited, &good.swap(&named, ""));
}

/// Whoever keeps the request finds it by this very text, or finds nothing.
#[test]
fn the_request_that_a_response_names_is_told_as_it_stands() {
    let good = || ForgedLogout::response(LogoutStatus::Success);
    for other in ["_another", "", &format!("{REQUEST}0"), &REQUEST.to_uppercase()] {
        for made in by_both(&good().swap(REQUEST, other)) {
            assert_eq!(made.unwrap().response().in_response_to(), other);
        }
    }
}

#[test]
fn refuses_a_response_that_is_misaddressed_stale_or_of_another_issuer() {
    let good = || ForgedLogout::response(LogoutStatus::Success);
    let part = Part::Response;
    refuses(LogoutError::WrongIssuer, &good().issuer("https://other.example/idp"));
    refuses(LogoutError::WrongDestination, &good().swap(SLO, "https://other.example/slo"));
    refuses(LogoutError::WrongDestination, &good().swap(&format!(" Destination=\"{SLO}\""), ""));
    let stale = MessageError::Stale { part, issued: at(-361), now: NOON };
    refuses(stale, &good().issued(at(-361)));
    let early = MessageError::FromTheFuture { part, issued: at(61), now: NOON };
    refuses(early, &good().issued(at(61)));
    refuses(MessageError::WrongRoot { part }, &good().swap("LogoutResponse", "Response"));
    refuses(MessageError::WrongVersion { part }, &good().swap("\"2.0\"", "\"2.1\""));
    let other = good().swap("samlp:Status>", "samlp:Other>");
    let (element, inside) = ("another element", "LogoutResponse");
    for made in by_both(&other) {
        assert_eq!(made.unwrap_err(), MessageError::UnexpectedElement { element, inside }.into());
    }
}
