//! What a refusal shows of a message: URIs that the peer signed, and nothing else.

use silta_saml::{ResponseError, SignedParts};
use silta_testkit::forge::EditPoint::{Assertion, Response};
use silta_testkit::forge::{FakeIdp, NOON, SP_ENTITY};

use crate::fixture::{mismatch, refusal, refuses};

#[test]
fn a_refusal_says_what_was_expected_and_what_came() {
    let idp = FakeIdp::plain();
    let refused = refusal(&idp, &idp.response().audience("http://broker.example/entity"), NOON);
    assert_eq!(
        refused.to_string(),
        "the assertion is meant for another audience: expected https://broker.example/entity; \
         received http://broker.example/entity"
    );
    let refused = refusal(&idp, &idp.response().authn_context("urn:example:loa:test"), NOON);
    assert_eq!(
        refused.to_string(),
        "the authentication context is absent or not one this peer may assert: expected \
         urn:example:loa:low, urn:example:loa:substantial, urn:example:loa:high; received \
         urn:example:loa:test"
    );
}

/// Whatever a signed text holds, no line of a log can be forged with it, and no person be read in it.
#[test]
fn a_text_that_is_no_uri_is_told_by_its_length() {
    let long = format!("https://sp.example/{}", "a".repeat(10_000));
    for text in [
        "https://sp.example/&#10;{&quot;level&quot;:&quot;ERROR&quot;}",
        "https://sp.example/&#13;x",
        "https://sp.example/&#x9b;2J",
        "https://sp.example/&quot;,&quot;reason&quot;:&quot;",
        "https://sp.example/ä\u{202e}",
        "person-7",
        "person-7@koulu.example",
        "mailto:person-7@koulu.example",
        &long,
    ] {
        let plain = text.replace("&#10;", "\n").replace("&#13;", "\r").replace("&quot;", "\"");
        let plain = plain.replace("&#x9b;", "\u{9b}");
        let refused = ResponseError::WrongAudience(mismatch(SP_ENTITY, &[&plain]));
        let old = format!("<saml:Audience>{SP_ENTITY}<");
        let new = format!("<saml:Audience>{text}<");
        refuses(&refused, |good| good.swap(Assertion, &old, &new));
        let (told, count) = (refused.to_string(), plain.chars().count());
        assert!(told.ends_with(&format!("received another text of {count} characters")), "{told}");
    }
}

/// Anybody who carries an unsigned Response may write its address and its issuer.
#[test]
fn what_nobody_signed_is_not_shown() {
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let stranger = "https://stranger.example/";
    let elsewhere = idp.response().unsigned_response().swap(
        Response,
        " Destination=\"https://broker.example/saml/acs\"",
        &format!(" Destination=\"{stranger}\""),
    );
    let issued = idp.response().unsigned_response().issuer(stranger);
    for forged in [elsewhere, issued] {
        let told = refusal(&idp, &forged, NOON).to_string();
        assert!(told.contains("what came is not signed, so it is not shown"), "{told}");
        assert!(!told.contains("stranger"), "{told}");
    }
}
