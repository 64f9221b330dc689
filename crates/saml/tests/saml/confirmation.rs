//! Who may present an assertion: the bearer, here, now, in answer to this request.

use jiff::Timestamp;
use silta_saml::namespace::DS;
use silta_saml::{MessageError, Part, ResponseError, SignedParts};
use silta_testkit::forge::EditPoint::{Assertion, Response};
use silta_testkit::forge::{ACS, FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepts, accepts_at, at, good, instant, mismatch, refuses, refuses_at};

#[test]
fn refuses_a_subject_that_no_bearer_confirms() {
    for method in ["holder-of-key", "sender-vouches", "Bearer", "bearer "] {
        refuses(&ResponseError::NoBearer, |good| {
            good.swap(Assertion, "cm:bearer\"", &format!("cm:{method}\""))
        });
    }
    refuses(&ResponseError::NoBearer, |good| {
        good.swap(Assertion, METHOD, "<saml:SubjectConfirmation>")
    });
    refuses(&ResponseError::NoBearer, |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:SubjectConfirmation"))
    });
    refuses(
        &ResponseError::Message(MessageError::Missing { element: "SubjectConfirmationData" }),
        |good| {
            good.edit(Assertion, |xml| {
                text::replaced(
                    xml,
                    "saml:SubjectConfirmation",
                    &format!("{METHOD}</saml:SubjectConfirmation>"),
                )
            })
        },
    );
}

#[test]
fn refuses_another_recipient() {
    for other in [
        "https://broker.example/saml/acs/",
        "https://other.example/acs",
        "HTTPS://broker.example/saml/acs",
        "",
    ] {
        let new = format!(" Recipient=\"{other}\"");
        let wrong = ResponseError::WrongRecipient(mismatch(ACS, &[other]));
        refuses(&wrong, |good| good.swap(Assertion, RECIPIENT, &new));
    }
    let absent = ResponseError::WrongRecipient(mismatch(ACS, &[]));
    refuses(&absent, |good| good.swap(Assertion, RECIPIENT, ""));
}

/// CVE-2026-1190 (Keycloak): a confirmation without an end, or with a beginning.
#[test]
fn refuses_a_confirmation_without_an_end_or_with_a_beginning() {
    refuses(&ResponseError::ConfirmationEndless, |good| good.swap(Assertion, UNTIL, RECIPIENT));
    refuses(&ResponseError::ConfirmationNotBefore, |good| {
        let new = format!(" NotBefore=\"{}\"{UNTIL}", instant(-60));
        good.swap(Assertion, UNTIL, &new)
    });
    refuses(
        &ResponseError::Message(MessageError::NotAnInstant { field: "NotOnOrAfter" }),
        |good| good.swap(Assertion, UNTIL, &format!("{RECIPIENT} NotOnOrAfter=\"soon\"")),
    );
}

#[test]
fn a_confirmation_holds_until_before_its_last_second_and_the_skew() {
    let ending = |seconds: i64| {
        let new = format!("{RECIPIENT} NotOnOrAfter=\"{}\"", instant(seconds));
        move |forged: ForgedResponse| forged.swap(Assertion, UNTIL, &new)
    };
    let made = accepts(ending(-59));
    assert_eq!(made.map(|one| one.name().to_owned()), ["person-7", "person-7"]);
    let expired = ResponseError::ConfirmationExpired { not_on_or_after: at(-60), now: NOON };
    refuses(&expired, ending(-60));
}

#[test]
fn the_address_of_the_browser_is_not_looked_at() {
    let made = accepts(|fine| {
        fine.swap(Assertion, RECIPIENT, &format!("{RECIPIENT} Address=\"203.0.113.7\""))
    });
    assert_eq!(made, [good(), good()]);
}

