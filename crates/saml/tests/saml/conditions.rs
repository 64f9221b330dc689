//! When, for whom and on what terms an assertion holds.

use silta_saml::{MessageError, ResponseError};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, SP_ENTITY, text};

use crate::fixture::{accepts, accepts_at, at, good, instant, mismatch, refuses, refuses_at};

/// `NotBefore` is inclusive, `NotOnOrAfter` exclusive; the skew moves our clock, to the second.
#[test]
fn conditions_hold_from_their_first_second_until_before_their_last() {
    let lasting = |from: i64, until: i64| {
        let new = format!("NotBefore=\"{}\" NotOnOrAfter=\"{}\"", instant(from), instant(until));
        move |forged: ForgedResponse| forged.swap(Assertion, LASTS, &new)
    };
    for (from, until) in [(0, 1), (60, 300), (-60, -59), (-600, -59)] {
        let made = accepts(lasting(from, until));
        assert_eq!(
            made.map(|one| one.name().to_owned()),
            ["person-7", "person-7"],
            "{from} {until}"
        );
    }
    let now = NOON;
    refuses(&ResponseError::NotYetValid { not_before: at(61), now }, lasting(61, 300));
    refuses(&ResponseError::Expired { not_on_or_after: at(-60), now }, lasting(-600, -60));
    refuses(&ResponseError::Expired { not_on_or_after: at(-61), now }, lasting(-600, -61));
}

#[test]
fn the_skew_is_the_one_that_was_configured() {
    let exact =
        || FakeIdp::plain().with_profile(|profile| profile.skew = jiff::SignedDuration::ZERO);
    accepts_at(NOON, exact, |fine| fine);
    accepts_at(at(299), exact, |fine| fine);
    let expired = ResponseError::ConfirmationExpired { not_on_or_after: at(300), now: at(300) };
    refuses_at(at(300), exact, &expired, |good| good);
    let wide = || {
        FakeIdp::plain().with_profile(|profile| profile.skew = jiff::SignedDuration::from_mins(3))
    };
    accepts_at(at(479), wide, |fine| fine);
    let expired = ResponseError::ConfirmationExpired { not_on_or_after: at(300), now: at(480) };
    refuses_at(at(480), wide, &expired, |good| good);
}

#[test]
fn conditions_need_no_times_of_their_own() {
    let made = accepts(|fine| fine.swap(Assertion, &format!(" {LASTS}"), ""));
    assert_eq!(made, [good(), good()]);
}

#[test]
fn refuses_times_that_are_not_times() {
    for field in ["NotBefore", "NotOnOrAfter"] {
        let own = LASTS.split(' ').find(|pair| pair.starts_with(field)).unwrap();
        for text in ["", "2026-11-21T24:00:00Z", "2026-11-21T12:00:00", "never"] {
            let new = LASTS.replace(own, &format!("{field}=\"{text}\""));
            refuses(&ResponseError::Message(MessageError::NotAnInstant { field }), |good| {
                good.swap(Assertion, LASTS, &new)
            });
        }
    }
}

#[test]
fn a_far_end_is_an_end_and_the_nearer_one_counts() {
    let until = |text: &str| LASTS.replace("2026-11-21T12:05:00Z", text);
    for far in ["9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let made = accepts(|fine| fine.swap(Assertion, LASTS, &until(far)));
        assert!(made.iter().all(|identity| identity.valid_until == at(6 * 60)), "{far}");
    }
    refuses(
        &ResponseError::Message(MessageError::NotAnInstant { field: "NotOnOrAfter" }),
        |good| good.swap(Assertion, LASTS, &until("9999-12-32T23:59:59Z")),
    );
}

#[test]
fn refuses_an_assertion_without_conditions() {
    refuses(&ResponseError::Message(MessageError::Missing { element: "Conditions" }), |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:Conditions"))
    });
}

#[test]
fn refuses_an_assertion_for_no_audience_or_another() {
    refuses(&ResponseError::NoAudience, |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:AudienceRestriction"))
    });
    for other in [
        "https://other.example/entity",
        "https://broker.example/entity/",
        "https://BROKER.example/entity",
        "https://broker.example/entity,https://x",
        "https://broker.example/saml/idp",
        "",
    ] {
        let wrong = ResponseError::WrongAudience(mismatch(SP_ENTITY, &[other]));
        refuses(&wrong, |good| good.audience(other));
    }
    refuses(&ResponseError::WrongAudience(mismatch(SP_ENTITY, &[])), |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:Audience"))
    });
}

