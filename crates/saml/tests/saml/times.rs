//! How real identity providers write instants, at every place of a Response where one stands.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use silta_saml::{MessageError, ResponseError};
use silta_testkit::forge::EditPoint::{Assertion, Response};
use silta_testkit::forge::text;

use crate::fixture::{accepts, at, good, refuses};

/// No fraction and up to nine digits of one, in UTC and beside it [SAML2Core §1.3.3, XMLSchema2 §3.2.7].
#[test]
fn an_instant_is_the_same_however_it_is_written() {
    let fractions = (1..=9).map(|digits| format!(".{}", "0".repeat(digits)));
    for fraction in [String::new()].into_iter().chain(fractions) {
        for (hours, zone) in
            [(0, "Z"), (0, "+00:00"), (0, "-00:00"), (2, "+02:00"), (-5, "-05:00"), (14, "+14:00")]
        {
            let end = format!("{fraction}{zone}");
            let made = accepts(|fine| {
                let (inner, outer) = (end.clone(), end.clone());
                fine.edit(Assertion, move |xml| rewritten(xml, hours, &inner))
                    .edit(Response, move |xml| rewritten(xml, hours, &outer))
            });
            assert_eq!(made, [good(), good()], "{end}");
        }
    }
}

#[test]
fn every_digit_of_a_fraction_counts() {
    for (digits, nanoseconds) in [
        ("1", 100_000_000),
        ("12", 120_000_000),
        ("123", 123_000_000),
        ("123456", 123_456_000),
        ("1234567", 123_456_700),
        ("123456789", 123_456_789),
    ] {
        for zoned in [format!("11:59:00.{digits}Z"), format!("13:59:00.{digits}+02:00")] {
            for made in
                accepts(|fine| fine.swap(Assertion, AUTHENTICATED, &format!("2026-11-21T{zoned}")))
            {
                let expected = at(-60) + SignedDuration::from_nanos(nanoseconds);
                assert_eq!(made.authn_instant, expected, "{zoned}");
            }
        }
    }
}

/// Old identity providers mean UTC, and nobody can know that.
#[test]
fn refuses_an_instant_without_a_time_zone_wherever_it_stands() {
    let confirmed = format!("/saml/acs\" NotOnOrAfter=\"{UNTIL}");
    let lasts = format!("NotOnOrAfter=\"{UNTIL}\"><saml:AudienceRestriction");
    for (point, field, place, written) in [
        (Response, "IssueInstant", "<samlp:Response", NOW),
        (Assertion, "IssueInstant", "<saml:Assertion", NOW),
        (Assertion, "NotOnOrAfter", &confirmed, UNTIL),
        (Assertion, "NotBefore", "<saml:Conditions", NOW),
        (Assertion, "NotOnOrAfter", &lasts, UNTIL),
        (Assertion, "AuthnInstant", "<saml:AuthnStatement", AUTHENTICATED),
        (Assertion, "SessionNotOnOrAfter", "SessionNotOnOrAfter", UNTIL),
    ] {
        for fraction in ["", ".0", ".0000000"] {
            let zoneless = format!("{}{fraction}\"", written.trim_end_matches('Z'));
            let refused = ResponseError::Message(MessageError::NotAnInstant { field });
            refuses(&refused, |good| {
                let session = format!("SessionNotOnOrAfter=\"{UNTIL}\" SessionIndex=");
                let (place, zoneless) = (place.to_owned(), zoneless.clone());
                good.swap(Assertion, "SessionIndex=", &session).edit(point, move |xml| {
                    let (head, tail) = xml.split_once(&place).unwrap();
                    let tail = format!("{place}{tail}");
                    format!("{head}{}", tail.replacen(&format!("{written}\""), &zoneless, 1))
                })
            });
        }
    }
}

/// "For ever", as some write it.
#[test]
fn a_session_may_end_with_the_year_9999() {
    for (written, read) in [
        ("9999-12-31T23:59:59Z", Timestamp::MAX),
        ("9999-12-31T23:59:59.999Z", Timestamp::MAX),
        ("9999-12-31T00:00:00+02:00", "9999-12-30T22:00:00Z".parse().unwrap()),
    ] {
        let session = format!("SessionNotOnOrAfter=\"{written}\" SessionIndex=");
        for made in accepts(|fine| fine.swap(Assertion, "SessionIndex=", &session)) {
            assert_eq!(made.session_not_on_or_after, Some(read), "{written}");
        }
    }
}

/// Each instant of a part as it reads so many hours from UTC, with another end.
fn rewritten(xml: &str, hours: i8, end: &str) -> String {
    let written = [AUTHENTICATED, NOW, UNTIL];
    let there = written.into_iter().filter(|instant| xml.contains(instant));
    there.fold(xml.to_owned(), |xml, instant| {
        let instant_there: Timestamp = instant.parse().unwrap();
        let local = Offset::constant(hours).to_datetime(instant_there);
        let local = local.strftime("%Y-%m-%dT%H:%M:%S");
        text::swapped(&xml, instant, &format!("{local}{end}"))
    })
}

const AUTHENTICATED: &str = "2026-11-21T11:59:00Z";
const NOW: &str = "2026-11-21T12:00:00Z";
const UNTIL: &str = "2026-11-21T12:05:00Z";