#[test]
fn one_of_two_confirmations_is_enough_and_the_first_failure_is_told() {
    let twice = |spoil: fn(&str) -> String, first: bool| {
        move |xml: &str| {
            let own = text::element(xml, "saml:SubjectConfirmation").to_owned();
            let bad = spoil(&own);
            let both = if first { format!("{bad}{own}") } else { format!("{own}{bad}") };
            text::replaced(xml, "saml:SubjectConfirmation", &both)
        }
    };
    let spoils: [fn(&str) -> String; 3] = [
        |own| text::swapped(own, RECIPIENT, " Recipient=\"https://other.example/acs\""),
        |own| text::swapped(own, "cm:bearer", "cm:holder-of-key"),
        |own| text::swapped(own, "_0123456789abcdef0123456789abcdef", "_other"),
    ];
    for spoil in spoils {
        for first in [true, false] {
            let made = accepts(|fine| fine.edit(Assertion, twice(spoil, first)));
            assert_eq!(made, [good(), good()]);
        }
    }
    // As such a confirmation is written: the key is in its data.
    let key = format!(
        "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\">\
         <saml:SubjectConfirmationData xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"saml:KeyInfoConfirmationDataType\"><ds:KeyInfo xmlns:ds=\"{DS}\"><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         </saml:SubjectConfirmationData></saml:SubjectConfirmation>",
        keys::ROGUE.certificate().base64()
    );
    for place in [METHOD, "</saml:Subject>"] {
        let made = accepts(|fine| {
            let key = key.clone();
            fine.edit(Assertion, move |xml| text::before(xml, place, &key))
        });
        assert_eq!(made, [good(), good()]);
    }
    let both_bad = move |xml: &str| {
        let own = text::element(xml, "saml:SubjectConfirmation").to_owned();
        let both = format!("{}{}", spoils[2](&own), spoils[0](&own));
        text::replaced(xml, "saml:SubjectConfirmation", &both)
    };
    refuses(&ResponseError::NotOurRequest { part: Part::Confirmation }, |good| {
        good.edit(Assertion, both_bad)
    });
}

#[test]
fn two_confirmations_may_both_hold() {
    let made = accepts(|fine| {
        fine.edit(Assertion, |xml| {
            let own = text::element(xml, "saml:SubjectConfirmation").to_owned();
            text::before(xml, METHOD, &own)
        })
    });
    assert_eq!(made, [good(), good()]);
}

/// It names who may confirm, and nobody else [SAML2Core §2.4.1.1].
#[test]
fn the_name_inside_a_confirmation_is_not_the_subjects() {
    let confirmer = format!("{METHOD}<saml:NameID>confirmer</saml:NameID>");
    let named = accepts(|fine| fine.swap(Assertion, METHOD, &confirmer));
    assert_eq!(named, [good(), good()]);
    let nameless = accepts(|fine| {
        fine.edit(Assertion, |xml| text::without(xml, "saml:NameID"))
            .swap(Assertion, METHOD, &confirmer)
    });
    assert!(nameless.iter().all(|made| made.name_id.is_none()));
    let repeated = format!("{METHOD}{}", "<saml:NameID>x</saml:NameID>".repeat(2));
    refuses(&ResponseError::Message(MessageError::Repeated { element: "NameID" }), |good| {
        good.swap(Assertion, METHOD, &repeated)
    });
}

/// An assertion can be presented until the last of its confirmations ends, and is remembered as used
/// until then.
#[test]
fn it_is_remembered_for_as_long_as_any_confirmation_holds() {
    let longer = |xml: &str| {
        let own = text::element(xml, "saml:SubjectConfirmation").to_owned();
        let own = text::swapped(&own, "12:05:00Z", "12:03:00Z");
        let later = text::swapped(&own, "12:03:00Z", "12:04:00Z");
        let unbounded = xml.replace(
            " NotBefore=\"2026-11-21T12:00:00Z\" NotOnOrAfter=\"2026-11-21T12:05:00Z\"",
            "",
        );
        text::replaced(&unbounded, "saml:SubjectConfirmation", &format!("{own}{later}"))
    };
    let last_second = at(4 * 60 - 1);
    for now in [NOON, last_second] {
        for made in accepts_at(now, FakeIdp::plain, |fine| fine.edit(Assertion, longer)) {
            assert_eq!(made.valid_until, at(5 * 60));
        }
    }
    let over = at(5 * 60);
    refuses_at(
        over,
        FakeIdp::plain,
        &ResponseError::ConfirmationExpired { not_on_or_after: at(3 * 60), now: over },
        |good| good.edit(Assertion, longer),
    );
}