/// Several restrictions are AND-ed, audiences within one are OR-ed.
#[test]
fn every_restriction_must_name_us_once() {
    let other = "<saml:Audience>https://other.example/entity</saml:Audience>";
    let ours = format!("<saml:Audience>{SP_ENTITY}</saml:Audience>");
    let restrictions = |content: [&str; 2]| {
        let [first, second] = content
            .map(|inside| format!("<saml:AudienceRestriction>{inside}</saml:AudienceRestriction>"));
        move |xml: &str| {
            text::replaced(xml, "saml:AudienceRestriction", &format!("{first}{second}"))
        }
    };
    let both = format!("{other}{ours}{other}");
    let made = accepts(|fine| fine.edit(Assertion, restrictions([&both, &ours])));
    assert_eq!(made, [good(), good()]);
    let named = ["https://other.example/entity"];
    for (wrong, received) in [
        ([other, ours.as_str()], &named[..]),
        ([ours.as_str(), other], &named),
        ([both.as_str(), ""], &[]),
    ] {
        let refused = ResponseError::WrongAudience(mismatch(SP_ENTITY, received));
        refuses(&refused, |good| good.edit(Assertion, restrictions(wrong)));
    }
    refuses(
        &ResponseError::Message(MessageError::UnexpectedElement {
            element: "Issuer",
            inside: "AudienceRestriction",
        }),
        |good| good.edit(Assertion, restrictions([&ours, &format!("<saml:Issuer/>{ours}")])),
    );
}

/// What is not understood invalidates [SAML2Core §2.5.1].
#[test]
fn refuses_a_condition_that_is_not_understood() {
    for condition in [
        "<saml:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"saml:OneTimeUse\"/>",
        "<x xmlns=\"urn:x\"/>",
        "<OneTimeUse xmlns=\"urn:x\"/>",
        "<saml:DoNotCacheCondition/>",
    ] {
        refuses(&ResponseError::UnknownCondition, |good| good.edit(Assertion, with(condition)));
    }
}

#[test]
fn an_assertion_for_one_use_is_accepted_because_each_is_used_once() {
    let made = accepts(|fine| fine.edit(Assertion, with("<saml:OneTimeUse/>")));
    assert_eq!(made, [good(), good()]);
}

/// A broker passes identities on; zero in any spelling of the schema forbids it.
#[test]
fn refuses_an_assertion_that_may_not_be_passed_on() {
    let counted = |count: &str| format!("<saml:ProxyRestriction Count=\"{count}\"/>");
    for zero in ["0", "00", "+0", "-0", " 0 ", "\t0", "x", "", "-1", "0x1"] {
        refuses(&ResponseError::ProxyForbidden, |good| good.edit(Assertion, with(&counted(zero))));
    }
    for more in ["1", "2", " 10 ", "+1"] {
        let made = accepts(|fine| fine.edit(Assertion, with(&counted(more))));
        assert_eq!(made, [good(), good()], "{more}");
    }
    let made = accepts(|fine| fine.edit(Assertion, with("<saml:ProxyRestriction/>")));
    assert_eq!(made, [good(), good()]);
}

/// Whoever is named there, it is none of our clients [SAML2Core §2.5.1.6].
#[test]
fn refuses_an_assertion_that_may_be_passed_on_only_to_some() {
    for (count, audience) in [("", "https://other.example"), (" Count=\"2\"", SP_ENTITY), ("", "")]
    {
        let only = format!(
            "<saml:ProxyRestriction{count}><saml:Audience>{audience}</saml:Audience>\
             </saml:ProxyRestriction>"
        );
        refuses(&ResponseError::ProxyForbidden, |good| good.edit(Assertion, with(&only)));
    }
}

/// Adds a condition.
fn with(condition: &str) -> impl Fn(&str) -> String + 'static {
    let condition = condition.to_owned();
    move |xml| text::before(xml, "</saml:Conditions>", &condition)
}

const LASTS: &str = "NotBefore=\"2026-11-21T12:00:00Z\" NotOnOrAfter=\"2026-11-21T12:05:00Z\"";