/// An assertion that holds for ever by its own words is stale as soon as any other, so its mark need
/// not outlive that.
#[test]
fn an_assertion_for_ever_is_remembered_until_it_is_stale() {
    for far in ["2027-11-21T12:05:00Z", "9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"] {
        // The Response need not be signed, so whoever carries the assertion writes its instant.
        let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
        let for_ever = |now: Timestamp| {
            let age = format!("IssueInstant=\"{now}\"");
            move |good: ForgedResponse| {
                let good = good.unsigned_response().swap(Assertion, "2026-11-21T12:05:00Z", far);
                let age = age.clone();
                good.edit(Response, move |xml| {
                    xml.replacen("IssueInstant=\"2026-11-21T12:00:00Z\"", &age, 1)
                })
            }
        };
        let last = at(6 * 60);
        for now in [NOON, last] {
            for made in accepts_at(now, fixture, for_ever(now)) {
                assert_eq!(made.valid_until, last, "{far}");
            }
        }
        let stale = at(6 * 60 + 1);
        let refused = ResponseError::Message(MessageError::Stale {
            part: Part::Assertion,
            issued: NOON,
            now: stale,
        });
        refuses_at(stale, fixture, &refused, for_ever(stale));
    }
    // Two skews and the five minutes, for a peer whose clock is ahead as far as it may be.
    for made in accepts_at(at(-60), FakeIdp::plain, |fine| {
        fine.swap(Assertion, "2026-11-21T12:05:00Z", "9999-12-31T23:59:59Z")
            .swap(Assertion, " NotBefore=\"2026-11-21T12:00:00Z\"", "")
            .authenticated(at(-60))
    }) {
        assert_eq!(made.valid_until, at(6 * 60));
    }
}

#[test]
fn refuses_a_subject_of_another_shape() {
    for (place, extra, expected) in [
        (
            "<saml:SubjectConfirmation ",
            "<saml:BaseID/>",
            ResponseError::Message(MessageError::UnexpectedElement {
                element: "BaseID",
                inside: "Subject",
            }),
        ),
        (
            "<saml:SubjectConfirmation ",
            "<saml:NameID>x</saml:NameID>",
            ResponseError::Message(MessageError::Repeated { element: "NameID" }),
        ),
        (
            "</saml:Subject>",
            "<saml:NameID>x</saml:NameID>",
            ResponseError::Message(MessageError::UnexpectedElement {
                element: "NameID",
                inside: "Subject",
            }),
        ),
        (
            "</saml:Subject>",
            "text",
            ResponseError::Message(MessageError::UnexpectedText { inside: "Subject" }),
        ),
        (
            "<saml:SubjectConfirmationData",
            "<saml:SubjectConfirmationData/>",
            ResponseError::Message(MessageError::Repeated { element: "SubjectConfirmationData" }),
        ),
    ] {
        refuses(&expected, |good| good.edit(Assertion, move |xml| text::before(xml, place, extra)));
    }
    refuses(&ResponseError::Message(MessageError::Missing { element: "Subject" }), |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:Subject"))
    });
}

const METHOD: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">";
const RECIPIENT: &str = " Recipient=\"https://broker.example/saml/acs\"";
const UNTIL: &str =
    " Recipient=\"https://broker.example/saml/acs\" NotOnOrAfter=\"2026-11-21T12:05:00Z\"";
